// How the run of a pickle ended.
namespace Assay.Pickle;

/// <summary>How the run of a pickle ended. All but the first two mean that a loader would raise at the offset.</summary>
public enum PickleEnding
{
    /// <summary>STOP was reached.</summary>
    Stop,

    /// <summary>The run paused, at an array or after enough opcodes, and can go on.</summary>
    Suspended,

    /// <summary>The data ended where an opcode was due (EOFError).</summary>
    EndOfData,

    /// <summary>The data ended inside an argument.</summary>
    Truncated,

    /// <summary>A byte that is no opcode.</summary>
    UnknownOpcode,

    /// <summary>A value was needed and the stack, down to the innermost mark, had none.</summary>
    StackUnderflow,

    /// <summary>A mark was needed and there was none.</summary>
    NoMark,

    /// <summary>GET of an index that nothing was put to.</summary>
    MemoMiss,

    /// <summary>An argument that no unpickler accepts: a bad number, an unquoted STRING, text that does not decode.</summary>
    BadArgument,

    /// <summary>An operand of a type on which the opcode always raises.</summary>
    BadOperand,

    /// <summary>PROTO with a number above 5.</summary>
    UnsupportedProtocol,

    /// <summary>A limit of the scan is spent: the loader would go on.</summary>
    Limit,

    /// <summary>A restricted unpickler refuses the opcode or the name; another would go on.</summary>
    Refused,
}
