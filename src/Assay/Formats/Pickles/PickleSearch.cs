// Looks for pickles in bytes of no known format, at a cost that grows with their number alone.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Looks for pickles with a header by trying each place that may begin one. A trial may run far, and bytes can be made so that all of them do: all
/// trials of a search share one meter, and spending it is a limit that is reported.
/// </summary>
internal sealed class PickleSearch(ByteSource source, long end, ScanBudget budget)
{
    private const long FreeOpcodes = 1_000_000;
    private const int OpcodesPerByte = 4;
    private const int WorkPerOpcode = 32;
    private ScanBudget? _meter;
    private long _searched;

    /// <summary>The first pickle among the next <paramref name="length"/> bytes whose trial is wanted; null when there is none.</summary>
    public long? Next(long from, int length, Predicate<PickleProbe.Trial> isWanted)
    {
        budget.SpendWork(length / WorkCosts.BytesRead, from);
        byte[] bytes = source.ReadUpTo(from, (int)Math.Min(length, Math.Max(0, end - from)));

        // What was searched before has brought its share already.
        long fresh = Math.Max(0, from + bytes.Length - Math.Max(from, _searched));
        long opcodes = (_meter is null ? FreeOpcodes : _meter.OpcodesLeft) + (OpcodesPerByte * fresh);
        _searched = Math.Max(_searched, from + bytes.Length);
        _meter = budget.Fork(opcodes, WorkPerOpcode * opcodes);

        for (int at = 0; bytes.AsSpan(at).IndexOf((byte)Op.PROTO) is >= 0 and int found; at += found + 1)
        {
            int place = at + found;
            if (place + 2 < bytes.Length && bytes[place + 1] is >= 2 and <= 5 && OpcodeTable.IsOpcode(bytes[place + 2])
                && isWanted(PickleProbe.Try(source, new ByteRange(from + place, end - from - place), _meter)))
            {
                return from + place;
            }
        }

        return null;
    }
}
