// The numbers and bytes that Torch7's files consist of, in binary or in text.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Torch7;

/// <summary>Reads numbers and bytes of a file of Torch7; the text form has a line end behind each.</summary>
internal sealed class Torch7Tokens(ByteCursor cursor, bool isText)
{
    private const int LongestNumber = 64;

    /// <summary>Where the next number or byte stands.</summary>
    public long Offset => cursor.Offset;

    /// <summary>The bytes that are left.</summary>
    public long Left => cursor.Left;

    /// <summary>Whether elements of tensors are texts, and not as they lie in memory.</summary>
    public bool IsText => isText;

    /// <summary>A number of 32 bits.</summary>
    public int I32() => isText ? (int)Math.Clamp(Whole(), int.MinValue, int.MaxValue) : cursor.I32();

    /// <summary>A number of 64 bits.</summary>
    public long I64() => isText ? Whole() : cursor.I64();

    /// <summary>Steps over a float of 64 bits; gives it where it is a whole number.</summary>
    public long? Double()
    {
        double number = isText ? double.TryParse(Word(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN : cursor.F64();
        return number == Math.Floor(number) && Math.Abs(number) < 1L << 52 ? (long)number : null;
    }

    /// <summary>Bytes, of which at most <paramref name="keep"/> are given.</summary>
    public byte[] Bytes(long count, int keep)
    {
        byte[] bytes = cursor.Keep(count, keep);
        if (isText && cursor.Peek() == '\n')
        {
            cursor.U8();
        }

        return bytes;
    }

    /// <summary>Steps over elements; gives where they lie.</summary>
    public ByteRange Elements(long count, int size)
    {
        long start = cursor.Offset;
        if (isText)
        {
            cursor.Need(count);
            for (long i = 0; i < count; i++)
            {
                Word();
            }
        }
        else
        {
            if (count > cursor.Left / size)
            {
                cursor.Need(long.MaxValue);
            }

            cursor.Skip(count * size);
        }

        return new ByteRange(start, cursor.Offset - start);
    }

    private long Whole() => long.TryParse(Word(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw new MalformedException(Offset, "A number is expected.");

    private string Word()
    {
        StringBuilder word = new();
        int next = cursor.TryByte();
        while (next is ' ' or '\n' or '\t')
        {
            next = cursor.TryByte();
        }

        for (; next > ' '; next = cursor.TryByte())
        {
            word.Append(word.Length < LongestNumber ? (char)next : throw new MalformedException(Offset, "A number is expected."));
        }

        return word.Length > 0 ? word.ToString() : throw new MalformedException(Offset, "The text ends where a number is expected.");
    }
}
