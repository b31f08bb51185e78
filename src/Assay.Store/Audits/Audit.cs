// An audit: what is looked at again and again, and what one look saw.
using System.Text.Json.Serialization;
using Assay.Policies;

namespace Assay.Store.Audits;

/// <summary>An audit: what is looked at again and again.</summary>
public sealed record Audit
{
    /// <summary>Its number in the store.</summary>
    public long Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>The sign before the path of a file that lists targets, one a line.</summary>
    public const char ListSign = '@';

    /// <summary>Folders, files, archives, patterns with stars, repositories and owners of a hub, and files that list such targets.</summary>
    public required IReadOnlyList<string> Targets { get; init; }

    /// <summary>When it is due, as a cron expression; empty where only people run it.</summary>
    public string Schedule { get; init; } = "";

    /// <summary>Who is told, and how it is judged.</summary>
    public AuditSettings Settings { get; init; } = new();

    /// <summary>The run that all others are compared with; null for the one before.</summary>
    public long? Baseline { get; init; }
}

/// <summary>Who is told of an audit, and how it is judged.</summary>
public sealed record AuditSettings
{
    /// <summary>A command that gets the report as JSON on its standard input; empty for none.</summary>
    public string Command { get; init; } = "";

    /// <summary>An address that the report is posted to; empty for none.</summary>
    public string Webhook { get; init; } = "";

    /// <summary>The file that holds the secret by which what is posted is signed; empty for none.</summary>
    public string SecretFile { get; init; } = "";

    /// <summary>Who gets the report by mail; empty for nobody.</summary>
    public string MailTo { get; init; } = "";

    /// <summary>Who sends it.</summary>
    public string MailFrom { get; init; } = "";

    /// <summary>The server of mail, as host:port.</summary>
    public string Smtp { get; init; } = "";

    /// <summary>Rule packs of the house; empty for the rules of Assay alone.</summary>
    public string Rules { get; init; } = "";

    /// <summary>The policy; empty for none.</summary>
    public string Policy { get; init; } = "";
}

/// <summary>A file as one run saw it.</summary>
public sealed record AuditedFile
{
    /// <summary>Its name below the target.</summary>
    public required string Name { get; init; }

    /// <summary>The digest of its bytes; empty where it could not be read. Of a file on a server of which not every byte was read it is the server's word.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>What stands for its content where it lies on a server; empty for a file on this machine.</summary>
    public string Listed { get; init => field = value ?? ""; } = "";

    /// <summary>What stands for its content.</summary>
    [JsonIgnore]
    public string Content => Listed.Length > 0 ? Listed : Sha256;

    /// <summary>Its size.</summary>
    public long Size { get; init; }

    /// <summary>Its verdict.</summary>
    public Verdict Verdict { get; init; }

    /// <summary>The formats that it was read as.</summary>
    public IReadOnlyList<string> Formats { get; init; } = [];

    /// <summary>How many different callables it names.</summary>
    public int Callables { get; init; }

    /// <summary>The reading in the store; 0 where none is kept.</summary>
    public long Reading { get; init; }
}

/// <summary>What one run saw.</summary>
public sealed record AuditSnapshot
{
    /// <summary>The files, by their names.</summary>
    public IReadOnlyList<AuditedFile> Files { get; init; } = [];

    /// <summary>The folders and repositories as a whole. A run that an earlier version kept says nothing of them, and readers of JSON then put null in the place of what stands here.</summary>
    public IReadOnlyList<AuditedRepository> Repositories { get; init => field = value ?? []; } = [];

    /// <summary>What was noticed, the weightiest first.</summary>
    public IReadOnlyList<AuditNotice> Notices { get; init; } = [];
}

/// <summary>Something that a run noticed beside the run that it is compared with.</summary>
/// <param name="Kind">What it is: <c>worse</c>, <c>better</c>, <c>new-file</c>, <c>gone-file</c>, <c>behaviour</c>, <c>same-version</c>, <c>new-format</c>, <c>new-publisher</c>, <c>look-alike</c>, <c>size</c>, <c>imports</c>, <c>same-size</c>, and of
/// repositories <c>together</c>, <c>new-repository</c>, <c>gone-repository</c>, <c>unreachable</c>, <c>new-revision</c>, <c>moved-tag</c>, <c>same-commit</c>, <c>new-owner</c>, <c>re-registered</c>, <c>hub-says</c>; docs/audits.md describes each.</param>
/// <param name="File">The file, by its name below the target.</param>
/// <param name="What">What it is, in one sentence.</param>
/// <param name="Weight">How much it matters: 0 nothing, 1 worth knowing, 2 worth a look, 3 and 4 a regression.</param>
public sealed record AuditNotice(string Kind, string File, string What, int Weight);

/// <summary>What a run came to, in numbers.</summary>
public sealed record AuditSummary
{
    /// <summary>How many files there are.</summary>
    public int Files { get; init; }

    /// <summary>How many passed.</summary>
    public int Passed { get; init; }

    /// <summary>How many were not read in full.</summary>
    public int Incomplete { get; init; }

    /// <summary>How many are suspicious; what the files of a folder or repository are together counts as one.</summary>
    public int Suspicious { get; init; }

    /// <summary>How many are malicious; what the files of a folder or repository are together counts as one.</summary>
    public int Malicious { get; init; }

    /// <summary>How many notices there are.</summary>
    public int Notices { get; init; }

    /// <summary>How many of them are regressions.</summary>
    public int Regressions { get; init; }

    /// <summary>How many bytes the files have.</summary>
    public long Bytes { get; init; }

    /// <summary>How many repositories could not be looked at.</summary>
    public int Unreachable { get; init; }

    /// <summary>The run that it was compared with; 0 for none.</summary>
    public long Against { get; init; }
}

/// <summary>A run of an audit.</summary>
public sealed record AuditRun(long Id, long Audit, DateTimeOffset Began, DateTimeOffset? Ended, AuditSummary Summary);

/// <summary>How audits are written without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AuditSettings))]
[JsonSerializable(typeof(AuditSnapshot))]
[JsonSerializable(typeof(AuditSummary))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class AuditJsonContext : JsonSerializerContext;
