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
}
