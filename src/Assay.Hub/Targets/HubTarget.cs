// What a user names on a hub: a repository, a revision of it, a file or a folder in it.
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Hosting;

namespace Assay.Hub.Targets;

/// <summary>What a repository holds.</summary>
public enum HubKind
{
    /// <summary>A model.</summary>
    Model,

    /// <summary>A data set.</summary>
    Dataset,

    /// <summary>A space.</summary>
    Space,
}

/// <summary>
/// A repository of a hub, with a revision and a path in it where they are named. The addresses are those of <c>huggingface_hub</c>
/// (<c>hf://[models/|datasets/|spaces/]owner/name[@revision][/path]</c>), and besides names without an owner (<c>hf://gpt2</c>), which the first models of the hub have.
/// </summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Name">Its name, with the owner where it has one.</param>
/// <param name="Revision">A branch, a tag or a commit; null for the main branch.</param>
/// <param name="Path">A file or a folder; empty for all.</param>
public sealed partial record HubTarget(HubKind Kind, string Name, string? Revision = null, string Path = "") : RemoteTarget
{
    /// <summary>The branch that is meant where none is named.</summary>
    public const string MainBranch = "main";

    private const int LongestName = 96;
    private static readonly (string Prefix, HubKind Kind)[] s_kinds = [("models", HubKind.Model), ("datasets", HubKind.Dataset), ("spaces", HubKind.Space)];

    /// <summary>The kind as the hub's interface writes it.</summary>
    public string Plural => s_kinds.First(k => k.Kind == Kind).Prefix;

    /// <summary>The name below which the files lie on the hub.</summary>
    internal string Prefix => Kind == HubKind.Model ? Name : $"{Plural}/{Name}";

    /// <summary>The address of the repository at a commit.</summary>
    internal string At(string? revision) => $"hf://{Prefix}{(revision is null ? "" : "@" + revision)}";

    /// <summary>The target behind <c>hf://</c>.</summary>
    internal static HubTarget Parse(string text)
    {
        List<string> parts = [.. text.Split('/')];
        HubKind kind = HubKind.Model;
        if (s_kinds.FirstOrDefault(k => k.Prefix == parts[0]) is { Prefix: not null } known && parts.Count > 1)
        {
            kind = known.Kind;
            parts.RemoveAt(0);
        }

        // A name without an owner stands alone, or ends where its revision begins.
        bool lonely = parts.Count == 1 || parts[0].Contains('@', StringComparison.Ordinal);
        string name = lonely ? parts[0] : $"{parts[0]}/{parts[1]}";
        parts.RemoveRange(0, lonely ? 1 : 2);
        string? revision = null;
        int at = name.IndexOf('@', StringComparison.Ordinal);
        if (at >= 0)
        {
            revision = name[(at + 1)..];
            name = name[..at];

            // The hub's own references hold slashes; those of others are written %2F.
            if (revision == "refs" && parts.Count >= 2 && parts[0] is "pr" or "convert")
            {
                revision = $"refs/{parts[0]}/{parts[1]}";
                parts.RemoveRange(0, 2);
            }

            revision = Uri.UnescapeDataString(revision);
        }

        return Create("hf://" + text, kind, name, revision, parts);
    }

    /// <summary>The target of a page of the hub, as people copy it from a browser; null where the address is none.</summary>
    internal static HubTarget? OfPage(Uri place, HubOptions options)
    {
        bool ours = string.Equals(place.Authority, options.Endpoint.Authority, StringComparison.OrdinalIgnoreCase)
            || (options.Endpoint == HubOptions.PublicHub && place is { Scheme: "https", IsDefaultPort: true } && place.Host is "hf.co" or "www.huggingface.co");
        List<string> parts = [.. place.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString)];
        if (!ours || parts is [""] || parts[0] is "api" or "docs" or "blog" or "papers" or "collections" or "settings" or "organizations")
        {
            return null;
        }

        HubKind kind = HubKind.Model;
        if (s_kinds.FirstOrDefault(k => k.Prefix == parts[0]) is { Prefix: not null } known && parts.Count > 1)
        {
            kind = known.Kind;
            parts.RemoveAt(0);
        }

        int verb = parts.FindIndex(1, Math.Min(2, parts.Count - 1), p => p is "tree" or "blob" or "resolve" or "raw");
        int length = verb > 0 ? verb : Math.Min(2, parts.Count);
        string name = string.Join('/', parts[..length]);
        string? revision = null;
        List<string> rest = verb > 0 ? parts[(verb + 1)..] : [];
        if (rest is ["refs", "pr" or "convert", _, ..])
        {
            revision = string.Join('/', rest[..3]);
            rest = rest[3..];
        }
        else if (rest.Count > 0)
        {
            revision = rest[0];
            rest = rest[1..];
        }

        return Create(Http.AddressRules.Shown(place), kind, name, revision, rest);
    }

    private static HubTarget Create(string given, HubKind kind, string name, string? revision, List<string> path)
    {
        string text = Shown(given);
        string below = string.Join('/', path).TrimEnd('/');
        if (name.Length > LongestName || !Names().IsMatch(name) || name.Contains("--", StringComparison.Ordinal) || name.Contains("..", StringComparison.Ordinal))
        {
            throw new SettingException($"{text} names no repository; hf://owner/name does, and hf://owner/name@revision/path names a file in it.");
        }

        if (revision is not null && (revision.Length is 0 or > 256 || revision.Split('/').Any(p => p is "" or "." or "..") || revision.AsSpan().IndexOfAnyInRange('\0', ' ') >= 0))
        {
            throw new SettingException($"{text} names no revision: a branch, a tag or a commit stands behind the @.");
        }

        return below.Length == 0 || BundleName.IsPlain(below)
            ? new HubTarget(kind, name, revision, below)
            : throw new SettingException($"{text} names no file of a repository.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9_.\-]*(/[A-Za-z0-9_][A-Za-z0-9_.\-]*)?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
