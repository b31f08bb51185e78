// One field of a kind of fact, as rules ask it.
namespace Assay.Detection.Facts;

/// <summary>What a field holds.</summary>
internal enum FieldType
{
    /// <summary>A text.</summary>
    Text,

    /// <summary>Several texts; a test holds where one of them fulfils it.</summary>
    Texts,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Yes or no.</summary>
    Flag,
}

/// <summary>The value of a field of one fact. A text that is empty, a list without items and a number that is not known do not exist.</summary>
internal readonly struct FieldValue
{
    private FieldValue(bool exists, string? text, IReadOnlyList<string>? texts, long number)
    {
        Exists = exists;
        Text = text ?? "";
        Texts = texts ?? [];
        Number = number;
    }

    public bool Exists { get; }

    public string Text { get; }

    public IReadOnlyList<string> Texts { get; }

    public long Number { get; }

    public bool Flag => Number != 0;

    public static FieldValue Of(string? text) => new(!string.IsNullOrEmpty(text), text, null, 0);

    public static FieldValue Of(IReadOnlyList<string> texts) => new(texts.Count > 0, null, texts, 0);

    public static FieldValue Of(long? number) => new(number is not null, null, null, number ?? 0);

    public static FieldValue Of(bool flag) => new(true, null, null, flag ? 1 : 0);
}

/// <summary>One field of a kind of fact.</summary>
internal sealed record FactField(string Name, FieldType Type, Func<object, FieldValue> Read)
{
    /// <summary>The values that there can be, where they are few; ordered ones stand from the least to the most.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];

    /// <summary>Whether <see cref="Values"/> have an order.</summary>
    public bool IsOrdered { get; init; }

    /// <summary>What names the values that there can be, where a list of them is kept elsewhere; empty where anything can be.</summary>
    public string Vocabulary { get; init; } = "";

    /// <summary>Whether it says where a fact stands or how often, and not what it says.</summary>
    public bool IsPlace { get; init; }
}
