// Reads graphs of nearest neighbours as hnswlib keeps them, and as Chroma does in four files.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Hnsw;

/// <summary>
/// An index of hnswlib: numbers that say how large elements are, the elements of the lowest level (neighbours, vector, label), and the neighbours on higher levels. Chroma keeps the numbers behind a version in
/// <c>header.bin</c>, and the rest in files beside it. Whoever searches goes where the neighbours' numbers lead, without a look. Specification: <c>hnswlib/hnswalg.h</c>, <c>saveIndex</c>, <c>persistDirty</c>.
/// </summary>
internal sealed class HnswFormat : IFormat
{
    private const string Header = "header.bin";
    private const string Level0 = "data_level0.bin";

    private static readonly string[] s_beside = [Level0, "length.bin", "link_lists.bin"];

    public string Id => "hnsw";

    public string Name => "Index of hnswlib";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole)
        {
            return null;
        }

        string name = NameOf(view.Artifact);
        if (view.Range.Offset == 0 && s_beside.Contains(name))
        {
            return Beside(view.Artifact, view.Budget) is { } header ? new Claim(view.Range, ClaimStrength.Certain) { Parsed = (header, false, name) } : null;
        }

        byte[] head = view.Head.Span[..Math.Min(view.Head.Length, HnswHeader.Size + HnswHeader.VersionSize)].ToArray();
        bool isAlone = name == Header && view.Range.Length == HnswHeader.Size + HnswHeader.VersionSize && head is [1, 0, 0, 0, ..];
        return HnswHeader.Of(head.AsSpan(isAlone ? HnswHeader.VersionSize : 0)) is { } found ? new Claim(view.Range, ClaimStrength.Certain) { Parsed = (found, !isAlone, name) } : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        (HnswHeader header, bool isWhole, string name) = ((HnswHeader, bool, string))claim.Parsed!;
        context.Meta("elements", header.Elements.ToString(CultureInfo.InvariantCulture));
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (header.Entry >= header.Elements && header.Elements > 0)
        {
            Outside(claim.Range.Offset, $"The search of {header.Elements} elements begins at element {header.Entry}.", context);
        }

        if (isWhole)
        {
            long end = Elements(header, claim.Range.Offset + HnswHeader.Size, claim.Range.End, context);
            Higher(header, end, claim.Range.End, context);
        }
        else if (name == Level0)
        {
            Elements(header, claim.Range.Offset, claim.Range.End, context);
        }
    }

    private static string NameOf(Artifact artifact)
    {
        string name = artifact.In?.Name ?? artifact.Name;
        return name[(name.LastIndexOf('/') + 1)..];
    }

    /// <summary>The numbers of the index that a file is a part of.</summary>
    private static HnswHeader? Beside(Artifact artifact, ScanBudget budget)
    {
        if (artifact.In is not { } place)
        {
            return null;
        }

        budget.SpendWork(WorkCosts.NearRead);
        BundleOpening opening = place.Bundle.TryOpen(place.Name[..(place.Name.LastIndexOf('/') + 1)] + Header);
        using ByteSource? bytes = opening.Bytes;
        return bytes?.ReadUpTo(0, HnswHeader.Size + HnswHeader.VersionSize) is { Length: HnswHeader.Size + HnswHeader.VersionSize } head ? HnswHeader.Of(head.AsSpan(HnswHeader.VersionSize)) : null;
    }

    /// <summary>The neighbours of each element on the lowest level; gives where they end.</summary>
    private static long Elements(HnswHeader header, long at, long end, ReadContext context)
    {
        int links = (int)header.Data;
        byte[] row = new byte[links];
        for (long i = 0; i < header.Elements; i++, at += header.Stride)
        {
            context.Budget.SpendWork(WorkCosts.NearRead + links, at);
            if (header.Stride > end - at || context.Artifact.Bytes.ReadAt(at, row) < links)
            {
                context.Unread(UnreadCause.Truncated, at, 0, $"The index ends in element {i} of {header.Elements}.");
                return end;
            }

            if (Wrong(row, header) is { } wrong)
            {
                Outside(at, $"Element {i} of {header.Elements} {wrong}.", context);
                return end;
            }
        }

        return at;
    }

    /// <summary>The neighbours on higher levels: for each element their length, and so many lists.</summary>
    private static void Higher(HnswHeader header, long at, long end, ReadContext context)
    {
        long list = (header.Most * sizeof(uint)) + sizeof(uint);
        byte[] row = new byte[list];
        for (long i = 0; i < header.Elements && at < end; i++)
        {
            context.Budget.SpendWork(WorkCosts.NearRead, at);
            byte[] size = context.Artifact.Bytes.ReadUpTo(at, sizeof(uint));
            long length = size.Length == sizeof(uint) ? BitConverter.ToUInt32(size) : long.MaxValue;
            at += sizeof(uint);
            if (length > end - at || length % list != 0)
            {
                context.Unread(UnreadCause.Malformed, at, 0, $"The neighbours of element {i} do not fit.");
                return;
            }

            for (long from = at; from < at + length; from += list)
            {
                context.Budget.SpendWork(WorkCosts.NearRead + list, from);
                context.Artifact.Bytes.ReadAt(from, row);
                if (Wrong(row, header) is { } wrong)
                {
                    Outside(from, $"Element {i} of {header.Elements} {wrong}.", context);
                    return;
                }
            }

            at += length;
        }

        if (at < end)
        {
            context.Unread(UnreadCause.NotSupported, at, end - at, "Something stands behind the index.");
        }
    }

    /// <summary>What is wrong with a list: two bytes say how many there are, two are for marks, numbers follow.</summary>
    private static string? Wrong(ReadOnlySpan<byte> row, HnswHeader header)
    {
        int count = BitConverter.ToUInt16(row);
        if ((count + 1) * sizeof(uint) > row.Length)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has {count} neighbours, and there is room for {(row.Length / sizeof(uint)) - 1}");
        }

        for (int i = 1; i <= count; i++)
        {
            uint neighbour = BitConverter.ToUInt32(row[(i * sizeof(uint))..]);
            if (neighbour >= header.Elements)
            {
                return string.Create(CultureInfo.InvariantCulture, $"has the neighbour {neighbour}");
            }
        }

        return null;
    }

    private static void Outside(long at, string detail, ReadContext context) => context.Anomaly("state.index-outside", at, 0, detail);
}

