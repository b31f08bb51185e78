// What a script writes into files that shells read when they start, and does no harm there.
using Assay.Bytes;

namespace Assay.Formats.Shell;

internal sealed partial class ShellLines
{
    private Dictionary<string, bool>? _written;

    /// <summary>Whether a command writes a line that reads the set-up of an environment of Python's or of a tool: <c>. /opt/conda/bin/activate</c>.</summary>
    private static bool ReadsProfile(ShellCommand command)
    {
        string[] words = command.Program is "echo" or "printf" ? [.. command.Words.Skip(1).TakeWhile(w => w is not (">" or ">>")).SelectMany(w => w.Split(' ', StringSplitOptions.RemoveEmptyEntries))] : [];
        if (words is ["conda" or "mamba" or "micromamba" or "pyenv", "activate", ..] && words.Length < 4)
        {
            return true;
        }

        return words is ["." or "source", var file, ..] && words.Length < 4 && file[(file.LastIndexOf('/') + 1)..] is "activate" or "conda.sh" or "mamba.sh" or "nvm.sh" or "completion.bash" or "setup.bash" or "thisroot.sh" or "fzf.bash" or "env"
            && !file.Contains("/tmp/", StringComparison.Ordinal) && !file.Contains("/.cache/", StringComparison.Ordinal);
    }

    /// <summary>Whether a command writes a line that reads a file which the script wrote with words of its own: what stands there was read with the script.</summary>
    private bool ReadsWritten(ShellCommand command)
    {
        string[] words = command.Program is "echo" ? [.. command.Words.Skip(1).TakeWhile(w => w is not (">" or ">>")).SelectMany(w => w.Split(' ', StringSplitOptions.RemoveEmptyEntries))] : [];
        if (words is not ["." or "source", { Length: > 1 } file])
        {
            return false;
        }

        return (_written ??= Written()).GetValueOrDefault(file);
    }

    /// <summary>The files that lines of the text write, and whether each of these lines only writes words of its own.</summary>
    private Dictionary<string, bool> Written()
    {
        _budget.SpendWork(WorkPerCharacter * (long)_text.Length);
        Dictionary<string, bool> written = new(StringComparer.Ordinal);
        foreach (string line in _text.Split('\n'))
        {
            bool? isOwn = null;
            for (int at = line.IndexOf('>', StringComparison.Ordinal); at >= 0 && at < line.Length; at = line.IndexOf('>', at))
            {
                ReadOnlySpan<char> rest = line.AsSpan(at).TrimStart("> \t\"'");
                int end = rest.IndexOfAny(s_pathEnds);
                string file = (end < 0 ? rest : rest[..end]).ToString();
                at = line.Length - rest.Length + file.Length;
                isOwn ??= IsOfOwnWords(line);
                written[file] = written.GetValueOrDefault(file, true) && isOwn.Value;
            }
        }

        return written;
    }

    private bool IsOfOwnWords(string line)
    {
        _budget.SpendWork((Words("fetcher").Count + Words("decoder").Count) * (long)line.Length / WorkCosts.BytesRead);
        return line.TrimStart() is var begin && (begin.StartsWith("echo ", StringComparison.Ordinal) || begin.StartsWith("printenv ", StringComparison.Ordinal)) && !Words("fetcher").Concat(Words("decoder")).Any(w => line.Contains(w + " ", StringComparison.Ordinal));
    }
}
