// What acts on a text, by its name and its first line.
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

    /// <summary>An interpreter of another language runs it, if somebody asks for that.</summary>
    OtherCode,
}

/// <summary>Tells what acts on a text.</summary>
internal static class TextRoles
{
    /// <summary>What acts on a text called <paramref name="file"/>, which begins with <paramref name="head"/>.</summary>
    public static TextRole Of(string file, string extension, string head)
    {
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
            ".pth" => TextRole.PathFile,
            ".desktop" or ".service" or ".timer" or ".inf" => TextRole.Launcher,
            ".js" or ".mjs" or ".ts" or ".rb" or ".pl" or ".php" or ".lua" or ".r" or ".jl" or ".vbs" or ".hta" or ".wsf" => TextRole.OtherCode,
            _ => file switch
            {
                ".gitattributes" => TextRole.Attributes,
                "Makefile" or "makefile" or "GNUmakefile" or "post-checkout" or "post-merge" or "pre-commit" or "post-install" or "postinst" or "preinst" or ".envrc" or ".bashrc" or ".profile" => TextRole.Shell,
                _ => TextRole.Words,
            },
        };
    }
}
