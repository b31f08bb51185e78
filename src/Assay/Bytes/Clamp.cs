// Sizes an allocation from a number found in a file.
namespace Assay.Bytes;

/// <summary>Turns a number found in a file into a size that may be allocated.</summary>
internal static class Clamp
{
    /// <summary>
    /// The number of elements to make room for: <paramref name="declared"/>, but never more than
    /// <paramref name="available"/> bytes can hold at <paramref name="elementSize"/> bytes each, and never below zero.
    /// </summary>
    public static int Count(long declared, int elementSize, long available)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(elementSize);
        long fits = Math.Max(0, available) / elementSize;
        return (int)Math.Clamp(declared, 0, Math.Min(fits, int.MaxValue / elementSize));
    }
}
