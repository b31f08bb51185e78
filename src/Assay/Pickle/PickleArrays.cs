// Arrays whose bytes lie in the middle of a pickle, which one loader steps over and the others take for opcodes.
namespace Assay.Pickle;

/// <summary>
/// Says where a loader reads an array behind a BUILD. What such an array looks like is for the room of its format to know.
/// </summary>
internal abstract class PickleArrays
{
    /// <summary>Whether the object that was filled stands for an array, whose bytes follow.</summary>
    public abstract bool Follows(PickleMachine machine, PickleValue target);

    /// <summary>
    /// The offset behind the array that starts at <paramref name="at"/>; -1 where it cannot be told or lies beyond the data. With
    /// <paramref name="isPickle"/> the array is a pickle, which ends where it ends.
    /// </summary>
    public abstract long End(PickleMachine machine, PickleValue state, long at, out bool isPickle);
}
