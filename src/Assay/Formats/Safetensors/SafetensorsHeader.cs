// The header of a safetensors file: its entries, and what in them the reference reader refuses.
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.Configuration;
using Assay.Formats.Json;

namespace Assay.Formats.Safetensors;

/// <summary>The header of a safetensors file. It is read through a small window; of its entries a scan keeps only where their tensors lie.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The entry that holds texts instead of a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>serde_json, with which the reference reader parses, refuses deeper nesting.</summary>
    private const int MaxDepth = 128;

    /// <summary>What a reader may step over; it refuses everything else that is odd.</summary>
    private const string UnknownField = "safetensors.unknown-field";

    /// <summary>So far it is looked whether bytes behind something are only there to fill.</summary>
    internal const int MostFilling = 1 << 20;

    private readonly ByteSource _bytes;
    private readonly ByteRange _range;
    private readonly long _length;
    private readonly ReadContext _context;
    private readonly JsonTokenReader _json;
    private readonly OddityLog _oddities = new();
    private readonly HashSet<UInt128> _names = [];
    private readonly SafetensorsLayout _layout;
    private readonly List<(string Name, TensorView View, ByteRange Range, Packing? Packing)>? _tensors;
    private readonly bool _keepsTexts;
    private MalformedException? _broken;
    private long _end;

    /// <summary>Prepares to read the header of <paramref name="length"/> bytes at the start of <paramref name="range"/>.</summary>
    public SafetensorsHeader(ByteSource bytes, ByteRange range, long length, ReadContext context)
    {
        _bytes = bytes;
        _range = range;
        _context = context;
        _length = length;
        ByteRange json = new ByteRange(range.Offset + SafetensorsFormat.LengthSize, length).ClampTo(range.End);
        _json = new JsonTokenReader(bytes, json, context.Budget, MaxDepth);
        _end = json.Offset;
        _layout = new SafetensorsLayout(new ByteRange(json.End, range.End - json.End), _oddities);
        _tensors = context.Wants(ReadingParts.Tensors) ? [] : null;
        _keepsTexts = _tensors is not null || context.Wants(ReadingParts.Metadata);
        if (length > SafetensorsFormat.LongestHeader)
        {
            Odd("safetensors.header-length", range.Offset, $"The header has {length} bytes; readers take at most {SafetensorsFormat.LongestHeader}.");
        }
    }

    /// <summary>The texts of <c>__metadata__</c>, where somebody wants them.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>The first reason for which the reference reader refuses the file, or null.</summary>
    public (long Offset, string What)? Violation =>
        _broken is { } broken ? (broken.Offset, broken.Message)
        : _length > _range.Length - SafetensorsFormat.LengthSize ? (_range.Offset, "it is longer than the file.")
        : _layout.Missing > 0 ? (_range.End, $"{_layout.Missing} bytes of its tensors are missing.")
        : _oddities.All.FirstOrDefault(o => o.Code is not UnknownField) is { } oddity ? (oddity.Offset, oddity.Detail) : null;

    /// <summary>Reads the header. What comes before a break is kept.</summary>
    public void Read()
    {
        try
        {
            if (!_json.Read() || _json.Type != JsonTokenType.StartObject)
            {
                throw new MalformedException(_json.Offset, "The header is no JSON object.");
            }

            while (_json.Read() && _json.Type == JsonTokenType.PropertyName)
            {
                Entry();
            }

            _end = _json.End;
            _end += Blanks(_end);
            if (_length > _range.Length - SafetensorsFormat.LengthSize)
            {
                Odd("safetensors.header-length", _range.Offset, $"The header ends, and is said to have {_length} bytes, which is more than the file has.");
            }
        }
        catch (MalformedException e)
        {
            _broken = e;
            if (_length <= _range.Length - SafetensorsFormat.LengthSize)
            {
                Odd("safetensors.header-broken", e.Offset, $"The header is no JSON that a reader takes.");
            }

            _end = Math.Max(_end, _json.End);
        }
    }

    /// <summary>Says what was read and what is odd.</summary>
    public void Tell()
    {
        long body = Math.Min(_range.End, _range.Offset + SafetensorsFormat.LengthSize + _length);
        _context.Cover(new ByteRange(_range.Offset, _end - _range.Offset), CoverageKind.Parsed);
        if (_broken is { } broken)
        {
            bool cut = _length > _range.Length - SafetensorsFormat.LengthSize;
            _context.Unread(cut ? UnreadCause.Truncated : UnreadCause.Malformed, broken.Offset, _range.End - broken.Offset, broken.Message);
        }
        else
        {
            if (_end < body)
            {
                bool isFilled = Padding.End(_bytes, new ByteRange(_end, Math.Min(body - _end, MostFilling))) < Math.Min(body, _end + MostFilling);
                Odd(isFilled ? "safetensors.header-content" : "safetensors.header-rest", _end, $"Bytes that are no blanks follow the JSON of the header.", body - _end);
            }

            _layout.Tell(_context);
        }

        foreach (Oddity odd in _oddities.All)
        {
            _context.Add(new AnomalyFact
            {
                Path = _context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count,
            });
        }
    }

    /// <summary>Adds the tensors and their texts.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string key, string value) in Metadata)
        {
            group.Meta(key, value);
        }

        foreach ((string name, TensorView view, ByteRange range, Packing? packing) in _tensors ?? [])
        {
            group.Add(name, view, new TensorStorage("", _bytes, range), packing);
        }
    }

    private void Entry()
    {
        long at = _json.Offset;
        string name = _json.Text();
        if (!_names.Add(XxHash128.HashToUInt128(MemoryMarshal.AsBytes(name.AsSpan()))))
        {
            Odd("safetensors.duplicate-key", at, $"The name {Shown(name)} stands in the header twice; readers take the first, the last or neither.");
        }

        _json.Read();
        if (name == MetadataName)
        {
            Texts();
        }
        else if (_json.Type != JsonTokenType.StartObject)
        {
            Odd("safetensors.entry-broken", at, $"The entry {Shown(name)} is no object.");
            _json.Skip();
        }
        else if (_names.Count > _context.Limits.Entries)
        {
            throw ScanBudget.Spent("entries", _context.Limits.Entries, at);
        }
        else
        {
            Tensor(name, at);
        }
    }

    private void Texts()
    {
        if (_json.Type != JsonTokenType.StartObject)
        {
            Odd("safetensors.metadata-type", _json.Offset, $"The texts of the header are no object.");
            _json.Skip();
            return;
        }

        HashSet<string> keys = new(StringComparer.Ordinal);
        while (_json.Read() && _json.Type == JsonTokenType.PropertyName)
        {
            long at = _json.Offset;
            string key = _json.Text();
            if (!keys.Add(key))
            {
                Odd("safetensors.duplicate-key", at, $"The text {Shown(key)} stands in the header twice.");
            }

            _json.Read();
            if (_json.Type != JsonTokenType.String)
            {
                Odd("safetensors.metadata-type", at, $"The text {Shown(key)} is none.");
                _json.Skip();
            }
            else
            {
                // Invalid Unicode breaks the header for everybody, also where the text is not kept.
                string text = _json.Text();
                _context.Add(new EntryFact
                {
                    Path = _context.Artifact.Path, Offset = at, Source = "metadata", Key = KeyPath.Append(MetadataName, key),
                    Value = text.Length > _context.Limits.TextBytes ? text[.._context.Limits.TextBytes] : text, IsCut = text.Length > _context.Limits.TextBytes,
                });
                ConfigurationText.Tell(KeyPath.Append(MetadataName, key), text, _context);
                if (_keepsTexts)
                {
                    Metadata[key] = text;
                }
            }
        }
    }

    private void Tensor(string name, long at)
    {
        SafetensorsEntry entry = SafetensorsEntry.Read(_json, at, (code, offset, what) => Odd(code, offset, $"The entry {Shown(name)} {what}"));
        if (entry.Range is not { } range || !_layout.Add(at, range.Begin, range.End))
        {
            return;
        }

        if (_tensors is not null && entry.View is { } view)
        {
            _tensors.Add((name, view, new ByteRange(_layout.Body.Offset + range.Begin, range.End - range.Begin), entry.Packing));
        }
    }

    /// <summary>How many blanks follow; writers pad the header with them.</summary>
    private long Blanks(long from)
    {
        byte[] buffer = new byte[4096];
        long end = Math.Min(_range.End, _range.Offset + SafetensorsFormat.LengthSize + _length);
        for (long at = from; at < end;)
        {
            int got = _bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)));
            int other = buffer.AsSpan(0, got).IndexOfAnyExcept(" \t\r\n"u8);
            if (other >= 0 || got == 0)
            {
                return at + Math.Max(0, other) - from;
            }

            at += got;
            _context.Budget.Poll(at);
        }

        return Math.Max(0, end - from);
    }

    private void Odd(string code, long offset, FormattableString detail, long length = 0) =>
        _oddities.Add(code, offset, length, () => detail.ToString(CultureInfo.InvariantCulture));

    private static string Shown(string name) => name.Length > 200 ? $"\"{name[..200]}...\"" : $"\"{name}\"";
}
