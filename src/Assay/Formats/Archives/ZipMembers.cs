// Submits every member of a zip, under every reading that a loader may have of it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers;
using Assay.Containers.Zip;

namespace Assay.Formats.Archives;

/// <summary>Submits the members of a zip.</summary>
internal sealed class ZipMembers(Artifact artifact, ZipDirectory directory, IReadOnlyList<IZipKind> kinds, MemberPickles pickles, ReadContext context)
{
    /// <summary>
    /// Compressed members that say they are larger than this, or turn out to be, wait until all others were read: a bomb in front
    /// must not use up what the members behind it need.
    /// </summary>
    private const long FirstPass = 16L << 20;

    private const int Aes = 99;
    private const long CrcEach = 1L << 20;
    private const long CrcTotal = 8L << 20;
    private const long CrcPickle = 64L << 20;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly OddityLog _oddities = new();
    private readonly ZipBundle _bundle = new(directory, context);
    private long _crcSpent;

    /// <summary>Submits all members.</summary>
    public void Submit()
    {
        List<ZipReading> later = [];
        try
        {
            foreach (ZipReading reading in directory.Entries.SelectMany(Readings))
            {
                Hold(reading);
                if (reading.Header.Method == 0)
                {
                    Stored(reading);
                }
                else if (reading.Header.Size > FirstPass || !Compressed(reading, FirstPass))
                {
                    later.Add(reading);
                }
            }

            foreach (ZipReading reading in later.OrderBy(r => r.Header.Size))
            {
                Compressed(reading, long.MaxValue);
            }
        }
        finally
        {
            context.Tell(_oddities);
        }
    }

