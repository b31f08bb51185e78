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

    /// <summary>The methods by which opcodes fill an object.</summary>
    private static readonly string[] s_filling = ["append", "extend", "add", "update", "__setitem__", "__setattr__", "__setslice__"];

    private static bool IsAll => Environment.GetEnvironmentVariable("ASSAY_ORACLE") == "all";

    [Theory]
    [InlineData("joblib")]
    [InlineData("numpy")]
    [InlineData("scipy")]
    [InlineData("pandas")]
    [InlineData("sklearn")]
    [InlineData("torch")]
    [InlineData("sympy")]
    [InlineData("dill")]
    [InlineData("yaml")]
    [InlineData("jinja2")]
    [InlineData("onnx")]
    [InlineData("dateutil")]
    public void NothingIsSeenThatThePackDoesNotSay(string package)
    {
        Boxed.Needs();
        CPython.Needs(package);
        (List<string> unsaid, int called, int tried) = Tried(package, Cleared(package), _ => true);
        Assert.True(unsaid.Count == 0, $"{unsaid.Count} of {tried} uses, {called} called, against the pack:\n{string.Join('\n', unsaid)}");

        // That names are there and were called is what the test rests on.
        Assert.True(called > tried / 4, $"{called} of {tried}");
    }

    /// <summary>
    /// Objects are filled, hashed, compared, iterated over, shown and converted, with canaries in their fields and as operands. That they call what lies in them, and read files, counts as said: who judges
    /// an object that is entered takes both for granted.
    /// </summary>
    [Theory]
    [InlineData("joblib")]
    [InlineData("numpy")]
    [InlineData("scipy")]
    [InlineData("pandas")]
    [InlineData("sklearn")]
    [InlineData("torch")]
    [InlineData("sympy")]
    public void ObjectsThatAreEnteredDoNothingThatThePackDoesNotSay(string package)
    {
        Boxed.Needs();
        CPython.Needs(package);
        (List<string> unsaid, int called, int tried) = Tried(package, Entered(package), s => s is not ("call" or "read"));
        Assert.True(unsaid.Count == 0, $"{unsaid.Count} of {tried} methods, {called} called, against the pack:\n{string.Join('\n', unsaid)}");
        Assert.True(called > tried / 4, $"{called} of {tried}");
    }

    private static (List<string> Unsaid, int Called, int Tried) Tried(string package, IEnumerable<(string Path, string Route, IReadOnlyList<Effect> Said)> all, Func<string, bool> counts)
    {
        List<(string Path, string Route, IReadOnlyList<Effect> Said)> uses = [.. all.OrderBy(u => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(u.Path + u.Route))).Take(IsAll ? int.MaxValue : Sample)];
        Assert.NotEmpty(uses);
        List<string> unsaid = [];
        int called = 0;
        foreach ((string Path, string Route, IReadOnlyList<Effect> Said)[] some in uses.Chunk(AtOnce))
        {
            foreach (((string state, Dictionary<string, string> seen), (string path, string route, IReadOnlyList<Effect> said)) in EffectOracleTests.Called([.. some.Select(u => (u.Path, u.Route))], [package]).Zip(some))
            {
                called += state is "called" ? 1 : 0;
                unsaid.AddRange(seen.Where(s => counts(s.Key) && !EffectOracleTests.IsSaid(s.Key, said)).Select(s => $"{path} ({route}): {s.Key} with {s.Value}"));
            }
        }

        return (unsaid, called, uses.Count);
    }

    /// <summary>The ways in that the pack clears, of names that the installed source defines.</summary>
    private static IEnumerable<(string Path, string Route, IReadOnlyList<Effect> Said)> Cleared(string package)
    {
        EffectKnowledge knowledge = RuleSet.Default.Callables.Knowledge;
        foreach ((string module, string file) in Modules(package))
        {
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

    /// <summary>Methods by which objects are entered that the installed source defines, in classes that the pack knows, with what is said of each: nothing where the pack does not name it.</summary>
    private static IEnumerable<(string Path, string Route, IReadOnlyList<Effect> Said)> Entered(string package)
    {
        EffectKnowledge knowledge = RuleSet.Default.Callables.Knowledge;
        foreach ((string module, string file) in Modules(package))
        {
            string owner = "";
            foreach (string line in File.ReadLines(file))
            {
                if (line.Length > 0 && line[0] is not (' ' or '#' or ')' or '@'))
                    owner = line.StartsWith("class ", StringComparison.Ordinal) ? $"{module}.{line[6..].Split('(', ':', ' ')[0]}" : "";

                const string method = "    def ";
                if (owner.Length == 0 || !line.StartsWith(method, StringComparison.Ordinal) || line[method.Length..].Split('(')[0] is not { } name || !(ObjectProtocol.Methods.Contains(name) || s_filling.Contains(name)))
                    continue;

                IReadOnlyList<Effect> said = knowledge.Find($"{owner}.{name}").Entry is { IsDerived: true } entry ? entry.Call : [];
                if (knowledge.Find(owner).Entry is { IsDerived: true } && !said.Any(e => e.Kind is EffectKind.Unknown or EffectKind.Odd))
                    yield return (owner, "." + name, said);
            }
        }
    }

    private static IEnumerable<(string Module, string File)> Modules(string package)
    {
        string root = Path.Combine("/usr/lib/python3/dist-packages", package);
        foreach (string file in Directory.EnumerateFiles(root, "*.py", SearchOption.AllDirectories).Where(f => !f.Contains("/tests/", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            string module = Path.GetRelativePath(Path.GetDirectoryName(root)!, file)[..^3].Replace('/', '.');
            yield return (module.EndsWith(".__init__", StringComparison.Ordinal) ? module[..^".__init__".Length] : module, file);
        }
    }

    private static bool IsHarmless(IReadOnlyList<Effect> effects) => !effects.Any(e => EffectKinds.IsHarm(e.Kind) || e.Kind is EffectKind.Unknown or EffectKind.Odd);
}
