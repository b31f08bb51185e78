// All formats, in the order in which they are asked.
using Assay.Artifacts;
using Assay.Formats.Archives;
using Assay.Formats.ExecuTorch;
using Assay.Formats.Gguf;
using Assay.Formats.Keras;
using Assay.Formats.Mnn;
using Assay.Formats.Nemo;
using Assay.Formats.Numpy;
using Assay.Formats.OnnxRuntime;
using Assay.Formats.OpenVino;
using Assay.Formats.PyTorch;
using Assay.Formats.Safetensors;
using Assay.Formats.Signatures;
using Assay.Formats.TfLite;

namespace Assay.Formats;

/// <summary>All formats. A test fails when a format is missing here.</summary>
public static class FormatCatalog
{
    /// <summary>The kinds of model files that are zips.</summary>
    private static readonly IZipKind[] s_zips =
    [
        new TorchZipKind(), new TorchScriptKind(), new TorchPackageKind(), new TorchExportKind(), new TorchServeKind(), new NpzKind(), new KerasZipKind(), new Skops.SkopsKind(), new MlNet.MlNetKind(),
        .. Jvm.JvmZipKind.All, .. NamedMembersKind.All, new Media.OfficeKind(),
    ];

    /// <summary>The kinds of model files that are tars.</summary>
    private static readonly ITarKind[] s_tars = [new TorchTarKind(), new NemoKind(), new TorchServeKind()];

