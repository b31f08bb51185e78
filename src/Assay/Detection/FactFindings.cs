// Makes findings of facts that need no shape of their own.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Detection.Conditions;
using Assay.Detection.Facts;

namespace Assay.Detection;

/// <summary>Makes findings of facts: an anomaly says its own sentence, any other fact the rule's, with its fields as evidence.</summary>
internal static class FactFindings
{
    private const int MaxEvidence = 12;

    /// <summary>The finding of a rule that fired.</summary>
    public static Finding Of(FiredRule fired, FindingBuilder builder) => fired.Fact switch
    {
        AnomalyFact anomaly => Of(fired.Rule, anomaly, builder),
        Fact fact => Of(fired, FindingPlace.Of(fact), builder),
        Finding finding => Of(fired, FindingPlace.Of(finding), builder),
        _ => throw new NotSupportedException($"No finding can be about {fired.Fact.GetType().Name}."),
    };

    private static Finding Of(RuleEntry entry, AnomalyFact anomaly, FindingBuilder builder)
    {
        string message = entry.Message.Length > 0 ? Message(entry.Message, FactKinds.Anomaly, anomaly)
            : anomaly.Detail.Length > 0 ? anomaly.Detail : entry.Rule.Title + ".";
        List<Evidence> evidence = [new("anomaly", anomaly.Code, anomaly.Offset)];
        if (anomaly.Count > 1)
        {
            evidence.Add(new("count", anomaly.Count.ToString(CultureInfo.InvariantCulture)));
        }

        // What is odd about bytes stands on all of them.
        FindingContent content = new();
        content.Add(FactKinds.Anomaly, anomaly, isPartial: true);
        return builder.Make(entry, FindingPlace.Of(anomaly), new(FactKinds.Anomaly.Name, anomaly.Code), "anomaly", message, evidence, content);
    }

    private static Finding Of(FiredRule fired, FindingPlace place, FindingBuilder builder)
    {
        string subject = Written(fired.Kind.Main.Read(fired.Fact));
        string message = fired.Rule.Message.Length > 0 ? Message(fired.Rule.Message, fired.Kind, fired.Fact)
            : subject.Length > 0 ? $"{fired.Rule.Rule.Title}: {subject}." : fired.Rule.Rule.Title + ".";
        FindingContent content = new();
        content.Add(fired.Kind, fired.Fact, isPartial: fired.Fact is TextFact { IsCut: true } or EntryFact { IsCut: true });
        return builder.Make(fired.Rule, place, new(fired.Kind.Name, subject), fired.Kind.Name, message, Evidence(fired), content);
    }

    private static IEnumerable<Evidence> Evidence(FiredRule fired) => fired.Kind.Fields
        .Where(f => !f.IsPlace && f.Type is not FieldType.Flag)
        .Select(f => (f.Name, Value: f.Read(fired.Fact)))
        .Where(f => f.Value.Exists)
        .Take(MaxEvidence)
        .Select(f => new Evidence(f.Name, Written(f.Value)));

    /// <summary>The text of a value: a number where it holds none.</summary>
    private static string Written(FieldValue value) => value.Text.Length > 0 ? value.Text
        : value.Texts.Count > 0 ? string.Join(", ", value.Texts)
        : value.Exists ? value.Number.ToString(CultureInfo.InvariantCulture) : "";

    /// <summary>A rule's sentence with the fields that it names in braces. The fields were checked when the rule was read.</summary>
    private static string Message(string template, FactKind kind, object fact)
    {
        StringBuilder text = new(template.Length + 64);
        for (int at = 0; at < template.Length;)
        {
            int open = template.IndexOf('{', at);
            int close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
            {
                return text.Append(template, at, template.Length - at).ToString();
            }

            text.Append(template, at, open - at);
            text.Append(kind.Find(template[(open + 1)..close]) is { } field ? Written(field.Read(fact)) : "");
            at = close + 1;
        }

        return text.ToString();
    }
}
