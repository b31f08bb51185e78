// What an expression of a template is, as far as it can be told without data.
namespace Assay.Formats.Jinja;

/// <summary>The kinds of values.</summary>
internal enum JinjaValueKind
{
    /// <summary>Nothing is known.</summary>
    Unknown,
    Text,
    Number,

    /// <summary>A list or tuple that the template writes out.</summary>
    List,

    /// <summary>A dict that the template writes out; its items are its values.</summary>
    Dict,

    /// <summary>What a name or a path of attributes of it stands for.</summary>
    Path,
}

/// <summary>A value. One that was put together of texts is built, whether or not it can be told what came out.</summary>
internal sealed record JinjaValue(JinjaValueKind Kind, string Text = "", double Number = 0)
{
    public static readonly JinjaValue Unknown = new(JinjaValueKind.Unknown);

    public static readonly JinjaValue BuiltUnknown = new(JinjaValueKind.Unknown) { IsBuilt = true };

    /// <summary>The items of a list or dict.</summary>
    public IReadOnlyList<JinjaValue> Items { get; init; } = [];

    /// <summary>For the outcome of a test on what somebody wrote, or on the date: the words that it looks for; empty for any other value.</summary>
    public string Trigger { get; init; } = "";

    /// <summary>Whether it was put together from texts.</summary>
    public bool IsBuilt { get; init; }

    /// <summary>Whether the template writes it out, so that its attributes are those of Python's own types.</summary>
    public bool IsLiteral => Kind is JinjaValueKind.Text or JinjaValueKind.Number or JinjaValueKind.List or JinjaValueKind.Dict;

    public static JinjaValue Of(string text, bool isBuilt = false) => new(JinjaValueKind.Text, text) { IsBuilt = isBuilt };

    public static JinjaValue Of(double number) => new(JinjaValueKind.Number, "", number);

    public static JinjaValue Path(string path) => new(JinjaValueKind.Path, path);
}
