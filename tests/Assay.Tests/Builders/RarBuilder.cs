// Writes RAR archives block by block: there is no free packer.
using System.IO.Hashing;
using System.Text;
using Assay.Codecs;

namespace Assay.Tests.Builders;

/// <summary>Writes RAR archives of version 4 and 5, block by block.</summary>
internal static class RarBuilder
{
    public static byte[] Block4(int type, int flags, byte[] rest)
    {
        byte[] body = [(byte)type, (byte)flags, (byte)(flags >> 8), (byte)(7 + rest.Length), (byte)((7 + rest.Length) >> 8), .. rest];
        return [.. BitConverter.GetBytes((ushort)Crc32.HashToUInt32(body)), .. body];
    }

    public static byte[] File4(string name, byte[] data, int flags = 0, byte method = 0x30)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return
        [
            .. Block4(0x74, 0x8000 | flags,
            [
                .. BitConverter.GetBytes(data.Length), .. BitConverter.GetBytes(data.Length), 3, .. BitConverter.GetBytes(Crc32.HashToUInt32(data)),
                0, 0, 0x21, 0x58, 20, method, .. BitConverter.GetBytes((ushort)text.Length), .. BitConverter.GetBytes(0x81A4), .. text,
            ]),
            .. data,
        ];
    }

    public static byte[] Archive4(params byte[][] files) =>
        [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00, .. Block4(0x73, 0, new byte[6]), .. files.SelectMany(f => f), .. Block4(0x7B, 0x4000, [])];

    public static byte[] Number(long value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }

    public static byte[] Block5(int type, int flags, byte[] rest, byte[] data)
    {
        byte[] body = [(byte)type, (byte)flags, .. (flags & 2) != 0 ? Number(data.Length) : [], .. rest];
        byte[] sized = [.. Number(body.Length), .. body];
        return [.. BitConverter.GetBytes(Crc32.HashToUInt32(sized)), .. sized, .. data];
    }

    public static byte[] File5(string name, byte[] data, long compression = 0)
    {
        byte[] text = Encoding.UTF8.GetBytes(name);
        return Block5(2, 2, [4, .. Number(data.Length), .. Number(0x81A4), .. BitConverter.GetBytes(Crc32.HashToUInt32(data)), .. Number(compression), 1, .. Number(text.Length), .. text], data);
    }

    public static byte[] Archive5(params byte[][] files) =>
        [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00, .. Block5(1, 0, [0], []), .. files.SelectMany(f => f), .. Block5(5, 0, [0], [])];
}
