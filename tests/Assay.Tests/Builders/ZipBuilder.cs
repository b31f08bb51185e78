// Writes zips byte by byte, lies included.
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using Assay.Codecs;

namespace Assay.Tests.Builders;

/// <summary>One member, with every field of both headers free to lie.</summary>
internal sealed record ZipMember(string Name, byte[] Content)
{
    public int Method { get; init; }
    public byte[]? Stored { get; init; }
    public string? LocalName { get; init; }
    public int? LocalMethod { get; init; }
    public int Flags { get; init; }
    public int? LocalFlags { get; init; }
    public uint? Crc { get; init; }
    public uint? LocalCrc { get; init; }
    public long? Packed { get; init; }
    public long? LocalPacked { get; init; }
    public long? Size { get; init; }
    public long? LocalSize { get; init; }
    public bool Descriptor { get; init; }
    public bool Listed { get; init; } = true;
    public bool Zip64 { get; init; }
    public long? LocalOffset { get; init; }
    public uint Attributes { get; init; }
    public byte[] LocalExtra { get; init; } = [];
    public byte[] GapAfter { get; init; } = [];
}

/// <summary>Writes zips byte by byte.</summary>
internal sealed class ZipBuilder
{
    private readonly List<ZipMember> _members = [];

    public byte[] Prefix { get; init; } = [];
    public bool PrefixCounts { get; init; }
    public byte[] Comment { get; init; } = [];
    public byte[] Suffix { get; init; } = [];
    public bool Zip64End { get; init; }
    public long? EndCount { get; init; }
    public long? EndSize { get; init; }
    public bool WithoutEnd { get; init; }

    public ZipBuilder Add(ZipMember member)
    {
        _members.Add(member);
        return this;
    }

    public ZipBuilder Add(string name, byte[] content, int method = 0) => Add(new ZipMember(name, content) { Method = method });

    public ZipBuilder Add(string name, string content, int method = 0) => Add(name, Encoding.UTF8.GetBytes(content), method);

    public static byte[] Deflate(byte[] content)
    {
        using MemoryStream packed = new();
        using (DeflateStream deflate = new(packed, CompressionLevel.SmallestSize))
        {
            deflate.Write(content);
        }

        return packed.ToArray();
    }

    public byte[] Build()
    {
        MemoryStream file = new();
        BinaryWriter w = new(file);
        w.Write(Prefix);
        long shift = PrefixCounts ? 0 : Prefix.Length;
        List<(ZipMember Member, byte[] Stored, long Offset)> listed = [];
        foreach (ZipMember m in _members)
        {
            byte[] stored = m.Stored ?? (m.Method == 8 ? Deflate(m.Content) : m.Content);
            if (m.Listed)
            {
                listed.Add((m, stored, m.LocalOffset ?? file.Position - shift));
            }

            int flags = (m.LocalFlags ?? m.Flags) | (m.Descriptor ? 8 : 0);
            uint crc = m.LocalCrc ?? (m.Descriptor ? 0 : m.Crc ?? Crc32.HashToUInt32(m.Content));
            long packed = m.LocalPacked ?? (m.Descriptor ? 0 : m.Packed ?? stored.Length);
            long size = m.LocalSize ?? (m.Descriptor ? 0 : m.Size ?? m.Content.Length);
            byte[] name = Encoding.UTF8.GetBytes(m.LocalName ?? m.Name);
            byte[] extra = m.Zip64 ? [.. Extra64(size, packed), .. m.LocalExtra] : m.LocalExtra;
            w.Write(0x04034B50u);
            w.Write((ushort)45);
            w.Write((ushort)flags);
            w.Write((ushort)(m.LocalMethod ?? m.Method));
            w.Write(0x58210000u);
            w.Write(crc);
            w.Write(m.Zip64 ? uint.MaxValue : (uint)packed);
            w.Write(m.Zip64 ? uint.MaxValue : (uint)size);
            w.Write((ushort)name.Length);
            w.Write((ushort)extra.Length);
            w.Write(name);
            w.Write(extra);
            w.Write(stored);
            if (m.Descriptor)
            {
                w.Write(0x08074B50u);
                w.Write(m.Crc ?? Crc32.HashToUInt32(m.Content));
                w.Write((uint)(m.Packed ?? stored.Length));
                w.Write((uint)(m.Size ?? m.Content.Length));
            }

            w.Write(m.GapAfter);
        }

        if (!WithoutEnd)
        {
            WriteDirectory(w, listed, shift);
        }

        w.Write(Suffix);
        return file.ToArray();
    }

    private void WriteDirectory(BinaryWriter w, List<(ZipMember Member, byte[] Stored, long Offset)> listed, long shift)
    {
        long start = w.BaseStream.Position;
        foreach ((ZipMember m, byte[] stored, long offset) in listed)
        {
            byte[] name = Encoding.UTF8.GetBytes(m.Name);
            long packed = m.Packed ?? stored.Length;
            long size = m.Size ?? m.Content.Length;
            byte[] extra = m.Zip64 ? Extra64(size, packed) : [];
            w.Write(0x02014B50u);
            w.Write((ushort)(m.Attributes != 0 ? 0x0314 : 20));
            w.Write((ushort)45);
            w.Write((ushort)(m.Flags | (m.Descriptor ? 8 : 0)));
            w.Write((ushort)m.Method);
            w.Write(0x58210000u);
            w.Write(m.Crc ?? Crc32.HashToUInt32(m.Content));
            w.Write(m.Zip64 ? uint.MaxValue : (uint)packed);
            w.Write(m.Zip64 ? uint.MaxValue : (uint)size);
            w.Write((ushort)name.Length);
            w.Write((ushort)extra.Length);
            w.Write((ushort)0);
            w.Write((ushort)0);
            w.Write((ushort)0);
            w.Write(m.Attributes);
            w.Write((uint)offset);
            w.Write(name);
            w.Write(extra);
        }

        long end = w.BaseStream.Position;
        long count = EndCount ?? listed.Count;
        long length = EndSize ?? end - start;
        if (Zip64End)
        {
            w.Write(0x06064B50u);
            w.Write(44L);
            w.Write((ushort)45);
            w.Write((ushort)45);
            w.Write(0u);
            w.Write(0u);
            w.Write(count);
            w.Write(count);
            w.Write(length);
            w.Write(start - shift);
            w.Write(0x07064B50u);
            w.Write(0u);
            w.Write(end - shift);
            w.Write(1u);
        }

        w.Write(0x06054B50u);
        w.Write(0u);
        w.Write((ushort)count);
        w.Write((ushort)count);
        w.Write(Zip64End ? uint.MaxValue : (uint)length);
        w.Write(Zip64End ? uint.MaxValue : (uint)(start - shift));
        w.Write((ushort)Comment.Length);
        w.Write(Comment);
    }

    private static byte[] Extra64(long size, long packed) =>
        [1, 0, 16, 0, .. BitConverter.GetBytes(size), .. BitConverter.GetBytes(packed)];
}
