// The lines of a text of any length.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.LightGbm;

/// <summary>Reads a text line by line; a line is at most as long as the limit of lines.</summary>
internal sealed class LightGbmLines(ByteSource source, ByteRange range, ScanBudget budget)
{
    private readonly ByteCursor _cursor = new(source, range, budget);
    private byte[] _line = new byte[4096];

    /// <summary>Where the current line starts.</summary>
    public long Offset { get; private set; }

    /// <summary>Where the next line starts.</summary>
    public long Next => _cursor.Offset;

    /// <summary>The current line without its end.</summary>
    public string Line { get; private set; } = "";

    /// <summary>Whether lines end as on Windows.</summary>
    public bool HasCarriageReturns { get; private set; }

    /// <summary>Moves to the next line; false at the end.</summary>
    public bool Read()
    {
        Offset = _cursor.Offset;
        int length = 0;
        int next = _cursor.TryByte();
        if (next < 0)
        {
            return false;
        }

        for (; next is >= 0 and not '\n'; next = _cursor.TryByte())
        {
            if (length == _line.Length)
            {
                if (length >= 16L * budget.Limits.LineBytes)
                {
                    throw ScanBudget.Spent("line-bytes", budget.Limits.LineBytes, Offset);
                }

                Array.Resize(ref _line, length * 2);
            }

            _line[length++] = (byte)next;
        }

        if (length > 0 && _line[length - 1] == '\r')
        {
            length--;
            HasCarriageReturns = true;
        }

        budget.SpendWork(WorkCosts.NearRead + length, Offset);
        Line = Encoding.UTF8.GetString(_line, 0, length);
        return true;
    }
}
