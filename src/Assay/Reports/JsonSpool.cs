// Elements of a JSON array that must wait, because another array is being written.
using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Assay.Bytes;

namespace Assay.Reports;

/// <summary>Keeps JSON values in scratch space until their array is written; each is a line of its own there.</summary>
internal sealed class JsonSpool(Scratch scratch) : IDisposable
{
    private const int LengthSize = sizeof(int);
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly byte[] _length = new byte[LengthSize];
    private ScratchSpace? _space;

    /// <summary>How many values are kept.</summary>
    public long Count { get; private set; }

    /// <summary>Keeps the value that <paramref name="write"/> writes.</summary>
    public void Add(Action<Utf8JsonWriter> write)
    {
        _value.ResetWrittenCount();
        using (Utf8JsonWriter json = new(_value))
        {
            write(json);
        }

        _space ??= scratch.Create();
        BinaryPrimitives.WriteInt32LittleEndian(_length, _value.WrittenCount);
        _space.Append(_length);
        _space.Append(_value.WrittenSpan);
        Count++;
    }

    /// <inheritdoc/>
    public void Dispose() => _space?.Dispose();

    /// <summary>Writes all values into the array that <paramref name="json"/> is in.</summary>
    public void CopyTo(Utf8JsonWriter json)
    {
        for (long at = 0; at < _space?.Length;)
        {
            _space.ReadAt(at, _length);
            int length = BinaryPrimitives.ReadInt32LittleEndian(_length);
            _value.ResetWrittenCount();
            _space.ReadAt(at + LengthSize, _value.GetSpan(length)[..length]);
            _value.Advance(length);
            json.WriteRawValue(_value.WrittenSpan, skipInputValidation: true);
            json.Flush();
            at += LengthSize + length;
        }
    }
}
