// Arrays for a while: what is small comes from the runtime's pool and goes back to it.
using System.Buffers;
using System.Runtime.CompilerServices;

namespace Assay.Bytes;

/// <summary>
/// Arrays that somebody needs for a while. The pool of the runtime keeps dozens of every size for as long as the process lives: one input with a large tree,
/// window or stream would be paid for by all that come after it. So only what is small, and a few of what there is much of, goes back to it.
/// </summary>
internal static class PooledArrays
{
    /// <summary>Bytes of the largest array that is kept for others.</summary>
    private const int LargestKept = 512 << 10;

    /// <summary>Bytes of all the pages of one owner that are kept for others.</summary>
    private const long PagesKept = 4 << 20;

    /// <summary>An array of at least <paramref name="length"/> elements, which may hold anything.</summary>
    public static T[] Rent<T>(int length) => IsKept<T>(length) ? ArrayPool<T>.Shared.Rent(length) : GC.AllocateUninitializedArray<T>(length);

    /// <summary>Gives back what <see cref="Rent"/> gave.</summary>
    public static void Return<T>(T[] array)
    {
        if (array.Length > 0 && IsKept<T>(array.Length))
        {
            ArrayPool<T>.Shared.Return(array);
        }
    }

    /// <summary>Gives back pages of one size, all rented from the pool of the runtime: a few of them, and the rest is nobody's.</summary>
    public static void ReturnPages<T>(ReadOnlySpan<T[]> pages)
    {
        long kept = 0;
        foreach (T[] page in pages)
        {
            kept += (long)page.Length * Unsafe.SizeOf<T>();
            if (kept > PagesKept)
            {
                break;
            }

            ArrayPool<T>.Shared.Return(page);
        }
    }

    private static bool IsKept<T>(int length) => (long)length * Unsafe.SizeOf<T>() <= LargestKept;
}
