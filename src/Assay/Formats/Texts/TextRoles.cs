// What acts on a text, by its name and its first line.
using System.Buffers;

namespace Assay.Formats.Texts;

/// <summary>What acts on a text.</summary>
internal enum TextRole
{
    /// <summary>People read it, or a loader takes it for words.</summary>
    Words,

    /// <summary>A shell runs it.</summary>
    Shell,

    /// <summary>A builder of containers runs its commands.</summary>
    Dockerfile,

    /// <summary>Python's start reads it.</summary>
    PathFile,

    /// <summary>A desktop or the start of a system runs its commands.</summary>
    Launcher,

    /// <summary>Git acts on it.</summary>
    Attributes,

    /// <summary>People read it, and do what it says: a model card.</summary>
    Card,

    /// <summary>Agents read it, and do what it says.</summary>
    Instructions,

    /// <summary>Tools that build and install read what it requires.</summary>
    Project,

    /// <summary>The settings of Git: it runs commands that they name.</summary>
    GitSettings,

    /// <summary>The settings of pip: it installs from where they say.</summary>
    PipSettings,

    /// <summary>R runs it when it starts in that folder.</summary>
    RProfile,

    /// <summary>Rows that people open with a spreadsheet.</summary>
    Table,

    /// <summary>Whose keys may log in.</summary>
    LoginKeys,

    /// <summary>A page or document that people open.</summary>
    Page,

    /// <summary>A script of macOS, which may run commands.</summary>
    AppleScript,

    /// <summary>A tool runs the recipes in it: make, just, tox.</summary>
    Recipes,

    /// <summary>Git fetches from the places that it names.</summary>
    Modules,

    /// <summary>Ollama makes a model of it: from what, and with which words for the model.</summary>
    Modelfile,

    /// <summary>TorchServe starts with what it says.</summary>
    ServerSettings,

    /// <summary>Frameworks take settings from it, section by section.</summary>
    Settings,

    /// <summary>XML of no format of its own: programs run some of its values.</summary>
    Markup,

    /// <summary>MATLAB, Simulink or Octave run code in it.</summary>
    MatlabText,

    /// <summary>Core ML takes the graph of a model from it.</summary>
    GraphProgram,

    /// <summary>A report that is made from it runs the chunks of code in it: R Markdown, Quarto.</summary>
    Woven,

    /// <summary>An interpreter of another language runs it, if somebody asks for that.</summary>
    OtherCode,
}

/// <summary>Tells what acts on a text.</summary>
internal static class TextRoles
{
    private static readonly SearchValues<char> s_elementName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-");

    /// <summary>Whether agents take a text of that name for instructions of their user's.</summary>
    private static bool IsInstructions(string path, string file) =>
        file.ToUpperInvariant() is "SKILL.MD" or "CLAUDE.MD" or "CLAUDE.LOCAL.MD" or "AGENTS.MD" or "AGENT.MD" or "GEMINI.MD" or ".CURSORRULES" or ".WINDSURFRULES" or ".CLINERULES" or "COPILOT-INSTRUCTIONS.MD" or "LLMS.TXT" or "SYSTEM_PROMPT.MD" or "SYSTEM_PROMPT.TXT" or "SOUL.MD"
        || file.EndsWith(".mdc", StringComparison.OrdinalIgnoreCase)
        || path.Contains(".claude/", StringComparison.Ordinal) || path.Contains(".cursor/", StringComparison.Ordinal) || path.Contains(".github/instructions", StringComparison.Ordinal) || path.Contains("/skills/", StringComparison.Ordinal) || path.StartsWith("skills/", StringComparison.Ordinal);

    /// <summary>Whether a text that begins with an angle bracket begins as XML does, and not as a page.</summary>
    private static bool IsXml(string head) => head.StartsWith("<?xml", StringComparison.Ordinal) || (head.StartsWith("<!DOCTYPE ", StringComparison.Ordinal) && !head.StartsWith("<!DOCTYPE html", StringComparison.OrdinalIgnoreCase))
        || (head.Length > 2 && char.IsAsciiLetter(head[1]) && head.AsSpan(1).IndexOfAnyExcept(s_elementName) is > 0 and int end && head[end + 1] is ' ' or '\n' or '\r' or '\t' or '>' or '/');

