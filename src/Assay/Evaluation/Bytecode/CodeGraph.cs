// The instructions that a run of a code object can come to, and where they lead.
namespace Assay.Evaluation.Bytecode;

/// <summary>One instruction.</summary>
/// <param name="Op">What it is.</param>
/// <param name="Argument">Its argument, with what EXTENDED_ARG puts in front.</param>
/// <param name="Next">Where the next one begins.</param>
/// <param name="Target">Where it may jump to; null where it does not.</param>
/// <param name="Ends">Whether the next one is not run after it.</param>
internal readonly record struct CodeStep(CodeOp Op, int Argument, int Next, int? Target, bool Ends);

/// <summary>Where an exception leads.</summary>
/// <param name="Target">The offset of the handler.</param>
/// <param name="Depth">How much of the stack is kept.</param>
/// <param name="Pushed">How much is put on top.</param>
internal readonly record struct CodeHandler(int Target, int Depth, int Pushed);

/// <summary>
/// The instructions that a run of a code object can come to, from its start along all jumps and exceptions, and the places at which ways meet. Jumps lead anywhere, also between what stands in the caches of another instruction.
/// Specification: CPython, <c>Python/bytecodes.c</c>, <c>Python/ceval.c</c> and <c>Objects/exception_handling_notes.txt</c>.
/// </summary>
internal sealed class CodeGraph(CodeParts parts, BytecodeVersion version)
{
    private const int MostHandlers = 1 << 14;
    private readonly Dictionary<int, CodeStep> _steps = [];
    private readonly HashSet<int> _meetings = [];
    private readonly Dictionary<int, int> _handlerDepths = [];
    private readonly List<(int Start, int End, CodeHandler Handler)> _handlers = [];

    /// <summary>Whether handlers are set up by instructions and finally blocks are entered in several ways.</summary>
    public bool HasBlocks => version.IsLegacy || version.Minor < 9;

    /// <summary>How much lies on the stack above the rest where an exception is handled, before 3.11.</summary>
    public int Raised => version.IsLegacy ? 3 : 6;

    private bool HasTable => version is { IsLegacy: false, Minor: >= 11 };

    public CodeStep? At(int at) => _steps.TryGetValue(at, out CodeStep step) ? step : null;

    public bool IsMeeting(int at) => _meetings.Contains(at);

    public void NoteHandler(int at, int depth) => _handlerDepths.TryAdd(at, depth);

    public int? DepthOfHandler(int at) => _handlerDepths.TryGetValue(at, out int depth) ? depth : null;

    /// <summary>Where an exception of an instruction leads; null where out of the code.</summary>
    public CodeHandler? HandlerOf(int at)
    {
        int low = 0;
        for (int high = _handlers.Count; low < high;)
        {
            int middle = (low + high) / 2;
            if (_handlers[middle].Start <= at)
                low = middle + 1;
            else
                high = middle;
        }

        return low > 0 && at < _handlers[low - 1].End ? _handlers[low - 1].Handler : null;
    }

    /// <summary>Reads the instructions; false where the code is none of this version.</summary>
    public bool Read()
    {
        if (HasTable && !Handlers(parts.ExceptionTable))
            return false;

        Stack<int> open = new([0]);
        _ = _meetings.Add(0);
        HashSet<int> entered = [];
        while (open.TryPop(out int start))
        {
            for (int at = start; !_steps.ContainsKey(at);)
            {
                if (One(at) is not { } step)
                    return false;

                _steps.Add(at, step);
                foreach (int? target in (ReadOnlySpan<int?>)[step.Target, HandlerOf(at)?.Target])
                {
                    if (target is { } led && entered.Add(led))
                    {
                        _ = _meetings.Add(led);
                        open.Push(led);
                    }
                }

                if (step.Ends)
                    break;

                at = step.Next;
                if (_steps.ContainsKey(at))
                    _ = _meetings.Add(at);
            }
        }

        return true;
    }

