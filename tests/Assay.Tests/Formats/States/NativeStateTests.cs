// Objects of real libraries whose native code trusts indices: as they are they pass, with an index that leads elsewhere they do not.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.States;

public sealed class NativeStateTests
{
    private static readonly Lazy<Dictionary<string, byte[]>> s_written = new(Write);

    private static IEnumerable<KeyValuePair<string, byte[]>> Written(string kind)
    {
        CPython.Needs("sklearn");
        CPython.Needs("pandas");
        return s_written.Value.Where(f => f.Key.StartsWith(kind, StringComparison.Ordinal));
    }

    [Fact]
    public void StatesOfRealLibrariesPass()
    {
        List<string> wrong = [];
        foreach ((string name, byte[] file) in Written("good"))
        {
            TargetReport target = Scans.Of(file, name);
            if (target.Verdict is not Verdict.Passed || target.Anomalies().Any(a => a.StartsWith("state.", StringComparison.Ordinal)))
            {
                wrong.Add($"{name}: {target.Describe()}");
            }
        }

        Offenders.None(wrong);
    }

    [Fact]
    public void AnIndexThatLeadsElsewhereIsFlagged()
    {
        List<KeyValuePair<string, byte[]>> files = [.. Written("bad")];
        Assert.InRange(files.Count, 25, int.MaxValue);
        Offenders.None(files.Select(f => (f.Key, Target: Scans.Of(f.Value, f.Key)))
            .Where(f => f.Target.Verdict < Verdict.Suspicious || !(f.Target.Is("state-index-outside") || f.Target.Is("state-tree-loop"))).Select(f => $"{f.Key}: {f.Target.Describe()}"));
    }

    private static Dictionary<string, byte[]> Write()
    {
        using TemporaryTree tree = new();
        using Stream script = typeof(NativeStateTests).Assembly.GetManifestResourceStream("states/states.py")!;
        CPython.Lines(new StreamReader(script).ReadToEnd(), tree["files"], "joblib", "numpy", "pandas", "scipy", "sklearn");
        return Directory.GetFiles(tree["files"]).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
    }
}
