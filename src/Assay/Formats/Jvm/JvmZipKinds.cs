// Kinds of zips that programs on the JVM load as models: DL4J, H2O, MLeap.
using Assay.Artifacts;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.Jvm;

/// <summary>A kind of zip that is told by the names of its members, of which some hold numbers only.</summary>
internal sealed class JvmZipKind : IZipKind
{
    private readonly Predicate<IReadOnlyCollection<string>> _matches;
    private readonly Predicate<string> _isData;

    private JvmZipKind(string id, string name, Predicate<IReadOnlyCollection<string>> matches, Predicate<string> isData)
    {
        (Id, Name) = (id, name);
        (_matches, _isData) = (matches, isData);
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<IZipKind> All { get; } =
    [
        new JvmZipKind(
            "dl4j",
            "DL4J model",
            names => names.Contains("configuration.json") && names.Any(n => n is "coefficients.bin" or "updaterState.bin" or "noParams.marker" or "normalizer.bin"),
            name => name is "coefficients.bin" or "updaterState.bin" or "updater.bin" or "normalizer.bin" or "noParams.marker"),
        new JvmZipKind(
            "h2o-mojo",
            "H2O MOJO",
            names => names.Any(n => n == "model.ini" || n.EndsWith("/model.ini", StringComparison.Ordinal)),
            name => name.EndsWith(".bin", StringComparison.Ordinal) || Part(name, "trees") || Part(name, "domains") || name.EndsWith("boosterBytes", StringComparison.Ordinal)
                || name.EndsWith("vectorizer", StringComparison.Ordinal) || name.Contains("x_mean_", StringComparison.Ordinal) || Part(name, "clouds")),
        new JvmZipKind(
            "mleap-zip",
            "MLeap bundle (zip)",
            names => names.Contains("bundle.json") || (names.Contains("bundle.pb") && names.Any(n => n.StartsWith("root/", StringComparison.Ordinal))),
            name => name.EndsWith(".pb", StringComparison.Ordinal) || name.EndsWith(".proto", StringComparison.Ordinal)),
    ];

    public string Id { get; }

    public string Name { get; }

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public bool Matches(ZipDirectory directory) => _matches([.. ZipNames.Of(directory)]);

    public void Read(ZipDirectory directory, ReadContext context)
    {
    }

    public bool HoldsData(string name) => _isData(name);

    private static bool Part(string name, string folder) =>
        name.StartsWith(folder + "/", StringComparison.Ordinal) || name.Contains("/" + folder + "/", StringComparison.Ordinal);
}
