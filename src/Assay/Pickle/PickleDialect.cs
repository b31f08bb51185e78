// The unpicklers that part ways.
namespace Assay.Pickle;

/// <summary>
/// The unpicklers that part ways over the same bytes. A run follows one of them; where it met a place at which another would do
/// something else, the others are run from the start as well.
/// </summary>
public enum PickleDialect
{
    /// <summary>CPython's C unpickler over a whole buffer or a file that can be peeked into: <c>pickle.loads</c>, <c>open()</c>.</summary>
    C,

    /// <summary>
    /// CPython's C unpickler over a file without <c>peek</c>, such as <c>BytesIO</c>: what a frame holds beyond the last whole read is lost.
    /// </summary>
    CStream,

    /// <summary>CPython's unpickler in Python, <c>pickle._Unpickler</c>, from which many loaders derive their own.</summary>
    Python,

    /// <summary>
    /// PyTorch's restricted unpickler, <c>torch.load(weights_only=True)</c>, as far as any of its versions goes: few opcodes, names from
    /// a list, and no heed of the protocol.
    /// </summary>
    WeightsOnly,

    /// <summary>joblib's <c>NumpyUnpickler</c>: the one in Python, which reads the bytes of arrays where a wrapper was built.</summary>
    Joblib,
}

/// <summary>
/// What a loader may take the strings of Python 2 for (STRING, BINSTRING, SHORT_BINSTRING). It changes no opcode: a loader either
/// raises at a string or goes on.
/// </summary>
[Flags]
public enum PickleEncodings
{
    /// <summary>No loader comes here.</summary>
    None = 0,

    /// <summary>ASCII, the default of <c>pickle.load</c>, <c>joblib.load</c> and <c>numpy.load</c>: raises at a byte above 127.</summary>
    Ascii = 1,

    /// <summary>UTF-8, the default of <c>torch.load</c>: raises at bytes that are not UTF-8.</summary>
    Utf8 = 2,

    /// <summary>Latin-1: never raises.</summary>
    Latin1 = 4,

    /// <summary><c>encoding="bytes"</c>: strings stay bytes, and are no names.</summary>
    Bytes = 8,

    /// <summary>Every loader comes here.</summary>
    All = Ascii | Utf8 | Latin1 | Bytes,
}

/// <summary>The names of unpicklers and encodings in facts and reports.</summary>
internal static class DialectNames
{
    private static readonly (PickleEncodings Encoding, string Name)[] s_encodings =
        [(PickleEncodings.Ascii, "ascii"), (PickleEncodings.Utf8, "utf-8"), (PickleEncodings.Latin1, "latin1"), (PickleEncodings.Bytes, "bytes")];

    public static string Of(PickleDialect dialect) => dialect switch
    {
        PickleDialect.C => "c",
        PickleDialect.CStream => "c-stream",
        PickleDialect.Python => "python",
        PickleDialect.WeightsOnly => "weights-only",
        _ => "joblib",
    };

    /// <summary>The encodings as Python spells them.</summary>
    public static IReadOnlyList<string> Of(PickleEncodings encodings) =>
        [.. s_encodings.Where(e => encodings.HasFlag(e.Encoding)).Select(e => e.Name)];
}

/// <summary>The kinds of places at which unpicklers part ways.</summary>
[Flags]
internal enum Differential
{
    None = 0,

    /// <summary>The unpickler in Python does something else.</summary>
    Python = 1,

    /// <summary>An opcode crosses the end of a frame.</summary>
    Frames = 2,

    /// <summary>PyTorch's restricted unpickler goes on where the others raise.</summary>
    WeightsOnly = 4,

    /// <summary>A name is a string of Python 2 that reads differently in UTF-8 and in Latin-1.</summary>
    Names = 8,

    /// <summary>An array lies in the stream, which joblib's unpickler steps over.</summary>
    Arrays = 16,

    /// <summary>It is not sure whether the array is one, or what it looks like.</summary>
    Disputed = 32,
}
