// What one run of a pickle came to.
using Assay.Evaluation.Payloads;

namespace Assay.Formats.Pickles;

/// <summary>What one run of a pickle came to, and the pickles of its arrays: uses of callables, and what folding recovered.</summary>
internal sealed class CollectedUses
{
    /// <summary>The uses, in the order of first sight.</summary>
    public List<UseGroup> Groups { get; } = [];

    /// <summary>The texts that folding recovered.</summary>
    public List<RecoveredText> Texts { get; } = [];

    /// <summary>The bytes that a loader would load again.</summary>
    public List<RecoveredBytes> Bytes { get; } = [];

    /// <summary>The names of what recovered code reaches.</summary>
    public HashSet<string> Reached { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether some folding would have cost too much.</summary>
    public bool IsFoldingStopped { get; private set; }

    /// <summary>Whether an import was seen whose names look like names of Python code.</summary>
    public bool HasPlausibleImport { get; set; }

    /// <summary>Adds what folding recovered; its machine may be used for something else from now on.</summary>
    public void Add(PickleFolding folding)
    {
        Texts.AddRange(folding.Texts);
        Bytes.AddRange(folding.Recovered);
        Reached.UnionWith(folding.Reached);
        IsFoldingStopped |= folding.Exceeded;
    }

    /// <summary>Adds what the pickle of an array came to.</summary>
    public void Add(CollectedUses inside)
    {
        Groups.AddRange(inside.Groups);
        Texts.AddRange(inside.Texts);
        Bytes.AddRange(inside.Bytes);
        Reached.UnionWith(inside.Reached);
        IsFoldingStopped |= inside.IsFoldingStopped;
        HasPlausibleImport |= inside.HasPlausibleImport;
    }
}
