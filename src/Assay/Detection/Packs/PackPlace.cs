// Where something stands in a pack.
namespace Assay.Detection.Packs;

/// <summary>A line of a pack; prints as <c>file:line</c>.</summary>
internal readonly record struct PackPlace(string File, long Line)
{
    public override string ToString() => $"{File}:{Line}";
}
