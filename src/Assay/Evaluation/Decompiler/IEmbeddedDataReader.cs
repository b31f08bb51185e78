// What the decompiler must know about data between the opcodes of a pickle.
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>Bytes in the middle of a pickle that are not opcodes, because a loader reads them in a way of its own.</summary>
/// <param name="End">Where the pickle goes on; where <paramref name="IsPickle"/>, where the pickle inside starts.</param>
/// <param name="IsPickle">Whether they are a pickle, whose end is where the outer one goes on.</param>
/// <param name="Text">What they are, in a few words without a full stop.</param>
internal readonly record struct EmbeddedData(long End, bool IsPickle, string Text);

/// <summary>Knows the loaders that read something else in the middle of a pickle.</summary>
internal interface IEmbeddedDataReader
{
    /// <summary>What follows the BUILD that put <paramref name="state"/> into <paramref name="target"/>, or null for the next opcode.</summary>
    EmbeddedData? After(PickleMachine machine, PickleValue target, PickleValue state);
}
