// Object headers: the messages that say what an object of HDF5 is.
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>One message of an object header.</summary>
/// <param name="Type">What it says.</param>
/// <param name="Flags">Whether it is shared, among others.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="At">Where the content lies in the artifact.</param>
internal readonly record struct Hdf5Message(int Type, int Flags, byte[] Bytes, long At)
{
    public const int Dataspace = 1;
    public const int LinkInfo = 2;
    public const int Datatype = 3;
    public const int Link = 6;
    public const int ExternalFiles = 7;
    public const int Layout = 8;
    public const int Filters = 0x0B;
    public const int Attribute = 0x0C;
    public const int SharedTable = 0x0F;
    public const int Continuation = 0x10;
    public const int SymbolTable = 0x11;
    public const int TreeK = 0x13;
    public const int AttributeInfo = 0x15;

    /// <summary>Whether the content is only a reference to the message.</summary>
    public bool IsShared => (Flags & 2) != 0;
}

/// <summary>Object headers of versions 1 and 2, with all their continuations.</summary>
internal static class Hdf5Header
{
    private const int MostMessages = 100_000;
    private const int MostBlocks = 10_000;

    /// <summary>The messages of the header at an address.</summary>
    public static List<Hdf5Message> Read(Hdf5File file, long address)
    {
        byte[] head = file.Take(address, Math.Min(16, Math.Max(0, file.Length - address)), "An object header");
        return head.AsSpan().StartsWith("OHDR"u8) ? New(file, address) : Old(file, address, head);
    }

    private static List<Hdf5Message> Old(Hdf5File file, long address, byte[] head)
    {
        Hdf5Cursor prefix = new(head, file.At(address), file);
        if (prefix.U8() != 1)
            throw new MalformedException(file.At(address), "There is no object header where one should be.");

        prefix.Skip(1);
        int count = prefix.U16();
        prefix.Skip(4);
        long size = prefix.U32();
        List<Hdf5Message> messages = [];
        Queue<(long Address, long Length)> blocks = new([(address + 16, size)]);
        HashSet<long> seen = [];
        file.Parsed(address, 16);
        while (blocks.TryDequeue(out (long Address, long Length) block))
        {
            if (!seen.Add(block.Address) || seen.Count > MostBlocks)
                throw new MalformedException(file.At(block.Address), "The blocks of an object header lead back to themselves.");

            Hdf5Cursor all = file.Open(block.Address, block.Length, "A block of an object header");
            while (all.Left >= 8)
            {
                int type = all.U16();
                int length = all.U16();
                int flags = all.U8();
                all.Skip(3);
                Add(file, messages, blocks, type, flags, Math.Min(length, all.Left), ref all);
            }
        }

        // A count that lies changes nothing: all that stands there is taken.
        _ = count;
        return messages;
    }

    private static List<Hdf5Message> New(Hdf5File file, long address)
    {
        Hdf5Cursor prefix = new(file.Take(address, Math.Min(64, file.Length - address), "An object header"), file.At(address), file);
        prefix.Signature("OHDR"u8, "object header");
        long at = prefix.Offset;
        if (prefix.U8() != 2)
            throw new MalformedException(at, "An object header has a version that is not known.");

        int flags = prefix.U8();
        prefix.Skip(((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0));
        long size = prefix.Number(1 << (flags & 3));
        List<Hdf5Message> messages = [];
        Queue<(long Address, long Length)> blocks = new([(address + prefix.Position, size + 4)]);
        HashSet<long> seen = [];
        file.Parsed(address, prefix.Position);
        bool isFirst = true;
        while (blocks.TryDequeue(out (long Address, long Length) block))
        {
            if (!seen.Add(block.Address) || seen.Count > MostBlocks)
                throw new MalformedException(file.At(block.Address), "The blocks of an object header lead back to themselves.");

            Hdf5Cursor all = file.Open(block.Address, block.Length, "A block of an object header");
            if (!isFirst)
                all.Signature("OCHK"u8, "continuation of an object header");

            isFirst = false;
            int head = (flags & 4) != 0 ? 6 : 4;

            // What is too short for a message is a gap; the checksum ends the block.
            while (all.Left >= head + 4)
            {
                int type = all.U8();
                int length = all.U16();
                int own = all.U8();
                all.Skip(head - 4);
                Add(file, messages, blocks, type, own, Math.Min(length, Math.Max(0, all.Left - 4)), ref all);
            }
        }

        return messages;
    }

    private static void Add(Hdf5File file, List<Hdf5Message> messages, Queue<(long Address, long Length)> blocks, int type, int flags, int length, ref Hdf5Cursor all)
    {
        long at = all.Offset;
        byte[] content = all.Bytes(length).ToArray();
        if (type == Hdf5Message.Continuation)
        {
            Hdf5Cursor next = new(content, at, file);
            blocks.Enqueue((next.Address(), next.Length()));
        }
        else if (type != 0)
        {
            if (messages.Count == MostMessages)
                throw ScanBudget.Spent("entries", MostMessages, at);

            messages.Add(new Hdf5Message(type, flags, content, at));
        }
    }
}
