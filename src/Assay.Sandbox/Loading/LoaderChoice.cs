// Which loaders apply to a file, and which libraries they need.
using Assay.Artifacts;

namespace Assay.Sandbox.Loading;

/// <summary>A loader of the harness and the library it belongs to; empty for Python itself.</summary>
internal sealed record KnownLoader(string Name, string Library);

/// <summary>Chooses loaders by what the scan read the bytes as and what it saw in them, never by the name of the file.</summary>
internal static class LoaderChoice
{
    private const string Inside = "!/";
    private static readonly string[] s_compressed = ["joblib-zfile", "gzip", "zlib", "bzip2", "xz", "lzma", "lz4"];

    /// <summary>Around a pickle: the format, the loader that people write themselves and its library, and what pandas calls it; empty where there is none.</summary>
    private static readonly (string Format, KnownLoader? Own, string Pandas)[] s_around =
    [
        ("gzip", new("pickle.load(gzip.open)", ""), "gzip"),
        ("bzip2", new("pickle.load(bz2.open)", ""), "bz2"),
        ("xz", new("pickle.load(lzma.open)", ""), "xz"),
        ("lzma", new("pickle.load(lzma.open)", ""), ""),
        ("zip", null, "zip"),
        ("tar", null, "tar"),
        // Its streams have no lines, so pandas reads none of the older pickles out of them.
        ("zstd", new("pickle.loads(zstandard)", "zstandard"), "zstd"),
    ];

    /// <summary>Libraries that are imported before a load when the model's own imports name them.</summary>
    private static readonly string[] s_warm = ["numpy", "scipy", "sklearn", "joblib", "torch", "pandas", "xgboost", "lightgbm", "h5py", "keras", "onnx", "zstandard"];

    /// <summary>The loaders of the input at <paramref name="path"/>; none when it is nothing that a loader here takes.</summary>
    public static IReadOnlyList<KnownLoader> For(string path, IReadOnlyList<Fact> facts)
    {
        HashSet<string> formats = [.. facts.OfType<FormatFact>().Where(f => f.Path == path).Select(f => f.Format)];
        HashSet<string> roots = Roots(facts);
        List<KnownLoader> loaders = [];
        void When(bool applies, string name, string library)
        {
            if (applies)
            {
                loaders.Add(new KnownLoader(name, library));
            }
        }

        bool pickle = formats.Contains("pickle");
        bool torch = formats.Contains("torch-zip") || formats.Contains("torch-tar") || (pickle && roots.Contains("torch"));
        bool script = formats.Contains("torchscript");
        When(pickle, "pickle.load", "");
        When((pickle && roots.Contains("joblib")) || s_compressed.Any(formats.Contains), "joblib.load", "joblib");
        When(pickle && roots.Contains("pandas"), "pandas.read_pickle", "pandas");
        if (HoldsOnePickle(path, facts))
        {
            foreach ((_, KnownLoader? own, string pandas) in s_around.Where(a => formats.SetEquals([a.Format])))
            {
                When(own is not null, own?.Name ?? "", own?.Library ?? "");
                // Archives of one pickle are what pandas writes.
                When(pandas.Length > 0 && (own is null || roots.Contains("pandas")), $"pandas.read_pickle({pandas})", "pandas");
            }
        }

        When(formats.Contains("npy") || formats.Contains("npz"), "numpy.load", "numpy");
        When(script, "torch.jit.load", "torch");
        When(torch || script, "torch.load", "torch");
        When(torch && !script, "torch.load(weights_only=True)", "torch");
        When(formats.Contains("keras") || formats.Contains("hdf5"), "keras.models.load_model", "keras");
        When(formats.Contains("hdf5"), "h5py.File", "h5py");
        When(formats.Contains("onnx"), "onnx.load", "onnx");
        return loaders;
    }

    /// <summary>The libraries to import before a load.</summary>
    public static IReadOnlyList<string> Libraries(KnownLoader loader, IReadOnlyList<Fact> facts)
    {
        HashSet<string> roots = Roots(facts);
        return [.. s_warm.Where(w => w == loader.Library || roots.Contains(w) || (w == "zstandard" && loader.Name.EndsWith("(zstd)", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether what is packed in the input is a pickle and, as far as the scan read it, nothing else.</summary>
    private static bool HoldsOnePickle(string path, IReadOnlyList<Fact> facts)
    {
        string inside = path + Inside;
        FormatFact[] members = [.. facts.OfType<FormatFact>()
            .Where(f => f.Path.StartsWith(inside, StringComparison.Ordinal) && !f.Path.AsSpan(inside.Length).Contains(Inside, StringComparison.Ordinal))];
        return members.Any(m => m.Format == "pickle") && members.All(m => m.Path == members[0].Path);
    }

    private static HashSet<string> Roots(IReadOnlyList<Fact> facts) =>
        [.. facts.OfType<CallableFact>().SelectMany(c => new[] { c.Module, c.Callee }).Select(m => m.Split('.')[0])];
}
