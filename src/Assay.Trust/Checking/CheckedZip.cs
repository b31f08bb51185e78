// The bones of a zip archive: nothing lies between its members, and both lists of them say the same.
using System.Buffers.Binary;

namespace Assay.Trust.Checking;

/// <summary>
/// Walks an archive from its first byte to its last (APPNOTE.TXT 6.3.10): members one behind the other, the directory, its end. A reader that goes by the directory and one that goes
/// by what stands before each member then see the same members, and no byte belongs to none.
/// </summary>
internal static class CheckedZip
{
    private const int LocalLength = 30;
    private const int DirectoryLength = 46;
    private const int EndLength = 22;
    private const int BigEndLength = 56 + 20;
    private const int HasDescriptor = 8;
    private const int SecondName = 0x7075;

    /// <summary>Throws where the archive is not as described; it ends with the end of a directory without a comment.</summary>
    public static void Read(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> end = bytes[^EndLength..];
        uint size = Word(end, 12), start = Word(end, 16);
        int behind = bytes.Length - EndLength - (int)Math.Min(int.MaxValue, (long)start + size);
        if (start > bytes.Length || size > bytes.Length || (behind != 0 && !(behind == BigEndLength && bytes.Slice((int)(start + size), 4).SequenceEqual("PK\x06\x06"u8))))
        {
            throw new UncheckableException("its directory does not lie at its end");
        }

        int at = 0, entry = (int)start;
        for (int left = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]); left > 0; left--)
        {
            ReadOnlySpan<byte> listed = Take(bytes, entry, DirectoryLength, "PK\x01\x02"u8);
            (int nameLength, int extra, int comment) = (Half(listed, 28), Half(listed, 30), Half(listed, 32));
            ReadOnlySpan<byte> name = Take(bytes, entry + DirectoryLength, nameLength, []);
            if (Word(listed, 42) != (uint)at)
            {
                throw new UncheckableException("something lies between its members");
            }

            ReadOnlySpan<byte> local = Take(bytes, at, LocalLength, "PK\x03\x04"u8);
            HasOneName(Take(bytes, entry + DirectoryLength + nameLength, extra, []));
            bool described = (Half(listed, 8) & HasDescriptor) != 0;
            bool same = Half(local, 26) == nameLength && Take(bytes, at + LocalLength, nameLength, []).SequenceEqual(name) && Half(local, 6) == Half(listed, 8) && Half(local, 8) == Half(listed, 10)
                && (described || (Word(local, 14) == Word(listed, 16) && Word(local, 18) == Word(listed, 20) && Word(local, 22) == Word(listed, 24)));
            if (!same)
            {
                throw new UncheckableException("a member is another in the directory than where it lies");
            }

            long next = (long)at + LocalLength + nameLength + Half(local, 28) + Word(listed, 20);
            next += described ? Descriptor(bytes, next, listed) : 0;
            at = next <= start ? (int)next : throw new UncheckableException("a member is longer than its place");
            entry += DirectoryLength + nameLength + extra + comment;
        }

        if (at != start || entry != start + size)
        {
            throw new UncheckableException("something lies behind its members");
        }
    }

    /// <summary>Throws where a field beside the name gives the member another one, which Python's reader goes by and PyTorch's does not.</summary>
    private static void HasOneName(ReadOnlySpan<byte> fields)
    {
        for (int at = 0; at + 4 <= fields.Length; at += 4 + Half(fields, at + 2))
        {
            if (Half(fields, at) == SecondName)
            {
                throw new UncheckableException("a member has a second name");
            }
        }
    }

    /// <summary>The length of what stands behind a member: the checksum and both sizes, of four or of eight bytes, with or without a mark before them.</summary>
    private static int Descriptor(ReadOnlySpan<byte> bytes, long at, ReadOnlySpan<byte> listed)
    {
        int mark = at + 4 <= bytes.Length && bytes.Slice((int)at, 4).SequenceEqual("PK\x07\x08"u8) ? 4 : 0;
        ReadOnlySpan<byte> said = Take(bytes, (int)Math.Min(int.MaxValue, at + mark), 12, []);
        if (Word(said, 0) != Word(listed, 16) || Word(said, 4) != Word(listed, 20))
        {
            throw new UncheckableException("what stands behind a member is not what the directory says");
        }

        return mark + (Word(said, 8) == Word(listed, 24) ? 12 : 20);
    }

    private static ReadOnlySpan<byte> Take(ReadOnlySpan<byte> bytes, int at, int length, ReadOnlySpan<byte> mark) =>
        at >= 0 && length <= bytes.Length - at && bytes[at..].StartsWith(mark) ? bytes.Slice(at, length) : throw new UncheckableException("the archive is broken");

    private static int Half(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
