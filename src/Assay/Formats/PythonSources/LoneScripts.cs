// Tells scripts from modules: a file that nothing in its bundle names runs only when somebody runs it.
using Assay.Artifacts;
using Assay.Python.Names;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Looks whether anything in a bundle imports or names a module. Repositories carry scripts that prepared data or drew a plot: what stands in them outside of functions runs when somebody runs them, and
/// never because a model is loaded.
/// </summary>
internal static class LoneScripts
{
    /// <summary>Whether a file of source is a script that nothing else in its bundle names.</summary>
    public static bool Is(ReadContext context)
    {
        if (context.Artifact.In is not { } place || place.Name.EndsWith(".pyw", StringComparison.Ordinal))
        {
            return false;
        }

        string file = place.Name[(place.Name.LastIndexOf('/') + 1)..];
        if (!file.Contains('.', StringComparison.Ordinal) && context.Artifact.Bytes.ReadUpTo(0, 2) is [(byte)'#', (byte)'!'])
        {
            // An import finds files that end in .py; one that says by what it is run, and is called like a program, is started like one.
            return true;
        }

        if (SourceNames.IsStarted(file) || !file.EndsWith(".py", StringComparison.Ordinal) || KnownModules.Has(file[..^3]))
        {
            return false;
        }

        IBundle bundle = (place.Bundle as IWatchedBundle)?.Asked(BundleIndex.Mentions) ?? place.Bundle;
        return !ModuleMentions.Of(bundle, context.Budget).Names(place.Name);
    }
}
