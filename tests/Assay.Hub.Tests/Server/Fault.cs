// What the test hub does wrong, where a test asks for it.
namespace Assay.Hub.Tests.Server;

/// <summary>How one answer of the test hub differs from the right one.</summary>
internal sealed record Fault
{
    /// <summary>Another status, with no body of ours.</summary>
    public int? Status { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>A redirect to this place.</summary>
    public string? Location { get; init; }

    /// <summary>The connection is cut behind so many bytes of the body; behind -1 before the headers.</summary>
    public long? CutAfter { get; init; }

    /// <summary>Nothing more comes behind so many bytes of the body, until the other side goes.</summary>
    public long? SilentAfter { get; init; }

    /// <summary>The pause before each further byte of the body.</summary>
    public TimeSpan? Drip { get; init; }

    /// <summary>The body does not end.</summary>
    public bool IsEndless { get; init; }

    /// <summary>Nothing is answered, until the other side goes.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The whole file, whatever range was asked for.</summary>
    public bool IgnoresRanges { get; init; }

    /// <summary>Whether several ranges are given in one answer; otherwise the whole file is.</summary>
    public bool GivesParts { get; init; } = true;

    /// <summary>Other bytes than those of the file.</summary>
    public bool Corrupts { get; init; }

    /// <summary>Another size of the file in <c>Content-Range</c>.</summary>
    public long? Total { get; init; }

    /// <summary>Other bytes in the place of the body.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The right answer takes this long to begin.</summary>
    public TimeSpan Delay { get; init; }

    public static Fault Of(int status, params (string Name, string Value)[] headers) => new() { Status = status, Headers = headers };

    public static Fault Cut(long after) => new() { CutAfter = after };
}
