// Steps through structures of Thrift's compact protocol without a schema.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.Columns;

/// <summary>
/// Thrift's compact protocol: structures of numbered fields, with lists and texts. Specification: <c>thrift-compact-protocol.md</c>. A reader is told where it is by the numbers of the fields around a value.
/// </summary>
internal sealed class ThriftReader(ByteCursor cursor, ScanBudget budget)
{
    private const int MaxDepth = 128;
    private const int Kept = 1 << 20;

    private readonly List<Frame> _open = [];

    /// <summary>A structure or list that is open.</summary>
    private struct Frame
    {
        public bool IsList;
        public int Element;
        public long Left;
        public int Field;
    }

    /// <summary>A value: the numbers of the fields that lead to it, with the lists left out, and what it is.</summary>
    public delegate void OnValue(ReadOnlySpan<int> path, byte[]? text, long number, long offset);

    /// <summary>Called where a structure of a list begins.</summary>
    public Action<int>? OnItem { get; init; }

    /// <summary>Reads one structure to its end.</summary>
    /// <exception cref="MalformedException">The bytes break.</exception>
    public void Read(OnValue value)
    {
        _open.Add(default);
        Span<int> path = stackalloc int[MaxDepth];
        while (_open.Count > 0)
        {
            budget.SpendWork(WorkCosts.NearRead / 4, cursor.Offset);
            Frame top = _open[^1];
            int type;
            if (top.IsList)
            {
                if (top.Left == 0)
                {
                    _open.RemoveAt(_open.Count - 1);
                    continue;
                }

                top.Left--;
                type = top.Element;
            }
            else
            {
                byte head = cursor.U8();
                type = head & 15;
                if (type == 0)
                {
                    _open.RemoveAt(_open.Count - 1);
                    continue;
                }

                top.Field = head >> 4 is var step and not 0 ? top.Field + step : (int)Zigzag();
            }

            _open[^1] = top;
            int depth = 0;
            foreach (Frame frame in _open)
            {
                if (!frame.IsList)
                {
                    path[depth++] = frame.Field;
                }
            }

            Value(type, top.IsList, path[..depth], value);
        }
    }

    private void Value(int type, bool isElement, ReadOnlySpan<int> path, OnValue value)
    {
        long at = cursor.Offset;
        switch (type)
        {
            case 1 or 2:
                value(path, null, isElement ? cursor.U8() : 2 - type, at);
                break;
            case 3:
                value(path, null, (sbyte)cursor.U8(), at);
                break;
            case 4 or 5 or 6:
                value(path, null, Zigzag(), at);
                break;
            case 7:
                cursor.Skip(8);
                break;
            case 8:
                long length = (long)Varint();
                value(path, cursor.Keep(length < 0 ? long.MaxValue : length, Kept), length, at);
                break;
            case 9 or 10:
                byte head = cursor.U8();
                long count = head >> 4 == 15 ? (long)Varint() : head >> 4;
                if (count < 0 || count > cursor.Left)
                {
                    throw new MalformedException(at, string.Create(CultureInfo.InvariantCulture, $"A list declares {count} items, and {cursor.Left} bytes are left."));
                }

                Push(new Frame { IsList = true, Element = head & 15, Left = count });
                break;
            case 11:
                long pairs = (long)Varint();
                if (pairs != 0)
                {
                    throw new MalformedException(at, "There is a map, which no known structure has.");
                }

                break;
            case 12:
                Push(default);
                if (isElement)
                {
                    OnItem?.Invoke(path[^1]);
                }

                break;
            case 13:
                cursor.Skip(16);
                break;
            default:
                throw new MalformedException(at, string.Create(CultureInfo.InvariantCulture, $"There is no value of the type {type}."));
        }
    }

    private void Push(Frame frame)
    {
        if (_open.Count >= MaxDepth)
        {
            throw new MalformedException(cursor.Offset, "Structures lie in each other too deep.");
        }

        _open.Add(frame);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = cursor.U8();
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return value;
            }
        }

        throw new MalformedException(cursor.Offset, "A number does not end.");
    }

    private long Zigzag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A text of a value.</summary>
    public static string Text(byte[]? bytes) => bytes is null ? "" : Encoding.UTF8.GetString(bytes);
}