/// <summary>The numbers at the beginning of an index.</summary>
/// <param name="Elements">How many elements there are.</param>
/// <param name="Stride">The bytes of an element.</param>
/// <param name="Data">Where the vector begins in it, behind the neighbours.</param>
/// <param name="Entry">The element at which a search begins.</param>
/// <param name="Most">How many neighbours an element has at most on higher levels.</param>
internal sealed record HnswHeader(long Elements, long Stride, long Data, long Entry, long Most)
{
    /// <summary>The bytes of the numbers.</summary>
    public const int Size = 96;

    /// <summary>The bytes of the version that Chroma writes before them.</summary>
    public const int VersionSize = 4;

    private const long MostNeighbours = 10_000;
    private const long Largest = 1 << 24;

    /// <summary>Reads them; null where they are those of something else.</summary>
    public static HnswHeader? Of(ReadOnlySpan<byte> head)
    {
        if (head.Length < Size)
        {
            return null;
        }

        long first = BitConverter.ToInt64(head);
        long room = BitConverter.ToInt64(head[8..]);
        long elements = BitConverter.ToInt64(head[16..]);
        long stride = BitConverter.ToInt64(head[24..]);
        long label = BitConverter.ToInt64(head[32..]);
        long data = BitConverter.ToInt64(head[40..]);
        long entry = BitConverter.ToUInt32(head[52..]);
        long most = BitConverter.ToInt64(head[56..]);
        long lowest = BitConverter.ToInt64(head[64..]);
        bool isOne = first == 0 && room > 0 && elements >= 0 && elements <= room && lowest is > 0 and <= MostNeighbours && most > 0 && most <= lowest && data == (lowest * sizeof(uint)) + sizeof(uint)
            && label > data && label <= Largest && stride == label + sizeof(long);
        return isOne ? new HnswHeader(elements, stride, data, entry, most) : null;
    }
}
