// Every requirement of the list has a test that is named after it.
using System.Reflection;
using System.Text.RegularExpressions;
using Assay.Tests.Architecture;

namespace Assay.Tests.Requirements;

public sealed partial class RequiredIdTests
{
    /// <summary>Pickle and PyTorch, NumPy and joblib, TensorFlow, ONNX, hard negatives, and the safety of the scanner itself.</summary>
    private static readonly IEnumerable<int> s_required =
        [.. Range(1, 94), .. Range(96, 96), .. Range(98, 157), .. Range(158, 188), .. Range(195, 220)];

    [Fact]
    public void EveryRequirementHasATestThatNamesIt()
    {
        HashSet<int> tested = [.. typeof(RequiredIdTests).Assembly.GetTypes()
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(m => m.GetCustomAttributes<FactAttribute>().Any())
            .Select(m => Id().Match(m.Name))
            .Where(m => m.Success)
            .Select(m => int.Parse(m.Groups[1].Value, null))];
        Offenders.None(s_required.Where(id => !tested.Contains(id)).Select(id => $"T{id:D3}"));
    }

    private static IEnumerable<int> Range(int first, int last) => Enumerable.Range(first, last - first + 1);

    [GeneratedRegex("^T([0-9]{3})_")]
    private static partial Regex Id();
}
