// Pickles inside texts and bytes, told by opcodes that import something and use it.
namespace Assay.Detection.Capacity;

/// <summary>
/// Looks for a pickle anywhere in characters that stand for bytes. A run of opcodes counts when the stack allows each of them and it comes to a use of
/// something that it imports; letters that happen to be opcodes, as in lists of words, do not get that far.
/// </summary>
internal static class PickleForms
{
    private const int LongestName = 128;

    /// <summary>How many opcodes are followed for each character, all beginnings together.</summary>
    private const int StepsPerCharacter = 8;

    /// <summary>Whether a pickle that imports and uses something lies in the characters.</summary>
    public static bool Holds(ReadOnlySpan<char> text)
    {
        int steps = StepsPerCharacter * text.Length;
        for (int at = 0; at < text.Length && steps > 0; at++)
        {
            int step = text[at..].IndexOfAny("ci(\u0093");
            if (step < 0)
                return false;

            at += step;
            PickleFormRun run = text[at] switch
            {
                '\u0093' when IsStackGlobal(text[..at]) => new PickleFormRun(text[(at + 1)..], imported: true),
                'c' or '(' => new PickleFormRun(text[at..], imported: false),
                _ => default,
            };
            if (run.ComesToUse(ref steps))
                return true;
        }

        return false;
    }

    /// <summary>The length of the dotted name at the beginning, or zero.</summary>
    internal static int Name(ReadOnlySpan<char> text)
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
