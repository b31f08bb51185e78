// What reading source wants to be told of, as those ask who fold it.
using Assay.Evaluation;
using Assay.Evaluation.Values;
using Assay.Python.Names;

namespace Assay.Formats.PythonSources;

/// <summary>The names by which calls are kept, for whoever decides what need not be folded.</summary>
internal sealed class SourceInterest : ISourceInterest
{
    public static SourceInterest Instance { get; } = new();

    public bool MayTell(FoldedName name) => SourceNames.MayReach(CanonicalName.Of(name.Path));

    // Modules have others among their attributes, also under names of their own: random._os.
    public bool IsWord(string name) => SourceNames.IsLeading(name) || (name.TrimStart('_') is { Length: > 0 } module && KnownModules.IsStandard(module) && SourceNames.MayReach(module));
}
