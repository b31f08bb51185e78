// The lines of the source that the instructions of a code object come from.
namespace Assay.Evaluation.Bytecode;

/// <summary>
/// The table of lines of a code object, in the form of its version: pairs of steps up to 3.9 (<c>co_lnotab</c>), pairs with lines that have none in 3.10, and entries of several lengths since 3.11. Specification: CPython,
/// <c>Objects/lnotab_notes.txt</c> and <c>Objects/locations.md</c>.
/// </summary>
internal sealed class CodeLines
{
    private const int MostEntries = 1 << 16;
    private readonly List<(int Start, int? Line)> _entries = [];

    /// <summary>Reads the table of a code object.</summary>
    public CodeLines(CodeParts parts, BytecodeVersion version)
    {
        if (!version.IsLegacy && version.Minor >= 11)
        {
            Locations(parts);
        }
        else
        {
            Steps(parts, !version.IsLegacy && version.Minor == 10);
        }
    }

    /// <summary>The line of the instruction at an offset of the bytecode; null where there is none.</summary>
    public int? Of(int at)
    {
        int low = 0;
        for (int high = _entries.Count; low < high;)
        {
            int middle = (low + high) / 2;
            if (_entries[middle].Start <= at)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 ? _entries[low - 1].Line : null;
    }

    private void Steps(CodeParts parts, bool hasEnds)
    {
        int at = 0;
        int line = parts.FirstLine;
        if (!hasEnds)
        {
            _entries.Add((0, line));
        }

        for (int i = 0; i + 1 < parts.LineTable.Length && _entries.Count < MostEntries; i += 2)
        {
            int step = parts.LineTable[i];
            sbyte more = (sbyte)parts.LineTable[i + 1];
            if (hasEnds)
            {
                line += more == sbyte.MinValue ? 0 : more;
                _entries.Add((at, more == sbyte.MinValue ? null : line));
                at += step;
            }
            else
            {
                at += step;
                line += more;
                _entries.Add((at, line));
            }
        }
    }

    private void Locations(CodeParts parts)
    {
        byte[] table = parts.LineTable;
        int at = 0;
        int line = parts.FirstLine;
        for (int i = 0; i < table.Length && _entries.Count < MostEntries;)
        {
            int kind = (table[i] >> 3) & 15;
            int length = (table[i] & 7) + 1;
            i++;
            int? own = null;
            switch (kind)
            {
                case 15:
                    break;
                case 14:
                    line += Signed(table, ref i);
                    own = line;
                    _ = Number(table, ref i) + Number(table, ref i) + Number(table, ref i);
                    break;
                case 13:
                    line += Signed(table, ref i);
                    own = line;
                    break;
                case >= 10:
                    line += kind - 10;
                    own = line;
                    i += 2;
                    break;
                default:
                    own = line;
                    i++;
                    break;
            }

            _entries.Add((at, own));
            at += 2 * length;
        }
    }

    private static int Number(byte[] table, ref int at)
    {
        int number = 0;
        for (int shift = 0; at < table.Length && shift < 30; shift += 6)
        {
            byte one = table[at++];
            number |= (one & 63) << shift;
            if ((one & 64) == 0)
            {
                break;
            }
        }

        return number;
    }

    private static int Signed(byte[] table, ref int at)
    {
        int number = Number(table, ref at);
        return (number & 1) != 0 ? -(number >> 1) : number >> 1;
    }
}