    /// <summary>What acts on a text called <paramref name="file"/>, which begins with <paramref name="head"/>.</summary>
    public static TextRole Of(string path, string file, string extension, string head)
    {
        if ((extension is ".md" or ".markdown" or ".mdc" or ".rst" or "" or ".txt" || file.StartsWith('.')) && IsInstructions(path, file))
        {
            return TextRole.Instructions;
        }

        if (extension is ".md" or ".markdown" or ".rst" || file.StartsWith("README", StringComparison.OrdinalIgnoreCase))
        {
            return TextRole.Card;
        }

        if (extension is ".rmd" or ".qmd" or ".rnw" or ".rmarkdown")
        {
            return TextRole.Woven;
        }

        if (file is ".gitconfig" || (file is "config" or "config.worktree" && path.Contains(".git/", StringComparison.Ordinal)))
        {
            return TextRole.GitSettings;
        }

        if (file is "Modelfile" || extension is ".modelfile")
        {
            return TextRole.Modelfile;
        }

        if (file is "config.properties")
        {
            return TextRole.ServerSettings;
        }

        if (file is "pip.conf" or "pip.ini" or ".pypirc" or ".npmrc" or ".yarnrc" or "uv.toml" or "poetry.toml")
        {
            return TextRole.PipSettings;
        }

        if (file is ".Rprofile" or "Rprofile.site")
        {
            return TextRole.RProfile;
        }

        if (file is "authorized_keys" or "authorized_keys2")
        {
            return TextRole.LoginKeys;
        }

        if (extension is ".html" or ".htm" or ".rtf")
        {
            return TextRole.Page;
        }

        if (file is "Vagrantfile" or "Jenkinsfile" or "Rakefile" or "CMakeLists.txt" || extension is ".gradle" or ".cmake" or ".groovy")
        {
            return TextRole.OtherCode;
        }

        if (extension is ".csv" or ".tsv")
        {
            return TextRole.Table;
        }

        if (extension is ".applescript" or ".scpt" or ".scptd")
        {
            return TextRole.AppleScript;
        }

        if (file is "pyproject.toml" or "setup.cfg" or "Pipfile")
        {
            return TextRole.Project;
        }

        if (extension is ".toml" or ".ini" or ".cfg" or ".conf" && file is not "tox.ini")
        {
            return TextRole.Settings;
        }

        if (head.TrimStart('\uFEFF', ' ', '\n', '\r', '\t') is ['<', ..] xml && (extension is ".xml" or ".rmp" || (IsXml(xml) && !StrayText.IsProse(extension))))
        {
            return TextRole.Markup;
        }

        if (Matlab.MatlabTexts.Begins(extension, head))
        {
            return TextRole.MatlabText;
        }

        if (extension is ".mil" && head.StartsWith("program(", StringComparison.Ordinal))
        {
            return TextRole.GraphProgram;
        }

        // What Apptainer builds a container from: sections of shell lines.
        if (head.TrimStart().StartsWith("bootstrap:", StringComparison.OrdinalIgnoreCase))
        {
            return TextRole.Shell;
        }

        if (head.StartsWith("#!", StringComparison.Ordinal))
        {
            string line = head.Split('\n')[0];
            return line.Contains("sh", StringComparison.Ordinal) ? TextRole.Shell : TextRole.OtherCode;
        }

        if (file.StartsWith("Dockerfile", StringComparison.OrdinalIgnoreCase) || file.EndsWith("Containerfile", StringComparison.Ordinal) || extension is ".dockerfile")
        {
            return TextRole.Dockerfile;
        }

        return extension switch
        {
            ".sh" or ".bash" or ".zsh" or ".ksh" or ".command" or ".bat" or ".cmd" or ".ps1" or ".psm1" => TextRole.Shell,
            ".mk" or ".just" or ".cron" => TextRole.Recipes,
            ".pth" => TextRole.PathFile,
            ".desktop" or ".service" or ".timer" or ".inf" => TextRole.Launcher,
            ".m" or ".js" or ".mjs" or ".ts" or ".rb" or ".pl" or ".php" or ".lua" or ".r" or ".jl" or ".rs" or ".go" or ".cs" or ".kt" or ".swift" or ".scala" or ".ex" or ".exs" or ".nix" or ".el" or ".gyp" or ".gypi" or ".vbs" or ".hta" or ".wsf" => TextRole.OtherCode,
            _ => file switch
            {
                ".gitattributes" => TextRole.Attributes,
                ".gitmodules" => TextRole.Modules,
                "Makefile" or "makefile" or "GNUmakefile" or "Justfile" or "justfile" or ".justfile" or "Procfile" or "tox.ini" or "crontab" or "dvc.lock" => TextRole.Recipes,
                "post-checkout" or "post-merge" or "pre-commit" or "post-commit" or "pre-push" or "post-rewrite" or "prepare-commit-msg" or "commit-msg" or "postinstall" or "entrypoint" or "post-install" or "postinst" or "preinst" or ".envrc" or ".bashrc" or ".profile" or ".bash_profile" or ".bash_login" or ".bash_logout" or ".zshrc" or ".zprofile" or ".zshenv" or ".zlogin" or ".xinitrc" or ".xprofile" or ".xsession" => TextRole.Shell,
                _ => TextRole.Words,
            },
        };
    }
}
