// Splits command lines into their programs, as far as telling intents needs it.
namespace Assay.Detection.Intents;

/// <summary>The programs that a command line starts.</summary>
internal static class ShellLine
{
    private const int MaxCommands = 1024;
    private static readonly string[] s_prefixes = ["sudo", "nohup", "exec", "env", "time", "command", "cmd", "cmd.exe", "/c", "start", "do", "then", "else", "eval"];

    /// <summary>The program of each simple command, without its folder, lower case.</summary>
    public static List<string> Programs(string line)
    {
        List<string> programs = [];
        foreach (string command in line.Split([';', '|', '&', '\n', '`', '(', ')', '{', '}'], StringSplitOptions.RemoveEmptyEntries).Take(MaxCommands))
        {
            int before = programs.Count;
            string prefix = "";
            foreach (string raw in command.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries))
            {
                string word = raw.Trim('\'', '"', '$', '!');
                if (word.Length == 0 || s_prefixes.Contains(word, StringComparer.OrdinalIgnoreCase) || (word.Contains('=', StringComparison.Ordinal) && word[0] != '-'))
                {
                    prefix = word.ToLowerInvariant();
                    continue;
                }

                if (word[0] is '-' or '<' or '>' || (char.IsAsciiDigit(word[0]) && word.Contains('>', StringComparison.Ordinal)))
                {
                    break;
                }

                programs.Add(word[(word.LastIndexOfAny(['/', '\\']) + 1)..].ToLowerInvariant());
                break;
            }

            if (programs.Count == before && s_prefixes.Contains(prefix))
            {
                // A lone env lists the environment.
                programs.Add(prefix);
            }
        }

        return programs;
    }
}
