// The entry to the analysis of Python source: modules in, what their callables do out.
using Assay.Bytes;
using Assay.Code.Entries;
using Assay.Code.Flow;
using Assay.Code.Scopes;
using Assay.Effects;

namespace Assay.Code;

/// <summary>
/// Finds out what callables of Python source do with what they get. What natives and the entry points of the standard library do is taken from what is
/// known by hand; all else is followed through the source. What cannot be found out and gets something of a caller's is unknown, never nothing.
/// </summary>
internal static class EffectAnalysis
{
    /// <summary>The version of the analysis: packs that another one made may say something else.</summary>
    public const int Version = 10;

    /// <summary>What the callables of modules do.</summary>
    /// <param name="modules">The modules that are analysed; names of them are in the result.</param>
    /// <param name="knowledge">What is known by hand.</param>
    /// <param name="origin">Where the result says that its knowledge of a module comes from, by the name of the module.</param>
    /// <param name="library">Finds modules that these import by their dotted names, such as those of the standard library; null for none.</param>
    /// <param name="budget">What pays for it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static DerivedEffects Of(
        IEnumerable<SourceModule> modules,
        EffectKnowledge knowledge,
        Func<string, EffectOrigin> origin,
        Func<string, SourceModule?>? library = null,
        ScanBudget? budget = null,
        CancellationToken cancellation = default)
    {
        CodeBase code = new(knowledge, library ?? (_ => null), budget, cancellation);
        List<CodeModule> targets = [];
        foreach (SourceModule module in modules.OrderBy(m => m.Name, StringComparer.Ordinal))
            targets.Add(code.Add(module));

        code.ReadImports();
        code.IsComplete = true;
        Analysis analysis = new(code);
        analysis.RunModules();
        return new EntryBuilder(analysis, targets, origin).Build();
    }
}
