// What is said to be harmless is called for real, in the box and with canaries, and nothing is seen that was not said.
using System.Text.Json;
using Assay.Bytes;
using Assay.Effects;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class EffectOracleTests
{
    /// <summary>The kinds of effects that say what was seen.</summary>
    private static readonly Dictionary<string, EffectKind[]> s_said = new()
    {
        ["exec"] = [EffectKind.Exec, EffectKind.Evaluate, EffectKind.Code],
        ["process"] = [EffectKind.Process],
        ["import"] = [EffectKind.Import, EffectKind.NamesModule],
        ["unpickle"] = [EffectKind.Unpickle, EffectKind.InnerPickle],
        ["native-load"] = [EffectKind.NativeLoad],
        ["network"] = [EffectKind.Network],
        ["read"] = [EffectKind.Read],
        ["write"] = [EffectKind.Write],
        ["delete"] = [EffectKind.Delete],
        ["call"] = [EffectKind.Call, EffectKind.New, EffectKind.Method, EffectKind.SetState, EffectKind.MakeClass],
    };

    [Theory]
    [InlineData("")]
    [InlineData("numpy")]
    [InlineData("torch")]
    [InlineData("pandas", "scipy", "sklearn", "joblib")]
    public void NothingIsSeenThatIsNotSaid(params string[] packages)
    {
        Boxed.Needs();
        foreach (string package in packages.Where(p => p.Length > 0))
            CPython.Needs(package);

        List<(string Path, string Route, IReadOnlyList<Effect> Said)> uses = [.. Uses().Where(u => packages.Contains(Package(u.Path)))];
        Assert.NotEmpty(uses);
        List<string> unsaid = [];
        Dictionary<string, int> states = [];
        foreach (((string state, Dictionary<string, string> seen), (string path, string route, IReadOnlyList<Effect> said)) in Called([.. uses.Select(u => (u.Path, u.Route))], packages).Zip(uses))
        {
            states[state] = states.GetValueOrDefault(state) + 1;
            foreach ((string kind, string how) in seen.Where(s => !said.Any(e => s_said[s.Key].Contains(e.Kind) || e.Kind is EffectKind.Odd or EffectKind.Unknown)))
                unsaid.Add($"{path} ({route}): {kind} with {how}");
        }

        Assert.True(unsaid.Count == 0, $"{unsaid.Count} against the rule ({string.Join(", ", states.Select(s => $"{s.Value} {s.Key}"))}):\n{string.Join('\n', unsaid)}");
        // That names are there and were called is what the test rests on.
        Assert.True(states.GetValueOrDefault("called") > uses.Count / 4, string.Join(", ", states.Select(s => $"{s.Value} {s.Key}")));
    }

    [Fact]
    public void WhatDoesHarmIsSeen()
    {
        Boxed.Needs();
        (string Path, string Seen)[] known =
        [
            ("builtins.eval", "exec"), ("os.system", "process"), ("subprocess.run", "process"), ("builtins.__import__", "import"), ("pickle.loads", "unpickle"), ("ctypes.CDLL", "native-load"),
            ("socket.create_connection", "network"), ("urllib.request.urlopen", "network"), ("builtins.open", "read"), ("shutil.copyfile", "write"), ("os.remove", "delete"), ("functools.reduce", "call"),
        ];
        IReadOnlyList<(string State, Dictionary<string, string> Seen)> called = Called([.. known.Select(k => (k.Path, "call"))], []);
        Assert.All(known.Zip(called), k => Assert.True(k.Second.Seen.ContainsKey(k.First.Seen), $"{k.First.Path}: {k.Second.State}, {string.Join(", ", k.Second.Seen.Keys)}"));
    }

    /// <summary>Whether effects say what was seen.</summary>
    internal static bool IsSaid(string seen, IReadOnlyList<Effect> said) => said.Any(e => s_said[seen].Contains(e.Kind));

    /// <summary>Calls names in the box; says how that went, and what was seen with which arguments.</summary>
    internal static List<(string State, Dictionary<string, string> Seen)> Called(IReadOnlyList<(string Path, string Route)> uses, IReadOnlyList<string> packages)
    {
        using TestLoader loader = new(new SandboxOptions { Time = TimeSpan.FromMinutes(20), After = Oracle });
        using MemorySource pickle = new(PickleBuilder.Protocol(4).Str(JsonSerializer.Serialize(uses.Select(u => new[] { u.Path, u.Route }))).Stop().ToArray());
        LoadResult result = loader.LoadOnce(
            "names.pkl", pickle, new KnownLoader("pickle.load", ""), [.. packages.Where(p => p.Length > 0)], BoxSetting.Usual, TestContext.Current.CancellationToken);
        Assert.Equal(LoadEnd.Loaded, result.End);
        using JsonDocument told = JsonDocument.Parse(result.Answer);
        return [.. told.RootElement.EnumerateArray().Select(t => (t[0].GetString()!,
            t[1].EnumerateObject().Where(s => s_said.ContainsKey(s.Name)).ToDictionary(s => s.Name, s => s.Value.GetString()!)))];
    }

    /// <summary>Every way in of every name that the rules list, where it does no harm by itself.</summary>
    private static IEnumerable<(string Path, string Route, IReadOnlyList<Effect> Said)> Uses()
    {
        EffectTable table = WrittenRules.Effects.Table;
        foreach ((string path, EffectEntry entry) in table.Names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (entry.Kind is NameKind.Module or NameKind.Value || entry.IsHarmful)
                continue;

            yield return (path, "call", entry.Call);
            if (entry.Kind is NameKind.Class)
            {
                yield return (path, "new", entry.New);
                if (table.Exact(path + ".__setstate__") is not { IsHarmful: true } state)
                    yield return (path, "state", table.Exact(path + ".__setstate__")?.Call ?? []);
            }
        }
    }

    private static string Package(string path)
    {
        string top = path[..(path.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot ? dot : path.Length)];
        return top is "numpy" or "torch" or "pandas" or "scipy" or "sklearn" or "joblib" ? top : StandardModules.Contains(top) ? "" : "elsewhere";
    }

    private static HashSet<string> StandardModules { get; } = [.. Assay.Bytes.EmbeddedTable.Rows("python/modules.txt").Select(r => r[0])];

    private static string Oracle
    {
        get
        {
            using StreamReader reader = new(typeof(EffectOracleTests).Assembly.GetManifestResourceStream("sandbox/effects.py")!);
            return reader.ReadToEnd();
        }
    }
}
