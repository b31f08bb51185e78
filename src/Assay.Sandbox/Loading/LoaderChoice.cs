// Which loaders are tried on a file, and which libraries they need.
using Assay.Artifacts;

namespace Assay.Sandbox.Loading;

/// <summary>A loader of the harness and the library it belongs to; empty for Python itself.</summary>
internal sealed record KnownLoader(string Name, string Library)
{
    /// <summary>The name that the file has in the box: some loaders go by it.</summary>
    public string File { get; init; } = "model";
}

/// <summary>
/// Chooses loaders by what the scan read the bytes as and what it saw in them, never by the name of the file: of those that open such bytes
/// (<see cref="LoaderReach"/>) all that the harness has, but of a plain pickle only those that differ.
/// </summary>
internal static class LoaderChoice
{
    private const string Inside = "!/";

    /// <summary>Libraries that are imported before a load when the model's own imports name them.</summary>
    private static readonly string[] s_warm =
        ["numpy", "scipy", "sklearn", "joblib", "torch", "pandas", "xgboost", "lightgbm", "h5py", "keras", "onnx", "zstandard", "dill", "cloudpickle", "skops", "onnxruntime", "R"];

    /// <summary>The loaders that the harness has; a test holds that these are those.</summary>
    private static readonly HashSet<string> s_harness =
    [
        Loaders.PickleLoad, Loaders.PickleLoadGzip, Loaders.PickleLoadBzip2, Loaders.PickleLoadLzma, Loaders.PickleLoadsZstandard, Loaders.DillLoad,
        Loaders.CloudpickleLoad, Loaders.JoblibLoad, Loaders.PandasReadPickle, Loaders.NumpyLoad, Loaders.TorchLoad, Loaders.TorchLoadWeightsOnly,
        Loaders.TorchJitLoad, Loaders.KerasLoadModel, Loaders.H5pyFile, Loaders.OnnxLoad, Loaders.OnnxRuntimeSession, Loaders.SkopsLoad, Loaders.ReadRds,
    ];

    /// <summary>They hand a plain pickle to <c>pickle.load</c> as it is.</summary>
    private static readonly string[] s_handOn = [Loaders.NumpyLoad, Loaders.CloudpickleLoad];

    /// <summary>What a file is called for loaders that go by its name.</summary>
    private static readonly (string Format, string Extension)[] s_extensions =
    [
        ("keras-zip", ".keras"), ("hdf5", ".h5"), ("gzip", ".gz"), ("bzip2", ".bz2"), ("xz", ".xz"), ("lzma", ".xz"), ("zstd", ".zst"), ("tar", ".tar"), ("zip", ".zip"),
    ];

    /// <summary>The ids of all loaders that the harness has.</summary>
    public static IReadOnlyCollection<string> Harness => s_harness;

    /// <summary>The loaders of the input at <paramref name="path"/>; none when it is nothing that a loader here takes.</summary>
    public static IReadOnlyList<KnownLoader> For(string path, IReadOnlyList<Fact> facts)
    {
        LoaderReach reach = new(facts);
        HashSet<string> formats = FormatsOf(path, facts);
        IReadOnlyList<Loader> opening = [.. reach.Opening(path).Where(l => s_harness.Contains(l.Id))];
        HashSet<string> chosen = formats.Contains("pickle") && formats.All(f => f is "pickle" or "torch-legacy")
            ? Differing(opening, formats, Roots(facts), facts.OfType<CallableFact>().Select(reach.Of))
            : [.. opening.Select(l => l.Id)];
        string file = FileName(path, formats, facts);
        return [.. opening.Where(l => chosen.Contains(l.Id)).SelectMany(l => Calls(l, formats)).Select(c => c with { File = file })];
    }

    /// <summary>Why there is nothing to try: who would load the input and is not in the box, or that no loader would.</summary>
    public static string Missing(string path, IReadOnlyList<Fact> facts)
    {
        IReadOnlyList<string> others = Others(path, facts);
        return others.Count == 0 ? "no loader takes these bytes as they are" : $"the box does not have what loads these bytes: {string.Join(", ", others)}";
    }

    /// <summary>All loaders that take the input, in the box or not.</summary>
    public static IReadOnlyList<string> Others(string path, IReadOnlyList<Fact> facts) => [.. new LoaderReach(facts).Opening(path).Select(l => l.Id)];

    /// <summary>The libraries to import before a load.</summary>
    public static IReadOnlyList<string> Libraries(KnownLoader loader, IReadOnlyList<Fact> facts)
    {
        HashSet<string> roots = Roots(facts);
        return [.. s_warm.Where(w => w == loader.Library || roots.Contains(w) || (w == "zstandard" && loader.File.EndsWith(".zst", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Many loaders take a plain pickle, and most of them run the same unpickler: tried are those that Python has itself, those whose library
    /// wrote the pickle, and one of those that alone come to something.
    /// </summary>
    private static HashSet<string> Differing(
        IReadOnlyList<Loader> opening, HashSet<string> formats, HashSet<string> roots, IEnumerable<IReadOnlyList<LoaderUse>> reached)
    {
        bool Wrote(Loader loader) => loader.Library.Length == 0
            || (roots.Contains(loader.Library) && !s_handOn.Contains(loader.Id))
            || (loader.Id == Loaders.TorchLoad && formats.Contains("torch-legacy"));
        HashSet<string> chosen = [.. opening.Where(Wrote).Select(l => l.Id)];
        foreach (IReadOnlyList<LoaderUse> uses in reached)
        {
            string[] whole = [.. uses.Where(u => u is { Of: "", From: 0 }).Select(u => u.Loader)];
            if (whole.Length > 0 && !whole.Any(chosen.Contains) && opening.FirstOrDefault(l => whole.Contains(l.Id)) is { } one)
            {
                chosen.Add(one.Id);
            }
        }

        return chosen;
    }

    /// <summary>The ways to call a loader: as it is, and with its safe setting where that still unpickles.</summary>
    private static IEnumerable<KnownLoader> Calls(Loader loader, HashSet<string> formats)
    {
        yield return new KnownLoader(loader.Id, loader.Library);
        if (s_harness.Contains(loader.SafeId) && !formats.Contains("torchscript"))
        {
            yield return new KnownLoader(loader.SafeId, loader.Library);
        }
    }

    /// <summary>The name that says what the bytes are; what is packed in them counts where a loader asks for both.</summary>
    private static string FileName(string path, HashSet<string> formats, IReadOnlyList<Fact> facts)
    {
        string extension = s_extensions.FirstOrDefault(e => formats.Contains(e.Format)).Extension ?? "";
        bool holdsTar = extension is ".gz" or ".bz2" or ".xz" && FormatsOf(path + Inside + "content", facts).Contains("tar");
        return "model" + (holdsTar ? ".tar" : "") + extension;
    }

    private static HashSet<string> FormatsOf(string path, IReadOnlyList<Fact> facts) =>
        [.. facts.OfType<FormatFact>().Where(f => f.Path == path && f.Offset == 0).Select(f => f.Format)];

    private static HashSet<string> Roots(IReadOnlyList<Fact> facts) =>
        [.. facts.OfType<CallableFact>().SelectMany(c => new[] { c.Module, c.Callee }).Select(m => m.Split('.')[0])];
}
