// Reads the formats of llama.cpp and its relatives before GGUF: numbers, vocabulary and tensors one after the other.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.Gguf;

/// <summary>
/// <c>ggml</c>, <c>ggmf</c>, <c>ggjt</c> and <c>ggla</c>: a magic, for all but the first a version, parameters of the model, a vocabulary, tensors. Each program had its own
/// parameters and none says how many, so the layouts that were in use are tried; the one whose tensors end with the file is taken. Specification: <c>convert.py</c> and the
/// examples of ggml and llama.cpp up to July 2023, <c>whisper.cpp</c> to this day.
/// </summary>
internal sealed class GgmlFormat : IFormat
{
    private const uint Ggml = 0x67676D6C;
    private const uint Ggmf = 0x67676D66;
    private const uint Ggjt = 0x67676A74;
    private const uint Ggla = 0x67676C61;

    public string Id => "ggml";

    public string Name => "GGML (before GGUF)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ggml", ".ggmf", ".ggjt"];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Head.Length < 8)
        {
            return null;
        }

        uint second = UInt32(view.Head.Span[4..]);
        return UInt32(view.Head.Span) switch
        {
            Ggmf or Ggjt or Ggla => new Claim(view.Range, second is > 0 and < 0x100 ? ClaimStrength.Certain : ClaimStrength.Likely),
            Ggml => new Claim(view.Range, ClaimStrength.Likely),
            _ => null,
        };
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        uint magic = cursor.U32();
        List<GgmlLayout> layouts = GgmlLayout.Of(magic == Ggla, hasVersion: magic != Ggml, isPadded: magic is Ggjt or Ggla);
        GgmlReading? best = null;
        foreach (GgmlLayout layout in layouts)
        {
            GgmlReading reading = GgmlReading.Try(layout, claim.Range, context);
            if (best is null || reading.Rank.CompareTo(best.Rank) > 0)
            {
                best?.Release();
                best = reading;
            }
            else
            {
                reading.Release();
            }

            if (best.IsWhole)
            {
                break;
            }
        }

        byte[] count = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset + (magic == Ggml ? 4 : 8), 4);
        if (!best!.IsWhole && magic != Ggla && count.Length == 4 && UInt32(count) is var words && words > claim.Range.Length)
        {
            context.Anomaly("ggml.count", claim.Range.Offset, 0, $"The vocabulary is said to have {words} words, more than the file has bytes.");
        }

        best.Tell(context);
        context.Meta("layout", best.Layout.Name);
        context.Meta("tensors", best.Tensors.ToString(CultureInfo.InvariantCulture));
        best.Release();
    }

    private static uint UInt32(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}

/// <summary>How a program laid out its file: the parameters, and what a word of the vocabulary is.</summary>
/// <param name="Name">The programs that did so.</param>
/// <param name="Parameters">How many numbers of 32 bits stand between the magic (and version) and the vocabulary.</param>
/// <param name="Vocabulary">Which of the parameters is the number of words; -1 where there is no vocabulary.</param>
/// <param name="HasCount">Whether the number of words stands again before them.</param>
/// <param name="HasScores">Whether a float follows each word.</param>
/// <param name="HasFilters">Whether a table of floats comes first, as in whisper.cpp.</param>
/// <param name="HasVersion">Whether a version comes first.</param>
/// <param name="IsPadded">Whether the bytes of tensors start at multiples of 32.</param>
internal sealed record GgmlLayout(string Name, int Parameters, int Vocabulary, bool HasCount, bool HasScores, bool HasFilters, bool HasVersion, bool IsPadded)
{
    /// <summary>The layouts that a magic may have, the likeliest first.</summary>
    public static List<GgmlLayout> Of(bool isAdapter, bool hasVersion, bool isPadded)
    {
        if (isAdapter)
        {
            return [new("LoRA", 2, -1, false, false, false, true, true)];
        }

        if (hasVersion)
        {
            return [new("llama.cpp", 7, 0, false, true, false, true, isPadded), new("llama.cpp", 7, 0, false, false, false, true, isPadded)];
        }

        List<GgmlLayout> layouts = [new("whisper.cpp", 11, 0, true, false, true, false, false), new("llama.cpp", 7, 0, false, false, false, false, false)];
        foreach (bool counted in (ReadOnlySpan<bool>)[true, false])
        {
            for (int parameters = 5; parameters <= 12; parameters++)
            {
                layouts.Add(new("ggml examples", parameters, 0, counted, false, false, false, false));
                layouts.Add(new("ggml examples", parameters, parameters == 8 ? 2 : 1, counted, false, false, false, false));
            }
        }

        return layouts;
    }
}

/// <summary>One reading of a file by a layout.</summary>
internal sealed class GgmlReading
{
    private const int LongestWord = 4096;
    private const int LongestName = 256;
    private const int PlaceSize = 32;

    private readonly ByteRange _range;
    private readonly ScanBudget _budget;
    private readonly List<ByteRange> _places = [];
    private readonly OddityLog _oddities = new();
    private MalformedException? _broken;
    private long _read;

    private GgmlReading(GgmlLayout layout, ByteRange range, ScanBudget budget)
    {
        Layout = layout;
        _range = range;
        _budget = budget;
    }

