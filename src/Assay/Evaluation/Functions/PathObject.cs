// What objects of pathlib give: more paths, and calls that are told with the path in front.
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Paths of <c>pathlib</c>, as far as their text says: a home stays a tilde, and nothing is asked of the machine.</summary>
internal static class PathObject
{
    private const string Class = "pathlib.Path";
    private const int Longest = 4096;

    /// <summary>A path made of parts, of which the last one decides whether anything is known.</summary>
    public static FoldedValue Of(IReadOnlyList<FoldedValue> parts)
    {
        string joined = "";
        foreach (FoldedValue part in parts)
        {
            joined = Join(joined, Text(part) ?? "");
        }

        return joined.Length < Longest ? new FoldedPath(joined) : FoldedValue.Unknown;
    }

    /// <summary>The text of a path or of a text.</summary>
    public static string? Text(FoldedValue value) => value switch { FoldedPath path => path.Text, FoldedText text => text.Value, FoldedBytes { Value.Length: < Longest } bytes => System.Text.Encoding.Latin1.GetString(bytes.Value), _ => null };

    /// <summary>An attribute of a path: a part of it, or a method.</summary>
    public static FoldedValue Attribute(FoldedPath path, string name)
    {
        string text = path.Text;
        int slash = text.LastIndexOf('/');
        string last = text[(slash + 1)..];
        int dot = last.LastIndexOf('.');
        return name switch
        {
            "parent" => new FoldedPath(slash > 0 ? text[..slash] : ""),
            "name" => new FoldedText(last),
            "stem" => new FoldedText(dot > 0 ? last[..dot] : last),
            "suffix" => new FoldedText(dot > 0 ? last[dot..] : ""),
            "parents" => FoldedValue.Unknown,
            _ => new FoldedPartial(new FoldedName(Class, name), [path]),
        };
    }

    /// <summary>What a method of a path gives that asks nothing of the machine; null for all others.</summary>
    public static FoldedValue? Method(string name, IReadOnlyList<FoldedValue> arguments)
    {
        if (arguments.At(0) is not FoldedPath path)
        {
            return null;
        }

        FoldedValue? second = arguments.Count == 2 ? arguments[1] : null;
        int slash = path.Text.LastIndexOf('/');
        string folder = slash < 0 ? "" : path.Text[..(slash + 1)];
        string last = path.Text[(slash + 1)..];
        switch (name)
        {
            case "expanduser" or "resolve" or "absolute" or "relative_to" or "__fspath__":
                return path;
            case "joinpath" or "__truediv__":
                return Of(arguments);
            case "as_posix" or "__str__":
                return new FoldedText(path.Text);
            case "with_name" when second is FoldedText named:
                return new FoldedPath(folder + named.Value);
            case "with_suffix" when second is FoldedText suffix:
                return new FoldedPath(folder + (last.LastIndexOf('.') is > 0 and int dot ? last[..dot] : last) + suffix.Value);
            default:
                return null;
        }
    }

    /// <summary>Two parts of a path, joined as Python joins them.</summary>
    public static string Join(string first, string second) =>
        second.StartsWith('/') || second.StartsWith('~') || first.Length == 0 ? second : second.Length == 0 ? first : first.EndsWith('/') ? first + second : $"{first}/{second}";
}
