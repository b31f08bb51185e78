// All kinds of model files that are zips.
using Assay.Artifacts;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>All flavours. The order sorts reports; every flavour that matches counts.</summary>
internal static class ZipFlavours
{
    public static IReadOnlyList<IZipFlavour> All { get; } =
    [
        new TorchZipFlavour(),
        new TorchScriptFlavour(),
        new TorchPackageFlavour(),
        new NamedMembersFlavour(
            "pt2",
            "torch.export archive",
            FormatSupport.Recognised,
            [".pt2"],
            names => names.Any(n => Tail(n) is "archive_format" or "serialized_exported_program.json" || n == "serialized_exported_program.json")),
        new NamedMembersFlavour(
            "npz",
            "NumPy archive (npz)",
            FormatSupport.Full,
            [".npz"],
            names => names.Count > 0 && names.All(n => n.EndsWith('/') || n.EndsWith(".npy", StringComparison.Ordinal))),
        new NamedMembersFlavour(
            "keras-zip",
            "Keras model (.keras)",
            FormatSupport.Recognised,
            [".keras"],
            names => names.Contains("config.json") && (names.Contains("metadata.json") || names.Contains("model.weights.h5"))),
        new NamedMembersFlavour(
            "skops",
            "skops model",
            FormatSupport.Recognised,
            [".skops"],
            names => names.Contains("schema.json")),
        new NamedMembersFlavour(
            "mar",
            "TorchServe model archive",
            FormatSupport.Recognised,
            [".mar"],
            names => names.Any(n => n is "MAR-INF/MANIFEST.json" or "MAR_INF/MANIFEST.json")),
        new NamedMembersFlavour(
            "sb3-zip",
            "Stable-Baselines3 model",
            FormatSupport.Full,
            [".zip"],
            names => names.Contains("data") && names.Any(n => n is "_stable_baselines3_version" or "policy.pth" or "pytorch_variables.pth")),
        new NamedMembersFlavour(
            "etrecord",
            "ExecuTorch record",
            FormatSupport.Recognised,
            [],
            names => names.Contains("ETRECORD_V0")),
    ];

    /// <summary>The names of all members in all views, local names included.</summary>
    public static IEnumerable<string> Names(ZipDirectory directory)
    {
        foreach (ZipEntry entry in directory.Entries)
        {
            yield return entry.Name;
            if (entry is { Central: not null, Local: { } local } && local.Name != entry.Name)
            {
                yield return local.Name;
            }
        }
    }

    /// <summary>What follows the top folder; empty when there is none.</summary>
    public static string Tail(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : name[(slash + 1)..];
    }

    /// <summary>What comes before the first slash.</summary>
    public static string Top(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : name[..slash];
    }
}

/// <summary>A flavour that is told by the names of members and has nothing odd of its own.</summary>
internal sealed class NamedMembersFlavour(
    string id,
    string name,
    FormatSupport support,
    IReadOnlyList<string> extensions,
    Predicate<IReadOnlyCollection<string>> matches) : IZipFlavour
{
    public string Id => id;

    public string Name => name;

    public FormatSupport Support => support;

    public IReadOnlyList<string> Extensions => extensions;

    public bool Matches(ZipDirectory directory) => matches([.. ZipFlavours.Names(directory)]);

    public void Inspect(ZipDirectory directory, ReadContext context)
    {
    }
}
