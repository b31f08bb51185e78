// Which modules of a bundle are named by another of its files.
using System.Runtime.CompilerServices;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.PythonSources;

/// <summary>
/// The modules of a bundle that something in it imports, starts or names. A bundle is gone through once, and not for each of its files: a repository of many files would cost their square. What is in it while
/// it is first asked for counts, for all of its files alike.
/// </summary>
internal sealed class ModuleMentions
{
    private const int MostListed = 20_000;
    private const int MostFiles = 8_000;
    private const int Largest = 8 << 20;
    private const long MostBytes = 48L << 20;
    private const int MostMentions = 256;
    private const int LongestPath = 200;
    private const string Suffix = ".py";
    private static readonly string[] s_naming = [".json", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".pth", ".ipynb"];

    /// <summary>By these a file imports others whose names it need not write out.</summary>
    private static readonly string[] s_dynamic = ["import_module(", "__import__(", "spec_from_file_location", "run_path(", "run_module(", "walk_packages", "iter_modules", "exec(open", "sys.meta_path"];

    private static readonly ConditionalWeakTable<IBundle, ModuleMentions> s_known = [];

    // How modules are named, by their last names: a path of which the whole or a part is known, and who says it. Who imports what it does not write out, by the folder from which it can: one file is kept,
    // and whether there are others, since a file does not name itself.
    private readonly Dictionary<string, HashSet<Mention>> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? By, bool Others)> _dynamic = new(StringComparer.Ordinal);
    private readonly bool _isWhole;

    /// <summary>A name of a module as a file writes it.</summary>
    /// <param name="Path">The module and the packages before it, with slashes.</param>
    /// <param name="Folder">The folder of the file that names it.</param>
    /// <param name="By">The file.</param>
    /// <param name="IsAnywhere">Whether a module alone may lie anywhere: the file changes where modules are looked for.</param>
    private readonly record struct Mention(string Path, string Folder, string By, bool IsAnywhere);

    private ModuleMentions(IBundle bundle, ScanBudget? budget)
    {
        List<string> naming = [];
        int listed = 0;
        foreach (BundleEntry entry in bundle.List())
        {
            if (++listed > MostListed || naming.Count >= MostFiles)
            {
                return;
            }

            if (entry.Name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                _modules.TryAdd(Stem(entry.Name), []);
            }

            if (IsNaming(entry.Name))
            {
                // What is too large to look at may name any of them.
                if (entry.Size > Largest)
                {
                    return;
                }

                naming.Add(entry.Name);
            }
        }

        long left = MostBytes;
        foreach (string name in naming)
        {
            budget?.PollHost();
            BundleOpening opening = bundle.TryOpen(name);
            using ByteSource? bytes = opening.Bytes;
            if (bytes is null)
            {
                continue;
            }

            left -= bytes.Length;
            if (left < 0 || bytes.Length > Largest)
            {
                return;
            }

            string text = Encoding.UTF8.GetString(bytes.ReadUpTo(0, (int)bytes.Length));
            if (name.EndsWith(Suffix, StringComparison.Ordinal))
            {
                Source(name, text);
            }
            else
            {
                string shown = name.EndsWith(".md", StringComparison.Ordinal) ? AppFile(text) : text;
                Words(name, shown, isAnywhere: true, (start, end) => IsValue(shown, start, end) && !(IsOfTools(name) && IsStartedBy(shown, start)) && !IsLeftOut(shown, start) ? Before(shown, start) : null);
            }
        }

        _isWhole = true;
    }

    /// <summary>Those of a bundle. The budget is asked whether the host wants to stop.</summary>
    public static ModuleMentions Of(IBundle bundle, ScanBudget? budget) => s_known.GetValue(bundle, b => new ModuleMentions(b, budget));

    /// <summary>Whether another file of the bundle names a module, or imports what it does not write out from where the module can be. Where there is too much to look at, it may.</summary>
    public bool Names(string file)
    {
        HashSet<Mention>? mentions = _modules.GetValueOrDefault(Stem(file));
        if (!_isWhole || mentions is { Count: >= MostMentions })
        {
            return true;
        }

        string path = file[..^Suffix.Length];
        string place = Folder(file);
        foreach (Mention mention in mentions ?? [])
        {
            if (mention.By != file && !IsTest(mention.By) && IsMeant(mention, path, place))
            {
                return true;
            }
        }

        for (string folder = Folder(file); ; folder = Folder(folder))
        {
            if (IsOfOthers(_dynamic.GetValueOrDefault(folder), file))
            {
                return true;
            }

            if (folder.Length == 0)
            {
                return false;
            }
        }
    }

    /// <summary>Whether a module that is named with its packages can be that file; one that is named alone lies beside who names it, or above.</summary>
    private static bool IsMeant(Mention mention, string path, string place) =>
        mention.Path.Contains('/', StringComparison.Ordinal) ? Ends(path, mention.Path) || Ends(mention.Path, path)
        : mention.IsAnywhere || place.Length == 0 || mention.Folder == place || mention.Folder.StartsWith(place + "/", StringComparison.Ordinal);

    private static bool Ends(string path, string with) => path.EndsWith(with, StringComparison.Ordinal) && (path.Length == with.Length || path[^(with.Length + 1)] is '/');

    private static bool IsOfOthers((string? By, bool Others) found, string file) => found.Others || (found.By is not null && found.By != file);

    private static bool IsNaming(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) || Array.Exists(s_naming, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("MLmodel", StringComparison.Ordinal) || name.EndsWith("README.md", StringComparison.Ordinal);

    private static string Stem(string name) => name[(name.LastIndexOf('/') + 1)..^Suffix.Length];

    private static string Folder(string name) => name[..Math.Max(0, name.LastIndexOf('/'))];

    /// <summary>Whether tools that run tests collect a file: what it imports runs when somebody tests, and not when a model is loaded.</summary>
    private static bool IsTest(string name)
    {
        string file = name[(name.LastIndexOf('/') + 1)..];
        return file.StartsWith("test_", StringComparison.Ordinal) || file.EndsWith("_test.py", StringComparison.Ordinal) || file is "conftest.py";
    }

    /// <summary>Whether a file tells tools for developers what to do: those of a project, of its checks and of its documentation.</summary>
    private static bool IsOfTools(string name)
    {
        string file = name[(name.LastIndexOf('/') + 1)..];
        return name.StartsWith('.') || file is "pyproject.toml" or "setup.cfg" or "tox.ini";
    }

    /// <summary>Whether a setting lists a file among those that a tool is to leave alone.</summary>
    private static bool IsLeftOut(string text, int start)
    {
        ReadOnlySpan<char> line = text.AsSpan((text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1)..start).TrimStart(" \t\"'-");
        return line.StartsWith("exclude") || line.StartsWith("ignore") || line.StartsWith("omit");
    }

    /// <summary>Whether a file of source is named as what an interpreter runs by itself: <c>python docs/index.py</c>, <c>python -m tools.check</c>.</summary>
    private static bool IsStartedBy(string text, int start)
    {
        ReadOnlySpan<char> before = text.AsSpan(0, start - Before(text, start).Length).TrimEnd(" \"',");
        before = before.EndsWith(" -m") || before.EndsWith("\"-m") ? before[..^2].TrimEnd(" \"',") : before;
        return before.EndsWith("python") || before.EndsWith("python3");
    }

    /// <summary>The file that a card says its hub starts.</summary>
    private static string AppFile(string card) => card.Split('\n').Take(200).FirstOrDefault(l => l.StartsWith("app_file:", StringComparison.Ordinal)) ?? "";

    /// <summary>Source names modules in imports, and in texts where they look like a path or like a module.</summary>
    private void Source(string name, string text)
    {
        // What its user names on the command line its user wants to run.
        bool isTyped = text.Contains("sys.argv", StringComparison.Ordinal);
        bool isDynamic = Array.Exists(s_dynamic, w => text.Contains(w, StringComparison.Ordinal) && !(isTyped && w is "exec(open"));
        if (isDynamic && !IsTest(name))
        {
            Note(_dynamic, Folder(name), name);
        }

        bool isAnywhere = isDynamic || text.Contains("sys.path", StringComparison.Ordinal);
        int lineStart = 0;
        int lineEnd = -1;
        bool imports = false;
        bool inBrackets = false;
        bool goesOn = false;
        string from = "";
        int behind = int.MaxValue;
        Words(name, text, isAnywhere, (start, end) =>
        {
            while (start > lineEnd)
            {
                // Line by line up to the one that the word stands in: an import goes on in brackets and behind a backslash.
                lineStart = lineEnd + 1;
                lineEnd = text.IndexOf('\n', lineStart) is >= 0 and int found ? found : text.Length;
                ReadOnlySpan<char> line = text.AsSpan(lineStart, lineEnd - lineStart);
                if (!goesOn)
                {
                    (from, behind) = From(line, lineStart);
                }

                imports = goesOn || line.Contains("import", StringComparison.Ordinal);
                inBrackets = imports && (inBrackets || line.Contains('(')) && !line.Contains(')');
                goesOn = imports && (inBrackets || line.TrimEnd().EndsWith("\\"));
            }

            return imports ? (start >= behind ? from : "") + Before(text, start)
                : IsWritten(text, start, end, isDynamic) && !text.AsSpan(lineStart, start - lineStart).TrimStart().StartsWith("#") ? Before(text, start) : null;
        });
    }

    /// <summary>The package of <c>from package import</c> with what parts it from what is imported, and where that begins.</summary>
    private static (string Package, int Behind) From(ReadOnlySpan<char> line, int start)
    {
        int at = line.IndexOf("from ", StringComparison.Ordinal);
        int import = line.LastIndexOf(" import", StringComparison.Ordinal);
        return at < 0 || import < at + 5 ? ("", int.MaxValue) : (line[(at + 5)..import].Trim().ToString() is var package && package.EndsWith('.') ? package : package + ".", start + import);
    }

    /// <summary>The packages or folders that stand before a name.</summary>
    private static string Before(string text, int start)
    {
        int first = start;
        while (first > 0 && start - first < LongestPath && (IsPart(text[first - 1]) || text[first - 1] is '.' or '/' or '\\'))
        {
            first--;
        }

        return text[first..start];
    }

    /// <summary>Whether a word of a configuration can be a module: a file of source, what stands before a class or a function, or all that a key or an item says.</summary>
    private static bool IsValue(string text, int start, int end)
    {
        char after = end < text.Length ? text[end] : '\n';
        char next = end + 1 < text.Length ? text[end + 1] : '\n';
        if (text.AsSpan(end).StartsWith(Suffix) && (end + 3 == text.Length || !IsPart(text[end + 3])))
        {
            return true;
        }

        int first = start - Before(text, start).Length;
        char before = first > 0 ? text[first - 1] : '\n';
        bool begins = before is '"' or '\'' or ' ' or '-' or '=' or '\n' or ':' or '[' or ',';
        bool isKey = after is '"' or '\'' && text.AsSpan(end + 1).TrimStart().StartsWith(":");
        return begins && !isKey && ((after is '.' or ':' && (IsPart(next) && !char.IsAsciiDigit(next))) || after is '"' or '\'' || (after is '\n' or '\r' && before is ' ' && first > 1 && text[first - 2] is ':' or '-' or '='));
    }

    /// <summary>Whether a word in a text is a file of source or a module: <c>"scripts/a.py"</c>, <c>"pkg.a"</c>, <c>"a:main"</c>; where a file imports by texts, any that is one.</summary>
    private static bool IsWritten(string text, int start, int end, bool isDynamic)
    {
        if (text.AsSpan(end).StartsWith(Suffix) && (end + 3 == text.Length || !IsPart(text[end + 3])))
        {
            return true;
        }

        char before = start > 0 ? text[start - 1] : '\n';
        char after = end < text.Length ? text[end] : '\n';
        bool isFirst = before is '"' or '\'';
        bool isLast = after is '"' or '\'';
        return (before is '.' or '/' && isLast) || (after is ':' && end + 1 < text.Length && (char.IsAsciiLetter(text[end + 1]) || text[end + 1] is '_') && (isFirst || before is '.')) || (isDynamic && isFirst && (isLast || after is '.' or '/'));
    }

    /// <summary>Notes the modules among the words of a text for which a place counts.</summary>
    private void Words(string name, string text, bool isAnywhere, Func<int, int, string?> counts)
    {
        string folder = Folder(name);
        Dictionary<string, HashSet<Mention>>.AlternateLookup<ReadOnlySpan<char>> modules = _modules.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int at = 0; at < text.Length;)
        {
            if (!IsPart(text[at]))
            {
                at++;
                continue;
            }

            int start = at;
            while (at < text.Length && IsPart(text[at]))
            {
                at++;
            }

            if (modules.TryGetValue(text.AsSpan(start, at - start), out string? module, out HashSet<Mention>? known) && known.Count < MostMentions && counts(start, at) is { } before)
            {
                known.Add(new Mention((before.Replace('.', '/').Replace('\\', '/') + module).TrimStart('/'), folder, name, isAnywhere));
            }
        }
    }

    private static void Note(Dictionary<string, (string? By, bool Others)> table, string key, string by)
    {
        (string? first, bool others) = table.GetValueOrDefault(key);
        table[key] = (first ?? by, others || (first is not null && first != by));
    }

    private static bool IsPart(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' || c > 0x7F;
}
