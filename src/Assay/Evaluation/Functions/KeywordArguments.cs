// Puts arguments that are given by name where a function expects them.
using System.Collections.Frozen;
using System.Globalization;
using Assay.Bytes;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Arguments by name: <c>partial(f, base=2)</c>, <c>NEWOBJ_EX</c>, and calls in recovered source.</summary>
internal static class KeywordArguments
{
    private static readonly Lazy<FrozenDictionary<string, Parameter[]>> s_parameters = new(Load);

    /// <summary>No template names more than that.</summary>
    private const int LongestName = 1024;

    private readonly record struct Parameter(string Name, FoldedValue? Default);

    /// <summary>Keywords from a value; of one that is no dict of texts nothing can be told.</summary>
    public static FoldedDict Of(FoldedValue value) => value switch
    {
        FoldedNone => FoldedDict.Empty,
        FoldedDict dict => dict,
        _ => new FoldedDict([(FoldedValue.Unknown, FoldedValue.Unknown)]),
    };

    /// <summary>Both; the later ones win.</summary>
    public static FoldedDict Merge(FoldedDict first, FoldedDict second) =>
        second.Pairs.Count == 0 ? first : first.Pairs.Count == 0 ? second : new FoldedDict([.. first.Pairs, .. second.Pairs]);

    /// <summary>What something gets in one way or the other.</summary>
    public static IReadOnlyList<FoldedValue> All(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) =>
        keywords.Pairs.Count == 0 ? arguments : [.. arguments, .. keywords.Pairs.Select(p => p.Value)];

    /// <summary>The values of keywords by their names; the later ones win.</summary>
    public static Dictionary<string, FoldedValue> ByName(FoldedDict keywords)
    {
        Dictionary<string, FoldedValue> found = new(StringComparer.Ordinal);
        foreach ((FoldedValue key, FoldedValue value) in keywords.Pairs)
        {
            if (key is FoldedText { Value.Length: <= LongestName } name)
            {
                found[name.Value] = value;
            }
        }

        return found;
    }

    /// <summary>What functions give that take any name; null for all others.</summary>
    public static FoldedValue? Special(Folder folder, string path, IReadOnlyList<FoldedValue> a, FoldedDict keywords)
    {
        switch (path)
        {
            case "functools.partial" when a.Count > 0:
                return new FoldedPartial(a[0], [.. a.Skip(1)]) { Keywords = keywords };
            case "operator.methodcaller":
                return new FoldedGetter("methodcaller", a) { Keywords = keywords };
            case "operator.call" when a.Count > 0:
                return folder.Apply(a[0], [.. a.Skip(1)], keywords);
            case "builtins.dict":
                return folder.Call(path, a) is FoldedDict dict ? Merge(dict, keywords) : FoldedValue.Unknown;
            case "str.format" or "builtins.str.format":
                return a.Text(0) is { } template ? folder.Made(TextFormat.Format(folder, template, [.. a.Skip(1)], keywords), All(a, keywords)) : FoldedValue.Unknown;
            default:
                return null;
        }
    }

    /// <summary>The arguments by position, as far as any is given; null where a name does not fit or is not known.</summary>
    public static IReadOnlyList<FoldedValue>? Bind(string path, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        if (!s_parameters.Value.TryGetValue(path.StartsWith("builtins.", StringComparison.Ordinal) ? path[9..] : path, out Parameter[]? parameters)
            || arguments.Count > parameters.Length)
        {
            return null;
        }

        FoldedValue?[] bound = new FoldedValue?[parameters.Length];
        for (int i = 0; i < arguments.Count; i++)
        {
            bound[i] = arguments[i];
        }

        int last = arguments.Count - 1;
        foreach ((FoldedValue key, FoldedValue value) in keywords.Pairs)
        {
            int at = key is FoldedText name ? Array.FindIndex(parameters, p => p.Name == name.Value) : -1;
            if (at < arguments.Count)
            {
                return null;
            }

            bound[at] = value;
            last = Math.Max(last, at);
        }

        for (int i = 0; i <= last; i++)
        {
            bound[i] ??= parameters[i].Default;
            if (bound[i] is null)
            {
                return null;
            }
        }

        return [.. bound.Take(last + 1).Select(v => v!)];
    }

    private static FrozenDictionary<string, Parameter[]> Load()
    {
        Dictionary<string, Parameter[]> all = new(StringComparer.Ordinal);
        foreach (string[] row in EmbeddedTable.Rows("evaluation/parameters.tsv"))
        {
            Parameter[] parameters = [.. row[1].Split(' ').Select(Parse)];
            foreach (string name in row[0].Split(' '))
            {
                all.Add(name, parameters);
            }
        }

        return all.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static Parameter Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new Parameter(text, null) : new Parameter(text[..equals], text[(equals + 1)..] switch
        {
            "None" => FoldedValue.None,
            "True" => new FoldedBool(true),
            "False" => new FoldedBool(false),
            string value when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) => new FoldedInt(number),
            string value => new FoldedText(value),
        });
    }
}
