// Writes filters for system calls in the kernel's own little language (classic BPF).
using System.Buffers.Binary;

namespace Assay.Sandbox.Kernel;

/// <summary>
/// Writes a filter: instructions of 8 bytes that look at the number and the register arguments of a system call (struct seccomp_data) and
/// return an answer. Only registers can be looked at; what they point to belongs to the caller and may change at any time.
/// </summary>
internal sealed class FilterWriter
{
    public const uint Kill = 0x80000000;
    public const uint Tell = 0x7FC00000;
    public const uint Allow = 0x7FFF0000;
    private const uint Fail = 0x00050000;
    private const ushort LoadWord = 0x20;
    private const ushort JumpEqual = 0x15;
    private const ushort JumpAtLeast = 0x35;
    private const ushort JumpAnyBit = 0x45;
    private const ushort Return = 0x06;
    private const uint ArchitectureOffset = 4;
    private const uint ArgumentsOffset = 16;
    private const uint X64 = 0xC000003E;
    private readonly List<byte[]> _code = [];

    /// <summary>The answer that makes a call fail with <paramref name="error"/>.</summary>
    public static uint Error(int error) => Fail | (uint)error;

    /// <summary>Ends the process of any other architecture, and loads the number; the first instructions of every filter.</summary>
    public FilterWriter Begin(int firstUnknown)
    {
        Add(LoadWord, 0, 0, ArchitectureOffset);
        Add(JumpEqual, 1, 0, X64);
        Add(Return, 0, 0, Kill);
        Add(LoadWord, 0, 0, 0);
        // Behind the last known number lie the calls of newer kernels, and behind bit 30 the x32 twins of all calls.
        Add(JumpAtLeast, 0, 1, (uint)firstUnknown);
        Add(Return, 0, 0, Error(38));
        return this;
    }

    /// <summary>Answers one call.</summary>
    public FilterWriter On(int number, uint answer)
    {
        Add(JumpEqual, 0, 1, (uint)number);
        Add(Return, 0, 0, answer);
        return this;
    }

    /// <summary>Answers one call by its arguments: the tests in turn, else <paramref name="otherwise"/>.</summary>
    public FilterWriter On(int number, uint otherwise, params ReadOnlySpan<(FilterTest Test, uint Answer)> tests)
    {
        int start = _code.Count;
        Add(JumpEqual, 0, 0, (uint)number);
        foreach ((FilterTest test, uint answer) in tests)
        {
            Add(LoadWord, 0, 0, ArgumentsOffset + (8 * (uint)test.Argument));
            Add(test.Kind switch { FilterTestKind.Equal => JumpEqual, FilterTestKind.AtLeast => JumpAtLeast, _ => JumpAnyBit }, 0, 1, test.Value);
            Add(Return, 0, 0, answer);
        }

        Add(Return, 0, 0, otherwise);
        _code[start][3] = checked((byte)(_code.Count - start - 1));
        return this;
    }

    /// <summary>The whole filter; what no test named is allowed.</summary>
    public byte[] End()
    {
        Add(Return, 0, 0, Allow);
        return [.. _code.SelectMany(i => i)];
    }

    private void Add(ushort code, byte whenTrue, byte whenFalse, uint value)
    {
        byte[] instruction = new byte[8];
        BinaryPrimitives.WriteUInt16LittleEndian(instruction, code);
        instruction[2] = whenTrue;
        instruction[3] = whenFalse;
        BinaryPrimitives.WriteUInt32LittleEndian(instruction.AsSpan(4), value);
        _code.Add(instruction);
    }
}

/// <summary>How a register argument is tested.</summary>
internal enum FilterTestKind
{
    /// <summary>It equals the value.</summary>
    Equal,

    /// <summary>It is the value or more, without sign.</summary>
    AtLeast,

    /// <summary>It has a bit of the value.</summary>
    AnyBit,
}

/// <summary>A test of the lower half of a register argument; the kernel itself looks at no more for the calls that are tested.</summary>
internal readonly record struct FilterTest(int Argument, FilterTestKind Kind, uint Value);
