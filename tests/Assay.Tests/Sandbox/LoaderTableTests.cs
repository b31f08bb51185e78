// Every loader is tried for real on every container, and findings must name those that came to the canary and no others.
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Pickle;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class LoaderTableTests
{
    private static readonly string[] s_modules = ["numpy", "pandas", "joblib", "torch", "zstandard", "lz4.frame", "dill", "cloudpickle"];

    /// <summary>Imported once for all loads, and not by each.</summary>
    private static readonly string[] s_warm = [.. s_modules.Select(m => m.Split('.')[0]), "h5py", "onnx"];

    /// <summary>They run nothing of a pickle, or refuse it.</summary>
    private static readonly string[] s_unpickleNothing =
        [Loaders.TorchLoadWeightsOnly, Loaders.TorchJitLoad, Loaders.KerasLoadModel, Loaders.H5pyFile, Loaders.OnnxLoad, Loaders.OnnxRuntimeSession, Loaders.ReadRds, Loaders.SkopsLoad];

    /// <summary>They need what the box does not have.</summary>
    private static readonly string[] s_untried = [Loaders.StableBaselinesLoad];

    [Fact]
    public void FindingsNameTheLoadersThatComeThereAndNoOthers()
    {
        Boxed.Needs();
        List<Trial> trials = [.. Containers().Concat(Streams()).SelectMany(f => Trials(f.Name, f.Bytes))];
        string[][] came = Answer(trials);
        List<string> wrong = [];
        foreach ((Trial trial, string[] reached) in trials.Zip(came.Skip(1)))
        {
            if (!trial.Named.ToHashSet().SetEquals(reached))
            {
                wrong.Add($"{trial.What}: named [{string.Join(", ", trial.Named.Except(reached))}] which do not come, not named [{string.Join(", ", reached.Except(trial.Named))}]");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal(LoaderChoice.Harness.Order(StringComparer.Ordinal), came[0].Order(StringComparer.Ordinal));
        Assert.Empty(LoaderChoice.Harness.Except(trials.SelectMany(t => t.Named)).Except(s_unpickleNothing));
    }

    /// <summary>What loaders are handed, and those that the findings name for it.</summary>
    private sealed record Trial(string What, string File, byte[] Bytes, long From, string[] Named);

    /// <summary>The file as it is, and whatever else the findings about its canary say that loaders are handed.</summary>
    private static IEnumerable<Trial> Trials(string name, byte[] bytes)
    {
        ILookup<(string Of, long From), string> named = Scanned.Bytes(bytes, name).Findings
            .Where(f => f.Evidence.Any(e => e is { Kind: "callable", Text: "builtins.exec" }))
            .SelectMany(f => f.Loaders)
            .ToLookup(l => (l.Of, l.From), l => l.Loader);
        foreach ((string of, long from) in named.Select(n => n.Key).Append(("", 0)).Distinct())
        {
            byte[] handed = of.Length == 0 ? bytes : Member(name, bytes, of);
            string file = (of.Length == 0 ? name : of).Split("!/")[^1].Split('/')[^1];
            yield return new Trial($"{name} {of} from {from}", file, handed, from, [.. named[(of, from)].Distinct().Except(s_untried)]);
        }
    }

    /// <summary>The loaders of the harness, and for each trial those that came to the canary: all of them in one load, because each fork costs more than what it tries.</summary>
    private static string[][] Answer(List<Trial> trials)
    {
        using MemoryStream pack = new();
        using BinaryWriter writer = new(pack);
        foreach (Trial trial in trials)
        {
            byte[] file = Encoding.UTF8.GetBytes(trial.File);
            writer.Write(file.Length);
            writer.Write(file);
            writer.Write(trial.From);
            writer.Write((long)trial.Bytes.Length);
            writer.Write(trial.Bytes);
        }

        using TestLoader loader = new(new SandboxOptions { After = Script("tried.py"), Time = TimeSpan.FromMinutes(5) });
        using MemorySource source = new(pack.ToArray());
        LoadResult result = loader.LoadOnce("pack", source, new KnownLoader(Loaders.PickleLoad, ""), s_warm, BoxSetting.Usual, TestContext.Current.CancellationToken);
        Assert.True(result.Answer.StartsWith('['), $"{result.End}, {result.Detail}, {result.Answer}");
        return JsonSerializer.Deserialize<string[][]>(result.Answer)!;
    }

    /// <summary>What somebody gets who unpacks a member.</summary>
    private static byte[] Member(string name, byte[] bytes, string path)
    {
        byte[]? member = null;
        ScanInput input = new() { Path = name, Open = () => new MemorySource(bytes), Named = true };
        _ = new Scanner(new ScanOptions { Rules = RuleSet.Default, Scratch = new MemoryScratch() })
            .Visit(input, path, a => member = a.Bytes.ReadUpTo(0, (int)a.Bytes.Length), TestContext.Current.CancellationToken);
        return member!;
    }

    /// <summary>Files that the real libraries wrote.</summary>
    private static List<(string Name, byte[] Bytes)> Containers()
    {
        foreach (string module in s_modules)
        {
            CPython.Needs(module);
        }

        ReadOnlySpan<byte> written = CPython.Run(Script("containers.py"));
        List<(string Name, byte[] Bytes)> files = [];
        while (written.Length > 0)
        {
            int letters = BinaryPrimitives.ReadInt32LittleEndian(written);
            string name = Encoding.UTF8.GetString(written.Slice(4, letters));
            written = written[(4 + letters)..];
            int length = checked((int)BinaryPrimitives.ReadInt64LittleEndian(written));
            files.Add((name, written.Slice(8, length).ToArray()));
            written = written[(8 + length)..];
        }

        byte[] pickle = files.Find(f => f.Name == "protocol-4.pkl").Bytes;
        files.Add(("one.7z", Wrapping.SevenZip("model.pkl", pickle)));
        files.Add(("torch-in.7z", Wrapping.SevenZip("model.pt", files.Find(f => f.Name == "torch.pt").Bytes)));
        return files;
    }

    /// <summary>Pickles at which unpicklers part ways.</summary>
    private static IEnumerable<(string Name, byte[] Bytes)> Streams()
    {
        const string Source = "import sys\nsys.came = True";
        PickleBuilder Canary(PickleBuilder pickle) => pickle.Global("builtins", "exec").Str(Source).Op(Op.EMPTY_DICT).Tuple2().Reduce().Stop();
        byte[] canary = Canary(PickleBuilder.Start()).ToArray();
        yield return ("frame-too-long.pkl", [.. PickleBuilder.Protocol(4).Op(Op.FRAME).Raw(0xFF, 0xFF, 0, 0, 0, 0, 0, 0).ToArray(), .. canary]);
        yield return ("string-not-ascii.pkl", [0x80, 2, (byte)Op.SHORT_BINSTRING, 1, 0xFF, (byte)Op.POP, .. canary]);
        yield return ("string-utf-8.pkl", [0x80, 2, (byte)Op.SHORT_BINSTRING, 2, 0xC3, 0xA4, (byte)Op.POP, .. canary]);
        yield return ("protocol-too-high.pkl", [0x80, 9, .. canary]);
        yield return ("persistent-id-first.pkl", [0x80, 2, (byte)Op.NONE, (byte)Op.BINPERSID, (byte)Op.POP, .. canary]);
        yield return ("behind-a-break.pkl", [0x80, 2, 0xFF, .. canary]);
        byte[] array = [.. Canary(PickleBuilder.Start()).ToArray(), 0, 0, 0, 0];
        yield return ("opcodes-in-an-array.joblib", PickleParts.PickleOf(NumpyFiles.JoblibArray(array[..(array.Length / 4 * 4)]), 4));
        yield return ("behind-an-array.joblib", PickleParts.PickleOf(PickleParts.List(NumpyFiles.JoblibArray([.. "0.hh"u8]), PickleParts.Call("builtins", "exec", Source, PickleParts.Dict())), 4));
    }

    private static string Script(string name)
    {
        using Stream stream = typeof(LoaderTableTests).Assembly.GetManifestResourceStream("sandbox/" + name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
