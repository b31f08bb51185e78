// Texts that a shell would run, and commands as one line.
using System.Buffers;

namespace Assay.Detection.Capacity;

/// <summary>Tells shell lines and commands by their programs and by the marks between them.</summary>
internal sealed class ShellForms(CapacityWords words, PlaceForms places)
{
    private const int WordsOfCommand = 3;
    private static readonly SearchValues<char> s_ends = SearchValues.Create("\n;|&`<>");

    /// <summary>Whether the text has marks of a shell with a command behind them, or a redirection to a path.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isPointed">Whether each command needs an option, a path or an address behind it, as prose has marks and words too.</param>
    public bool IsShell(ReadOnlySpan<char> text, bool isPointed = false)
    {
        if ((text.IndexOf("$(") is >= 0 and int inner && (!isPointed || RunsAt(text[(inner + 2)..], isPointed))) || (text.IndexOf("/bin/") >= 0 && text.IndexOfAny(" \t\n") >= 0) || text.IndexOf("/dev/tcp/") >= 0 || text.IndexOf("cmd.exe") >= 0)
            return true;

        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '|' or ';' or '&' or '\n' when RunsAt(text[(i + 1)..], isPointed):
                    return true;
                case '`' when text[(i + 1)..].IndexOf('`') is > 0 and int close && RunsAt(text.Slice(i + 1, close), isPointed):
                    return true;
                case '>' when Target(text[(i + 1)..]):
                    return true;
                default:
                    break;
            }
        }

        return false;
    }

    /// <summary>
    /// Whether the text begins with a program: alone with up to two words, or with an option, a path or an address somewhere. A program whose name is
    /// an ordinary word needs the latter.
    /// </summary>
    public bool IsCommand(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        int end = text.IndexOf(' ');
        return end > 0 && Program(text[..end]) is not Named.Nothing and var named && (IsPointed(text[end..]) || (named is Named.Program && Words(text) <= WordsOfCommand));
    }

    private enum Named
    {
        Nothing,
        Word,
        Program,
    }

    /// <summary>Whether a program stands where a shell begins a new command. A program whose name is an ordinary word needs an option, a path or an address behind it.</summary>
    private bool RunsAt(ReadOnlySpan<char> text, bool isPointed)
    {
        text = text.TrimStart(" \t&|");
        int stop = text.IndexOfAny(s_ends);
        ReadOnlySpan<char> command = (stop < 0 ? text : text[..stop]).TrimEnd();
        int end = command.IndexOfAny(' ', '\t');
        return Program(end < 0 ? command : command[..end]) switch
        {
            Named.Program when !isPointed => true,
            Named.Program or Named.Word => end > 0 && IsPointed(command[end..]),
            _ => false,
        };
    }

    private Named Program(ReadOnlySpan<char> word) =>
        words.IsCommand(Bare(word)) ? Named.Program : words.IsCommonCommand(Bare(word)) ? Named.Word : Named.Nothing;

    private static int Words(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (Range range in text.SplitAny(' ', '\t'))
            count += text[range].IsEmpty ? 0 : 1;

        return count;
    }

    /// <summary>Whether an option, a path or an address is among the words.</summary>
    private bool IsPointed(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.SplitAny(' ', '\t'))
        {
            ReadOnlySpan<char> word = text[range];
            if (word.Length > 1 && (IsOption(word) || places.Of(word.ToString()) is not null))
                return true;
        }

        return false;
    }

    private static bool IsOption(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<char> name = word.TrimStart('-');
        return word[0] == '-' && word.Length - name.Length <= 2 && name.Length > 0 && char.IsAsciiLetter(name[0]);
    }

    private static ReadOnlySpan<char> Bare(ReadOnlySpan<char> word)
    {
        ReadOnlySpan<char> name = word[(word.LastIndexOf('/') + 1)..];
        return name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name;
    }

    private static bool Target(ReadOnlySpan<char> text)
    {
        text = text.TrimStart("> ");
        return text.Length > 1 && (text[0] is '/' or '~' || (text[0] == '&' && char.IsAsciiDigit(text[1])) || text.StartsWith("./"));
    }
}
