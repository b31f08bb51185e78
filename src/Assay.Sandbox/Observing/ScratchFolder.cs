// Tells what a loader unpacks by itself from what the model makes it write.
using System.Text.RegularExpressions;

namespace Assay.Sandbox.Observing;

/// <summary>
/// PyTorch unpacks its oldest files (tar) into a temporary folder before it reads them. That is the loader's doing, and its random names
/// would make each report another one.
/// </summary>
internal static partial class ScratchFolder
{
    private const string Kind = "scratch-file";
    private static readonly HashSet<string> s_members = ["storages", "tensors", "pickle", "sys_info", "storage_views"];

    /// <summary>The kind and subject to tell.</summary>
    public static (string Kind, string Subject) Told(string loader, string kind, string subject)
    {
        if (!loader.StartsWith("torch.load", StringComparison.Ordinal)
            || !(kind.StartsWith("file-", StringComparison.Ordinal) || kind is "python-file" or "python-look"))
        {
            return (kind, subject);
        }

        return TemporaryName().Match(subject) is { Success: true } match ? (Kind, "/tmp/{temporary}" + match.Groups[1].Value)
            : kind == "python-file" && s_members.Contains(subject) ? (Kind, subject)
            : (kind, subject);
    }

    [GeneratedRegex(@"^/tmp/(?:tmp)?[a-z0-9_]{8}((?:/(?:storages|tensors|pickle|sys_info|storage_views))?)$", RegexOptions.NonBacktracking)]
    private static partial Regex TemporaryName();
}
