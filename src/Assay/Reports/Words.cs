// The words that all reports share, so that one thing has one name.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Facts;
using Assay.Policies;

namespace Assay.Reports;

/// <summary>The words that all reports share.</summary>
internal static class Words
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Passed => "passed",
        Verdict.Incomplete => "incomplete",
        Verdict.Suspicious => "suspicious",
        _ => "malicious",
    };

    public static string Of(Severity severity) => severity switch
    {
        Severity.Info => "info",
        Severity.Low => "low",
        Severity.Medium => "medium",
        Severity.High => "high",
        _ => "critical",
    };

    public static string Of(Confidence confidence) => confidence switch
    {
        Confidence.Low => "low",
        Confidence.Medium => "medium",
        _ => "high",
    };

    public static string Of(BehaviourSource source) => source switch
    {
        BehaviourSource.Syscall => "syscall",
        BehaviourSource.Python => "python",
        _ => "sandbox",
    };

    public static string Of(ReferencePlace place) => EnumNames<ReferencePlace>.Of(place);

    public static string Of(UnreadCause cause) => EnumNames<UnreadCause>.Of(cause);

    /// <summary>What the cause means, for people who read it for the first time.</summary>
    public static string Meaning(UnreadCause cause) => cause switch
    {
        UnreadCause.Malformed => "The bytes break their format; what came before the break was read.",
        UnreadCause.Truncated => "The bytes end before their format does.",
        UnreadCause.Limit => "A limit is spent; --limit raises it.",
        UnreadCause.NotSupported => "The format is recognised and not yet supported.",
        UnreadCause.Unrecognised => "No known format claims the bytes.",
        UnreadCause.Encrypted => "The bytes are encrypted.",
        UnreadCause.Changed => "The bytes changed or vanished while they were read.",
        UnreadCause.Unreadable => "The system refused to read it, or it is no regular file.",
        UnreadCause.Missing => "It is not there.",
        UnreadCause.Cancelled => "The scan was cancelled before it was read.",
        UnreadCause.NotDetonated => "A test load was asked for, and no loader came to an end with it.",
        _ => "A defect of Assay; please report it.",
    };

    /// <summary>A number with its noun: <c>1 file</c>, <c>2,000 files</c>.</summary>
    public static string Count(long number, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {(number == 1 ? noun : plural ?? noun + "s")}");

    /// <summary>A size for people: exact below 10 kB, rounded above, powers of 1000.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => Count(bytes, "byte"),
        < 1_000_000 => Round(bytes, 1e3, "kB"),
        < 1_000_000_000 => Round(bytes, 1e6, "MB"),
        < 1_000_000_000_000 => Round(bytes, 1e9, "GB"),
        _ => Round(bytes, 1e12, "TB"),
    };

    private static string Round(long bytes, double unit, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes / unit:N1} {name}");
}
