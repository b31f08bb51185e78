// Finds the code beside a configuration that it names: what is at hand is read by itself, what is not stays unknown.
using Assay.Artifacts;

namespace Assay.Formats.Configuration;

internal sealed partial class ConfigurationWalk
{
    /// <summary>The key by which MLflow finds what loads a model.</summary>
    private const string LoaderModule = "loader_module";

    private const int MostLookups = 64;
    private const int LongestName = 200;
    private int _lookups;

    /// <summary>The first of these modules that lies beside the document as a file or as a package; empty where none does.</summary>
    private string Code(params ReadOnlySpan<string> modules)
    {
        foreach (string module in modules)
        {
            foreach (string end in (ReadOnlySpan<string>)[".py", "/__init__.py"])
            {
                if (module.Length is > 0 and < LongestName && Opens(module + end) is { } name)
                {
                    return name;
                }
            }
        }

        return "";
    }

    /// <summary>The code beside that a setting names: a pipeline by its file or class, a loop of generation by its folder.</summary>
    private string Named(string key, string value) => key switch
    {
        "custom_pipeline" => Code(value.EndsWith(".py", StringComparison.Ordinal) ? value[..^3] : value, value.LastIndexOf('.') is > 0 and int dot ? value[..dot].Replace('.', '/') : ""),
        "custom_generate" => Code("custom_generate/generate", value + "/custom_generate/generate"),
        _ => "",
    };

    /// <summary>The name in the bundle of a file that opens; null where there is none, or where the path leads out.</summary>
    private string? Opens(string path)
    {
        if (context.Artifact.In is not { } place || ++_lookups > MostLookups || BundleName.Resolve(place.Name, path) is not { Place: ReferencePlace.Inside } found)
        {
            return null;
        }

        BundleOpening opening = place.Bundle.TryOpen(found.Name);
        opening.Bytes?.Dispose();
        return opening.Bytes is null ? null : found.Name;
    }
}
