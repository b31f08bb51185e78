// Walks the blocks of a RAR archive, of version 4 or 5.
using System.Text;
using Assay.Bytes;

namespace Assay.Containers.Rar;

/// <summary>A file in a RAR archive.</summary>
/// <param name="Name">The name as stored.</param>
/// <param name="Offset">Where its header lies.</param>
/// <param name="Packed">Its packed data, cut at the end of the source.</param>
/// <param name="PackedSize">The declared length of its packed data.</param>
/// <param name="Size">The declared length of its content; -1 when it is not known.</param>
/// <param name="IsStored">Whether the packed data are the content.</param>
/// <param name="IsEncrypted">Whether the data are encrypted.</param>
/// <param name="IsSplit">Whether a part lies in another volume.</param>
/// <param name="Crc">The CRC-32 of the content, or null.</param>
/// <param name="Window">The length of the window that unpacking asks for.</param>
/// <param name="UnixMode">Its Unix mode, or 0.</param>
internal sealed record RarFile(
    string Name,
    long Offset,
    ByteRange Packed,
    long PackedSize,
    long Size,
    bool IsStored,
    bool IsEncrypted,
    bool IsSplit,
    uint? Crc,
    long Window,
    int UnixMode);

/// <summary>The blocks of a RAR archive. Headers are walked here, so that what they ask for is known before anything is unpacked.</summary>
internal abstract class RarArchive(ByteSource source, ByteRange window, ScanBudget budget, HeldMemory held)
{
    private MemberNames? _names;
    private readonly EntryCosts _costs = new(budget, held);
    private long _cost;

    public static ReadOnlySpan<byte> Signature4 => [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x00];

    public static ReadOnlySpan<byte> Signature5 => [0x52, 0x61, 0x72, 0x21, 0x1A, 0x07, 0x01, 0x00];

    public List<RarFile> Files { get; } = [];

    public List<ByteRange> Structures { get; } = [];

    public OddityLog Oddities { get; } = new();

    /// <summary>Whether the headers, and so all names, are encrypted.</summary>
    public bool IsHeaderEncrypted { get; protected set; }

    /// <summary>Whether the archive ended with its end block.</summary>
    public bool HasEnd { get; protected set; }

    /// <summary>Where the archive ends.</summary>
    public long End { get; protected set; }

    protected ByteSource Source { get; } = source;

    protected ByteRange Area { get; } = window;

    /// <summary>Walks the archive that starts where <paramref name="window"/> does. What follows a break is not walked.</summary>
    public static RarArchive Read(ByteSource source, ByteRange window, ScanBudget budget, HeldMemory? held = null)
    {
        held ??= new HeldMemory(budget);
        bool five = source.ReadUpTo(window.Offset, Signature5.Length).AsSpan().SequenceEqual(Signature5);
        RarArchive archive = five ? new Rar5Archive(source, window, budget, held) : new Rar4Archive(source, window, budget, held);
        long length = Math.Min(five ? Signature5.Length : Signature4.Length, window.Length);
        archive.Structures.Add(new ByteRange(window.Offset, length));
        archive.End = window.Offset + length;
        archive.Walk();
        return archive;
    }

    /// <summary>Reads the block at <see cref="End"/>, moves it behind the block and says whether another can follow.</summary>
    protected abstract bool Block();

    protected void Add(RarFile file)
    {
        _names ??= new MemberNames(Oddities);
        _cost += ScanBudget.EntryCost(file.Name.Length);
        if (_cost > budget.Limits.Entries)
        {
            throw ScanBudget.Spent("entries", budget.Limits.Entries, file.Offset);
        }

        _costs.Read(file.Name.Length, file.Offset);
        _costs.Keep(file.Name.Length);
        if (!_names.Add(file.Name, file.Offset))
        {
            Oddities.Add("rar.duplicate-name", file.Offset, 0, $"Several files are called \"{file.Name}\".");
        }

        Files.Add(file);
    }

    protected static string Text(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);

    private void Walk()
    {
        long before = -1;
        while (End > before && End < Area.End && !HasEnd && !IsHeaderEncrypted)
        {
            before = End;
            budget.Poll(End);
            if (!Block())
            {
                Oddities.Add("rar.broken-block", End, 0, "A block of the RAR archive is broken; nothing behind it was walked.");
                return;
            }
        }
    }
}
