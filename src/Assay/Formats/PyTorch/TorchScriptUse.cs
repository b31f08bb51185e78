// One way in which TorchScript uses an operator.
using Assay.Artifacts;

namespace Assay.Formats.PyTorch;

/// <summary>One way in which TorchScript uses an operator.</summary>
/// <param name="Domain">The namespace of the operator.</param>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">The texts that it gets as constants.</param>
/// <param name="AtLoad">Whether it stands in a function that loading runs.</param>
internal sealed record TorchScriptUse(string Domain, string Name, string Arguments, bool AtLoad)
{
    /// <summary>Separates the texts; no text of a source holds it.</summary>
    public const char Separator = '\0';

    /// <summary>Where it stands first.</summary>
    public int Offset { get; set; }

    /// <summary>How often it stands.</summary>
    public long Count { get; set; } = 1;

    /// <summary>The name as PyTorch writes it.</summary>
    public string FullName => $"{Domain}::{Name}";

    public bool Equals(TorchScriptUse? other) =>
        other is not null && Name == other.Name && Domain == other.Domain && Arguments == other.Arguments && AtLoad == other.AtLoad;

    public override int GetHashCode() => HashCode.Combine(Name, Domain, Arguments, AtLoad);

    /// <summary>The fact that says it.</summary>
    public OperatorFact Fact(string path, long start) => new()
    {
        Path = path,
        Offset = start + Offset,
        Domain = Domain,
        Name = Name,
        Count = Count,
        Attributes =
        [
            .. AtLoad ? [new OperatorAttribute("phase", "load")] : Array.Empty<OperatorAttribute>(),
            .. Arguments.Split(Separator, StringSplitOptions.RemoveEmptyEntries).Select(a => new OperatorAttribute("text", a)),
        ],
    };
}
