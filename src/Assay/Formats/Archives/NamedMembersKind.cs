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
            "sb3-zip",
            "Stable-Baselines3 model",
            FormatSupport.Full,
            [".zip"],
            names => names.Contains("data") && names.Any(n => n is "_stable_baselines3_version" or "policy.pth" or "pytorch_variables.pth")),
        new NamedMembersKind(
            "dduf",
            "DDUF (diffusers in one file)",
            FormatSupport.Full,
            [".dduf"],
            names => names.Contains("model_index.json")),
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
