// A bundle on a server, whose listing says what each of its files holds.
using Assay.Artifacts;

namespace Assay.Hosting.Folders;

/// <summary>Where a bundle comes from.</summary>
/// <param name="Server">The server, or the machine, whose word it is.</param>
/// <param name="Repository">The repository, without a revision.</param>
/// <param name="Revision">The commit; empty where there are none.</param>
/// <param name="Publisher">Who publishes it; empty where nobody is named.</param>
public sealed record BundleOrigin(string Server, string Repository, string Revision, string Publisher);

/// <summary>What a listing says of a file: two files of one server with the same identity and size are the same, as far as that server is believed.</summary>
/// <param name="Identity">What stands for the content.</param>
/// <param name="Size">How many bytes there are.</param>
/// <param name="Sha256">The SHA-256 in lower-case hex, where the server tells it.</param>
public readonly record struct ListedContent(string Identity, long Size, string? Sha256);

/// <summary>A bundle on a server, whose listing says what each of its files holds.</summary>
public interface IListedBundle : IBundle
{
    /// <summary>Where it comes from.</summary>
    BundleOrigin Origin { get; }

    /// <summary>What is listed, in the ordinal order of the names. Unlike <see cref="IBundle.List"/> it brings nothing here.</summary>
    IEnumerable<BundleEntry> Entries { get; }

    /// <summary>What the listing says of a file; null where there is none, or nothing is said by which its content could be known again.</summary>
    ListedContent? Listed(string name);
}
