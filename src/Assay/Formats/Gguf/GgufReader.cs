// Reads the header of a GGUF file: counts, keys with values, tensors.
using System.Globalization;
using System.IO.Hashing;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.Gguf;

/// <summary>Reads the header of a GGUF file in one go, and says what is odd. What comes before a break is kept.</summary>
internal sealed class GgufReader
{
    private const int NewestVersion = 3;
    private const int LongestKey = 65535;
    private const int EntrySize = 160;
    private const int DamageWindow = 1 << 20;

    private readonly ByteRange _range;
    private readonly ReadContext _context;
    private readonly ByteCursor _cursor;
    private readonly OddityLog _oddities = new();
    private readonly GgufValues _values;
    private readonly HashSet<UInt128> _keys = [];
    private GgufLayout? _layout;
    private MalformedException? _broken;
    private bool _wide = true;

    /// <summary>Prepares to read a file.</summary>
    public GgufReader(ByteRange range, ReadContext context)
    {
        _range = range;
        _context = context;
        _cursor = new ByteCursor(context.Artifact.Bytes, range, context.Budget);
        _values = new GgufValues(_cursor, context, _oddities);
    }

    /// <summary>Reads the header, covers it and what belongs to tensors, and tells.</summary>
    public void Read()
    {
        long header = _cursor.Offset;
        try
        {
            ReadHeader();
            header = _cursor.Offset;
        }
        catch (MalformedException e)
        {
            _broken = e;
            header = Math.Max(header, Math.Min(e.Offset, _cursor.Offset));
        }

        _context.Cover(new ByteRange(_range.Offset, header - _range.Offset), CoverageKind.Parsed);
        if (_broken is { } broken)
        {
            _context.Unread(broken.Offset >= _range.End ? UnreadCause.Truncated : UnreadCause.Malformed, broken.Offset, _range.End - broken.Offset, broken.Message);
        }
        else
        {
            _layout?.Tell(header, _context);
        }

        bool damaged = _broken is not null && IsDamagedText();
        if (damaged)
        {
            _context.Unread(UnreadCause.Malformed, _range.Offset, 0, "The file was damaged: every line feed in it has become a carriage return and a line feed.");
        }

        foreach (Oddity odd in damaged ? [] : _oddities.All)
        {
            _context.Add(new AnomalyFact { Path = _context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    /// <summary>Adds the tensors.</summary>
    public void Fill(TensorGroup group)
    {
        if (_broken is { } broken)
        {
            throw broken;
        }

        _layout?.Fill(group, _cursor.IsBigEndian, _context.Artifact.Bytes);
    }

    private void ReadHeader()
    {
        _cursor.Skip(4);
        uint version = _cursor.U32();
        if ((version & 0xFFFF) == 0 && version != 0)
        {
            // Version 3 may have the other byte order, which its version shows.
            _cursor.IsBigEndian = true;
            version = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(version);
        }

        if (version is 0 or > NewestVersion)
        {
            Odd("gguf.version", _range.Offset + 4, $"The version {version} is none that programs read.");
            throw new MalformedException(_range.Offset + 4, "The version is not known.");
        }

        _wide = version > 1;
        _values.IsWide = _wide;
        long countsAt = _cursor.Offset;
        ulong tensors = Number();
        ulong entries = Number();

        // The smallest entry is a key without characters, a type and a byte; the smallest tensor a name without any, a number of dimensions, a type and an offset.
        ulong left = (ulong)_cursor.Left;
        ulong leastEntry = _wide ? 13UL : 9UL;
        ulong leastTensor = _wide ? 24UL : 20UL;
        if (entries > left / leastEntry || tensors > left / leastTensor || (UInt128)entries * leastEntry + (UInt128)tensors * leastTensor > left)
        {
            Odd("gguf.count", countsAt, $"The file declares {entries} keys and {tensors} tensors, which it has no room for.");
        }

        for (ulong i = 0; i < entries; i++)
        {
            Entry();
        }

        _values.CheckVocabulary();
        _layout = new GgufLayout(_range, _values.Alignment, _oddities);
        for (ulong i = 0; i < tensors; i++)
        {
            Tensor();
        }

        _values.CheckSplit();
        _context.Meta("version", version.ToString(CultureInfo.InvariantCulture));
        _context.Meta("byte order", _cursor.IsBigEndian ? "big" : "little");
        _context.Meta("tensors", tensors.ToString(CultureInfo.InvariantCulture));
    }

    private void Entry()
    {
        long at = _cursor.Offset;
        string key = Name("key", at);
        if (_keys.Count >= _context.Limits.Entries)
        {
            throw ScanBudget.Spent("entries", _context.Limits.Entries, at);
        }

        _context.Budget.Hold(EntrySize, at);
        if (!_keys.Add(Hash(key)))
        {
            Odd("gguf.duplicate-key", at, $"The key {Shown(key)} stands in the header twice; readers take the first, the last or neither.");
        }

        _values.Read(key, at);
    }

    private void Tensor()
    {
        long at = _cursor.Offset;
        string name = Name("tensor", at);
        uint dimensions = _cursor.U32();
        if (dimensions > 4)
        {
            Odd("gguf.dimensions", at, $"The tensor {Shown(name)} has {dimensions} dimensions; readers have room for 4.");
            if (dimensions > TensorView.MaxDimensions)
            {
                throw new MalformedException(at, "A tensor has more dimensions than any program takes.");
            }
        }

        ulong[] shape = new ulong[(int)dimensions];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = Number();
        }

        uint type = _cursor.U32();
        ulong offset = _cursor.U64();
        _context.Budget.Hold(EntrySize + (2L * name.Length), at);
        _layout!.Add(name, shape, type, offset, at);
    }

    private string Name(string what, long at)
    {
        ulong length = Number();
        if (length > (ulong)_cursor.Left)
        {
            Odd("gguf.length", at, $"The name of a {what} has {length} bytes, more than the file.");
            throw new MalformedException(at, "A name is longer than the file.");
        }

        byte[] bytes = _cursor.Bytes((long)length);
        string name = System.Text.Encoding.UTF8.GetString(bytes);
        if (bytes.AsSpan().Contains((byte)0))
        {
            Odd("gguf.nul-key", at, $"The name of a {what} holds a null character: programs in C take {Shown(name[..name.IndexOf('\0', StringComparison.Ordinal)])} for all of it.");
        }
        else if (bytes.AsSpan().ContainsAnyInRange((byte)1, (byte)31))
        {
            Odd("gguf.odd-key", at, $"The name of a {what} holds control characters.");
        }

        if (length > LongestKey)
        {
            Odd("gguf.odd-key", at, $"The name of a {what} has {length} bytes; readers take at most {LongestKey}.");
        }

        return name;
    }

    /// <summary>
    /// Whether a program took the file for text and changed its line ends, as version control does: then no line feed stands alone. Numbers that are
    /// out of bounds behind the first of them are nobody's intent.
    /// </summary>
    private bool IsDamagedText()
    {
        ReadOnlySpan<byte> head = _context.Artifact.Bytes.ReadUpTo(_range.Offset, (int)Math.Min(DamageWindow, _range.Length));
        int feeds = 0;
        for (int at = head.IndexOf((byte)'\n'); at >= 0;)
        {
            if (at == 0 || head[at - 1] != '\r')
            {
                return false;
            }

            feeds++;
            int next = head[(at + 1)..].IndexOf((byte)'\n');
            at = next < 0 ? -1 : at + 1 + next;
        }

        return feeds > 0;
    }

    private ulong Number() => _wide ? _cursor.U64() : _cursor.U32();

    private void Odd(string code, long offset, FormattableString detail) =>
        _oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));

    private static UInt128 Hash(string name) => XxHash128.HashToUInt128(System.Runtime.InteropServices.MemoryMarshal.AsBytes(name.AsSpan()));

    private static string Shown(string name) => name.Length > 200 ? $"\"{name[..200]}...\"" : $"\"{name}\"";
}
