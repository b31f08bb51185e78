// Judges the code that a file carries, and that the file itself calls.
using Assay.Artifacts;
using Assay.Detection.Callables;

namespace Assay.Detection.Effects;

/// <summary>Judges the code that a file carries.</summary>
internal sealed class CarriedJudge(EffectScope scope)
{
    /// <summary>The suspicious words of carried code, or null. Which of the functions is called cannot be told; the worst one counts.</summary>
    public string? Suspicious { get; private set; }

    /// <summary>Notes what the code in a call says, before any use of it is judged.</summary>
    public void Notice(IReadOnlyList<ValueShape> code)
    {
        (string judgement, string words) = CarriedCode.Grade(code, scope.Table);
        if (judgement is Judgements.SuspiciousCode or Judgements.HarmfulCode)
            Suspicious ??= words;
    }

    /// <summary>Judges the code that a maker of code or functions gets.</summary>
    public void Made(string maker, CallableFact fact, IReadOnlyList<ValueShape> code)
    {
        (string judgement, string words) = CarriedCode.Grade(code, scope.Table);
        scope.Say(judgement, maker, fact, "", words);
        if (fact.ConstantsElided && judgement is Judgements.OrdinaryCode)
            scope.Say(Judgements.Elided, maker, fact, "", "some of the code that it carries was not kept");
    }
}
