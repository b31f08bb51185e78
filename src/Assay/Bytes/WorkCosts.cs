// What things cost, in units of work, where that is not their number of bytes.
namespace Assay.Bytes;

/// <summary>
/// What things cost, in units of about a nanosecond. The figures are measured and rounded up; they are part of what a limit means, so they
/// change only where the code that they stand for does.
/// </summary>
internal static class WorkCosts
{
    /// <summary>Reading a few bytes that lie near what was read before.</summary>
    public const long NearRead = 40;

    /// <summary>Reading a few bytes that lie elsewhere: the system is asked, and gives more than was asked for.</summary>
    public const long FarRead = 2_000;

    /// <summary>Bytes that are read, copied or searched for one unit.</summary>
    public const int BytesRead = 8;

    /// <summary>One artifact: every format looks at it.</summary>
    public const long Artifact = 20_000;

    /// <summary>One range that every format is asked about.</summary>
    public const long Probe = 5_000;

    /// <summary>One fact: it is made, kept, judged and reported.</summary>
    public const long Fact = 4_000;

    /// <summary>One byte of a fact: memory that is touched for the first time costs more than what is written there.</summary>
    public const int ByteOfFact = 2;

    /// <summary>
    /// One byte more than was ever held before by one input: memory that a process touches for the first time is handed over by the system, page by page
    /// and cleared, and that costs more than most of what is done with it.
    /// </summary>
    public const int FreshByte = 4;

    /// <summary>One use of a callable that looks like no other: it is described and kept.</summary>
    public const long Use = 36_000;

    /// <summary>One opcode of a pickle.</summary>
    public const long Opcode = 8;
}
