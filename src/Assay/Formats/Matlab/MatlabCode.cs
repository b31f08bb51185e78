// What the text of a function of MATLAB calls.
namespace Assay.Formats.Matlab;

/// <summary>Finds calls in the text of a function that start programs, run other text, or reach the network.</summary>
internal static class MatlabCode
{
    private static readonly HashSet<string> s_acting = new(StringComparer.Ordinal)
    {
        "system", "unix", "dos", "shell_cmd", "eval", "evalc", "evalin", "evalfis", "perl", "python", "pyrun", "pyrunfile", "javaObject", "javaMethod", "javaaddpath", "loadlibrary", "calllib", "NET",
        "actxserver", "webread", "webwrite", "websave", "urlread", "urlwrite", "ftp", "tcpclient", "popen", "popen2", "exec", "run", "delete", "rmdir", "movefile", "winopen", "web", "assignin", "builtin",
    };

    /// <summary>The first call of that kind, or null.</summary>
    public static string? Acts(string text)
    {
        char before = ' ';
        for (int at = 0; at < text.Length; at++)
        {
            char c = text[at];
            if (c is '!' && before is ' ' or '\n' or ';' or '\'' or '"' && at + 1 < text.Length && char.IsAsciiLetter(text[at + 1]))
            {
                // A line that begins with it is one for the shell.
                return "a shell";
            }

            if (char.IsAsciiLetter(c) && !(char.IsAsciiLetterOrDigit(before) || before is '_' or '.'))
            {
                int end = at;
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '_'))
                {
                    end++;
                }

                int open = end;
                while (open < text.Length && text[open] is ' ')
                {
                    open++;
                }

                string word = text[at..end];
                if ((open < text.Length && text[open] is '(' && s_acting.Contains(word)) || (word is "java" or "py" or "System" && end < text.Length && text[end] is '.'))
                {
                    return word;
                }

                at = end - 1;
                before = text[at];
                continue;
            }

            before = c;
        }

        return null;
    }
}
