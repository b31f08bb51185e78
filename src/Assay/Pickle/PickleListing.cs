// A disassembly of pickles for people.
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>One line of a listing: an opcode, or the end of a stream.</summary>
/// <param name="Offset">The offset of the opcode.</param>
/// <param name="Name">The opcode's name, or empty for a line that says how a stream ended.</param>
/// <param name="Argument">The decoded argument, cut where long; unescaped.</param>
/// <param name="StackDepth">Values on the stack before the opcode, marks included.</param>
/// <param name="Note">A memo name (<c>memo 3</c>), a resolved global, or how the stream ended.</param>
public readonly record struct PickleListingLine(long Offset, string Name, string Argument, int StackDepth, string Note);

/// <summary>A disassembly of pickles for people.</summary>
public static class PickleListing
{
    /// <summary>The lines of every pickle in <paramref name="source"/>, one after the other.</summary>
    public static IEnumerable<PickleListingLine> Lines(ByteSource source) => throw new NotImplementedException();
}
