// What people have said of a file: codes of the facts by which a host hands it to the judge.
namespace Assay.Policies;

/// <summary>
/// What people have said of a file, as codes of anomalies: a host that knows of a decision or a list adds such a fact to those that were read, and the rules say what it means. No
/// reader reports them.
/// </summary>
public static class SaidOfFile
{
    /// <summary>Somebody whose key is trusted has denied the file.</summary>
    public const string Denied = "decision.denied";

    /// <summary>There is a decision about the file, and it does not hold.</summary>
    public const string NotApplied = "decision.not-applied";

    /// <summary>A feed lists the file's digest.</summary>
    public const string Listed = "feed.listed";
}