    /// <summary>The layout.</summary>
    public GgmlLayout Layout { get; }

    /// <summary>How many tensors were read.</summary>
    public int Tensors => _places.Count;

    /// <summary>Whether the tensors end with the file.</summary>
    public bool IsWhole => _broken is null && _places.Count > 0;

    /// <summary>How far a layout led: whole files first, then by tensors, then by bytes.</summary>
    public (bool Whole, int Tensors, long Bytes) Rank => (IsWhole, _places.Count, _read);

    /// <summary>Reads a file by a layout.</summary>
    public static GgmlReading Try(GgmlLayout layout, ByteRange range, ReadContext context)
    {
        GgmlReading reading = new(layout, range, context.Budget);
        try
        {
            reading.Read(new ByteCursor(context.Artifact.Bytes, range, context.Budget));
        }
        catch (MalformedException e)
        {
            reading._broken = e;
        }

        return reading;
    }

    /// <summary>Gives back what the reading holds.</summary>
    public void Release() => _budget.Release(_places.Count * PlaceSize);

    /// <summary>Covers what was read and says what was not.</summary>
    public void Tell(ReadContext context)
    {
        context.Cover(new ByteRange(_range.Offset, Math.Max(8, _read - _range.Offset)), CoverageKind.Parsed);
        foreach (ByteRange place in _places)
        {
            context.Cover(place, CoverageKind.Data);
        }

        if (_broken is { } broken)
        {
            context.Unread(broken.Offset >= _range.End ? UnreadCause.Truncated : UnreadCause.Malformed, broken.Offset, _range.End - Math.Min(_range.End, broken.Offset), broken.Message);
        }

        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    private void Read(ByteCursor cursor)
    {
        cursor.Skip(4);
        if (Layout.HasVersion)
        {
            cursor.U32();
        }

        Span<uint> parameters = stackalloc uint[16];
        for (int i = 0; i < Layout.Parameters; i++)
        {
            parameters[i] = cursor.U32();
        }

        if (Layout.HasFilters)
        {
            ulong floats = (ulong)cursor.U32() * cursor.U32();
            cursor.Skip(floats > (ulong)(cursor.Left / 4) ? long.MaxValue : (long)floats * 4);
        }

        if (Layout.Vocabulary >= 0)
        {
            Words(cursor, Layout.HasCount ? cursor.U32() : parameters[Layout.Vocabulary]);
        }

        while (cursor.Left > 0)
        {
            _read = cursor.Offset;
            Tensor(cursor);
        }

        _read = cursor.Offset;
        if (_places.Count == 0)
        {
            throw new MalformedException(_range.End, "The file ends before its first tensor.");
        }
    }

    private void Words(ByteCursor cursor, uint count)
    {
        if (count > cursor.Left / 4)
        {
            _oddities.Add("ggml.count", cursor.Offset, 0, string.Create(CultureInfo.InvariantCulture, $"The vocabulary has {count} words, more than the file has room for."));
            throw new MalformedException(cursor.Offset, "The vocabulary is longer than the file.");
        }

        for (uint i = 0; i < count; i++)
        {
            long at = cursor.Offset;
            uint length = cursor.U32();
            if (length > LongestWord)
            {
                _oddities.Add("ggml.length", at, 0, string.Create(CultureInfo.InvariantCulture, $"A word of the vocabulary has {length} bytes."));
                throw new MalformedException(at, "A word of the vocabulary is too long.");
            }

            cursor.Skip(length + (Layout.HasScores ? 4 : 0));
        }

        _read = cursor.Offset;
    }

    private void Tensor(ByteCursor cursor)
    {
        long at = cursor.Offset;
        uint dimensions = cursor.U32();
        uint name = cursor.U32();
        uint number = cursor.U32();

        // In early quantised files the type of the elements was a number of the file.
        if (dimensions is 0 or > 4 || name > LongestName || GgmlType.Of(number) is not { } type)
        {
            _oddities.Add("ggml.tensor", at, 0, string.Create(CultureInfo.InvariantCulture, $"A tensor has {dimensions} dimensions, a name of {name} bytes and elements of type {number}."));
            throw new MalformedException(at, "A tensor is none.");
        }

        UInt128 count = 1;
        for (uint i = 0; i < dimensions; i++)
        {
            count *= cursor.U32();
        }

        cursor.Skip(name);
        if (Layout.IsPadded)
        {
            cursor.Skip((32 - ((cursor.Offset - _range.Offset) % 32)) % 32);
        }

        UInt128 bytes = count / (uint)type.Block * (uint)type.Bytes;
        if (bytes > (UInt128)cursor.Left)
        {
            if (ArrayExtent.IsAbsurd((long)UInt128.Min(bytes, long.MaxValue), _range.Length))
            {
                _oddities.Add("ggml.tensor", at, 0, "A tensor has far more bytes than the file.");
            }

            throw new MalformedException(_range.End, "A tensor reaches behind the end of the file.");
        }

        _budget.Hold(PlaceSize, at);
        _places.Add(new ByteRange(cursor.Offset, (long)bytes));
        cursor.Skip((long)bytes);
    }
}
