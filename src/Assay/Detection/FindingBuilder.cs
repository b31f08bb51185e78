// Makes findings: what all kinds of them have alike.
using Assay.Artifacts;
using Assay.Detection.Facts;

namespace Assay.Detection;

/// <summary>Where a finding stands, and what says which loaders come there: a fact, or the finding that it is about.</summary>
internal readonly record struct FindingPlace(string Path, long Offset, long Length, Fact? Fact, IReadOnlyList<LoaderUse>? Loaders)
{
    /// <summary>The line, and when it happens, where the fact or the finding says so.</summary>
    public (int? Line, string? When) Told { get; private init; }

    public static FindingPlace Of(Fact fact) => new(fact.Path, fact.Offset, fact.Length, fact, null) { Told = (fact.Line, fact.When) };

    public static FindingPlace Of(Finding finding) => new(finding.Path, finding.Offset, finding.Length, null, finding.Loaders) { Told = (finding.Line, finding.Phase) };
}

/// <summary>Makes findings with loaders and keys; an ordinal tells equal subjects of one input apart.</summary>
/// <param name="facts">The facts of the input.</param>
/// <param name="inputDigest">The SHA-256 of the input, or null.</param>
internal sealed class FindingBuilder(IReadOnlyList<Fact> facts, string? inputDigest)
{
    /// <summary>Characters of a message or of a piece of evidence that reports print; names may have a million.</summary>
    private const int LongestText = 8192;

    private readonly Dictionary<(string Rule, string Path, string Subject, string Use), int> _seen = [];
    private LoaderReach? _reach;

    /// <summary>Makes a finding; <paramref name="use"/> tells apart what is found about one subject in different ways.</summary>
    public Finding Make(
        RuleEntry entry, FindingPlace where, FindingSubject subject, string use, string message, IEnumerable<Evidence> evidence, FindingContent content)
    {
        (string, string, string, string) place = (entry.Rule.Id, where.Path, subject.Name, use);
        int ordinal = _seen.GetValueOrDefault(place);
        _seen[place] = ordinal + 1;
        string key = FindingKey.Of(entry.Rule.Id, where.Path, subject.Name, use, ordinal);
        return new Finding
        {
            Rule = entry.Rule,
            Severity = entry.IsTried ? Severity.Info : entry.Rule.Severity,
            Confidence = entry.Rule.Confidence,
            Message = Cut(entry.IsTried ? $"{message} (This rule is only tried; applied, it would be {EnumNames<Severity>.Of(entry.Rule.Severity)}.)" : message),
            Path = where.Path,
            Offset = where.Offset,
            Length = where.Length,
            Subject = subject,
            Evidence = [.. evidence.Select(e => e.Text.Length > LongestText ? e with { Text = Cut(e.Text) } : e)],
            Loaders = where.Loaders ?? (where.Fact is null ? [] : LoadersOf(where.Fact)),
            Reached = where.Fact is CallableFact { Reached: false } ? "no" : "yes",
            Line = where.Told.Line,
            Phase = where.Told.When ?? entry.Phase,
            Key = key,
            ContentKey = content.Key(key, inputDigest),
            IsContentPartial = content.IsPartial && inputDigest is null,
        };
    }

    /// <summary>The loaders that come to what a fact tells.</summary>
    public IReadOnlyList<LoaderUse> LoadersOf(Fact fact) => (_reach ??= new LoaderReach(facts)).Of(fact);

    private static string Cut(string text) =>
        text.Length <= LongestText ? text : $"{text.AsSpan(0, LongestText - (char.IsHighSurrogate(text[LongestText - 1]) ? 1 : 0))}... ({text.Length} characters)";
}
