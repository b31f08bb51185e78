// Attributes of HDF5: small data with a name that belongs to an object.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Hdf5;

/// <summary>An attribute.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Value">The bytes of its elements.</param>
/// <param name="At">Where they lie in the artifact.</param>
internal sealed record Hdf5Attribute(string Name, Hdf5Type Type, byte[] Value, long At)
{
    /// <summary>Reads an attribute message of versions 1 to 3.</summary>
    public static Hdf5Attribute Read(Hdf5Message message, Hdf5File file)
    {
        Hdf5Cursor all = new(message.Bytes, message.At, file);
        int version = all.U8();
        int flags = all.U8();
        int nameSize = all.U16();
        int typeSize = all.U16();
        int spaceSize = all.U16();
        if (version is < 1 or > 3)
            throw new MalformedException(message.At, "An attribute has a version that is not known.");

        all.Skip(version == 3 ? 1 : 0);
        ReadOnlySpan<byte> padded = all.Bytes(Padded(nameSize, version, all.Left));
        string name = Encoding.UTF8.GetString(padded[..Math.Min(nameSize, padded.Length)].TrimEnd((byte)0));
        long at = all.Offset;
        byte[] type = all.Bytes(Padded(typeSize, version, all.Left)).ToArray();
        all.Bytes(Padded(spaceSize, version, all.Left));
        Hdf5Message typed = Hdf5Shared.Resolve(new Hdf5Message(Hdf5Message.Datatype, version > 1 && (flags & 1) != 0 ? 2 : 0, type, at), file);
        long start = all.Offset;
        return new Hdf5Attribute(name, Hdf5Type.Read(typed, file), all.Bytes(all.Left).ToArray(), start);
    }

    /// <summary>The text of the first element, its bytes and where they lie; null where it is no text.</summary>
    public (byte[] Bytes, long At)? Text(Hdf5File file, Hdf5GlobalHeap heap)
    {
        if (Type.Class is Hdf5Class.Text or Hdf5Class.Opaque)
            return (Value.AsSpan(0, (int)Math.Min(Value.Length, Type.Size)).TrimEnd((byte)0).ToArray(), At);

        if (Type is not { Class: Hdf5Class.VariableLength } || !(Type.IsText || Type.Items is { Size: 1 }) || Value.Length < 8 + file.OffsetSize)
            return null;

        return Elements(file, heap).FirstOrDefault();
    }

    private IEnumerable<(byte[] Bytes, long At)?> Elements(Hdf5File file, Hdf5GlobalHeap heap)
    {
        Hdf5Reference reference = Hdf5Reference.Read(Value, At, file);
        if (heap.Find(reference.Address, reference.Index) is { } place)
            yield return (file.Bytes.ReadUpTo(place.Offset, (int)Math.Min(Math.Min(place.Length, reference.Length), int.MaxValue)), place.Offset);
    }

    private static long Padded(int size, int version, int left) => version == 1 ? Math.Min(left, (size + 7L) & ~7L) : size;
}

/// <summary>A reference from an element to the global heap.</summary>
/// <param name="Length">How many items.</param>
/// <param name="Address">The collection.</param>
/// <param name="Index">The object in it.</param>
internal readonly record struct Hdf5Reference(long Length, long Address, long Index)
{
    public static Hdf5Reference Read(ReadOnlySpan<byte> element, long at, Hdf5File file)
    {
        Hdf5Cursor all = new(element, at, file);
        return new Hdf5Reference(all.U32(), all.Address(), all.U32());
    }
}

/// <summary>Messages that are only references to another place.</summary>
internal static class Hdf5Shared
{
    /// <summary>The message itself, where the reference leads to another object header.</summary>
    /// <exception cref="MalformedException">It leads nowhere, or to the table of shared messages.</exception>
    public static Hdf5Message Resolve(Hdf5Message message, Hdf5File file)
    {
        if (!message.IsShared)
            return message;

        Hdf5Cursor all = new(message.Bytes, message.At, file);
        int version = all.U8();
        int kind = all.U8();
        if (version >= 3 && kind == 1)
            throw new MalformedException(message.At, "A message lies in the table of shared messages, which is not read.");

        all.Skip(version == 1 ? 6 : 0);
        foreach (Hdf5Message found in Hdf5Header.Read(file, all.Address()))
        {
            if (found.Type == message.Type && !found.IsShared)
                return found;
        }

        throw new MalformedException(message.At, "A shared message leads to an object that does not have it.");
    }
}
