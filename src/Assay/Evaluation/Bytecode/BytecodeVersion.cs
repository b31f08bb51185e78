// The opcodes of one version of CPython.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Evaluation.Bytecode;

/// <summary>What an opcode is, in one version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Caches">How many entries of the inline cache follow it.</param>
/// <param name="Effect">What it does to the depth of the stack without an argument.</param>
/// <param name="Slope">What each further one of the argument adds.</param>
internal sealed record CodeOp(string Name, int Caches, int Effect, int Slope);

/// <summary>The opcodes of one version of CPython, as its module <c>dis</c> lists them.</summary>
internal sealed class BytecodeVersion
{
    private static readonly Lazy<IReadOnlyList<BytecodeVersion>> s_all = new(Load);
    private readonly CodeOp?[] _ops = new CodeOp?[256];

    private BytecodeVersion(int minor, bool isLegacy)
    {
        Minor = minor;
        IsLegacy = isLegacy;
    }

    /// <summary>All versions, oldest first.</summary>
    public static IReadOnlyList<BytecodeVersion> All => s_all.Value;

    /// <summary>The number behind the dot.</summary>
    public int Minor { get; }

    /// <summary>Whether it is Python 2, whose instructions take one byte or three.</summary>
    public bool IsLegacy { get; }

    /// <summary>The opcode of a number, or null.</summary>
    public CodeOp? Op(byte number) => _ops[number];

    /// <summary>Whether the opcode takes an argument, in Python 2.</summary>
    public static bool HasArgument(byte number) => number >= 90;

    private static List<BytecodeVersion> Load()
    {
        List<BytecodeVersion> all = [];
        string current = "";
        foreach (string[] row in EmbeddedTable.Rows("evaluation/bytecode.tsv"))
        {
            if (row[0] != current)
            {
                current = row[0];
                all.Add(new BytecodeVersion(Number(current[2..]), current[0] == '2'));
            }

            all[^1]._ops[Number(row[1])] = new CodeOp(row[2], Number(row[3]), Number(row[4]), Number(row[5]));
        }

        return all;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
