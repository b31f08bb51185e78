// What folding source adds to folding values: names of the source's own, files that it writes, functions that it hands over.
using Assay.Evaluation.Values;

namespace Assay.Evaluation;

/// <summary>The source whose expressions a <see cref="Folder"/> folds.</summary>
internal interface ISourceHost
{
    /// <summary>Runs a text among the names of the source that hands it to <c>exec</c>.</summary>
    void Execute(string text);

    /// <summary>What an expression gives among the names of the source.</summary>
    FoldedValue Evaluate(string text);

    /// <summary>What a call gives that means something of the source's own; null for all others.</summary>
    FoldedValue? Special(string path, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords);

    /// <summary>Something of others was called, and got these arguments: callables among them may be called by it.</summary>
    void Handed(string path, IReadOnlyList<FoldedValue> arguments);

    /// <summary>Where what stands in a file stems from that the source wrote and a text names.</summary>
    ValueOrigins Named(string text);

    /// <summary>Something was called of which nothing is known but the name of the method, where it has one, or which is told by its own name as well.</summary>
    void Unresolved(string? method, IReadOnlyList<FoldedValue> arguments, bool isNamed = false);

    /// <summary>What an object holds that is made of these: the file that it is for, what it writes to.</summary>
    FoldedContents Holding(IReadOnlyList<FoldedValue> arguments);

    /// <summary>An object of others gets these: they may lie in it afterwards, and in the file that it is for.</summary>
    void Put(FoldedContents contents, IReadOnlyList<FoldedValue> arguments);

    /// <summary>What <c>globals()</c> holds under a name; null where it holds nothing that is known.</summary>
    FoldedValue? Global(string name);
}
