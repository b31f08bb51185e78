// Where the tensors of a GGUF file lie, in numbers that cannot overflow.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.Gguf;

/// <summary>The tensors of a GGUF file: sizes in 128 bits, places against the end of the file, each other and the alignment.</summary>
internal sealed class GgufLayout(ByteRange range, uint alignment, OddityLog oddities)
{
    private const int LongestName = 63;

    private readonly List<Entry> _tensors = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private UInt128 _next;
    private long _data;

    private sealed record Entry(string Name, long[] Shape, GgmlType Type, long Offset, long Bytes, long At);

    /// <summary>Adds a tensor whose entry stands at <paramref name="at"/>.</summary>
    public void Add(string name, ulong[] shape, uint number, ulong offset, long at)
    {
        if (!_names.Add(name))
        {
            Odd("gguf.duplicate-tensor", at, $"Two tensors are called {name}.");
        }

        if (name.Length > LongestName)
        {
            Odd("gguf.odd-key", at, $"The name of a tensor has {name.Length} characters; readers have room for {LongestName}.");
        }

        if (offset % alignment != 0)
        {
            Odd("gguf.offset", at, $"The tensor {name} lies at {offset}, which is no multiple of {alignment}.");
        }

        if (GgmlType.Of(number) is not { } type)
        {
            Odd(number is < GgmlType.FirstUnused or (>= GgmlType.FirstOfForks and < GgmlType.Highest) ? "gguf.tensor-type-new" : "gguf.tensor-type", at, $"The tensor {name} has elements of type {number}, which is not known.");
            HasUnknown = true;
            return;
        }

        UInt128 count = 1;
        bool broken = false;
        foreach (ulong extent in shape)
        {
            broken |= extent > long.MaxValue;
            count = count > ulong.MaxValue ? UInt128.MaxValue >> 1 : count * extent;
        }

        UInt128 bytes = count > (UInt128)long.MaxValue ? count : (count / (ulong)type.Block * (ulong)type.Bytes);
        if (broken || count > (UInt128)long.MaxValue || bytes > (UInt128)(long.MaxValue - alignment))
        {
            Odd("gguf.size-overflow", at, $"The shape of the tensor {name} asks for more bytes than 63 bits can count.");
            return;
        }

        if (shape.Length > 0 && shape[0] % (ulong)type.Block != 0)
        {
            Odd("gguf.block", at, $"A row of the tensor {name} has {shape[0]} elements, which are no whole blocks of {type.Name}.");
        }

        // Programs that write the format put one tensor behind the other.
        bool inOrder = (UInt128)offset == _next;
        UInt128 end = (UInt128)offset + bytes;
        _next = (end + alignment - 1) / alignment * alignment;
        if (end > (UInt128)(long.MaxValue >> 1))
        {
            Odd("gguf.tensor-outside", at, $"The tensor {name} lies at {offset}, further than any file reaches.");
            return;
        }

        if (!inOrder)
        {
            OutOfOrder.Add(_tensors.Count);
        }

        _tensors.Add(new Entry(name, [.. shape.Select(e => (long)e).Reverse()], type, (long)offset, (long)bytes, at));
    }

    /// <summary>Whether tensors have types whose size is not known.</summary>
    private bool HasUnknown { get; set; }

    private HashSet<int> OutOfOrder { get; } = [];

    /// <summary>Covers what belongs to tensors behind the header, which ends at <paramref name="header"/>.</summary>
    public void Tell(long header, ReadContext context)
    {
        long inFile = header - range.Offset;
        _data = range.Offset + ((inFile + alignment - 1) / alignment * alignment);
        long body = Math.Max(0, range.End - _data);
        CoverPadding(header, _data, context);
        long missing = 0;
        for (int i = 0; i < _tensors.Count; i++)
        {
            Entry tensor = _tensors[i];
            if (tensor.Offset + tensor.Bytes <= body)
            {
                continue;
            }

            missing = Math.Max(missing, tensor.Offset + tensor.Bytes - body);
            if (OutOfOrder.Contains(i) || ArrayExtent.IsAbsurd(tensor.Bytes, range.Length))
            {
                Odd("gguf.tensor-outside", tensor.At, $"The tensor {tensor.Name} reaches byte {tensor.Offset + tensor.Bytes} of {body} bytes.");
            }
        }

        if (missing > 0)
        {
            context.Unread(UnreadCause.Truncated, range.End, 0, string.Create(CultureInfo.InvariantCulture, $"The tensors need {missing} bytes more than the file has."));
        }

        long next = 0;
        foreach (Entry tensor in _tensors.OrderBy(t => t.Offset))
        {
            if (tensor.Offset < next && tensor.Bytes > 0)
            {
                Odd("gguf.overlap", tensor.At, $"The tensor {tensor.Name} shares bytes with another one.");
            }
            else if (tensor.Offset - next >= alignment)
            {
                Odd("gguf.hole", _data + Math.Min(next, body), $"{tensor.Offset - next} bytes between tensors belong to none.");
            }
            else if (tensor.Offset > next)
            {
                CoverPadding(_data + next, _data + tensor.Offset, context);
            }

            if (tensor.Offset < body)
            {
                context.Cover(new ByteRange(_data + tensor.Offset, Math.Min(tensor.Bytes, body - tensor.Offset)), CoverageKind.Data);
            }

            next = Math.Max(next, tensor.Offset + tensor.Bytes);
        }

        if (HasUnknown)
        {
            context.Cover(new ByteRange(_data, body), CoverageKind.Data);
            context.Unread(UnreadCause.NotSupported, _data, body, "Tensors have element types whose size is not known.");
            return;
        }

        long padded = (next + alignment - 1) / alignment * alignment;
        CoverPadding(_data + next, Math.Min(range.End, _data + padded), context);
        if (_data + padded < range.End)
        {
            Odd("gguf.trailing-data", _data + padded, $"{range.End - _data - padded} bytes follow the last tensor.");
        }
    }

    /// <summary>Adds the tensors that other formats have types for.</summary>
    public void Fill(TensorGroup group, bool isBigEndian, ByteSource bytes)
    {
        foreach (Entry tensor in _tensors)
        {
            ByteRange place = new(_data + tensor.Offset, tensor.Bytes);
            if (tensor.Type.Element is not { } type)
            {
                group.Leave(tensor.Name, $"a tensor of {tensor.Type.Name}", "Its elements share blocks with scales, for which safetensors has no type.");
            }
            else if (isBigEndian && type.Size() > 1)
            {
                group.Leave(tensor.Name, "a tensor with the high byte first", "Only the usual byte order is read.");
            }
            else if (place.End > range.End)
            {
                group.Problem(tensor.Name, "It reaches behind the end of the file.");
            }
            else
            {
                group.Add(tensor.Name, TensorView.RowMajor(type, tensor.Shape), new TensorStorage("", bytes, place));
            }
        }
    }

    /// <summary>Padding is zeros; anything else stays uncovered.</summary>
    private static void CoverPadding(long from, long to, ReadContext context)
    {
        if (to > from && Padding.End(context.Artifact.Bytes, new ByteRange(from, to - from).ClampTo(context.Artifact.Bytes.Length)) >= Math.Min(to, context.Artifact.Bytes.Length))
        {
            context.Cover(new ByteRange(from, to - from), CoverageKind.Data);
        }
    }

    private void Odd(string code, long offset, FormattableString detail) => oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
