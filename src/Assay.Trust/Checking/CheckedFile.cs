// The parts of a file as the checker reads them: pickles one behind the other, members of a zip, arrays, tensors.
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Assay.Trust.Checking;

/// <summary>A part of a file: where it lies, what it is, and what a loader would do with it.</summary>
public sealed record CheckedPart
{
    /// <summary>The name of a member; empty for the file itself.</summary>
    public string Path { get; init; } = "";

    /// <summary><c>pickle</c>, <c>tensors</c>, <c>array</c>, or <c>data</c>: bytes that no loader runs.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Its bytes in the file or member: all of them are accounted for.</summary>
    public long Offset { get; init; }

    /// <summary>How many.</summary>
    public long Length { get; init; }

    /// <summary>Their SHA-256.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>What a loader would do, in order.</summary>
    public IReadOnlyList<CheckedEvent> Events { get; init; } = [];
}

/// <summary>Reads files of the few kinds that a certificate can be about. It shares no code with the rest of the program.</summary>
internal static class CheckedFile
{
    private const int MostMembers = 100_000;
    private const long MostBytes = 1L << 31;

    /// <summary>The parts of a file; <paramref name="format"/> is what it is.</summary>
    /// <exception cref="UncheckableException">It is of no kind that the checker reads, or is not as that kind is.</exception>
    public static IReadOnlyList<CheckedPart> Read(byte[] bytes, out string format)
    {
        format = bytes switch
        {
            [(byte)'P', (byte)'K', 3, 4, ..] => "zip",
            [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', ..] => "npy",
            [_, _, _, _, _, _, _, _, (byte)'{', _, ..] => "safetensors",
            _ => "pickle",
        };

        // Whoever hands the file to an unpickler all the same must come to no harm either.
        if (format != "pickle" && CheckedPickle.ImportsAnything(bytes))
        {
            throw new UncheckableException($"it is {format}, and a pickle as well");
        }

        return format switch
        {
            "zip" => Zip(bytes),
            "npy" => [Array(bytes)],
            "safetensors" => [Tensors(bytes)],
            _ => Pickles(bytes, ""),
        };
    }

    /// <summary>The bytes of a member, or of the file itself.</summary>
    public static byte[] Bytes(byte[] file, string path)
    {
        if (path.Length == 0)
        {
            return file;
        }

        using ZipArchive zip = new(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
        return Content(zip.GetEntry(path) ?? throw new UncheckableException($"there is no member {path}"));
    }

    private static List<CheckedPart> Pickles(byte[] bytes, string path)
    {
        List<CheckedPart> parts = [];
        int at = 0;
        do
        {
            (IReadOnlyList<CheckedEvent> events, int length) = CheckedPickle.Read(bytes.AsSpan(at));
            parts.Add(Part(path, "pickle", bytes, at, length) with { Events = events });
            at += length;
        }
        while (at < bytes.Length);

        return parts;
    }

    private static List<CheckedPart> Zip(byte[] bytes)
    {
        // One archive and nothing else: it begins with a member, and ends with the end of its directory.
        const int EndLength = 22;
        ReadOnlySpan<byte> end = bytes.AsSpan(Math.Max(0, bytes.Length - EndLength));
        if (end.Length != EndLength || !end.StartsWith("PK\x05\x06"u8))
        {
            throw new UncheckableException("something lies behind the archive");
        }

        CheckedZip.Read(bytes);

        List<CheckedPart> parts = [];
        try
        {
            using ZipArchive zip = new(new MemoryStream(bytes, writable: false), ZipArchiveMode.Read);
            if (zip.Entries.Count > MostMembers || zip.Entries.Select(e => e.FullName).Distinct().Count() != zip.Entries.Count || zip.Entries.Sum(e => e.Length) > MostBytes)
            {
                throw new UncheckableException("it has too many members, or two of one name");
            }

            foreach (ZipArchiveEntry entry in zip.Entries)
            {
                byte[] content = Content(entry);
                if (entry.FullName.EndsWith(".pkl", StringComparison.Ordinal) || LooksLikeAPickle(content))
                {
                    parts.AddRange(Pickles(content, entry.FullName));
                }
                else if (entry.FullName.EndsWith(".npy", StringComparison.Ordinal))
                {
                    parts.Add(Array(content) with { Path = entry.FullName });
                }
                else if (IsPlain(entry.FullName))
                {
                    parts.Add(Part(entry.FullName, "data", content, 0, content.Length));
                }
                else
                {
                    throw new UncheckableException($"the member {entry.FullName} is nothing that the checker knows");
                }
            }
        }
        catch (InvalidDataException)
        {
            throw new UncheckableException("the archive is broken");
        }

        return parts;
    }

    /// <summary>The storages of PyTorch and the small texts beside them, which no loader runs.</summary>
    private static bool IsPlain(string name)
    {
        string inside = name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..];
        return inside is "version" or "byteorder" or ".data/serialization_id" or ".format_version" or ".storage_alignment"
            || (inside.StartsWith("data/", StringComparison.Ordinal) && inside.Length > 5 && inside[5..].All(char.IsAsciiDigit));
    }

    private static bool LooksLikeAPickle(byte[] content)
    {
        if (content is not [0x80, >= 1 and <= 5, ..])
        {
            return false;
        }

        try
        {
            CheckedPickle.Read(content);
            return true;
        }
        catch (UncheckableException)
        {
            return false;
        }
    }

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        byte[] content = new byte[entry.Length];
        int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return read == content.Length && stream.ReadByte() < 0 ? content : throw new UncheckableException($"the member {entry.FullName} is not as long as it says");
    }