    private void Hold(ZipReading reading)
    {
        ZipHeader header = reading.Header;
        string method = reading.Entry.IsDirectory && header.Size <= 0 ? "directory"
            : header.Method == 0 ? "stored" : ZipMethods.Codec(header.Method) is { } kind ? Named(kind)
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"method {header.Method}");
        context.Member(reading.Name, reading.Entry.Offset, header.Packed, header.Size, method, reading.IsEncrypted, header.Crc);
    }

    private static string Named(CodecKind kind) => kind switch
    {
        CodecKind.Deflate => "deflate",
        CodecKind.Deflate64 => "deflate64",
        CodecKind.Bzip2 => "bzip2",
        CodecKind.ZipLzma => "lzma",
        CodecKind.Zstd => "zstd",
        _ => "xz",
    };

    /// <summary>Whether a kind of model file keeps the raw bytes of tensors there: then bytes that no format claims belong there.</summary>
    private bool IsStorage(string name) => kinds.Any(k => k.HoldsData(name));

    private IEnumerable<ZipReading> Readings(ZipEntry entry)
    {
        if (entry.Local is not { } local)
        {
            context.Unread(UnreadCause.Malformed, entry.Offset, 0, $"There is no local header where \"{entry.Name}\" should start.");
            yield break;
        }

        string name = _names.Add(entry.Name) ? entry.Name : $"{entry.Name}@0x{entry.Offset:X}";
        if (entry.Central is not { } central)
        {
            yield return new ZipReading(name, local, entry.DataOffset, local.Flags, entry);
            yield break;
        }

        yield return new ZipReading(name, central, entry.DataOffset, central.Flags | local.Flags, entry);
        if (local.Method != central.Method || (local.Packed >= 0 && local.Packed != central.Packed))
        {
            ZipHeader other = local.Packed >= 0 ? local : local with { Packed = central.Packed, Size = central.Size };
            yield return new ZipReading($"{name}@local", other, entry.DataOffset, central.Flags | local.Flags, entry);
        }
    }

    private void Stored(ZipReading reading)
    {
        ZipHeader header = reading.Header;
        ByteRange data = new ByteRange(reading.Offset, Math.Max(0, header.Packed)).ClampTo(artifact.Bytes.Length);
        context.Cover(data, CoverageKind.Data);
        if (header.Packed > data.Length)
        {
            context.Unread(UnreadCause.Truncated, data.Offset, data.Length, $"The data of \"{reading.Name}\" reach beyond the end of the file.");
        }

        ByteSource bytes = artifact.Bytes.Slice(data);
        bool? crc = Checked(bytes) ? ContentChecksum.Crc32(bytes, context.Budget) == header.Crc : null;
        if (reading.IsEncrypted)
        {
            // Twelve bytes come before the content when it really is encrypted; a reader that ignores the flag takes it as it is.
            bool plain = crc ?? header.Packed == header.Size;
            if (!plain)
            {
                MemberNotes.TellEncrypted(context, data, $"\"{reading.Name}\" is encrypted.");
                return;
            }

            Odd("zip.encrypted-flag-plaintext", reading, "is not encrypted although a header says so.");
        }

        if (crc == false)
        {
            Odd("zip.crc-mismatch", reading, "has another CRC-32 than its header says.");
        }

        if (header.Size >= 0 && header.Size != header.Packed && !reading.IsEncrypted)
        {
            Odd("zip.stored-size", reading, $"is stored in {header.Packed} bytes and said to hold {header.Size}.");
            ByteRange longer = new ByteRange(reading.Offset, header.Size).ClampTo(artifact.Bytes.Length);
            if (longer.Length > data.Length)
            {
                context.Submit(new Artifact($"{reading.Name}@size", artifact.Bytes.Slice(longer), artifact) { MayBeOpaque = IsStorage(reading.Name) });
            }
        }

        if (reading.IsPlain)
        {
            pickles.Ask(reading.Entry.Name, bytes);
        }

        Submit(reading, bytes);
    }

    /// <summary>Inflates and submits; false when more than <paramref name="cap"/> bytes come out, and nothing was submitted.</summary>
    private bool Compressed(ZipReading reading, long cap)
    {
        ZipHeader header = reading.Header;
        ByteRange data = new ByteRange(reading.Offset, Math.Max(0, header.Packed)).ClampTo(artifact.Bytes.Length);
        if (ZipMethods.Codec(header.Method) is not { } kind)
        {
            context.Cover(data, CoverageKind.Data);
            if (header.Method == Aes)
            {
                MemberNotes.TellEncrypted(context, data, $"\"{reading.Name}\" is encrypted.");
            }
            else
            {
                context.Unread(
                    UnreadCause.NotSupported, data.Offset, data.Length, $"\"{reading.Name}\" is compressed by method {header.Method}, which is not supported.");
            }

            Odd("zip.unsupported-method", reading, $"is compressed by method {header.Method}.");
            return true;
        }

        // Deflate says itself where it ends, so a length that lies does not matter; the others are bounded by the length.
        bool selfEnding = kind is CodecKind.Deflate or CodecKind.Deflate64;
        ByteRange range = selfEnding ? new ByteRange(reading.Offset, artifact.Bytes.Length - reading.Offset) : data;
        bool marked = (header.Flags & 2) != 0;
        InflatedSoFar soFar = Codec.InflateSoFar(
            kind, artifact.Bytes, range, context.Budget, context.Scratch, cap, marked ? -1 : Math.Max(-1, header.Size));
        IDisposable unpacked = context.Own(soFar.Result.Bytes);
        ByteSource bytes = MeteredSource.Of(soFar.Result.Bytes, context.Budget);
        bool clean = soFar is { Stop: null, Result.Error: null };
        bool isKept = clean && !soFar.Capped && reading.IsPlain && soFar.Result.Consumed == header.Packed && pickles.Ask(reading.Entry.Name, bytes);
        if (isKept)
        {
            pickles.Keep(reading.Entry, bytes);
        }

        using IDisposable? ended = isKept ? null : unpacked;
        if (soFar.Capped)
        {
            return false;
        }

        bool crc = clean && ContentChecksum.Crc32(bytes, context.Budget) == header.Crc;
        if (reading.IsEncrypted)
        {
            if (!crc && !(clean && bytes.Length == header.Size))
            {
                context.Cover(data, CoverageKind.Data);
                MemberNotes.TellEncrypted(context, data, $"\"{reading.Name}\" is encrypted.");
                return true;
            }

            Odd("zip.encrypted-flag-plaintext", reading, "is not encrypted although a header says so.");
        }

        context.Cover(data with { Length = Math.Min(data.Length, soFar.Stop is null ? soFar.Result.Consumed : data.Length) }, CoverageKind.Data);
        if (clean)
        {
            Sizes(reading, soFar.Result, crc, selfEnding);
        }

        MemberNotes.TellEnd(context, soFar, reading.Name, reading.Offset, data.Length);
        Submit(reading, bytes);
        if (soFar.Stop is { } stop && MemberNotes.IsFinal(stop, context.Budget))
        {
            throw stop;
        }

        return true;
    }

    private void Submit(ZipReading reading, ByteSource bytes)
    {
        // A directory that has content is no directory to a loader that asks for it by name.
        if (reading.Entry.IsDirectory && bytes.Length == 0)
        {
            return;
        }

        MemberNotes.TellLink(_oddities, reading.Name, reading.Entry.UnixMode, bytes);
        string? readAs = kinds.Select(k => k.ReadAs(reading.Entry.Name)).FirstOrDefault(f => f is not null);
        context.Submit(new Artifact(reading.Name, bytes, artifact, readAs) { MayBeOpaque = IsStorage(reading.Name), In = new BundlePlace(_bundle, reading.Entry.Name) });
    }

    private void Sizes(ZipReading reading, Inflated result, bool crc, bool selfEnding)
    {
        ZipHeader header = reading.Header;
        if (!crc)
        {
            Odd("zip.crc-mismatch", reading, "has another CRC-32 than its header says.");
        }

        if (selfEnding && header.Packed >= 0 && result.Consumed != header.Packed)
        {
            Odd("zip.packed-size", reading, $"ends after {result.Consumed} stored bytes and is said to end after {header.Packed}.");
        }

        if (header.Size >= 0 && result.Bytes.Length != header.Size)
        {
            Odd("zip.inflated-size", reading, $"holds {result.Bytes.Length} bytes and is said to hold {header.Size}.");
        }
    }

    /// <summary>Whether a stored member is read for its CRC: what is small, and what looks like a pickle; never large tensors.</summary>
    private bool Checked(ByteSource bytes)
    {
        if (bytes.Length <= CrcEach && _crcSpent + bytes.Length <= CrcTotal)
        {
            _crcSpent += bytes.Length;
            return true;
        }

        Span<byte> head = stackalloc byte[2];
        return bytes.Length <= CrcPickle && bytes.ReadAt(0, head) == 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5;
    }

    private void Odd(string code, ZipReading reading, string what) =>
        _oddities.Add(code, reading.Entry.Offset, 0, $"\"{reading.Name}\" {what}");

    /// <summary>One way to read a member.</summary>
    private readonly record struct ZipReading(string Name, ZipHeader Header, long Offset, int Flags, ZipEntry Entry)
    {
        /// <summary>Whether this is how the directory says that the member is read.</summary>
        public bool IsPlain => !IsEncrypted && Entry.Central is { } central && Header == central;

        public bool IsEncrypted => (Flags & (ZipHeader.Encrypted | ZipHeader.StrongEncryption)) != 0;
    }
}