    /// <summary>The formats, in the order in which they are asked; every claim is read, so the order only sorts reports.</summary>
    internal static IReadOnlyList<IFormat> All { get; } =
    [
        new Pickles.PickleFormat(),
        new TorchTarMemberFormat(),
        new TorchScriptCodeFormat(),
        new TorchMobileCodeFormat(),
        new NpyFormat(),
        new Joblib.ZFileFormat(Codecs.Codec.Inflate),
        new SafetensorsFormat(),
        new ShardIndexFormat(),
        new Onnx.OnnxFormat(),
        new Onnx.OnnxTextFormat(),
        new Onnx.OnnxTensorFormat(),
        .. TensorFlow.TensorFlowFormat.All,
        new CoreMl.CoreMlFormat(),
        new CoreMl.CoreMlManifestFormat(),
        new CoreMl.CoreMlWeightsFormat(),
        new CoreMl.CoreMlCompiledWeightsFormat(),
        new Paddle.PaddleFormat(),
        new Paddle.PaddleParametersFormat(),
        new Caffe.CaffeFormat(),
        new Caffe.CaffeTextFormat(),
        new SentencePiece.SentencePieceFormat(),
        new SentencePiece.TokenTableFormat(),
        new MediaPipe.MediaPipeFormat(),
        new Triton.TritonConfigFormat(),
        new StableBaselines.SerializedJsonFormat(),
        new Pmml.PmmlFormat(),
        new Jvm.JavaObjectsFormat(),
        new Jvm.JavaSourceFormat(),
        .. Jvm.JvmDocumentFormat.All,
        new Jvm.MojoIniFormat(),
        new MlNet.MlNetPartFormat(),
        new R.RDataFormat(),
        new GgufFormat(),
        new GgmlFormat(),
        new ImatrixFormat(),
        new OpenVinoFormat(),
        new OpenVinoWeightsFormat(),
        new Skops.SkopsSchemaFormat(),
        new XgBoost.XgBoostDocumentFormat(isBinary: false),
        new XgBoost.XgBoostDocumentFormat(isBinary: true),
        new XgBoost.XgBoostBinaryFormat(),
        new LightGbm.LightGbmFormat(),
        new CatBoost.CatBoostFormat(),
        new CatBoost.CatBoostJsonFormat(),
        new KerasConfigFormat(),
        new Hdf5.Hdf5Format(),
        new Flax.FlaxFormat(),
        new KerasMetadataFormat(),
        new Tfjs.TfjsFormat(),
        new Tfjs.TfjsShardFormat(),
        new Matlab.MatlabFormat(),
        new Matlab.MatlabFourFormat(),
        new NetCdf.NetCdfFormat(),
        new Torch7.Torch7Format(),
        new Cntk.CntkFormat(),
        new FastText.FastTextFormat(),
        new FastText.WordVectorsFormat(),
        new CTranslate.CTranslateFormat(),
        new KenLm.KenLmFormat(),
        new Tensorizer.TensorizerFormat(),
        new Columns.ParquetFormat(),
        new Columns.ArrowFormat(),
        new Columns.AvroFormat(),
        new Zarr.ZarrMetadataFormat(),
        new Zarr.ZarrChunkFormat(),
        new Zarr.OcdbtFormat(),
        new Zarr.OrbaxMetadataFormat(),
        new TorchExportProgramFormat(),
        new TorchServeManifestFormat(),
        new TorchModuleCodeFormat(),
        new TorchMobileFormat(),
        new TfLiteFormat(),
        new OrtFormat(),
        new ExecuTorchFormat(),
        new MnnFormat(),
        new Ncnn.NcnnFormat(),
        new Ncnn.NcnnWeightsFormat(),
        new Rknn.RknnFormat(),
        new TensorRt.TensorRtFormat(),
        new MxNet.MxNetParamsFormat(),
        new MxNet.MxNetSymbolFormat(),

        // Configurations, code and texts that come with a model.
        new Json.JsonFormat(),
        new Yaml.YamlFormat(),
        new Notebooks.NotebookFormat(),
        new Jinja.ChatTemplateFormat(),
        new PythonSources.PythonSourceFormat(),
        new PythonSources.PythonSourceFormat(isOfNotebook: true),
        new BracedSources.BracedSourceFormat(isC: true),
        new BracedSources.BracedSourceFormat(isC: false),
        new Bytecode.CompiledPythonFormat(),
        new Requirements.RequirementsFormat(),
        new Hnsw.HnswFormat(),
        new Media.MediaFormat(),
        new Media.MediaScriptFormat(),
        new Media.AppleDoubleFormat(),
        new Media.SvgFormat(),
        new Media.PdfFormat(),
        new Media.CompoundFormat(),
        new Media.SqliteFormat(),
        new Media.GitObjectFormat(),
        new Hadoop.ChecksumFormat(),

        // Programs in a model's place. Programs are believed in gaps too, since that is where they are hidden.
        new Native.LlamafileFormat(),
        new Native.ElfFormat(),
        new Native.PeFormat(),
        new Native.MachOFormat(),
        new Native.WasmFormat(),
        new Native.JavaClassFormat(),
        new Native.ShortcutFormat(),
        new Native.StartUpFormat(),
        new Native.InstallerFormat(),

        // Archives and compressed streams: they submit what they hold.
        new ZipFormat(s_zips),
        new TarFormat(s_tars),
        new SevenZipFormat(),
        new RarFormat(),
        .. CompressedFormat.All,

        new GitLfsPointer(),
        .. RecognisedFormats.All,

        // Asked last, of what nobody else claims.
        new NamedData.NamedDataFormat(),
        new Bson.BsonFormat(),
        new Media.OtherDataFormat(),
        new Texts.TextFormat(),
    ];

    /// <summary>Everything that reports can name: the formats, and the kinds of model files among them.</summary>
    public static IReadOnlyList<IFormatKind> Kinds { get; } = [.. All, .. All.SelectMany(f => f.Kinds).DistinctBy(k => k.Id)];

    /// <summary>Extensions of text that anything may have: they promise no model.</summary>
    private static readonly HashSet<string> s_generic =
        [".json", ".txt", ".md", ".py", ".yaml", ".yml", ".xml", ".html", ".csv", ".pb.txt", ".cfg", ".ini", ".toml", ""];

    private static readonly Lazy<HashSet<string>> s_promising = new(() => [.. Kinds.SelectMany(f => f.Extensions).Where(e => !s_generic.Contains(e))]);

    /// <summary>
    /// Whether an extension promises something else than the pickle that the bytes are: a loader that goes by the name and one that goes by
    /// the content then do different things.
    /// </summary>
    internal static bool HidesPickle(string extension, IReadOnlyList<string> formats) =>
        formats.Contains("pickle") && PromisesModel(extension) && !All.Any(f => f.Id == "pickle" && f.Extensions.Contains(extension));

    /// <summary>Whether an extension promises a format that Assay knows; such a file is never ignored.</summary>
    public static bool PromisesModel(string extension) => s_promising.Value.Contains(extension);
}
