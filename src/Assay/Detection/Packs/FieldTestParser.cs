// Reads what a rule asks of a field.
using System.Globalization;
using Assay.Detection.Conditions;
using Assay.Detection.Facts;

namespace Assay.Detection.Packs;

/// <summary>A value that a rule waits for, so that it can be held against what there can be once all packs are read.</summary>
internal readonly record struct AwaitedValue(FactField Field, Predicate<string> Accepts, string Written, PackNode Node);

/// <summary>Reads tests of fields: a bare value, a list of values, or a map of tests that must all hold.</summary>
internal sealed class FieldTestParser(ICollection<AwaitedValue> awaited)
{
    private const int LongestPattern = 1000;
    private static readonly string[] s_listed = [ListedTest.Harmful];

    public FieldTest Read(FactField field, PackNode node)
    {
        if (node.Kind is not PackNodeKind.Map)
        {
            return Equal(field, node);
        }

        List<FieldTest> tests = [.. node.AsMap($"'{field.Name}'").Select(t => One(field, t.Key, t.Value))];
        return tests.Count switch
        {
            0 => throw node.Error($"'{field.Name}' asks nothing."),
            1 => tests[0],
            _ => new BothTest(tests),
        };
    }

    private FieldTest One(FactField field, string test, PackNode value)
    {
        switch (test)
        {
            case "equals" or "one-of":
                return Equal(field, value);
            case "glob":
                Needs(field, test, value, FieldType.Text, FieldType.Texts);
                return new GlobTest([.. Texts(value, test).Select(g => Pattern(field, g, value))]);
            case "matches":
                Needs(field, test, value, FieldType.Text, FieldType.Texts);
                return new RegexTest([.. Texts(value, test).Select(p => Expression(p, value))]);
            case "larger-than" or "smaller-than" or "at-least" or "at-most":
                return Range(field, test, value);
            case "exists":
                return new ExistsTest(value.AsFlag(test));
            case "leaves-bundle":
                Needs(field, test, value, FieldType.Text, FieldType.Texts);
                return new LeavesBundleTest(value.AsFlag(test));
            case "listed":
                Needs(field, test, value, FieldType.Text, FieldType.Texts);
                IReadOnlyList<string> kinds = Texts(value, test);
                foreach (string kind in kinds.Except(s_listed))
                {
                    awaited.Add(new(FactKinds.Judgement.Find("capability")!, c => c == kind, kind, value));
                }

                return new ListedTest(kinds);
            case "not":
                return new NotTest(Read(field, value));
            case "every":
                Needs(field, test, value, FieldType.Texts);
                return new EveryTest(Read(field, value));
            default:
                throw value.Error($"'{test}' is not a test: equals, one-of, glob, matches, larger-than, smaller-than, at-least, at-most, exists, leaves-bundle, listed, not, every.");
        }
    }

    private FieldTest Equal(FactField field, PackNode node)
    {
        switch (field.Type)
        {
            case FieldType.Flag:
                return new FlagTest(node.AsFlag(field.Name));
            case FieldType.Number:
                List<long> numbers = [.. Texts(node, field.Name).Select(t => Number(t, node))];
                return numbers.Count == 1 ? new RangeTest(numbers[0], numbers[0]) : throw node.Error($"'{field.Name}' takes one number.");
            default:
                IReadOnlyList<string> texts = Texts(node, field.Name);
                foreach (string text in texts)
                {
                    if (field.Values.Count > 0 && !field.Values.Contains(text))
                    {
                        throw node.Error($"'{text}' is no value of '{field.Name}': {string.Join(", ", field.Values)}.");
                    }

                    if (field.Vocabulary.Length > 0 && !node.IsCompiled)
                    {
                        awaited.Add(new(field, v => v == text, text, node));
                    }
                }

                return new OneOfTest(texts);
        }
    }

    private WildcardPattern Pattern(FactField field, string pattern, PackNode node)
    {
        if (pattern.Length is 0 or > LongestPattern)
        {
            throw node.Error($"a pattern has 1 to {LongestPattern} characters.");
        }

        WildcardPattern glob = WildcardPattern.OfText(pattern);
        if (field.Values.Count > 0 && !field.Values.Any(v => glob.IsMatch(v)))
        {
            throw node.Error($"'{pattern}' matches no value of '{field.Name}': {string.Join(", ", field.Values)}.");
        }

        if (field.Vocabulary.Length > 0 && !node.IsCompiled)
        {
            awaited.Add(new(field, v => glob.IsMatch(v), pattern, node));
        }

        return glob;
    }

    private static RulePattern Expression(string pattern, PackNode node)
    {
        if (pattern.Length is 0 or > LongestPattern)
        {
            throw node.Error($"a pattern has 1 to {LongestPattern} characters.");
        }

        // Those of the program were tried when it was built and tested.
        RulePattern made = new(pattern);
        try
        {
            if (!node.IsCompiled)
            {
                made.Check();
            }

            return made;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw node.Error($"'{pattern}' is no pattern that can be matched without backtracking: {e.Message}");
        }
    }

    private static FieldTest Range(FactField field, string test, PackNode node)
    {
        string text = node.AsText(test);
        if (field.IsOrdered)
        {
            int at = field.Values.ToList().IndexOf(text);
            if (at < 0)
            {
                throw node.Error($"'{text}' is no value of '{field.Name}': {string.Join(", ", field.Values)}.");
            }

            return new OneOfTest([.. test switch
            {
                "larger-than" => field.Values.Skip(at + 1),
                "at-least" => field.Values.Skip(at),
                "smaller-than" => field.Values.Take(at),
                _ => field.Values.Take(at + 1),
            }]);
        }

        Needs(field, test, node, FieldType.Number);
        long number = Number(text, node);
        return test switch
        {
            "larger-than" => new RangeTest(number == long.MaxValue ? number : number + 1, long.MaxValue),
            "at-least" => new RangeTest(number, long.MaxValue),
            "smaller-than" => new RangeTest(long.MinValue, number == long.MinValue ? number : number - 1),
            _ => new RangeTest(long.MinValue, number),
        };
    }

    private static void Needs(FactField field, string test, PackNode node, params ReadOnlySpan<FieldType> types)
    {
        if (!types.Contains(field.Type))
        {
            throw node.Error($"'{test}' cannot be asked of '{field.Name}', which is a {field.Type.ToString().ToLowerInvariant()}.");
        }
    }

    private static IReadOnlyList<string> Texts(PackNode node, string what) =>
        node.AsTexts(what) is { Count: > 0 } texts ? texts : throw node.Error($"'{what}' names nothing.");

    private static long Number(string text, PackNode node) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : throw node.Error($"'{text}' is no whole number.");
}
