// What a template does that a template that only writes text does not.
using Assay.Bytes;

namespace Assay.Formats.Jinja;

/// <summary>One thing that a template does.</summary>
/// <param name="Code">What it is, as the code of an anomaly.</param>
/// <param name="At">The index of the character where it stands.</param>
/// <param name="Detail">One plain sentence.</param>
internal sealed record JinjaUse(string Code, int At, string Detail);

/// <summary>Collects what a template does, each thing once, and the names that it uses.</summary>
internal sealed class JinjaUses
{
    private const int Most = 200;
    private const int MostNames = 256;
    private static readonly Lazy<Dictionary<string, HashSet<string>>> s_names = new(() => EmbeddedTable.Rows("formats/jinja.tsv").ToDictionary(r => r[0], r => r[1].Split(' ').ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>What was seen, in order.</summary>
    public List<JinjaUse> All { get; } = [];

    /// <summary>The names that are called.</summary>
    public SortedSet<string> Calls { get; } = new(StringComparer.Ordinal);

    /// <summary>The names that it reads and was given.</summary>
    public SortedSet<string> Reads { get; } = new(StringComparer.Ordinal);

    public static bool IsKnown(string name) => s_names.Value["known"].Contains(name);

    public static bool LeadsToPython(string name) => s_names.Value["leads"].Contains(name);

    public static bool IsPython(string name) => s_names.Value["python"].Contains(name);

    public static bool TakesAttribute(string filter) => s_names.Value["attribute-filter"].Contains(filter);

    /// <summary>Whether an attribute leads from an object to Python's own insides; a name, a text of documentation and a length lead nowhere.</summary>
    public static bool IsInner(string attribute) =>
        (attribute.Length > 4 && !s_names.Value["inert"].Contains(attribute) && attribute.StartsWith("__", StringComparison.Ordinal) && attribute.EndsWith("__", StringComparison.Ordinal)) || s_names.Value["inner"].Contains(attribute);

    /// <summary>The name of something inner that a text spells, or null.</summary>
    public static string? Spelled(string text)
    {
        foreach (string word in text.Contains("__", StringComparison.Ordinal) ? s_names.Value["spelled"] : [])
        {
            if (text.Contains(word, StringComparison.Ordinal))
            {
                return word;
            }
        }

        return null;
    }

    public void Add(string code, int at, string detail)
    {
        if (All.Count < Most && _seen.Add(code + " " + detail))
        {
            All.Add(new JinjaUse(code, at, detail));
        }
    }

    public void Call(string name)
    {
        if (Calls.Count < MostNames)
        {
            Calls.Add(Short(name));
        }
    }

    public void Read(string name)
    {
        if (Reads.Count < MostNames)
        {
            Reads.Add(Short(name));
        }
    }

    /// <summary>A text that is short enough for a sentence.</summary>
    public static string Short(string text) => text.Length <= 80 ? text : text[..77] + "...";
}
