// The loaders of models, each with what it opens: the one place that says who loads what.
namespace Assay.Artifacts;

/// <summary>
/// The loaders of models. Findings name loaders by this table, and test loads are chosen by it. Each was tried on files of every kind, as a whole
/// and as members: <c>LoaderTableTests</c> does it again.
/// </summary>
public static class Loaders
{
    /// <summary><c>pickle.load</c> over an open file.</summary>
    public const string PickleLoad = "pickle.load";

    /// <summary><c>pickle.load</c> over what <c>gzip.open</c> gives.</summary>
    public const string PickleLoadGzip = "pickle.load(gzip.open)";

    /// <summary><c>pickle.load</c> over what <c>bz2.open</c> gives.</summary>
    public const string PickleLoadBzip2 = "pickle.load(bz2.open)";

    /// <summary><c>pickle.load</c> over what <c>lzma.open</c> gives.</summary>
    public const string PickleLoadLzma = "pickle.load(lzma.open)";

    /// <summary><c>pickle.loads</c> of what zstandard unpacks.</summary>
    public const string PickleLoadsZstandard = "pickle.loads(zstandard)";

    /// <summary><c>dill.load</c>.</summary>
    public const string DillLoad = "dill.load";

    /// <summary><c>cloudpickle.load</c>, which is <c>pickle.load</c> under another name.</summary>
    public const string CloudpickleLoad = "cloudpickle.load";

    /// <summary><c>joblib.load</c>, which tells compressed files by their first bytes.</summary>
    public const string JoblibLoad = "joblib.load";

    /// <summary><c>pandas.read_pickle</c>, which goes by the name of the file or by <c>compression=</c>.</summary>
    public const string PandasReadPickle = "pandas.read_pickle";

    /// <summary><c>numpy.load</c>.</summary>
    public const string NumpyLoad = "numpy.load";

    /// <summary><c>torch.load</c>.</summary>
    public const string TorchLoad = "torch.load";

    /// <summary><c>torch.load</c> with its restricted unpickler.</summary>
    public const string TorchLoadWeightsOnly = "torch.load(weights_only=True)";

    /// <summary><c>torch.jit.load</c>: its unpickler in C++ calls nothing of Python.</summary>
    public const string TorchJitLoad = "torch.jit.load";

    /// <summary><c>torch.package.PackageImporter</c>.</summary>
    public const string TorchPackageImporter = "torch.package.PackageImporter";

    /// <summary><c>torch.export.load</c>.</summary>
    public const string TorchExportLoad = "torch.export.load";

    /// <summary><c>keras.models.load_model</c>.</summary>
    public const string KerasLoadModel = "keras.models.load_model";

    /// <summary><c>h5py.File</c>.</summary>
    public const string H5pyFile = "h5py.File";

    /// <summary><c>onnx.load</c>.</summary>
    public const string OnnxLoad = "onnx.load";

    /// <summary><c>onnxruntime.InferenceSession</c>.</summary>
    public const string OnnxRuntimeSession = "onnxruntime.InferenceSession";

    /// <summary>R's <c>readRDS</c> or <c>load</c>, by how the file begins.</summary>
    public const string ReadRds = "readRDS or load (R)";

    /// <summary><c>skops.io.load</c>.</summary>
    public const string SkopsLoad = "skops.io.load";

    /// <summary>The <c>load</c> of the algorithms of Stable-Baselines3.</summary>
    public const string StableBaselinesLoad = "stable_baselines3 load";

    /// <summary>NeMo's <c>restore_from</c>.</summary>
    public const string NemoRestoreFrom = "nemo restore_from";

    /// <summary>TorchServe.</summary>
    public const string TorchServe = "TorchServe";

    /// <summary><c>executorch.devtools.parse_etrecord</c>.</summary>
    public const string ParseEtRecord = "executorch.devtools.parse_etrecord";

    private const string WeightsOnly = "weights-only";
    private const string TorchScriptSafety = "weights_only=True refuses since 2.6; before, and without it, torch.jit.load takes over";

    /// <summary>The C unpickler, over whatever it gets.</summary>
    private static readonly string[] s_c = ["c", "c-stream"];

    private static readonly LoaderRoute s_pickle = new("pickle");
    private static readonly LoaderLayer s_numpyZip = new("zip") { Heads = ["504b0304", "504b0506"] };
    private static readonly LoaderLayer s_torchZip = new("torch-zip") { Main = true, Heads = ["504b0304"] };
    private static readonly LoaderLayer s_torchLegacy = new("torch-legacy") { Streams = 5, ResolvesIds = true };
    private static readonly LoaderLayer s_withIds = new("pickle") { ResolvesIds = true };

