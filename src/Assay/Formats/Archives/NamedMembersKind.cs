// Kinds of zips that are recognised by the names of their members and not read yet as a whole.
using Assay.Artifacts;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>A kind that is recognised by the names of members and has nothing of its own to read.</summary>
internal sealed class NamedMembersKind(
    string id,
    string name,
    FormatSupport support,
    IReadOnlyList<string> extensions,
    Predicate<IReadOnlyCollection<string>> matches) : IZipKind
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<IZipKind> All { get; } =
    [
        new NamedMembersKind(
            "pt2",
            "torch.export archive",
            FormatSupport.Recognised,
            [".pt2"],
            names => names.Any(n => ZipNames.Tail(n) is "archive_format" or "serialized_exported_program.json" || n == "serialized_exported_program.json")),
        new NamedMembersKind(
            "keras-zip",
            "Keras model (.keras)",
            FormatSupport.Recognised,
            [".keras"],
            names => names.Contains("config.json") && (names.Contains("metadata.json") || names.Contains("model.weights.h5"))),
        new NamedMembersKind(
            "mar",
            "TorchServe model archive",
            FormatSupport.Recognised,
            [".mar"],
            names => names.Any(n => n is "MAR-INF/MANIFEST.json" or "MAR_INF/MANIFEST.json")),
        new NamedMembersKind(
            "sb3-zip",
            "Stable-Baselines3 model",
            FormatSupport.Full,
            [".zip"],
            names => names.Contains("data") && names.Any(n => n is "_stable_baselines3_version" or "policy.pth" or "pytorch_variables.pth")),
        new NamedMembersKind(
            "etrecord",
            "ExecuTorch record",
            FormatSupport.Recognised,
            [],
            names => names.Contains("ETRECORD_V0")),
    ];

    public string Id => id;

    public string Name => name;

    public FormatSupport Support => support;

    public IReadOnlyList<string> Extensions => extensions;

    public bool Matches(ZipDirectory directory) => matches([.. ZipNames.Of(directory)]);

    public void Read(ZipDirectory directory, ReadContext context)
    {
    }
}
