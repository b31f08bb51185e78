// Something that a file refers to and that lies elsewhere.
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>Where the target of a reference lies.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReferencePlace>))]
public enum ReferencePlace
{
    /// <summary>Inside the bundle: the folder, archive or repository that the file belongs to.</summary>
    [JsonStringEnumMemberName("inside")]
    Inside,

    /// <summary>A relative path that leads out of the bundle.</summary>
    [JsonStringEnumMemberName("outside")]
    Outside,

    /// <summary>An absolute path, a drive or a share.</summary>
    [JsonStringEnumMemberName("absolute")]
    Absolute,

    /// <summary>A URL.</summary>
    [JsonStringEnumMemberName("url")]
    Url,

    /// <summary>Inside the bundle, where nothing has that name.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing,

    /// <summary>Loaders do not agree about it: it is empty, holds a null character or names a folder.</summary>
    [JsonStringEnumMemberName("unclear")]
    Unclear,
}

/// <summary>A file refers to something: a shard, external data, code, another model.</summary>
public sealed record ReferenceFact : Fact
{
    /// <summary>What for, as a stable code: <c>external-data</c>, <c>shard</c>, <c>code</c>, <c>base-model</c>, <c>link</c> ...</summary>
    public required string Kind { get; init; }

    /// <summary>The target as written.</summary>
    public required string Target { get; init; }

    /// <summary>Where it lies.</summary>
    public required ReferencePlace Place { get; init; }

    /// <summary>The target's path in the bundle; empty where it lies elsewhere.</summary>
    public string Resolved { get; init; } = "";

    internal override long MemorySize => BareSize + TextSize(Target) + TextSize(Resolved);
}
