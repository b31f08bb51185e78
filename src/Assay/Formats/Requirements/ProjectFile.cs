// Reads what a project requires to be built and run: pyproject.toml, setup.cfg, Pipfile.
using Assay.Artifacts;
using Assay.Formats.Shell;

namespace Assay.Formats.Requirements;

/// <summary>
/// The requirements of a project, line by line: strings in the lists that PEP 518, 621 and 735 and the tools name, tables of Poetry and Pipenv with places in them, and lists of
/// <c>setup.cfg</c>. What else the file says is not acted on by an installer.
/// </summary>
internal static class ProjectFile
{
    private static readonly HashSet<string> s_lists = new(StringComparer.Ordinal) { "dependencies", "requires", "install_requires", "setup_requires", "tests_require", "extras_require", "dev-dependencies", "constraint-dependencies", "override-dependencies" };
    private static readonly HashSet<string> s_indexes = new(StringComparer.Ordinal) { "index-url", "extra-index-url", "find-links", "find_links", "index_url", "extra_index_url", "registry", "trusted-host", "default-index", "index" };

    /// <summary>Tells what the requirements install from elsewhere.</summary>
    public static void Tell(string text, long start, ReadContext context)
    {
        context.Budget.SpendWork(20L * text.Length);
        string section = "";
        string key = "";
        int number = 0;
        foreach (string raw in text.Split('\n'))
        {
            number++;
            string line = raw.Trim();
            if (line.StartsWith('['))
            {
                bool isSection = (!line.Contains('"', StringComparison.Ordinal) || line.StartsWith("[project.entry-points", StringComparison.Ordinal) || line.StartsWith("[tool.poetry.plugins", StringComparison.Ordinal)) && line.EndsWith(']') && raw.Length > 0 && !char.IsWhiteSpace(raw[0]);
                if (isSection)
                {
                    (section, key) = (line.Trim('[', ']', ' '), "");
                    continue;
                }
            }

            int equals = Equals(line);
            bool isKey = equals > 0 && raw.Length > 0 && !char.IsWhiteSpace(raw[0]) && line[0] is not ('"' or '\'');
            string value = isKey ? line[(equals + 1)..].Trim() : line;
            key = isKey ? line[..equals].Trim() : key;
            bool isPlugin = ((section.StartsWith("project.entry-points", StringComparison.Ordinal) || section.StartsWith("tool.poetry.plugins", StringComparison.Ordinal)) && isKey)
                || (section is "options.entry_points" && !isKey && key is not "console_scripts" and not "gui_scripts");
            if (isPlugin && !section.Contains("_scripts", StringComparison.Ordinal))
            {
                Plugin(isKey ? value : line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..], number);
                continue;
            }

            bool isList = s_lists.Contains(key) || section is "project.optional-dependencies" or "dependency-groups" or "options.extras_require";
            bool isTable = section.EndsWith("dependencies", StringComparison.Ordinal) || section is "packages" or "dev-packages";
            key = key.StartsWith('@') && key.EndsWith(":registry", StringComparison.Ordinal) ? "registry" : key;
            if ((s_indexes.Contains(key) && value.Contains('.', StringComparison.Ordinal)) || (key is "url" && (section.Contains("source", StringComparison.Ordinal) || section.Contains("index", StringComparison.Ordinal))))
            {
                Say(RequirementLines.Read((key is "trusted-host" ? "--trusted-host " : "--index-url ") + value.Trim('"', '\'')));
            }
            else if (isList)
            {
                bool hasStrings = false;
                foreach (string one in Strings(value))
                {
                    hasStrings = true;
                    Say(RequirementLines.Read(one));
                }

                if (!hasStrings && section.StartsWith("options", StringComparison.Ordinal))
                {
                    Say(RequirementLines.Read(value));
                }
            }
            else if (isTable && isKey)
            {
                string[] strings = [.. Strings(value)];
                string? place = Array.Find(strings, s => s.Contains("://", StringComparison.Ordinal));
                Say(RequirementLines.Read(place is null ? key.Trim('"') : $"{key} @ {(value.Contains("git", StringComparison.Ordinal) && !place.StartsWith("git+", StringComparison.Ordinal) ? "git+" : "")}{place}"));
            }
        }

        // What asks for all entry points of a group imports and calls what they name.
        void Plugin(string named, int at)
        {
            string[] parts = named.Trim().Trim('"', '\'').Split('[')[0].Trim().Split(':');
            if (parts is [{ Length: > 0 and < 128 } module, { Length: > 0 and < 128 } item])
            {
                context.Add(new EntryFact { Path = context.Artifact.Path, Offset = start, Line = context.OuterLine(at), Source = "pyproject", Key = "entry-point", Value = $"{module.Trim()}.{item.Trim()}", Kind = EntryKind.Text });
            }
        }

        void Say(IEnumerable<ShellUse> uses)
        {
            foreach (ShellUse use in uses)
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = start, Code = use.Code, Detail = $"Line {number}: {use.Detail}", Line = context.OuterLine(number), When = "install" });
            }
        }
    }

    /// <summary>The first equals sign that is none of a version or a comparison.</summary>
    private static int Equals(string line)
    {
        int at = line.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && (at + 1 >= line.Length || line[at + 1] is not '=') && line[at - 1] is not ('<' or '>' or '!' or '~' or '=') ? at : -1;
    }

    /// <summary>The texts in quotes of a line.</summary>
    private static IEnumerable<string> Strings(string line)
    {
        for (int at = line.IndexOfAny(['"', '\'']); at >= 0;)
        {
            int close = line.IndexOf(line[at], at + 1);
            if (close < 0)
            {
                yield break;
            }

            yield return line[(at + 1)..close];
            at = close + 1 < line.Length ? line.IndexOfAny(['"', '\''], close + 1) : -1;
        }
    }
}