    /// <summary>An array of NumPy whose elements are numbers: a header, and as many bytes as it says.</summary>
    private static CheckedPart Array(byte[] bytes)
    {
        int header = bytes.Length > 12 && bytes[6] is 1 ? 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8)) : bytes.Length > 12 ? (int)Math.Min(int.MaxValue, 12L + BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8))) : int.MaxValue;
        if (header > bytes.Length)
        {
            throw new UncheckableException("the array has no header");
        }

        string text = Encoding.Latin1.GetString(bytes, bytes[6] is 1 ? 10 : 12, header - (bytes[6] is 1 ? 10 : 12)).TrimEnd();
        (string type, string shape) = (Between(text, "'descr': '", "'"), Between(text, "'shape': (", ")"));
        if (type is not ['<' or '>' or '|' or '=', 'b' or 'i' or 'u' or 'f' or 'c', ..] || !int.TryParse(type.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int size))
        {
            throw new UncheckableException("the elements of the array are no numbers");
        }

        Int128 length = size;
        foreach (string number in shape.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            length = long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count) && length < MostBytes ? length * count : throw new UncheckableException("the shape of the array is none");
        }

        return length == bytes.Length - header ? Part("", "array", bytes, 0, bytes.Length) : throw new UncheckableException("the array is not as long as its header says");
    }

    /// <summary>A file of safetensors: a header in JSON, and tensors one behind the other without a gap.</summary>
    private static CheckedPart Tensors(byte[] bytes)
    {
        ulong header = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (header > (ulong)(bytes.Length - 8))
        {
            throw new UncheckableException("the header is longer than the file");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes.AsMemory(8, (int)header), new JsonDocumentOptions { AllowDuplicateProperties = false });
            List<(long From, long To)> places = [.. document.RootElement.EnumerateObject().Where(p => p.Name != "__metadata__")
                .Select(p => p.Value.GetProperty("data_offsets")).Select(o => (o[0].GetInt64(), o[1].GetInt64())).Order()];
            long at = 0;
            foreach ((long from, long to) in places)
            {
                at = from == at && to >= from ? to : throw new UncheckableException("the tensors do not lie one behind the other");
            }

            return at == bytes.Length - 8 - (long)header ? Part("", "tensors", bytes, 0, bytes.Length) : throw new UncheckableException("something lies behind the tensors");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            throw new UncheckableException("the header is broken");
        }
    }

    private static string Between(string text, string from, string to)
    {
        int start = text.IndexOf(from, StringComparison.Ordinal);
        int end = start < 0 ? -1 : text.IndexOf(to, start + from.Length, StringComparison.Ordinal);
        return end < 0 || text.IndexOf(from, start + 1, StringComparison.Ordinal) >= 0 ? throw new UncheckableException("the header of the array is not as NumPy writes it") : text[(start + from.Length)..end];
    }

    private static CheckedPart Part(string path, string kind, byte[] bytes, int offset, int length) => new()
    {
        Path = path,
        Kind = kind,
        Offset = offset,
        Length = length,
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan(offset, length))),
    };
}
