// What a certificate of a pass claims.
using System.Text.Json.Serialization;

namespace Assay.Trust.Checking;

/// <summary>Why using a callable is harmless.</summary>
public sealed record CertifiedName
{
    /// <summary>The callable, as the file writes it.</summary>
    public string Name { get; init; } = "";

    /// <summary>What a call of it does: a word of the checker's, or the effects that an effect pack knows of.</summary>
    public string Does { get; init; } = "";

    /// <summary>Why that is harmless.</summary>
    public string Why { get; init; } = "";

    /// <summary><c>checker</c> where the checker knows it itself, <c>pack</c> where only the effect packs of the issuer say so.</summary>
    public string By { get; init; } = "";
}

/// <summary>Who issued a certificate and by what: said, and not checked.</summary>
public sealed record CertificateIssuer
{
    /// <summary>The version of Assay.</summary>
    public string Version { get; init; } = "";

    /// <summary>The version of its rules.</summary>
    public string Rules { get; init; } = "";

    /// <summary>The digest of its rules.</summary>
    public string RulesDigest { get; init; } = "";

    /// <summary>The effect packs, each with version and digest.</summary>
    public IReadOnlyList<string> Packs { get; init; } = [];

    /// <summary>The day.</summary>
    public DateOnly Day { get; init; }
}

/// <summary>
/// What a certificate of a pass claims about a file: which bytes it has, that each of them belongs to a part, what a loader would do with each part, with what, and why each callable in that is harmless.
/// </summary>
public sealed record Certificate
{
    /// <summary>The version of this form.</summary>
    public const string CurrentSchema = "assay.certificate/1";

    /// <summary>The version of the form that it was written in.</summary>
    public string Schema { get; init; } = "";

    /// <summary>What the file was called.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its size.</summary>
    public long Size { get; init; }

    /// <summary>Its SHA-256.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>What it is.</summary>
    public string Format { get; init; } = "";

    /// <summary>Who issued it.</summary>
    public CertificateIssuer Issuer { get; init; } = new();

    /// <summary>Its parts, in order: every byte of the file or of its members belongs to one.</summary>
    public IReadOnlyList<CheckedPart> Parts { get; init; } = [];

    /// <summary>Every callable that is imported, called or acted on, in ordinal order.</summary>
    public IReadOnlyList<CertifiedName> Callables { get; init; } = [];
}

/// <summary>Reads and writes certificates without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Certificate))]
internal sealed partial class CertificateJson : JsonSerializerContext;
