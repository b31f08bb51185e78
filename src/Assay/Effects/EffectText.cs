// Effects as they are written in rule packs and shown to people.
namespace Assay.Effects;

/// <summary>
/// Reads and writes effects: <c>process 0</c>, <c>call 0 with 1..</c>, <c>method close of 0.file</c>, <c>decode 0 unless 1 in latin1 utf-8</c>;
/// and what calls return: <c>data</c>, <c>instance</c>, <c>attribute 0 1</c>, <c>bound 0</c>.
/// </summary>
internal static class EffectText
{
    private static readonly Dictionary<string, (ReturnKind Kind, int Sources)> s_returns = new(StringComparer.Ordinal)
    {
        ["unknown"] = (ReturnKind.Unknown, 0),
        ["data"] = (ReturnKind.Data, 0),
        ["instance"] = (ReturnKind.Instance, 0),
        ["argument"] = (ReturnKind.Argument, 1),
        ["attribute"] = (ReturnKind.Attribute, 2),
        ["item"] = (ReturnKind.Item, 2),
        ["named"] = (ReturnKind.Named, 2),
        ["dotted"] = (ReturnKind.Dotted, 1),
        ["bound"] = (ReturnKind.Bound, 1),
        ["method-caller"] = (ReturnKind.MethodCaller, 1),
        ["getter"] = (ReturnKind.Getter, 0),
        ["class"] = (ReturnKind.Class, 1),
        ["type-name"] = (ReturnKind.TypeName, 1),
        ["function"] = (ReturnKind.Function, 1),
        ["instance-of"] = (ReturnKind.InstanceOf, 1),
        ["text"] = (ReturnKind.Text, 0),
        ["text-of"] = (ReturnKind.TextOf, 1),
        ["bytes-of"] = (ReturnKind.BytesOf, 1),
    };

    /// <summary>Reads one effect; null where the text is none.</summary>
    public static Effect? Parse(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0 || !EffectKinds.TryParse(words[0], out EffectKind kind))
            return null;

        int at = 1;
        string name = "";
        if (kind is EffectKind.Method)
        {
            if (words.Length < 4 || words[2] is not "of")
                return null;

            name = words[1];
            at = 3;
        }

        if (at >= words.Length || EffectSource.Parse(words[at++]) is not { } source)
            return null;

        List<EffectSource> with = [];
        EffectCondition? condition = null;
        while (at < words.Length)
        {
            switch (words[at])
            {
                case "with":
                    for (at++; at < words.Length && words[at] is not ("if" or "unless"); at++)
                    {
                        if (EffectSource.Parse(words[at]) is not { } given)
                            return null;

                        with.Add(given);
                    }

                    break;
                case "if" or "unless" when condition is null && at + 3 == words.Length && words[at + 2] is "given" && EffectSource.Parse(words[at + 1]) is { } given:
                    condition = new EffectCondition(given, [], words[at] is "unless");
                    at = words.Length;
                    break;
                case "if" or "unless" when condition is null && at + 3 < words.Length && words[at + 2] is "in" && EffectSource.Parse(words[at + 1]) is { } asked:
                    condition = new EffectCondition(asked, words[(at + 3)..], words[at] is "unless");
                    at = words.Length;
                    break;
                default:
                    return null;
            }
        }

        return new Effect { Kind = kind, Source = source, With = with, Name = name, Condition = condition };
    }

    /// <summary>Reads what a call returns; null where the text is nothing of the kind.</summary>
    public static EffectReturn? ParseReturn(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["instance", { } name])
            return new EffectReturn(ReturnKind.Instance, EffectSource.Always, EffectSource.Always, name);

        if (words.Length == 0 || !s_returns.TryGetValue(words[0], out (ReturnKind Kind, int Sources) found) || words.Length != found.Sources + 1)
            return null;

        EffectSource?[] sources = [.. words.Skip(1).Select(EffectSource.Parse)];
        return Array.TrueForAll(sources, s => s is not null)
            ? new EffectReturn(found.Kind, sources.ElementAtOrDefault(0) ?? EffectSource.Always, sources.ElementAtOrDefault(1) ?? EffectSource.Always)
            : null;
    }

    /// <summary>Writes one effect the way <see cref="Parse"/> reads it.</summary>
    public static string Write(Effect effect)
    {
        string text = EffectKinds.Name(effect.Kind) + (effect.Kind is EffectKind.Method ? $" {effect.Name} of" : "") + $" {effect.Source}";
        if (effect.With.Count > 0)
            text += $" with {string.Join(' ', effect.With)}";

        return effect.Condition is { } condition
            ? $"{text} {(condition.Negated ? "unless" : "if")} {condition.Source} {(condition.Texts.Count == 0 ? "given" : "in " + string.Join(' ', condition.Texts))}"
            : text;
    }

    /// <summary>Writes what a call returns the way <see cref="ParseReturn"/> reads it.</summary>
    public static string Write(EffectReturn returns)
    {
        (string name, (ReturnKind _, int sources)) = s_returns.First(r => r.Value.Kind == returns.Kind);
        return sources switch
        {
            0 => returns.Class.Length > 0 ? $"{name} {returns.Class}" : name,
            1 => $"{name} {returns.First}",
            _ => $"{name} {returns.First} {returns.Second}",
        };
    }
}
