// What a reading can be found by.
using Assay.Artifacts;
using Assay.Detection.Facts;
using Assay.Python.Names;

namespace Assay.Store.Readings;

/// <summary>Something that a reading can be found by.</summary>
/// <param name="Kind">The kind: <c>fact</c> for a kind of fact that is there, or a kind of fact whose main value <paramref name="Value"/> is; <c>host</c> for hosts.</param>
/// <param name="Value">The value.</param>
internal readonly record struct Term(string Kind, string Value);

/// <summary>
/// What readings can be found by: which kinds of facts they have, and of the kinds that rules and people ask by a value, the values. A reading with more of them than are kept has the
/// term <see cref="Many"/>, and is always looked at.
/// </summary>
internal static class Terms
{
    /// <summary>There are more terms than were kept.</summary>
    public static Term Many { get; } = new("fact", "*");

    /// <summary>The kind of terms that say which kinds of facts there are.</summary>
    public const string Fact = "fact";

    /// <summary>The kind of terms that name what is called.</summary>
    public const string Callable = "callable";

    /// <summary>The kind of terms that name hosts.</summary>
    public const string Host = "host";

    private const int Most = 2000;

    /// <summary>Longer values are cut, and a test of them cannot be made without the fact.</summary>
    public const int Longest = 200;

    /// <summary>The field of a kind of fact whose values are terms; null for a kind that is found by its name only.</summary>
    public static string? FieldOf(FactKind kind) => kind.Name switch
    {
        "format" => "format",
        "callable" => "name",
        "anomaly" => "code",
        "reference" => "target",
        "operator" => "name",
        "indicator" => "value",
        "behaviour" => "action",
        _ => null,
    };

    /// <summary>Whether each reading with a fact of a kind has the kind itself as a term.</summary>
    public static bool IsToldByKind(string kind) => kind is not Host;

    /// <summary>The terms of a reading.</summary>
    public static HashSet<Term> Of(FactSet facts)
    {
        HashSet<Term> terms = [];
        foreach (Fact fact in facts.Facts)
        {
            FactKind kind = FactKinds.Of(fact);
            terms.Add(new Term(Fact, kind.Name));

            // What source calls is a call of that name too.
            foreach (string callee in fact is CodeFact code ? code.Uses.Select(u => u.Callee) : [])
            {
                if (terms.Count < Most)
                {
                    terms.Add(new Term(Fact, Callable));
                    terms.Add(new Term(Callable, Cut(callee)));
                }
            }

            if (Value(fact) is { Length: > 0 } value && terms.Count < Most)
            {
                terms.Add(new Term(kind.Name, Cut(value)));
                if (fact is CallableFact { Module.Length: > 0 } callable && CanonicalName.Of(callable.Module, callable.Name) is var canonical && canonical != value)
                {
                    // Whoever asks for the name that reports tell finds those who write it otherwise.
                    terms.Add(new Term(kind.Name, Cut(canonical)));
                }

                if (fact is ReferenceFact or IndicatorFact { Kind: "url" or "host" or "ip" } && HostOf(value) is { } host)
                {
                    terms.Add(new Term(Host, host));
                }
            }
        }

        if (terms.Count >= Most)
        {
            terms.Add(Many);
        }

        return terms;
    }

    /// <summary>The host that a reference or an address names; null for none.</summary>
    public static string? HostOf(string text)
    {
        int at = text.IndexOf("://", StringComparison.Ordinal);
        string rest = at >= 0 ? text[(at + 3)..] : text;
        int end = rest.IndexOfAny(['/', '?', '#', ' ']);
        string host = (end >= 0 ? rest[..end] : rest)[(rest.LastIndexOf('@', Math.Max(0, (end >= 0 ? end : rest.Length) - 1)) + 1)..];
        int port = host.LastIndexOf(':');
        host = (port > 0 && host.IndexOf(':', StringComparison.Ordinal) == port ? host[..port] : host).ToLowerInvariant();
        return host.Length is > 0 and <= 253 && host.Contains('.', StringComparison.Ordinal) && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ':' or '[' or ']') && (at >= 0 || !text.Contains('/', StringComparison.Ordinal))
            ? host
            : null;
    }

    /// <summary>A value as it stands among terms.</summary>
    public static string Cut(string value) => Plain(value.Length <= Longest ? value : value[..Longest]);

    /// <summary>A text as every database takes it: without NUL and without halves of surrogate pairs.</summary>
    public static string Plain(string text) =>
        text.Contains('\0', StringComparison.Ordinal) || text.Any(char.IsSurrogate) ? string.Concat(text.Select(c => c is '\0' || char.IsSurrogate(c) ? '\ufffd' : c)) : text;

    private static string? Value(Fact fact) => fact switch
    {
        FormatFact f => f.Format,
        CallableFact c => c.Resolved.Length > 0 ? c.Resolved : c.Callee,
        AnomalyFact a => a.Code,
        ReferenceFact r => r.Target,
        OperatorFact o => o.Name,
        IndicatorFact i => i.Value,
        UnreadFact u => EnumNames<UnreadCause>.Of(u.Cause),
        BehaviourFact b => b.Action,
        _ => null,
    };
}
