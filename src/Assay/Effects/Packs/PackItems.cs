// Tables of items of any length in an effect pack, found by their numbers.
using System.Buffers.Binary;

namespace Assay.Effects.Packs;

/// <summary>
/// A table of items: how many there are (4 bytes), for each <see cref="InBlock"/> of them where the first begins (4 bytes, counted from the end of these places), then the items, each with its
/// length in front (a number of variable length).
/// </summary>
internal static class PackItems
{
    /// <summary>How many items share a place: so many lengths are read at most to find one.</summary>
    public const int InBlock = 16;

    /// <summary>How many bytes the places of so many items take, with their count.</summary>
    public static long PlacesLength(int count) => 4 + (4 * (((long)count + InBlock - 1) / InBlock));

    /// <summary>Writes a table.</summary>
    public static void Write(MemoryStream to, IReadOnlyList<byte[]> items)
    {
        Put(to, items.Count);
        int place = 0;
        for (int i = 0; i < items.Count; i++)
        {
            if (i % InBlock == 0)
                Put(to, place);

            place += items[i].Length + LengthOf(items[i].Length);
        }

        foreach (byte[] item in items)
        {
            for (int length = item.Length; ; length >>= 7)
            {
                if (length < 128)
                {
                    to.WriteByte((byte)length);
                    break;
                }

                to.WriteByte((byte)(length | 128));
            }

            to.Write(item);
        }
    }

    /// <summary>Writes a number of four bytes.</summary>
    public static void Put(MemoryStream to, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        to.Write(bytes);
    }

    private static int LengthOf(int number) => number < 1 << 7 ? 1 : number < 1 << 14 ? 2 : number < 1 << 21 ? 3 : 4;
}
