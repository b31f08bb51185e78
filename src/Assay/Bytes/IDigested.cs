// Bytes whose digest is known to whoever hands them in.
namespace Assay.Bytes;

/// <summary>Bytes that were digested when they were brought here, and are the same each time they are read.</summary>
internal interface IDigested
{
    /// <summary>The SHA-256 in lower-case hex.</summary>
    string Sha256 { get; }
}
