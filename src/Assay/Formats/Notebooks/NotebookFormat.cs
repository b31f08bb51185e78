// Reads Jupyter notebooks: the code of their cells, with the lines that go to a shell.
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;
using Assay.Formats.PythonSources;
using Assay.Formats.Requirements;
using Assay.Formats.Shell;
using Assay.Formats.Texts;

namespace Assay.Formats.Notebooks;

/// <summary>
/// Jupyter notebooks of version 3 and 4. Somebody has to run the cells; what they would run is read: Python, and the lines that begin with <c>!</c> or stand in a cell of a shell. Outputs are
/// what was shown, and data. Specification: nbformat, <c>nbformat.v4.schema.json</c>.
/// </summary>
internal sealed class NotebookFormat : IFormat
{
    private const int MaxDepth = 64;
    private const int LongestCode = 8 << 20;
    private const string ShellName = "get_ipython";

    public string Id => "notebook";

    public string Name => "Jupyter notebook";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ipynb"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && JsonKeys.Of(view) is { IsList: false } keys
        && ((keys.Outer("cells") && (keys.Outer("nbformat") || keys.Inner("cell_type"))) || (keys.Outer("nbformat") && keys.Outer("worksheets"))) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        CellReader cells = new();
        JsonValueReader reader = new(context.Artifact.Bytes, claim.Range, context.Budget, cells);
        try
        {
            reader.Read();
            context.Cover(claim.Range, CoverageKind.Parsed);
        }
        catch (MalformedException e)
        {
            context.Cover(new ByteRange(claim.Range.Offset, reader.Position - claim.Range.Offset), CoverageKind.Parsed);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        Texts.LineMap map = new(context.Artifact.Bytes, claim.Range);
        context.Lines = map.Of;
        Texts.SecretSearch.Tell(context.Artifact.Bytes, claim.Range, context);
        StringBuilder python = new();
        List<long> places = [];
        foreach ((string code, long offset, IReadOnlyList<long> lines) in cells.Code)
        {
            Cell(code, line => line < lines.Count ? lines[line] : offset, python, places, context);
        }

        foreach ((string host, long offset) in cells.Scripts)
        {
            context.Anomaly("shell.foreign-script", offset, 0, host.Length > 0 ? $"An output runs a script of {host} in whatever shows the notebook." : "An output has a script that runs code in the kernel, or in a terminal of the server, as whoever opens the notebook.");
        }

        context.Meta("code cells", cells.Code.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (cells.IsCut || python.Length > LongestCode)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, 0, "The cells hold more code than is read.");
        }
        else if (python.Length > 0 && cells.IsPython)
        {
            if (python.ToString().Contains(ShellName, StringComparison.Ordinal))
            {
                // Notebooks have the name without asking for it.
                python.Insert(0, "from IPython import get_ipython\n");
                places.Insert(0, claim.Range.Offset);
            }

            byte[] source = Encoding.UTF8.GetBytes(python.ToString());
            context.Submit(new Artifact("cells.py", new MemorySource(source), context.Artifact, PythonSourceFormat.NotebookId) { OuterLine = line => line <= places.Count ? map.Of(places[line - 1]) : line });
        }
    }

    /// <summary>Adds a cell to the source; lines for a shell are read as such.</summary>
    private static void Cell(string code, Func<int, long> at, StringBuilder python, List<long> places, ReadContext context)
    {
        string[] lines = code.Split('\n');
        string first = lines.Length > 0 ? lines[0].TrimStart() : "";
        if (first.StartsWith("%%", StringComparison.Ordinal))
        {
            string magic = first[2..].Split(' ')[0];
            if (magic is "bash" or "sh" or "script" or "shell" or "!" or "system" or "cmd")
            {
                Shell(string.Join('\n', lines.Skip(1)), line => at(line + 1), context);
                return;
            }

            if (magic is "javascript" or "js" or "html" or "HTML" or "svg")
            {
                string script = string.Join('\n', lines.Skip(1));
                Script(script, at(0), context);
                if (magic is "javascript" or "js")
                {
                    context.Submit(new Artifact($"cell@0x{at(0):x}", new MemorySource(Encoding.UTF8.GetBytes(script)), context.Artifact, BracedSources.BracedSourceFormat.JavaScriptId) { When = "cell", OuterLine = line => context.LineAt(at(Math.Min(line, lines.Length - 1))) ?? line });
                }

                return;
            }

            if (magic is "writefile" or "file")
            {
                Written(first, lines, at, context);
                return;
            }

            if (magic is not ("time" or "timeit" or "capture" or "prun" or "python" or "python3" or "memit"))
            {
                return;
            }
        }

        bool goesOn = false;
        for (int number = 0; number < lines.Length; number++)
        {
            string line = lines[number];
            long offset = at(number);
            places.Add(offset);
            string trimmed = line.TrimStart();
            string indent = line[..(line.Length - trimmed.Length)];
            bool isShell = goesOn || trimmed.StartsWith('!') || trimmed.StartsWith("%sx ", StringComparison.Ordinal) || trimmed.StartsWith("%system ", StringComparison.Ordinal) || trimmed.StartsWith("%pip ", StringComparison.Ordinal);
            if (isShell)
            {
                goesOn = trimmed.EndsWith('\\');
                string command = trimmed.TrimStart('!', ' ');
                command = command.StartsWith("%pip", StringComparison.Ordinal) ? command[1..] : command.StartsWith('%') ? command[(command.IndexOf(' ', StringComparison.Ordinal) + 1)..] : command;
                Shell(command, _ => offset, context);
                python.Append(indent).Append(command.AsSpan().IndexOfAny('{', '$') >= 0 ? Handed(command) : "pass").Append('\n');
            }
            else if (trimmed.StartsWith('%') || trimmed.StartsWith('?') || trimmed.EndsWith('?'))
            {
                python.Append(indent).Append("pass\n");
            }
            else
            {
                Handed(trimmed, offset, context);

                // The output of a command may be kept: x = !ls
                int bang = trimmed.IndexOf("= !", StringComparison.Ordinal);
                if (bang > 0)
                {
                    Shell(trimmed[(bang + 3)..], _ => offset, context);
                }

                python.Append(bang > 0 ? indent + "pass" : line).Append('\n');
            }
        }
    }

    /// <summary>A cell that writes a file: what the file is to whoever starts something, and what is written.</summary>
    private static void Written(string first, string[] lines, Func<int, long> at, ReadContext context)
    {
        string path = first.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, .., var last] ? last : "";
        string content = string.Join('\n', lines.Skip(1));
        bool isShell = path.EndsWith(".sh", StringComparison.Ordinal) || path.Split('/')[^1].StartsWith('.');
        Shell((isShell ? content : "") + "\n", line => at(line), context);
        Shell($"echo > {path}\n", _ => at(0), context);
        if (path.EndsWith(".py", StringComparison.Ordinal))
        {
            context.Submit(new Artifact(path[(path.LastIndexOf('/') + 1)..], new MemorySource(Encoding.UTF8.GetBytes(content)), context.Artifact, PythonSourceFormat.FormatId) { When = "cell", OuterLine = line => context.LineAt(at(Math.Min(line, lines.Length - 1))) ?? line });
        }
    }

    /// <summary>A line for a shell with values of the notebook in it, as IPython hands it on: <c>!echo {x} $y</c>.</summary>
    private static string Handed(string command)
    {
        StringBuilder call = new(ShellName + "().system(\"");
        for (int i = 0; i < command.Length; i++)
        {
            int end = command[i] is '{' ? command.IndexOf('}', i) : -1;
            if (command[i] is '$')
            {
                end = i + 1;
                while (end < command.Length && (char.IsAsciiLetterOrDigit(command[end]) || command[end] is '_'))
                {
                    end++;
                }

                end--;
            }

            string name = end > i ? command[(i + 1)..(command[i] is '$' ? end + 1 : end)].Trim() : "";
            if (name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_'))
            {
                call.Append("\" + str(").Append(name).Append(") + \"");
                i = end;
            }
            else
            {
                call.Append(command[i] is '"' or '\\' ? "\\" : "").Append(command[i]);
            }
        }

        return call.Append("\")").ToString();
    }

    /// <summary>A cell that the browser runs: with the rights of whoever is logged in it may read what stands in the page, and send it away.</summary>
    private static void Script(string script, long offset, ReadContext context)
    {
        bool sends = PageScript.Sends(script) || PageScript.Streams(script) || script.Contains(".src", StringComparison.Ordinal);
        bool isForeign = CellReader.ForeignHosts(script).Any();
        if (CellReader.ReachesKernel(script) || (PageScript.TakesKept(script) && sends) || (isForeign && PageScript.Requests(script)))
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = offset, Code = "shell.foreign-script", Detail = CellReader.ReachesKernel(script) ? "A cell runs a script in the browser that runs code in the kernel, or in a terminal of the server." : $"A cell runs a script in the browser that sends something away{(isForeign ? $" to {CellReader.ForeignHosts(script).First()}" : "")}.", When = "cell" });
        }
    }

    /// <summary>A line that hands a command to the shell by its full name, as exports of notebooks write it.</summary>
    private static void Handed(string line, long offset, ReadContext context)
    {
        int at = line.IndexOf("get_ipython().", StringComparison.Ordinal);
        string call = at < 0 ? "" : line[(at + "get_ipython().".Length)..];
        int open = call.IndexOf('(', StringComparison.Ordinal);
        if (open > 0 && call[..open] is "system" or "getoutput" or "getoutput_split" or "system_raw" or "system_piped" or "run_line_magic" or "run_cell_magic")
        {
            string given = call[(open + 1)..].TrimEnd(' ', ';', ')');
            for (int named = call.StartsWith("run_cell", StringComparison.Ordinal) ? 2 : call[0] is 'r' ? 1 : 0; named > 0; named--)
            {
                given = given[(given.IndexOf(',', StringComparison.Ordinal) + 1)..];
            }

            Shell(given.Trim().Trim('\'', '"').Replace("\\n", "\n", StringComparison.Ordinal), _ => offset, context);
        }
    }

    private static void Shell(string text, Func<int, long> at, ReadContext context)
    {
        foreach (ShellUse use in ShellLines.Read(text, context.Budget))
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = at(use.Line - 1), Code = use.Code, Detail = use.Detail, When = "cell" });
        }

        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            long offset = at(number++);
            int install = line.IndexOf("pip install ", StringComparison.Ordinal);
            install = install < 0 ? line.IndexOf("pip3 install ", StringComparison.Ordinal) : install;
            foreach (string word in install < 0 ? [] : line[install..].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(2))
            {
                if (word is "&&" or ";" or "|" or "||" or ">")
                {
                    break;
                }

                foreach (ShellUse use in word.StartsWith('-') ? [] : RequirementLines.Read(word.Trim('\'', '"')))
                {
                    context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = offset, Code = use.Code, Detail = use.Detail, When = "cell" });
                }
            }
        }
    }
}
