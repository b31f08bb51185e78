// Tells scripts from modules: a file that nothing in its bundle names runs only when somebody runs it.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Python.Names;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Looks whether anything in a bundle imports or names a module. Repositories carry scripts that prepared data or drew a plot: what stands in them outside of functions runs when somebody runs them, and
/// never because a model is loaded.
/// </summary>
internal static class LoneScripts
{
    private const int MostFiles = 64;
    private const int MostListed = 4096;
    private const int Largest = 256 << 10;
    private static readonly string[] s_naming = [".py", ".json", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".pth", ".ipynb"];

    /// <summary>By these a file imports others whose names it need not write out.</summary>
    private static readonly string[] s_dynamic = ["import_module(", "__import__(", "spec_from_file_location", "run_path(", "run_module(", "walk_packages", "iter_modules", "exec(open", "sys.meta_path"];

    /// <summary>Whether a file of source is a script that nothing else in its bundle names.</summary>
    public static bool Is(ReadContext context)
    {
        if (context.Artifact.In is not { } place || place.Name.EndsWith(".pyw", StringComparison.Ordinal))
        {
            return false;
        }

        string file = place.Name[(place.Name.LastIndexOf('/') + 1)..];
        if (SourceNames.IsStarted(file) || !file.EndsWith(".py", StringComparison.Ordinal) || KnownModules.Has(file[..^3]))
        {
            return false;
        }

        string module = file[..^3];
        int listed = 0;
        List<string> others = [];
        foreach (BundleEntry entry in place.Bundle.List())
        {
            context.Budget.SpendWork(WorkCosts.Artifact / 16);
            if (entry.Name != place.Name && entry.Size <= Largest && (Array.Exists(s_naming, e => entry.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || entry.Name.EndsWith("MLmodel", StringComparison.Ordinal)))
            {
                others.Add(entry.Name);
            }

            // Where there is too much to look at, the module may be named there.
            if (++listed > MostListed || others.Count > MostFiles)
            {
                return false;
            }
        }

        return !others.Exists(other => Names(place.Bundle, other, module, context));
    }

    private static bool Names(IBundle bundle, string name, string module, ReadContext context)
    {
        BundleOpening opening = bundle.TryOpen(name);
        using ByteSource? bytes = opening.Bytes;
        if (bytes is null)
        {
            return false;
        }

        if (bytes.Length > Largest)
        {
            return true;
        }

        context.Budget.SpendWork(WorkCosts.Artifact + bytes.Length);
        ReadOnlySpan<byte> text = bytes.ReadUpTo(0, (int)bytes.Length);
        if (name.EndsWith(".py", StringComparison.Ordinal))
        {
            foreach (string word in s_dynamic)
            {
                if (text.IndexOf(Encoding.UTF8.GetBytes(word)) >= 0)
                {
                    return true;
                }
            }
        }

        byte[] wanted = Encoding.UTF8.GetBytes(module);
        for (int at = text.IndexOf(wanted); at >= 0;)
        {
            if ((at == 0 || !IsPart(text[at - 1])) && (at + wanted.Length == text.Length || !IsPart(text[at + wanted.Length])))
            {
                return true;
            }

            int next = text[(at + 1)..].IndexOf(wanted);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return false;
    }

    private static bool IsPart(byte value) => char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_';
}
