// Writes tars byte by byte, lies included.
using System.Text;

namespace Assay.Tests.Builders;

/// <summary>Writes tars byte by byte.</summary>
internal sealed class TarBuilder
{
    private readonly List<byte> _file = [];

    public TarBuilder Add(string name, byte[] content, char type = '0', string link = "", long? size = null, bool magic = true, bool badChecksum = false, byte[]? sizeField = null)
    {
        byte[] block = new byte[512];
        Encoding.UTF8.GetBytes(name).AsSpan()[..Math.Min(100, Encoding.UTF8.GetByteCount(name))].CopyTo(block);
        Encoding.ASCII.GetBytes("0000644\0").CopyTo(block, 100);
        (sizeField ?? Encoding.ASCII.GetBytes(Convert.ToString(size ?? content.Length, 8).PadLeft(11, '0') + "\0")).CopyTo(block, 124);
        block[156] = (byte)type;
        Encoding.UTF8.GetBytes(link).CopyTo(block, 157);
        if (magic)
        {
            "ustar\0"u8.CopyTo(block.AsSpan(257));
            "00"u8.CopyTo(block.AsSpan(263));
        }

        block.AsSpan(148, 8).Fill((byte)' ');
        int sum = block.Sum(b => b) + (badChecksum ? 1 : 0);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(block, 148);
        _file.AddRange(block);
        _file.AddRange(content);
        _file.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;
    }

    public TarBuilder Pax(params (string Key, string Value)[] records)
    {
        StringBuilder text = new();
        foreach ((string key, string value) in records)
        {
            int length = $" {key}={value}\n".Length;
            int total = length + length.ToString().Length;
            total = length + total.ToString().Length;
            text.Append($"{total} {key}={value}\n");
        }

        return Add("PaxHeader", Encoding.UTF8.GetBytes(text.ToString()), 'x');
    }

    public TarBuilder Raw(byte[] bytes)
    {
        _file.AddRange(bytes);
        return this;
    }

    public byte[] Build(bool end = true) => [.. _file, .. end ? new byte[1024] : []];
}
