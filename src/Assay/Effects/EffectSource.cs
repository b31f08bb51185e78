// Which values an effect comes from: an argument, all from one on, an entry of one, or none in particular.
using System.Globalization;

namespace Assay.Effects;

/// <summary>Where an effect's value comes from.</summary>
internal enum SourceKind : byte
{
    /// <summary>From nowhere: the effect happens whatever is given.</summary>
    Always = 0,

    /// <summary>One argument, by its position or its keyword.</summary>
    Argument = 1,

    /// <summary>The arguments from a position on.</summary>
    From = 2,

    /// <summary>Any argument.</summary>
    Any = 3,

    /// <summary>An argument by its keyword only.</summary>
    Keyword = 4,
}

/// <summary>
/// The values that an effect comes from. Methods count the object as argument 0. Written as <c>always</c>, <c>0</c>, <c>0/path</c> with its keyword,
/// <c>/path</c>, <c>1..</c>, <c>*</c>; <c>0.key</c> is the entry of a dictionary or of an object's state, <c>0[]</c> the items.
/// </summary>
internal readonly record struct EffectSource(SourceKind Kind, byte Index = 0, string Name = "", string Key = "", bool Items = false)
{
    /// <summary>Whatever is given.</summary>
    public static EffectSource Always => new(SourceKind.Always);

    /// <summary>Any argument.</summary>
    public static EffectSource Any => new(SourceKind.Any);

    /// <summary>Reads one source; null where the text is none.</summary>
    public static EffectSource? Parse(string text)
    {
        bool items = text.EndsWith("[]", StringComparison.Ordinal);
        string rest = items ? text[..^2] : text;
        string key = "";
        int dot = rest.EndsWith("..", StringComparison.Ordinal) ? -1 : rest.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
        {
            key = rest[(dot + 1)..];
            rest = rest[..dot];
            if (key.Length == 0 || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                return null;
        }

        EffectSource? source = rest switch
        {
            "always" => Always,
            "*" => Any,
            ['/', .. { Length: > 0 } name] => new EffectSource(SourceKind.Keyword, 0, name),
            _ => Positional(rest),
        };
        return source is { } found && (found.Kind is not SourceKind.Always || (key.Length == 0 && !items)) ? found with { Key = key, Items = items } : null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        string start = Kind switch
        {
            SourceKind.Always => "always",
            SourceKind.Any => "*",
            SourceKind.Keyword => "/" + Name,
            SourceKind.From => $"{Index}..",
            _ => Name.Length > 0 ? $"{Index}/{Name}" : Index.ToString(CultureInfo.InvariantCulture),
        };
        return start + (Key.Length > 0 ? "." + Key : "") + (Items ? "[]" : "");
    }

    private static EffectSource? Positional(string text)
    {
        bool from = text.EndsWith("..", StringComparison.Ordinal);
        string rest = from ? text[..^2] : text;
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string name = slash < 0 ? "" : rest[(slash + 1)..];
        return byte.TryParse(slash < 0 ? rest : rest[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out byte index) && !(from && slash >= 0)
            ? new EffectSource(from ? SourceKind.From : SourceKind.Argument, index, name)
            : null;
    }
}
