// Tells constants that only count or name something from those that say more.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private const int LongestWord = 64;
    private const int LongestNumber = 20;
    private const int MaxLeaves = 512;

    /// <summary>Whether a constant is a number of ordinary size, a flag, None, a short word of letters, digits, hyphens and underscores, or an empty container.</summary>
    public bool IsPlainWord(PickleValue leaf)
    {
        switch (leaf.Kind)
        {
            case PickleKind.None or PickleKind.True or PickleKind.False or PickleKind.Float or PickleKind.EmptyTuple:
                return true;
            case PickleKind.Int:
                return IsOrdinaryNumber(leaf);
            case PickleKind.Str or PickleKind.PyString:
                break;
            default:
                return false;
        }

        (long offset, long length) = GetRange(leaf, LongestWord + 1);
        if (length > LongestWord)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[LongestWord];
        text = text[..ReadSource(offset, text[..(int)length])];
        if (IsNumeral(text))
        {
            return true;
        }

        foreach (byte c in text)
        {
            // Quotes belong to the way in which protocol 0 writes strings.
            if (!char.IsAsciiLetterOrDigit((char)c) && c < 0x80 && c is not ((byte)'_' or (byte)'-' or (byte)'+' or (byte)'\'' or (byte)'"'))
            {
                return false;
            }
        }

        return text.IndexOf("__"u8) < 0;
    }

    // Decimals and versions of two parts are written as texts; names and addresses have letters or more dots.
    private static bool IsNumeral(ReadOnlySpan<byte> text)
    {
        int dots = 0;
        foreach (byte c in text)
        {
            if (c is < (byte)'0' or > (byte)'9' && c is not ((byte)'+' or (byte)'-') && (c != '.' || ++dots > 1))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsOrdinaryNumber(PickleValue leaf)
    {
        Span<byte> opcode = stackalloc byte[1];
        return ReadSource(leaf.Payload, opcode) == 1 && (OpcodeTable.Layout[opcode[0]] <= 8 || GetRange(leaf, LongestNumber + 1).Length <= LongestNumber);
    }

    /// <summary>Whether a value is made of such constants alone, and of binary data that is no text and begins as no file does.</summary>
    public bool IsMadeOfPlainWords(PickleValue value)
    {
        // Most arguments are a few leaves.
        ReadOnlySpan<PickleValue> items = Items(value);
        bool isFlat = items.Length is > 0 and <= MaxLeaves;
        for (int i = 0; isFlat && i < items.Length; i++)
        {
            isFlat = items[i].Kind <= PickleKind.EmptyTuple;
            if (isFlat && !IsPlainLeaf(items[i]))
            {
                return false;
            }
        }

        if (isFlat)
        {
            return true;
        }

        Stack<PickleValue> open = new([value]);
        for (int seen = 0; open.TryPop(out PickleValue next); seen++)
        {
            if (seen == MaxLeaves)
            {
                return false;
            }

            if (next.Kind is PickleKind.Tuple or PickleKind.List or PickleKind.Dict or PickleKind.Set or PickleKind.FrozenSet)
            {
                List<PickleValue> children = Children(next, MaxLeaves, out bool elided);
                if (elided || IsAssigned(next))
                {
                    return false;
                }

                children.ForEach(open.Push);
            }
            else if (!IsPlainLeaf(next))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsPlainLeaf(PickleValue leaf) => leaf.Kind is PickleKind.Bytes ? IsRawData(leaf) : leaf.Kind >= PickleKind.Import || IsPlainWord(leaf);

    // Elements of an array; text in bytes, and what begins as pickles, archives and programs do, is not meant.
    private bool IsRawData(PickleValue leaf)
    {
        (long offset, long length) = GetRange(leaf);
        Span<byte> head = stackalloc byte[32];
        head = head[..ReadSource(offset, head[..(int)Math.Min(head.Length, length)])];
        bool isText = head.Length > 0 && head.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        return !isText && !(head.Length > 1 && head[0] is 0x80 or 0x1F or (byte)'x' or (byte)'P' or (byte)'B' or (byte)'M' or 0x7F or 0xE3 or (byte)'c' or (byte)'(' or (byte)'7' or 0xFD or 0x28 && length > LongestWord);
    }
}
