// A value in the state of an object, whatever the state was written as.
using System.Globalization;

namespace Assay.Formats.States;

/// <summary>A value in the state of an object.</summary>
internal abstract class StateNode
{
    /// <summary>The number that it is, or null.</summary>
    public virtual long? Number => null;

    /// <summary>The array that it is, or null.</summary>
    public virtual StateArray? Array => null;

    /// <summary>How many items it has, or null where that is not known.</summary>
    public virtual long? Count => Array is { Shape: [var first, ..] } ? first : null;

    /// <summary>What it has under a name or number, or <c>@n</c> among the arguments that made it; null where there is no such thing.</summary>
    public abstract StateNode? Child(string key);

    /// <summary>An item of an array.</summary>
    protected StateNode? Item(string key) =>
        Array is { } array && long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out long index) && array.At(index) is { } number ? new StateNumber(number) : null;

    private sealed class StateNumber(long number) : StateNode
    {
        public override long? Number => number;

        public override StateNode? Child(string key) => null;
    }
}
