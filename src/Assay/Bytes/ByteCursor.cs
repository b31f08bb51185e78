// Reads numbers and bytes one after the other through a small window.
using System.Buffers.Binary;
using System.Globalization;

namespace Assay.Bytes;

/// <summary>
/// Reads numbers and bytes of a range one after the other. Nothing is sized by a number of the file before that many bytes are known to be there; what is stepped over is not
/// read and costs nothing.
/// </summary>
internal sealed class ByteCursor
{
    private const int Window = 64 << 10;

    /// <summary>So much is read first at a new place: structures that lie far from each other are mostly small.</summary>
    private const int FirstReach = 4 << 10;
    private readonly ByteSource _source;
    private readonly ByteRange _range;
    private readonly ScanBudget _budget;
    private readonly byte[] _buffer;
    private int _at;
    private int _end;
    private long _next;
    private int _reach = Window;

    /// <summary>Starts at the beginning of a range; what lies outside of the source is no part of it.</summary>
    public ByteCursor(ByteSource source, ByteRange range, ScanBudget budget)
    {
        _source = source;
        _range = range.ClampTo(source.Length);
        _budget = budget;
        _next = _range.Offset;
        _buffer = new byte[(int)Math.Min(Window, _range.Length)];
    }

    /// <summary>Whether numbers have their high byte first.</summary>
    public bool IsBigEndian { get; set; }

    /// <summary>Where the next byte lies.</summary>
    public long Offset => _next - (_end - _at);

    /// <summary>Where the range ends.</summary>
    public long End => _range.End;

    /// <summary>How many bytes are left.</summary>
    public long Left => _range.End - Offset;

    /// <summary>Whether more bytes were asked for than there are.</summary>
    public bool RanOut { get; private set; }

    /// <summary>The next byte, or -1 at the end.</summary>
    public int TryByte() => Left > 0 ? U8() : -1;

    /// <summary>The next byte, which stays the next one; -1 at the end.</summary>
    public int Peek()
    {
        int next = TryByte();
        _at -= next < 0 ? 0 : 1;
        return next;
    }

    /// <summary>An unsigned number of 8 bits.</summary>
    public byte U8() => Take(1)[0];

    /// <summary>An unsigned number of 16 bits.</summary>
    public ushort U16() => IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(Take(2)) : BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>An unsigned number of 32 bits.</summary>
    public uint U32() => IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(Take(4)) : BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>A signed number of 32 bits.</summary>
    public int I32() => unchecked((int)U32());

    /// <summary>An unsigned number of 64 bits.</summary>
    public ulong U64() => IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(Take(8)) : BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A signed number of 64 bits.</summary>
    public long I64() => unchecked((long)U64());

    /// <summary>A float of 32 bits.</summary>
    public float F32() => BitConverter.UInt32BitsToSingle(U32());

    /// <summary>A float of 64 bits.</summary>
    public double F64() => BitConverter.UInt64BitsToDouble(U64());

    /// <summary>
    /// The next bytes in an array of their own, of which there may be so many that their number is checked first: against what is left, and the limit of a line.
    /// </summary>
    public byte[] Bytes(long count)
    {
        Need(count);
        if (count > _budget.Limits.LineBytes)
        {
            throw ScanBudget.Spent("line-bytes", _budget.Limits.LineBytes, Offset);
        }

        byte[] bytes = new byte[(int)count];
        int have = Math.Min(_end - _at, bytes.Length);
        _buffer.AsSpan(_at, have).CopyTo(bytes);
        _at += have;
        for (int got = have; got < bytes.Length;)
        {
            int read = _source.ReadAt(_next, bytes.AsSpan(got));
            _next += read > 0 ? read : throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", _next);
            got += read;
        }

        return bytes;
    }

    /// <summary>The next bytes as a new array of at most <paramref name="keep"/>; the others are stepped over.</summary>
    public byte[] Keep(long count, int keep)
    {
        Need(count);
        int kept = (int)Math.Min(count, keep);
        byte[] bytes = kept <= _end - _at ? _buffer.AsSpan(_at, kept).ToArray() : _source.ReadUpTo(Offset, kept);
        _budget.SpendWork(WorkCosts.NearRead + (kept / WorkCosts.BytesRead), Offset);
        Skip(count);
        return bytes;
    }

    /// <summary>Steps over bytes.</summary>
    public void Skip(long count)
    {
        Need(count);
        if (count <= _end - _at)
        {
            _at += (int)count;
        }
        else
        {
            Seek(Offset + count);
        }
    }

    /// <summary>Moves to a place of the range.</summary>
    public void Seek(long offset)
    {
        if (offset < _range.Offset || offset > _range.End)
        {
            throw new MalformedException(_range.End, "The bytes end too early.");
        }

        long first = _next - _end;
        if (offset >= first && offset <= _next)
        {
            // It is in the window: what a file says is near costs nothing again, however often it says so.
            _at = (int)(offset - first);
            return;
        }

        (_at, _end, _next, _reach) = (0, 0, offset, FirstReach);
    }

    /// <summary>The next bytes, which stay valid until the next call; at most a window of them.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (_end - _at < count)
        {
            Fill(count);
        }

        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_at, count);
        _at += count;
        return bytes;
    }

    /// <summary>Says that so many bytes must be there.</summary>
    /// <exception cref="MalformedException">There are fewer.</exception>
    public void Need(long count)
    {
        if (count < 0 || count > Left)
        {
            RanOut = true;
            throw new MalformedException(Offset, string.Create(CultureInfo.InvariantCulture, $"{count} bytes are asked for and {Left} are left."));
        }
    }

    private void Fill(int count)
    {
        Need(count);
        int left = _end - _at;
        Buffer.BlockCopy(_buffer, _at, _buffer, 0, left);
        (_at, _end) = (0, left);
        int wanted = (int)Math.Min(Math.Min(_buffer.Length - _end, Math.Max(count - _end, _reach)), _range.End - _next);
        int stop = _end + wanted;
        _reach = Math.Min(Window, 2 * _reach);
        _budget.SpendWork(WorkCosts.NearRead + wanted, _next);
        while (_end < count)
        {
            int got = _source.ReadAt(_next, _buffer.AsSpan(_end, stop - _end));
            if (got == 0)
            {
                throw new ScanStopException(StopReason.Changed, "The bytes ended while they were read.", _next);
            }

            (_end, _next) = (_end + got, _next + got);
        }
    }
}
