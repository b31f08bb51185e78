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
    private const string Suffix = ".py";
    private static readonly string[] s_naming = [".json", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".pth", ".ipynb"];

    /// <summary>By these a file imports others whose names it need not write out.</summary>
    private static readonly string[] s_dynamic = ["import_module(", "__import__(", "spec_from_file_location", "run_path(", "run_module(", "walk_packages", "iter_modules", "exec(open", "sys.meta_path"];

    private static readonly ConditionalWeakTable<IBundle, ModuleMentions> s_known = [];

    // Who names a module, by its last name; who imports what it does not write out, by the folder from which it can. One file is kept, and whether there are others: a file does not name itself.
    private readonly Dictionary<string, (string? By, bool Others)> _modules = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string? By, bool Others)> _dynamic = new(StringComparer.Ordinal);
    private readonly bool _isWhole;

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
                _modules.TryAdd(Stem(entry.Name), default);
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
                Words(name, name.EndsWith(".md", StringComparison.Ordinal) ? AppFile(text) : text, (_, _, _) => true);
            }
        }

        _isWhole = true;
    }

    /// <summary>Those of a bundle. The budget is asked whether the host wants to stop.</summary>
    public static ModuleMentions Of(IBundle bundle, ScanBudget? budget) => s_known.GetValue(bundle, b => new ModuleMentions(b, budget));

    /// <summary>Whether another file of the bundle names a module, or imports what it does not write out from where the module can be. Where there is too much to look at, it may.</summary>
    public bool Names(string file)
    {
        if (!_isWhole || IsOfOthers(_modules.GetValueOrDefault(Stem(file)), file))
        {
            return true;
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

    private static bool IsOfOthers((string? By, bool Others) found, string file) => found.Others || (found.By is not null && found.By != file);

    private static bool IsNaming(string name) => name.EndsWith(Suffix, StringComparison.Ordinal) || Array.Exists(s_naming, e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || name.EndsWith("MLmodel", StringComparison.Ordinal) || name.EndsWith("README.md", StringComparison.Ordinal);

    private static string Stem(string name) => name[(name.LastIndexOf('/') + 1)..^Suffix.Length];

    private static string Folder(string name) => name[..Math.Max(0, name.LastIndexOf('/'))];

    /// <summary>The file that a card says its hub starts.</summary>
    private static string AppFile(string card) => card.Split('\n').Take(200).FirstOrDefault(l => l.StartsWith("app_file:", StringComparison.Ordinal)) ?? "";

    /// <summary>Source names modules in imports, and in texts where they look like a path or like a module.</summary>
    private void Source(string name, string text)
    {
        bool isDynamic = Array.Exists(s_dynamic, w => text.Contains(w, StringComparison.Ordinal));
        if (isDynamic)
        {
            Note(_dynamic, Folder(name), name);
        }

        int lineEnd = -1;
        bool imports = false;
        bool inBrackets = false;
        bool goesOn = false;
        Words(name, text, (start, end, _) =>
        {
            while (start > lineEnd)
            {
                // Line by line up to the one that the word stands in: an import goes on in brackets and behind a backslash.
                int lineStart = lineEnd + 1;
                lineEnd = text.IndexOf('\n', lineStart) is >= 0 and int found ? found : text.Length;
                ReadOnlySpan<char> line = text.AsSpan(lineStart, lineEnd - lineStart);
                imports = goesOn || line.Contains("import", StringComparison.Ordinal);
                inBrackets = imports && (inBrackets || line.Contains('(')) && !line.Contains(')');
                goesOn = imports && (inBrackets || line.TrimEnd().EndsWith("\\"));
            }

            return imports || IsWritten(text, start, end, isDynamic);
        });
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
    private void Words(string name, string text, Func<int, int, string, bool> counts)
    {
        Dictionary<string, (string?, bool)>.AlternateLookup<ReadOnlySpan<char>> modules = _modules.GetAlternateLookup<ReadOnlySpan<char>>();
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

            if (modules.TryGetValue(text.AsSpan(start, at - start), out string? module, out _) && counts(start, at, module))
            {
                Note(_modules, module, name);
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
