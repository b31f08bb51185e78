// The primitives of R's serialisation in its three encodings: XDR, the machine's own, and text.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.R;

/// <summary>How the numbers of a stream are written.</summary>
internal enum REncoding
{
    /// <summary><c>X</c>: big-endian.</summary>
    Xdr,

    /// <summary><c>B</c>: as the machine has them; those that R runs on are little-endian.</summary>
    Native,

    /// <summary><c>A</c>: words parted by blanks.</summary>
    Text,
}

/// <summary>Reads whole numbers, texts and vectors as <c>InInteger</c>, <c>InString</c> and <c>InRealVec</c> of R's <c>serialize.c</c> do.</summary>
internal sealed class RStream(ByteCursor cursor, REncoding encoding)
{
    /// <summary>What R writes for a whole number that is missing.</summary>
    public const int MissingInteger = int.MinValue;

    private const int LongestWord = 100;

    /// <summary>Where the next byte lies.</summary>
    public long Offset => cursor.Offset;

    /// <summary>Whether vectors of bytes stand in the file as they are.</summary>
    public bool IsBinary => encoding != REncoding.Text;

    /// <summary>A whole number.</summary>
    public int Int() => encoding switch
    {
        REncoding.Xdr or REncoding.Native => cursor.I32(),
        _ => Word() is var word && word == "NA" ? MissingInteger
            : int.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number
            : throw new MalformedException(cursor.Offset, "A whole number is none."),
    };

    /// <summary>The length of a vector; those of more than two thousand million elements are written in two halves.</summary>
    public long Length()
    {
        long length = Int();
        if (length == -1)
        {
            long high = (uint)Int();
            length = (high << 32) + (uint)Int();
        }

        return length < 0 ? throw new MalformedException(cursor.Offset, "The length of a vector is negative.") : length;
    }

    /// <summary>The bytes of a text as text, or its beginning.</summary>
    public string String(long length, int keep)
    {
        if (encoding != REncoding.Text)
        {
            return Encoding.UTF8.GetString(cursor.Keep(length, keep));
        }

        List<byte> bytes = new(Clamp.Count(Math.Min(length, keep), 1, cursor.Left));
        SkipBlanks();
        for (long i = 0; i < length; i++)
        {
            byte next = Escaped();
            if (bytes.Count < keep)
            {
                bytes.Add(next);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    /// <summary>Steps over the elements of a vector of numbers.</summary>
    /// <param name="count">How many.</param>
    /// <param name="size">How many bytes one has in binary.</param>
    /// <param name="words">How many words one has in text.</param>
    public void Skip(long count, int size, int words = 1)
    {
        if (encoding != REncoding.Text)
        {
            cursor.Need(count > long.MaxValue / size ? -1 : 0);
            cursor.Skip(count * size);
            return;
        }

        // Every word takes a character and a blank.
        cursor.Need(count > cursor.Left ? -1 : 0);
        for (long i = 0; i < count * words; i++)
        {
            Word();
        }
    }

    private string Word()
    {
        SkipBlanks();
        Span<char> word = stackalloc char[LongestWord];
        int length = 0;
        for (int next = cursor.TryByte(); next > ' '; next = cursor.TryByte())
        {
            if (length == LongestWord)
            {
                throw new MalformedException(cursor.Offset, "A word is longer than a number can be.");
            }

            word[length++] = (char)next;
        }

        if (length == 0)
        {
            cursor.Need(1);
        }

        return new string(word[..length]);
    }

    private void SkipBlanks()
    {
        while (cursor.Peek() is >= 0 and <= ' ')
        {
            cursor.U8();
        }
    }

    private byte Escaped()
    {
        byte next = cursor.U8();
        if (next != '\\')
        {
            return next;
        }

        next = cursor.U8();
        if (next is < (byte)'0' or > (byte)'7')
        {
            return next switch
            {
                (byte)'n' => (byte)'\n', (byte)'t' => (byte)'\t', (byte)'v' => 0x0B, (byte)'b' => 0x08, (byte)'r' => (byte)'\r', (byte)'f' => 0x0C, (byte)'a' => 0x07,
                _ => next,
            };
        }

        int code = next - '0';
        for (int digits = 1; digits < 3 && cursor.Peek() is >= '0' and <= '7' and int digit; digits++)
        {
            code = (code * 8) + (digit - '0');
            cursor.U8();
        }

        return (byte)code;
    }
}
