// Which loaders apply to a file, and which libraries they need.
using Assay.Artifacts;

namespace Assay.Sandbox.Loading;

/// <summary>A loader of the harness and the library it belongs to; empty for Python itself.</summary>
internal sealed record KnownLoader(string Name, string Library);

/// <summary>Chooses loaders by what the scan read the bytes as and what it saw in them, never by the name of the file.</summary>
internal static class LoaderChoice
{
    private static readonly string[] s_compressed = ["joblib-zfile", "gzip", "zlib", "bzip2", "xz", "lzma", "lz4"];

    /// <summary>Libraries that are imported before a load when the model's own imports name them.</summary>
    private static readonly string[] s_warm = ["numpy", "scipy", "sklearn", "joblib", "torch", "pandas", "xgboost", "lightgbm", "h5py", "keras", "onnx"];

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
        return [.. s_warm.Where(w => w == loader.Library || roots.Contains(w)).Order(StringComparer.Ordinal)];
    }

    private static HashSet<string> Roots(IReadOnlyList<Fact> facts) =>
        [.. facts.OfType<CallableFact>().SelectMany(c => new[] { c.Module, c.Callee }).Select(m => m.Split('.')[0])];
}
