// Writes GGUF files, as wrong as a test wants them.
using System.Buffers.Binary;
using System.Text;

namespace Assay.Tests.Builders;

/// <summary>Writes GGUF files: keys, tensors and data, of every version and byte order.</summary>
internal sealed class GgufBuilder(uint version = 3, bool big = false)
{
    private readonly List<byte[]> _entries = [];
    private readonly List<byte[]> _tensors = [];
    private ulong? _entryCount;
    private ulong? _tensorCount;

    public GgufBuilder Counts(ulong? tensors, ulong? entries)
    {
        (_tensorCount, _entryCount) = (tensors, entries);
        return this;
    }

    public GgufBuilder Key(string key, uint type, params byte[] value)
    {
        _entries.Add([.. Text(key), .. U32(type), .. value]);
        return this;
    }

    public GgufBuilder Text(string key, string value) => Key(key, 8, Text(value));

    public GgufBuilder Number(string key, uint value) => Key(key, 4, U32(value));

    public GgufBuilder List(string key, uint type, ulong count, params byte[] items) => Key(key, 9, [.. U32(type), .. Size(count), .. items]);

    public GgufBuilder Texts(string key, params string[] values) => List(key, 8, (ulong)values.Length, [.. values.SelectMany(Text)]);

    public GgufBuilder Tensor(string name, uint type, ulong offset, params ulong[] shape)
    {
        _tensors.Add([.. Text(name), .. U32((uint)shape.Length), .. shape.SelectMany(Size), .. U32(type), .. U64(offset)]);
        return this;
    }

    public byte[] Build(int data = 0, int alignment = 32)
    {
        List<byte> file = [.. "GGUF"u8, .. U32(version), .. Size(_tensorCount ?? (ulong)_tensors.Count), .. Size(_entryCount ?? (ulong)_entries.Count)];
        file.AddRange(_entries.SelectMany(e => e));
        file.AddRange(_tensors.SelectMany(t => t));
        if (data > 0)
        {
            file.AddRange(new byte[(alignment - (file.Count % alignment)) % alignment]);
            file.AddRange(Enumerable.Repeat((byte)0x3C, data));
        }

        return [.. file];
    }

    public byte[] Text(string value) => [.. Size((ulong)Encoding.UTF8.GetByteCount(value)), .. Encoding.UTF8.GetBytes(value)];

    public byte[] Size(ulong value) => version == 1 ? U32((uint)value) : U64(value);

    public byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, big ? BinaryPrimitives.ReverseEndianness(value) : value);
        return bytes;
    }

    public byte[] U64(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, big ? BinaryPrimitives.ReverseEndianness(value) : value);
        return bytes;
    }
}
