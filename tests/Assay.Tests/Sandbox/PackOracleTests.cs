// What the pack of the program says to be harmless is called for real, in the box and with canaries, and nothing is seen that was not said.
using System.IO.Hashing;
using System.Text;
using Assay.Detection;
using Assay.Detection.Effects;
using Assay.Effects;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class PackOracleTests
{
    /// <summary>So many uses of one package are tried: the same ones in every run. <c>ASSAY_ORACLE=all</c> tries all of them.</summary>
    private const int Sample = 250;

    /// <summary>So many uses are tried by one load.</summary>
    private const int AtOnce = 500;

    private static bool IsAll => Environment.GetEnvironmentVariable("ASSAY_ORACLE") == "all";

    [Theory]
    [InlineData("joblib")]
    [InlineData("numpy")]
    [InlineData("scipy")]
    [InlineData("pandas")]
    [InlineData("sklearn")]
    [InlineData("torch")]
    public void NothingIsSeenThatThePackDoesNotSay(string package)
    {
        Boxed.Needs();
        CPython.Needs(package);
        List<(string Path, string Route, IReadOnlyList<Effect> Said)> uses = [.. Cleared(package).OrderBy(u => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(u.Path))).Take(IsAll ? int.MaxValue : Sample)];
        Assert.NotEmpty(uses);
        List<string> unsaid = [];
        int called = 0;
        foreach ((string Path, string Route, IReadOnlyList<Effect> Said)[] some in uses.Chunk(AtOnce))
        {
            foreach (((string state, Dictionary<string, string> seen), (string path, string route, IReadOnlyList<Effect> said)) in EffectOracleTests.Called([.. some.Select(u => (u.Path, u.Route))], [package]).Zip(some))
            {
                called += state is "called" ? 1 : 0;
                unsaid.AddRange(seen.Where(s => !EffectOracleTests.IsSaid(s.Key, said)).Select(s => $"{path} ({route}): {s.Key} with {s.Value}"));
            }
        }

        Assert.True(unsaid.Count == 0, $"{unsaid.Count} of {uses.Count} uses, {called} called, against the pack:\n{string.Join('\n', unsaid)}");

        // That names are there and were called is what the test rests on.
        Assert.True(called > uses.Count / 4, $"{called} of {uses.Count}");
    }

    /// <summary>The ways in that the pack clears, of names that the installed source defines.</summary>
    private static IEnumerable<(string Path, string Route, IReadOnlyList<Effect> Said)> Cleared(string package)
    {
        string root = Path.Combine("/usr/lib/python3/dist-packages", package);
        EffectKnowledge knowledge = RuleSet.Default.Callables.Knowledge;
        foreach (string file in Directory.EnumerateFiles(root, "*.py", SearchOption.AllDirectories).Where(f => !f.Contains("/tests/", StringComparison.Ordinal)))
        {
            string module = Path.GetRelativePath(Path.GetDirectoryName(root)!, file)[..^3].Replace('/', '.');
            module = module.EndsWith(".__init__", StringComparison.Ordinal) ? module[..^".__init__".Length] : module;
            foreach (string line in File.ReadLines(file).Where(l => l.StartsWith("def ", StringComparison.Ordinal) || l.StartsWith("class ", StringComparison.Ordinal)))
            {
                string path = $"{module}.{line.Split(' ', 2)[1].Split('(', ':', ' ')[0]}";
                if (knowledge.Find(path).Entry is not { IsDerived: true } entry || !PathKnowledge.CanBeCleared(path, entry.Kind, RuleSet.Default.Callables.Capacity))
                    continue;

                if (IsHarmless(entry.Call))
                    yield return (path, "call", entry.Call);

                if (entry.Kind is not NameKind.Class)
                    continue;

                if (IsHarmless(entry.New))
                    yield return (path, "new", entry.New);

                if (knowledge.Find(path + ".__setstate__").Entry is { IsDerived: true } state && IsHarmless(state.Call))
                    yield return (path, "state", state.Call);
            }
        }
    }

    private static bool IsHarmless(IReadOnlyList<Effect> effects) => !effects.Any(e => EffectKinds.IsHarm(e.Kind) || e.Kind is EffectKind.Unknown or EffectKind.Odd);
}
