// The frame of in-toto: what something is said about.
using System.Text.Json.Serialization;

namespace Assay.Trust.Signing;

/// <summary>What something is said about: a name and digests.</summary>
public sealed record StatementSubject
{
    /// <summary>What it is called.</summary>
    public string Name { get; init; } = "";

    /// <summary>Digests by their algorithm, in lower-case hex.</summary>
    public IReadOnlyDictionary<string, string> Digest { get; init; } = new Dictionary<string, string>();
}

/// <summary>A statement of in-toto (https://in-toto.io/Statement/v1): subjects, and what is said about them.</summary>
/// <typeparam name="T">What is said.</typeparam>
public sealed record Statement<T>
{
    /// <summary>The type of statements of this version.</summary>
    public const string V1 = "https://in-toto.io/Statement/v1";

    /// <summary>The type of the statement.</summary>
    [JsonPropertyName("_type")]
    public string Type { get; init; } = V1;

    /// <summary>What it is about.</summary>
    public IReadOnlyList<StatementSubject> Subject { get; init; } = [];

    /// <summary>What kind of thing is said.</summary>
    public string PredicateType { get; init; } = "";

    /// <summary>What is said.</summary>
    public T? Predicate { get; init; }
}
