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

    /// <summary>Where what a call gives stems from, by what is called and what it gets.</summary>
    ValueOrigins OriginsOf(string callee, IReadOnlyList<FoldedValue> arguments);

    /// <summary>Whether a text is a line for a shell that somebody hands to whatever it is that runs it, by the name of what gets it; null where it has none.</summary>
    bool IsCommand(string? method, string text);

    /// <summary>Whether a text is code that reaches out, and what gets it evaluates texts; whether it is such code at all where nothing is said of what gets it.</summary>
    bool IsCode(string? callee, string text);

    /// <summary>Whether a text names a place where secrets of a user lie.</summary>
    bool IsPlace(string text);

    /// <summary>Whether a variable of the environment of that name holds a secret.</summary>
    bool IsSecretName(string name);

    /// <summary>Whether what a call gets is worth telling whatever is called: a secret, the whole environment, what a walk through a home found.</summary>
    bool Carries(IReadOnlyList<FoldedValue> arguments);

    /// <summary>Whether a method of that name starts programs whatever it is of.</summary>
    bool IsStarting(string method);
}
