// The tests that a rule can put to a field: a small closed set.
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Detection.Facts;

namespace Assay.Detection.Conditions;

/// <summary>A test of a field's value. A test of texts holds where one of them fulfils it.</summary>
internal abstract class FieldTest
{
    /// <summary>Whether the test holds. What a text costs beyond its lookup is taken from the budget first.</summary>
    public virtual bool Holds(in FieldValue value, MatchContext context)
    {
        if (value.Text.Length > 0)
        {
            return HoldsFor(value.Text, context);
        }

        foreach (string text in value.Texts)
        {
            if (HoldsFor(text, context))
            {
                return true;
            }
        }

        return false;
    }

    protected virtual bool HoldsFor(string text, MatchContext context) => false;
}

/// <summary>The text is one of these.</summary>
internal sealed class OneOfTest(IReadOnlyCollection<string> texts) : FieldTest
{
    private readonly HashSet<string> _texts = new(texts, StringComparer.Ordinal);

    public IReadOnlyCollection<string> Texts => texts;

    protected override bool HoldsFor(string text, MatchContext context) => _texts.Contains(text);
}

/// <summary>The text matches one of these patterns.</summary>
internal sealed class GlobTest(IReadOnlyList<WildcardPattern> globs) : FieldTest
{
    public IReadOnlyList<WildcardPattern> Globs => globs;

    protected override bool HoldsFor(string text, MatchContext context)
    {
        foreach (WildcardPattern glob in globs)
        {
            if (!context.Budget.Take((long)text.Length * glob.Width / 16))
            {
                return false;
            }

            if (glob.IsMatch(text))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>One of these regular expressions is found in the text.</summary>
internal sealed class RegexTest(IReadOnlyList<RulePattern> patterns) : FieldTest
{
    protected override bool HoldsFor(string text, MatchContext context)
    {
        foreach (RulePattern pattern in patterns)
        {
            // The engine without backtracking takes time in proportion to the text; the length of the pattern bounds the factor.
            if (!context.Budget.Take(1 + text.Length))
            {
                return false;
            }

            if (pattern.IsMatch(text))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The number lies between two others, which belong to the range.</summary>
internal sealed class RangeTest(long least, long most) : FieldTest
{
    public override bool Holds(in FieldValue value, MatchContext context) => value.Exists && value.Number >= least && value.Number <= most;
}

/// <summary>The flag is set, or is not.</summary>
internal sealed class FlagTest(bool flag) : FieldTest
{
    public override bool Holds(in FieldValue value, MatchContext context) => value.Flag == flag;
}

/// <summary>There is a value, or there is none.</summary>
internal sealed class ExistsTest(bool exists) : FieldTest
{
    public override bool Holds(in FieldValue value, MatchContext context) => value.Exists == exists;
}

/// <summary>The text, read as a reference in a file of the bundle's own folder, leads out of the bundle or does not.</summary>
internal sealed class LeavesBundleTest(bool leaves) : FieldTest
{
    protected override bool HoldsFor(string text, MatchContext context) =>
        context.Budget.Take(text.Length / 16)
            && BundleName.Resolve("", text).Place is ReferencePlace.Outside or ReferencePlace.Absolute or ReferencePlace.Url == leaves;
}

/// <summary>The text names a callable that is known to do harm, or to have one of these capabilities.</summary>
internal sealed class ListedTest(IReadOnlyCollection<string> kinds) : FieldTest
{
    /// <summary>Harm of any kind.</summary>
    public const string Harmful = "harmful";

    public IReadOnlyCollection<string> Kinds => kinds;

    protected override bool HoldsFor(string text, MatchContext context)
    {
        int dot = text.LastIndexOf('.');
        string path = dot > 0 ? context.Callables.Canonical(text[..dot], text[(dot + 1)..]) : text;
        return context.Budget.Take(text.Length / 4) && context.Callables.CapabilityOf(path) is { Length: > 0 } capability
            && (kinds.Contains(Harmful) || kinds.Contains(capability));
    }
}

/// <summary>The test does not hold; of several texts, for none of them.</summary>
internal sealed class NotTest(FieldTest test) : FieldTest
{
    public FieldTest Test => test;

    public override bool Holds(in FieldValue value, MatchContext context) => !test.Holds(value, context);
}

/// <summary>All of these tests hold.</summary>
internal sealed class BothTest(IReadOnlyList<FieldTest> tests) : FieldTest
{
    public IReadOnlyList<FieldTest> Tests => tests;

    public override bool Holds(in FieldValue value, MatchContext context)
    {
        foreach (FieldTest test in tests)
        {
            if (!test.Holds(value, context))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The test holds for every text, of which there is one at least.</summary>
internal sealed class EveryTest(FieldTest test) : FieldTest
{
    public override bool Holds(in FieldValue value, MatchContext context)
    {
        foreach (string text in value.Texts)
        {
            if (!test.Holds(FieldValue.Of(text), context))
            {
                return false;
            }
        }

        return value.Texts.Count > 0;
    }
}
