// Whether two readings of the same bytes come to the same use of a callable.
using Assay.Artifacts;

namespace Assay.Formats.Pickles;

/// <summary>
/// Whether two readings of the same bytes come to the same use of a callable: the same opcode does the same with the same. Two unpicklers
/// may come to one opcode with different arguments, and only one pair of them harmless.
/// </summary>
internal sealed class SameUse : IEqualityComparer<UseGroup>
{
    private SameUse()
    {
    }

    public static SameUse Instance { get; } = new();

    public bool Equals(UseGroup? x, UseGroup? y) =>
        x!.Fact is var one && y!.Fact is var other
        && one.Offset == other.Offset && one.Use == other.Use && one.Pickle!.Opcode == other.Pickle!.Opcode && one.Callee == other.Callee
        && one.Resolved == other.Resolved && one.Carrier == other.Carrier
        && Same(one.Arguments, other.Arguments) && Same(one.Keywords, other.Keywords) && Same(one.Target, other.Target);

    public int GetHashCode(UseGroup obj) => HashCode.Combine(obj.Fact.Offset, obj.Fact.Use, obj.Fact.Callee.Length, obj.Fact.Resolved.Length);

    private static bool Same(IReadOnlyList<ValueShape> one, IReadOnlyList<ValueShape> other)
    {
        // Shapes are as deep as the machine makes them, which is bounded.
        if (one.Count != other.Count)
        {
            return false;
        }

        for (int i = 0; i < one.Count; i++)
        {
            if (!Same(one[i], other[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether two values look alike.</summary>
    public static bool Same(ValueShape? one, ValueShape? other) =>
        ReferenceEquals(one, other)
        || (one is not null && other is not null && one.Kind == other.Kind && one.Count == other.Count && one.Elided == other.Elided && one.Text == other.Text
            && Same(one.State, other.State) && Same(one.Callee, other.Callee) && Same(one.Keywords, other.Keywords) && Same(one.Items, other.Items));
}
