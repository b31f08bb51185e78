// What expressions of source need of the statements around them.
using Assay.Evaluation.Values;
using Assay.Python.Syntax;

namespace Assay.Evaluation.Sources;

/// <summary>The names that an expression sees and gives, and the functions that it makes.</summary>
internal interface ISourceNames
{
    /// <summary>What a name stands for.</summary>
    FoldedValue Lookup(string name);

    /// <summary>Gives a name a value.</summary>
    void Bind(string name, FoldedValue value);

    /// <summary>The function that a lambda makes; null where nobody follows functions.</summary>
    FoldedValue? Lambda(SyntaxNode node, IReadOnlyList<SourceParameter> parameters);

    /// <summary>A generator gives a value, or each of several.</summary>
    void Yielded(FoldedValue value, bool isMany);
}
