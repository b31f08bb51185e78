// Tells which file of source the build of a project runs.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.PythonSources;

/// <summary>Tools that build projects run a file that <c>pyproject.toml</c> names: hooks of Hatch, the build script of Poetry, the setup script of PDM.</summary>
internal static class BuildScripts
{
    private const int LargestProject = 1 << 20;

    /// <summary>Whether the project whose folder a file lies in names it as what its build runs.</summary>
    public static bool Names(ReadContext context)
    {
        if (context.Artifact.In is not { } place)
        {
            return false;
        }

        int slash = place.Name.LastIndexOf('/');
        BundleOpening opening = place.Bundle.TryOpen(place.Name[..(slash + 1)] + "pyproject.toml");
        using ByteSource? bytes = opening.Bytes;
        if (bytes is null || bytes.Length > LargestProject)
        {
            return false;
        }

        context.Budget.SpendWork(WorkCosts.Artifact + (2 * bytes.Length));
        string file = place.Name[(slash + 1)..];
        string section = "";
        foreach (string raw in Encoding.UTF8.GetString(bytes.ReadUpTo(0, (int)bytes.Length)).Split('\n'))
        {
            string line = raw.Trim();
            section = line.StartsWith('[') ? line.Trim('[', ']', ' ') : section;
            bool names = line.Contains($"\"{file}\"", StringComparison.Ordinal) || line.Contains($"'{file}'", StringComparison.Ordinal);
            string key = line.Split('=')[0].Trim();
            if ((section.StartsWith("tool.hatch", StringComparison.Ordinal) && section.Contains(".hooks.custom", StringComparison.Ordinal) && (file is "hatch_build.py" || (names && key is "path")))
                || (names && section is "tool.poetry.build" && key is "script") || (names && section is "tool.poetry" && key is "build") || (names && section.StartsWith("tool.pdm.build", StringComparison.Ordinal) && key is "run-setup" or "setup-script"))
            {
                return true;
            }
        }

        return false;
    }
}
