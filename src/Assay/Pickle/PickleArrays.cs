// Arrays whose bytes lie in the middle of a pickle, which one loader steps over and the others take for opcodes.
namespace Assay.Pickle;

/// <summary>Where the array lies that an object stands for.</summary>
internal enum ArrayPlace
{
    /// <summary>The object stands for none.</summary>
    None,

    /// <summary>Behind the BUILD that filled the object.</summary>
    InStream,

    /// <summary>In the same place, if the object is what its name suggests.</summary>
    MaybeInStream,

    /// <summary>In a file of its own.</summary>
    InFile,
}

/// <summary>An array in the middle of a pickle.</summary>
internal readonly record struct PickleArray
{
    /// <summary>Where it was found: behind the BUILD, or behind the frame with it.</summary>
    public long At { get; init; }

    /// <summary>Where its bytes begin, behind any padding, or its pickle.</summary>
    public long Start { get; init; }

    /// <summary>Where the bytes end that are there; of a pickle it is known once that has run.</summary>
    public long End { get; init; }

    /// <summary>Whether it is a pickle of its own, which ends where it ends.</summary>
    public bool IsPickle { get; init; }

    /// <summary>Whether loaders may disagree about <see cref="IsPickle"/>.</summary>
    public bool IsDisputed { get; init; }

    /// <summary>The bytes that it declares.</summary>
    public long Declared { get; init; }

    /// <summary>How many of them are not there.</summary>
    public long Missing { get; init; }

    /// <summary>Why it cannot be told where it ends, in one sentence; null where it can.</summary>
    public string? Error { get; init; }
}

/// <summary>
/// Says where a loader reads an array instead of the object that BUILD filled. What such an array looks like is for the room of its
/// format to know.
/// </summary>
internal abstract class PickleArrays
{
    /// <summary>The loader that reads such arrays.</summary>
    public abstract string Loader { get; }

    /// <summary>Where the array lies that the object stands for.</summary>
    public abstract ArrayPlace After(PickleMachine machine, PickleValue target);

    /// <summary>
    /// The array in the stream that the object with <paramref name="state"/> stands for, when the file stands at <paramref name="at"/>;
    /// with <paramref name="turned"/> as loaders see it that disagree (<see cref="PickleArray.IsDisputed"/>).
    /// </summary>
    public abstract PickleArray Locate(PickleMachine machine, PickleValue state, long at, bool turned);
}
