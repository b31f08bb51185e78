// A value of the pickle machine, in eight bytes.
namespace Assay.Pickle;

/// <summary>What a value of the machine is.</summary>
internal enum PickleKind : byte
{
    /// <summary>Not a value: an empty slot of the memo.</summary>
    Empty,
    None,
    True,
    False,
    Int,
    Float,

    /// <summary>A str by one of the UNICODE opcodes.</summary>
    Str,

    /// <summary>A Python 2 str by one of the STRING opcodes: str or bytes, as the loader's encoding says.</summary>
    PyString,
    Bytes,
    ByteArray,
    EmptyTuple,
    Tuple,
    List,
    Dict,
    Set,
    FrozenSet,

    /// <summary>From here on the value is, or may hold, something that a loader resolved or ran.</summary>
    Import,

    /// <summary>The result of a call.</summary>
    Result,

    /// <summary>What <c>__new__</c> made.</summary>
    Instance,

    /// <summary>The object of a persistent id.</summary>
    Persistent,
    Extension,
    Buffer,
}

/// <summary>
/// A value, meaningless without its machine. A leaf is its kind and the offset of its opcode, from which its content is read
/// again when somebody asks; a container is the index of its row, or, where rows have become dear, again only an offset.
/// </summary>
internal readonly record struct PickleValue(ulong Bits)
{
    private const ulong PayloadMask = (1UL << 48) - 1;
    private const ulong TaintBit = 1UL << 48;
    private const ulong SummaryBit = 1UL << 49;

    public PickleValue(PickleKind kind, long payload, bool tainted = false, bool summary = false)
        : this(((ulong)kind << 56) | ((ulong)payload & PayloadMask) | (tainted ? TaintBit : 0) | (summary ? SummaryBit : 0))
    {
    }

    public PickleKind Kind => (PickleKind)(Bits >> 56);

    /// <summary>The offset of a leaf's opcode, the offset that stands for a summarised container, or a row.</summary>
    public long Payload => (long)(Bits & PayloadMask);

    public int Row => (int)(Bits & 0xFFFFFFFF);

    /// <summary>Whether the value is, or holds, something that is not plain data. For lists, dicts and sets ask the machine.</summary>
    public bool Tainted => (Bits & TaintBit) != 0;

    /// <summary>Whether only the kind and place of a container were kept.</summary>
    public bool IsSummary => (Bits & SummaryBit) != 0;

    public bool IsEmpty => Bits == 0;

    public bool IsLeaf => Kind is >= PickleKind.None and <= PickleKind.EmptyTuple;

    /// <summary>Whether the value is a list, dict or set that its own opcode made: its methods are known to be harmless.</summary>
    public bool IsMutable => Kind is PickleKind.List or PickleKind.Dict or PickleKind.Set;
}
