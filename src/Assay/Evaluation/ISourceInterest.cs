// What whoever folds source wants to be told of.
using Assay.Evaluation.Values;

namespace Assay.Evaluation;

/// <summary>Says of names whether a call of them, or of something below them, would be worth telling: source that mentions none of those need not be followed.</summary>
internal interface ISourceInterest
{
    /// <summary>Whether what a name stands for, or an attribute of it, may be told when it is called.</summary>
    bool MayTell(FoldedName name);

    /// <summary>Whether an attribute or a builtin of that name matters whatever it is taken of.</summary>
    bool IsWord(string name);
}
