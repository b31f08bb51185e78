// A key and its value in a configuration, in metadata, or in any other tree of values.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>What kind of value an entry has.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<EntryKind>))]
public enum EntryKind
{
    /// <summary>A text.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>A whole number; the value is its decimal digits.</summary>
    [JsonStringEnumMemberName("integer")]
    Integer,

    /// <summary>A number that is not whole.</summary>
    [JsonStringEnumMemberName("number")]
    Number,

    /// <summary>A truth value; the value is <c>true</c> or <c>false</c>.</summary>
    [JsonStringEnumMemberName("boolean")]
    Boolean,

    /// <summary>No value: null, None.</summary>
    [JsonStringEnumMemberName("null")]
    Null,

    /// <summary>Bytes; the value maps each byte to the character of the same number.</summary>
    [JsonStringEnumMemberName("bytes")]
    Bytes,

    /// <summary>A list; the value is the number of its items.</summary>
    [JsonStringEnumMemberName("list")]
    List,

    /// <summary>A map; the value is the number of its keys.</summary>
    [JsonStringEnumMemberName("map")]
    Map,

    /// <summary>An object of a class; the value is the name of the class.</summary>
    [JsonStringEnumMemberName("object")]
    Object,
}

/// <summary>A key and its value.</summary>
public sealed record EntryFact : Fact
{
    /// <summary>What the entry stands in: <c>metadata</c>, <c>configuration</c>, <c>pickle</c>, <c>index</c> ...</summary>
    public required string Source { get; init; }

    /// <summary>The path of keys from the root, as <see cref="KeyPath"/> writes it.</summary>
    public required string Key { get; init; }

    /// <summary>The value as text, or its beginning.</summary>
    public string Value { get; init; } = "";

    /// <summary>Whether the value is longer than what stands here.</summary>
    public bool IsCut { get; init; }

    /// <summary>The kind of the value.</summary>
    public EntryKind Kind { get; init; }

    /// <summary>The file of the same bundle that holds the code which the value names; empty where it names none, or where none is at hand.</summary>
    public string Beside { get; init; } = "";

    internal override long MemorySize => BareSize + TextSize(Key) + TextSize(Value) + TextSize(Beside);
}
