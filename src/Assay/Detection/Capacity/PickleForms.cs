// Pickles inside texts and bytes, told by the opcodes that import and call.
namespace Assay.Detection.Capacity;

/// <summary>
/// Looks for a pickle anywhere in characters that stand for bytes: a name that is imported by its module, a use of it, and the end. A looser search hits
/// numbers by chance.
/// </summary>
internal static class PickleForms
{
    private const int LongestName = 128;

    /// <summary>Whether a pickle that imports and uses something lies in the characters.</summary>
    public static bool Holds(ReadOnlySpan<char> text)
    {
        int last = text.LastIndexOf('.');
        for (int at = 0; at < last; at++)
        {
            int step = text[at..last].IndexOfAny('c', 'i', '\u0093');
            if (step < 0)
                return false;

            at += step;
            int end = text[at] == '\u0093' ? (IsStackGlobal(text[..at]) ? at + 1 : 0) : NamePair(text[(at + 1)..last]) is > 0 and int length ? at + 1 + length : 0;
            if (end > 0 && (text[at] == 'i' || text[end..last].IndexOfAny("Rob\u0081\u0092") >= 0))
                return true;
        }

        return false;
    }

    // module newline name newline
    private static int NamePair(ReadOnlySpan<char> text)
    {
        int first = Name(text);
        if (first < 2 || first >= text.Length || text[first] != '\n')
            return 0;

        int second = Name(text[(first + 1)..]);
        return second > 0 && first + 1 + second < text.Length && text[first + 1 + second] == '\n' ? first + second + 2 : 0;
    }

    private static int Name(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && length < LongestName && (char.IsAsciiLetterOrDigit(text[length]) || text[length] is '_' or '.'))
            length++;

        return length > 0 && !char.IsAsciiDigit(text[0]) ? length : 0;
    }

    // Two short texts before STACK_GLOBAL, each perhaps put into the memo.
    private static bool IsStackGlobal(ReadOnlySpan<char> before)
    {
        int name = TextBefore(before);
        return name > 0 && TextBefore(before[..name]) > 0;
    }

    /// <summary>Where the text opcode begins that ends at the end, or zero.</summary>
    private static int TextBefore(ReadOnlySpan<char> before)
    {
        int end = before.Length;
        if (end > 0 && before[end - 1] == '\u0094')
            end--;
        else if (end > 1 && before[end - 2] == 'q')
            end -= 2;

        int length = 0;
        while (length < end && length < LongestName && (char.IsAsciiLetterOrDigit(before[end - 1 - length]) || before[end - 1 - length] is '_' or '.'))
        {
            length++;
            int start = end - length;
            if (start >= 2 && before[start - 2] == '\u008c' && before[start - 1] == length)
                return start - 2 == 0 ? 1 : start - 2;

            if (start >= 5 && before[start - 5] == 'X' && before[start - 4] == length && before[start - 3] == 0 && before[start - 2] == 0)
                return start - 5 == 0 ? 1 : start - 5;
        }

        return 0;
    }
}
