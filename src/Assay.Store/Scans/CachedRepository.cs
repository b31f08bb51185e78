// The repository of a hub that a file on this machine was brought from.
using System.Text.RegularExpressions;
using Assay.Hosting.Folders;

namespace Assay.Store.Scans;

/// <summary>Tells from where a file lies which repository of a hub it was brought from: the cache of <c>huggingface_hub</c> has both in its names.</summary>
internal static partial class CachedRepository
{
    /// <summary>The repository of a file or a folder; null where its path tells none.</summary>
    public static BundleOrigin? Of(string path)
    {
        if (Place().Match(path.Replace('\\', '/')) is not { Success: true } found)
        {
            return null;
        }

        string kind = found.Groups[1].Value, name = found.Groups[2].Value.Replace("--", "/", StringComparison.Ordinal);
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return new BundleOrigin(Environment.MachineName, $"hf://{(kind == "models" ? "" : kind + "/")}{name}", found.Groups[3].Value, slash < 0 ? "" : name[..slash]);
    }

    [GeneratedRegex("/(models|datasets|spaces)--([A-Za-z0-9_.-]+)/snapshots/([0-9a-f]{8,64})(?:/|$)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();
}
