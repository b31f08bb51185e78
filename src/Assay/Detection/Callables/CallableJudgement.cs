// What a use of a callable is taken for: derived from facts and the lists of the packs, and asked by rules like a fact.
using System.Diagnostics.CodeAnalysis;
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>One judgement about one use of a callable.</summary>
internal sealed record CallableJudgement : Fact
{
    /// <summary>Creates a judgement at the place of the fact that shows it.</summary>
    /// <param name="use">The judgement, one of <see cref="Judgements"/>.</param>
    /// <param name="callable">The canonical callable.</param>
    /// <param name="fact">The fact that shows it.</param>
    /// <param name="capability">What the callable can do, where it is listed.</param>
    /// <param name="detail">What is odd, in a few words.</param>
    /// <param name="reason">Why the callable is listed.</param>
    /// <param name="holder">The callable that gets this one as an argument or in its state, or empty.</param>
    [SetsRequiredMembers]
    public CallableJudgement(string use, string callable, CallableFact fact, string capability = "", string detail = "", string reason = "", string holder = "")
    {
        Path = fact.Path;
        Offset = fact.Offset;
        Length = fact.Length;
        Is = use;
        Callable = callable;
        Fact = fact;
        Capability = capability;
        Detail = detail;
        Reason = reason;
        Holder = holder;
    }

    public string Is { get; }

    public string Callable { get; }

    public CallableFact Fact { get; private init; }

    public string Capability { get; }

    public string Detail { get; }

    public string Reason { get; }

    public string Holder { get; }

    /// <summary>What the judgement stands on beside the fact, in full.</summary>
    public string Content { get; init; } = "";

    /// <summary>Whether the callable is the argument of another one, whatever the fact says of that one.</summary>
    public CallableUse Use => Holder.Length > 0 && Fact.Use is CallableUse.Called or CallableUse.Constructed ? CallableUse.Argument : Fact.Use;

    /// <summary>The same judgement about another telling of the fact.</summary>
    public CallableJudgement About(CallableFact fact) => this with { Fact = fact };
}
