// The floor plan of the library, as ARCHITECTURE.md draws it.
namespace Assay.Tests.Architecture;

/// <summary>The rooms of the library, their floors, and the doors that are allowed against the rule.</summary>
internal static class Rooms
{
    /// <summary>The floor of each room; a room may use rooms on lower floors only.</summary>
    public static IReadOnlyDictionary<string, int> Floors { get; } = new Dictionary<string, int>
    {
        ["Bytes"] = 1,
        ["Codecs"] = 2,
        ["Artifacts"] = 2,
        ["Effects"] = 2,
        ["Python"] = 2,
        ["Containers"] = 3,
        ["Pickle"] = 3,
        ["Code"] = 3,
        ["Tensors"] = 3,
        ["Evaluation"] = 4,
        ["Formats"] = 5,
        ["Detection"] = 5,
        ["Policies"] = 6,
        ["Derivation"] = 6,
        ["Scanning"] = 7,
        ["Conversion"] = 8,
        ["Inspection"] = 8,
        ["Reports"] = 9,
    };

    /// <summary>Uses that the floors forbid and that are allowed all the same, each with its reason.</summary>
    public static IReadOnlyList<(string From, string To, string Reason)> Exceptions { get; } =
    [
    ];

    /// <summary>The rooms that read bytes; they never judge.</summary>
    public static IReadOnlyList<string> Readers { get; } =
        ["Bytes", "Codecs", "Artifacts", "Python", "Containers", "Pickle", "Code", "Tensors", "Evaluation", "Formats"];

    /// <summary>Whether a room may use another.</summary>
    public static bool MayUse(string from, string to) =>
        from == to || (Floors.TryGetValue(from, out int upper) && Floors.TryGetValue(to, out int lower) && lower < upper)
            || Exceptions.Any(e => e.From == from && e.To == to);

    /// <summary>The room of a namespace (<c>Assay.Formats.Numpy</c> lies in Formats), or null outside the library.</summary>
    public static string? Of(string? @namespace)
    {
        string[] parts = (@namespace ?? "").Split('.');
        return parts[0] == "Assay" ? parts.Length > 1 ? parts[1] : "" : null;
    }
}