    private CodeStep? One(int start)
    {
        byte[] code = parts.Code;
        long argument = 0;
        for (int at = start; at >= 0 && at < code.Length;)
        {
            if (version.Op(code[at]) is not { } op)
                return null;

            int taken = version.IsLegacy ? (BytecodeVersion.HasArgument(code[at]) ? 3 : 1) : 2;
            if (at + taken > code.Length)
                return null;

            long own = taken switch { 3 => code[at + 1] | (code[at + 2] << 8), 2 => code[at + 1], _ => 0 };
            argument = (argument << (version.IsLegacy ? 16 : 8)) | own;
            at += taken + (2 * op.Caches);
            if (op.Name is "EXTENDED_ARG")
            {
                if (argument > 1 << 24)
                    return null;

                continue;
            }

            if (argument > int.MaxValue)
                return null;

            int? target = Target(op.Name, (int)argument, at);
            return target is < 0 || target > code.Length ? null : new CodeStep(op, (int)argument, at, target, EndsBlock(op.Name));
        }

        return null;
    }

    /// <summary>Where an instruction jumps to.</summary>
    private int? Target(string name, int argument, int next)
    {
        int unit = version is { IsLegacy: false, Minor: >= 10 } ? 2 : 1;
        long distance = (long)argument * unit;
        long? target = name switch
        {
            // Where it ends, a loop goes on behind the instructions that only take the iterator away.
            "FOR_ITER" => next + distance + (version.IsLegacy ? 0 : version.Minor switch { 12 or 14 => 2, 13 => 4, _ => 0 }),
            "JUMP_FORWARD" or "SETUP_LOOP" or "SETUP_EXCEPT" or "SETUP_FINALLY" or "SETUP_WITH" or "SETUP_ASYNC_WITH" or "CALL_FINALLY" or "SEND" => next + distance,
            "JUMP_BACKWARD" or "JUMP_BACKWARD_NO_INTERRUPT" => next - distance,
            "JUMP_ABSOLUTE" or "CONTINUE_LOOP" or "JUMP_IF_NOT_EXC_MATCH" => distance,
            "JUMP_IF_FALSE_OR_POP" or "JUMP_IF_TRUE_OR_POP" => HasTable ? next + distance : distance,
            _ when name.StartsWith("POP_JUMP_BACKWARD", StringComparison.Ordinal) => next - distance,
            _ when name.StartsWith("POP_JUMP_", StringComparison.Ordinal) => HasTable ? next + distance : distance,
            _ => null,
        };
        return target is null ? null : (int)Math.Clamp(target.Value, -1, int.MaxValue);
    }

    private static bool EndsBlock(string name) => name is "RETURN_VALUE" or "RETURN_CONST" or "RAISE_VARARGS" or "RERAISE" or "JUMP_FORWARD" or "JUMP_ABSOLUTE" or "JUMP_BACKWARD" or "JUMP_BACKWARD_NO_INTERRUPT"
        or "BREAK_LOOP" or "CONTINUE_LOOP" or "INTERPRETER_EXIT" or "STOP_CODE";

    /// <summary>The table of handlers, since 3.11: starts, lengths, targets and depths in units of two bytes.</summary>
    private bool Handlers(byte[] table)
    {
        for (int at = 0; at < table.Length;)
        {
            if (Number(table, ref at) is not { } start || Number(table, ref at) is not { } length || Number(table, ref at) is not { } target || Number(table, ref at) is not { } depth || _handlers.Count >= MostHandlers)
                return false;

            _handlers.Add((2 * start, 2 * (start + length), new CodeHandler(2 * target, depth >> 1, 1 + (depth & 1))));
        }

        return true;
    }

    private static int? Number(byte[] table, ref int at)
    {
        int number = 0;
        while (at < table.Length && number < 1 << 20)
        {
            byte one = table[at++];
            number = (number << 6) | (one & 63);
            if ((one & 64) == 0)
                return number;
        }

        return null;
    }
}
