// What a person decided about a file.
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Trust.Signing;

namespace Assay.Trust.Decisions;

/// <summary>What a decision says about a finding that it accepts.</summary>
public sealed record DecidedFinding
{
    /// <summary>The rule.</summary>
    public string Rule { get; init; } = "";

    /// <summary>What the finding stands on: another command at the same place has another key.</summary>
    public string ContentKey { get; init; } = "";

    /// <summary>How grave it was.</summary>
    public string Severity { get; init; } = "";

    /// <summary>What it said.</summary>
    public string Message { get; init; } = "";
}

/// <summary>What a person decided about a file: the predicate of a statement whose subject is the file.</summary>
public sealed record DecisionPredicate
{
    /// <summary>The type of the predicate; docs/decision.schema.json describes it.</summary>
    public const string TypeUri = "urn:assay:decision:1";

    /// <summary><c>allow</c>.</summary>
    public const string Allow = "allow";

    /// <summary><c>deny</c>.</summary>
    public const string Deny = "deny";

    /// <summary><c>allow</c> or <c>deny</c>.</summary>
    public string Decision { get; init; } = "";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who.</summary>
    public string By { get; init; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The last day, as <c>yyyy-MM-dd</c>; null for no end, which only a denial may have.</summary>
    public DateOnly? Until { get; init; }

    /// <summary>The size of the file.</summary>
    public long Size { get; init; }

    /// <summary>What the scan came to.</summary>
    public string Verdict { get; init; } = "";

    /// <summary>What was found, and is accepted where the decision is to allow.</summary>
    public IReadOnlyList<DecidedFinding> Findings { get; init; } = [];

    /// <summary>Why parts of it were not read, where that is accepted.</summary>
    public IReadOnlyList<string> Unread { get; init; } = [];

    /// <summary>The version of Assay that showed the evidence.</summary>
    public string Version { get; init; } = "";

    /// <summary>The digest of its rules.</summary>
    public string Rules { get; init; } = "";
}

/// <summary>That a decision does not hold any more: the predicate of a statement whose subject is the decision.</summary>
public sealed record RevocationPredicate
{
    /// <summary>The type of the predicate.</summary>
    public const string TypeUri = "urn:assay:revocation:1";

    /// <summary>Why.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who.</summary>
    public string By { get; init; } = "";

    /// <summary>When.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>A decision with its envelope.</summary>
public sealed class Decision
{
    private Decision(Envelope envelope, StatementSubject subject, DecisionPredicate said)
    {
        Envelope = envelope;
        Name = subject.Name;
        Sha256 = subject.Digest["sha256"];
        Said = said;
    }

    /// <summary>What was signed, by whom.</summary>
    public Envelope Envelope { get; }

    /// <summary>What it is called.</summary>
    public string Id => Envelope.Id;

    /// <summary>Where the file lay.</summary>
    public string Name { get; }

    /// <summary>The SHA-256 of the file.</summary>
    public string Sha256 { get; }

    /// <summary>What was decided.</summary>
    public DecisionPredicate Said { get; }

    /// <summary>Whether it is to allow; else it is to deny.</summary>
    public bool IsAllowing => Said.Decision == DecisionPredicate.Allow;

    /// <summary>The text that is signed: nothing is signed that could not be read again.</summary>
    public static Envelope Write(string name, string sha256, DecisionPredicate said)
    {
        Statement<DecisionPredicate> statement = new()
        {
            Subject = [new StatementSubject { Name = name, Digest = new Dictionary<string, string> { ["sha256"] = sha256 } }],
            PredicateType = DecisionPredicate.TypeUri,
            Predicate = said,
        };
        Envelope envelope = Envelope.Of(Envelope.InToto, JsonSerializer.SerializeToUtf8Bytes(statement, SigningJson.Default.StatementDecisionPredicate));
        return Read(envelope) is null ? throw new ArgumentException("This is no decision.", nameof(said)) : envelope;
    }

    /// <summary>Reads a decision out of an envelope; null where it holds none.</summary>
    public static Decision? Read(Envelope? envelope)
    {
        if (envelope?.PayloadType != Envelope.InToto)
        {
            return null;
        }

        try
        {
            Statement<DecisionPredicate>? statement = JsonSerializer.Deserialize(envelope.Bytes, SigningJson.Default.StatementDecisionPredicate);
            return statement is
            {
                Type: Statement<DecisionPredicate>.V1, PredicateType: DecisionPredicate.TypeUri,
                Subject: [{ Name: not null, Digest: not null } subject],
                Predicate: { Decision: DecisionPredicate.Allow or DecisionPredicate.Deny, Reason: { Length: > 0 }, Findings: not null, Unread: not null } said,
            }
                && subject.Digest.TryGetValue("sha256", out string? digest) && digest is { Length: 64 }
                && (said.Decision == DecisionPredicate.Deny || said.Until is not null)
                ? new Decision(envelope, subject, said) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>That a decision does not hold any more, with its envelope.</summary>
public sealed class Revocation
{
    private Revocation(Envelope envelope, string payload, RevocationPredicate said)
    {
        Envelope = envelope;
        Payload = payload;
        Said = said;
    }

    /// <summary>What was signed, by whom.</summary>
    public Envelope Envelope { get; }

    /// <summary>The SHA-256 of the payload of the decision.</summary>
    public string Payload { get; }

    /// <summary>What was said.</summary>
    public RevocationPredicate Said { get; }

    /// <summary>The text that is signed.</summary>
    public static Envelope Write(Decision decision, RevocationPredicate said)
    {
        ArgumentNullException.ThrowIfNull(decision);
        Statement<RevocationPredicate> statement = new()
        {
            Subject = [new StatementSubject { Name = decision.Name, Digest = new Dictionary<string, string> { ["sha256"] = PayloadOf(decision.Envelope) } }],
            PredicateType = RevocationPredicate.TypeUri,
            Predicate = said,
        };
        return Envelope.Of(Envelope.InToto, JsonSerializer.SerializeToUtf8Bytes(statement, SigningJson.Default.StatementRevocationPredicate));
    }

    /// <summary>Reads a revocation out of an envelope; null where it holds none.</summary>
    public static Revocation? Read(Envelope? envelope)
    {
        if (envelope?.PayloadType != Envelope.InToto)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(envelope.Bytes, SigningJson.Default.StatementRevocationPredicate) is
            {
                Type: Statement<RevocationPredicate>.V1, PredicateType: RevocationPredicate.TypeUri, Subject: [{ Digest: not null } subject], Predicate: { } said,
            }
                && subject.Digest.TryGetValue("sha256", out string? digest) && digest is not null ? new Revocation(envelope, digest, said) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The digest by which a revocation names a decision.</summary>
    public static string PayloadOf(Envelope envelope)
    {
        ArgumentNullException.ThrowIfNull(envelope);
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(envelope.Bytes));
    }
}