    /// <summary>All loaders, in the order in which findings name them.</summary>
    public static IReadOnlyList<Loader> All { get; } =
    [
        new(PickleLoad) { Dialects = s_c, ReadsOn = true, Routes = [s_pickle] },
        new(PickleLoadGzip) { Dialects = s_c, ReadsOn = true, Routes = [new("gzip", "pickle")] },
        new(PickleLoadBzip2) { Dialects = s_c, ReadsOn = true, Routes = [new("bzip2", "pickle")] },
        new(PickleLoadLzma) { Dialects = s_c, ReadsOn = true, Routes = [new("xz", "pickle"), new("lzma", "pickle")] },
        new(PickleLoadsZstandard) { Library = "zstandard", Dialects = s_c, Routes = [new("zstd", "pickle")] },
        new(DillLoad) { Library = "dill", Dialects = s_c, ReadsOn = true, Routes = [s_pickle] },
        new(CloudpickleLoad) { Library = "cloudpickle", Dialects = s_c, ReadsOn = true, Routes = [s_pickle] },
        new(JoblibLoad)
        {
            Library = "joblib",
            Dialects = ["joblib"],
            Encodings = ["ascii"],
            Routes =
            [
                s_pickle,
                new(new("zlib") { Heads = ["78"] }, "pickle"),
                new("gzip", "pickle"),
                new("bzip2", "pickle"),
                new(new("lzma") { Heads = ["5d00"] }, "pickle"),
                new("xz", "pickle"),
                new("lz4", "pickle") { Versions = ">=0.13" },
                new("joblib-zfile", "pickle"),
            ],
        },
        new(PandasReadPickle)
        {
            Library = "pandas",
            Dialects = s_c,
            // After a string that is not ASCII it starts again in Latin-1.
            Encodings = ["ascii", "latin1"],
            Routes =
            [
                s_pickle,
                new("gzip", "pickle"),
                new("bzip2", "pickle"),
                new("xz", "pickle"),
                // What it takes for xz may be what came before it.
                new("lzma", "pickle"),
                new("zstd", "pickle") { Versions = ">=1.4" },
                new(new("zip") { Alone = true }, "pickle"),
                Tar(),
                Tar("gzip"),
                Tar("bzip2"),
                Tar("xz"),
            ],
        },
        new(NumpyLoad)
        {
            Library = "numpy",
            SafeSetting = "allow_pickle=False (the default since 1.16.3) refuses pickles",
            Dialects = s_c,
            Encodings = ["ascii", "latin1", "bytes"],
            Routes =
            [
                s_pickle,
                new("npy"),
                new(new("npy", "object-array"), "pickle"),
                new(s_numpyZip, "npy"),
                new(s_numpyZip, new("npy", "object-array"), "pickle"),
            ],
        },
        new(TorchLoad)
        {
            Library = "torch",
            SafeId = TorchLoadWeightsOnly,
            SafeSetting = "weights_only=True (the default since 2.6) refuses what is not on its list",
            SafeDialect = WeightsOnly,
            Dialects = [.. s_c, WeightsOnly],
            Routes =
            [
                s_pickle,
                new(s_torchLegacy),
                new(s_torchZip, s_withIds) { Versions = ">=1.6" },
                TorchTar("pickle", s_withIds),
                TorchTar("storages", "torch-tar-member"),
                TorchTar("tensors", "torch-tar-member"),
                new("torchscript") { Versions = ">=1.6", SafeSetting = TorchScriptSafety },
                new("torchscript", "torchscript-code") { Versions = ">=1.6", SafeSetting = TorchScriptSafety },
            ],
        },
        new(TorchJitLoad) { Library = "torch", Routes = [new("torchscript"), new("torchscript", "torchscript-code")] },
        // It derives from the unpickler in Python.
        new(TorchPackageImporter) { Library = "torch", Dialects = ["python"], Routes = [new("torch-package", s_withIds)] },
        new(TorchExportLoad) { Library = "torch", Routes = [new("pt2")] },
        new(KerasLoadModel)
        {
            Library = "keras",
            SafeSetting = "safe_mode=True (the default) refuses lambdas; bypasses are known",
            Routes = [new("keras-zip") { Versions = ">=2.12" }, new("hdf5") { SafeSetting = "" }],
        },
        new(H5pyFile) { Library = "h5py", Routes = [new("hdf5")] },
        new(OnnxLoad) { Library = "onnx", Routes = [new("onnx")] },
        new(OnnxRuntimeSession) { Library = "onnxruntime", Routes = [new("onnx")] },
        new(ReadRds) { Library = "R", Routes = [new("r-data"), new("gzip", "r-data"), new("bzip2", "r-data"), new("xz", "r-data")] },
        new(SkopsLoad) { Library = "skops", SafeSetting = "trusted=None refuses types that are not trusted", Routes = [new("skops"), new("skops", "skops-schema")] },
        new(StableBaselinesLoad)
        {
            Library = "stable_baselines3",
            SafeSetting = "custom_objects replaces single values; the others are unpickled",
            Dialects = s_c,
            Routes =
            [
                new(new("sb3-zip", "data"), "sb3-json", "pickle"),
                Baselines(s_torchZip, s_withIds),
                Baselines("pickle"),
                Baselines(s_torchLegacy),
            ],
        },
        new(NemoRestoreFrom) { Library = "nemo", Routes = [new("nemo")] },
        new(TorchServe) { Routes = [new("mar")] },
        new(ParseEtRecord) { Library = "executorch", Routes = [new("etrecord")] },
    ];

    /// <summary>The loader of an id, or of a label that begins with one (<c>pickle.load, +400 days</c>); null where there is none.</summary>
    public static Loader? Named(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        string id = label.Split(", ")[0];
        return All.FirstOrDefault(l => l.Id == id || (l.SafeId.Length > 0 && l.SafeId == id));
    }

    private static LoaderRoute Tar(params LoaderLayer[] around) => new([.. around, new("tar") { Alone = true }, "pickle"]) { Versions = ">=1.5" };

    private static LoaderRoute TorchTar(string member, LoaderLayer layer) => new(new("torch-tar", member), layer)
    {
        SafeSetting = "weights_only=True refuses what is not on its list, and since 2.6, where it is the default, all files of this kind; bypassed before 2.6 (CVE-2025-32434)",
    };

    /// <summary>What torch wrote into a model of Stable-Baselines3.</summary>
    private static LoaderRoute Baselines(params LoaderLayer[] inside) => new([new("sb3-zip", "*.pth"), .. inside])
    {
        SafeSetting = "recent versions ask torch.load for weights_only=True, which refuses what is not on its list",
    };
}
