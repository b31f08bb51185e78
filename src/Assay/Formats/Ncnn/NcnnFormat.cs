// Reads ncnn's description of a net, as text and as numbers.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Ncnn;

/// <summary>
/// ncnn's <c>.param</c>: a magic number, how many layers and blobs there are, and a line for each layer with its type, name, inputs, outputs and parameters. A layer of another type than ncnn's own is native code that the
/// application registers. The binary form (<c>.param.bin</c>) has numbers in the same order. Specification: <i>param and model file structure</i> of ncnn's documentation, <c>src/net.cpp</c>.
/// </summary>
internal sealed class NcnnFormat : IFormat
{
    private const uint Magic = 7767517;
    private const int CustomBit = 0x100;
    private const int MostLayers = 1_000_000;

    public string Id => "ncnn";

    public string Name => "ncnn";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Head.Length < 12)
        {
            return null;
        }

        ReadOnlySpan<byte> text = view.Head.Span.TrimStart(" \t\r\n"u8);
        if (text.StartsWith("7767517"u8) && (text.Length == 7 || text[7] is (byte)'\n' or (byte)'\r' or (byte)' '))
        {
            return new Claim(view.Range, ClaimStrength.Certain);
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(view.Head.Span) == Magic ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        if (System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 4)) == Magic)
        {
            Numbers(claim.Range, context);
        }
        else
        {
            Lines(claim.Range, context);
        }
    }

    private static void Lines(ByteRange range, ReadContext context)
    {
        if (range.Length > context.Budget.Limits.Memory / 8)
        {
            throw ScanBudget.Spent("memory", context.Budget.Limits.Memory, range.Offset);
        }

        context.Budget.SpendWork(range.Length * 4, range.Offset);
        string[] lines = Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(range.Offset, (int)range.Length)).Split('\n');
        context.Cover(range, CoverageKind.Parsed);
        Dictionary<string, (long Count, long At)> types = new(StringComparer.Ordinal);
        long layers = -1;
        long blobs = -1;
        long seen = 0;
        long tops = 0;
        long at = range.Offset;
        int number = 0;
        foreach (string line in lines)
        {
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && words[0][0] != '#')
            {
                number++;
                if (number == 2)
                {
                    layers = Whole(words, 0);
                    blobs = Whole(words, 1);
                }
                else if (number > 2)
                {
                    // The loader reads as many layers as the net declares, and nothing behind them.
                    seen++;
                    if (seen > Math.Max(0, layers))
                    {
                        at += Encoding.UTF8.GetByteCount(line) + 1;
                        continue;
                    }

                    long inputs = Whole(words, 2);
                    long outputs = Whole(words, 3);
                    if (words.Length < 4 || inputs < 0 || outputs < 0 || inputs + outputs > words.Length - 4)
                    {
                        context.Anomaly("ncnn.layer", at, line.Length, "A layer has no type, name, inputs and outputs, or fewer of them than it says.");
                    }

                    if (Array.Exists(words, IsShortArray))
                    {
                        context.Anomaly("ncnn.layer", at, line.Length, "A parameter of a layer is an array of fewer numbers than it says.");
                    }

                    tops += Math.Max(0, outputs);
                    (long count, long first) = types.GetValueOrDefault(words[0], (0, at));
                    types[words[0].Length > 256 ? words[0][..256] : words[0]] = (count + 1, first);
                }
            }

            at += Encoding.UTF8.GetByteCount(line) + 1;
        }

        if (seen > layers && layers > 0)
        {
            context.Anomaly("ncnn.more-layers", range.Offset, 0, string.Create(CultureInfo.InvariantCulture, $"The net declares {layers} layers and has {seen}; loaders leave out the rest."));
        }

        if (layers > seen || layers <= 0 || blobs < tops)
        {
            context.Anomaly("ncnn.count", range.Offset, 0, string.Create(CultureInfo.InvariantCulture, $"The net declares {layers} layers and {blobs} blobs; it has {seen} and {tops}."));
        }

        foreach ((string type, (long count, long first)) in types)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = first, Name = type, Count = count });
        }

        context.Meta("layers", seen.ToString(CultureInfo.InvariantCulture));
    }

    private static void Numbers(ByteRange range, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, range, context.Budget);
        Dictionary<int, long> types = [];
        try
        {
            cursor.Skip(4);
            int layers = cursor.I32();
            int blobs = cursor.I32();
            if (layers is < 0 or > MostLayers || blobs is < 0 or > MostLayers || layers > cursor.Left / 12)
            {
                context.Anomaly("ncnn.count", range.Offset + 4, 8, string.Create(CultureInfo.InvariantCulture, $"The net declares {layers} layers and {blobs} blobs, which it has no room for."));
                throw new MalformedException(range.Offset + 4, "The net declares more layers than it has room for.");
            }

            for (int i = 0; i < layers; i++)
            {
                int type = cursor.I32();
                types[type] = types.GetValueOrDefault(type) + 1;
                int inputs = cursor.I32();
                int outputs = cursor.I32();
                for (long j = 0; j < Indices(inputs, cursor) + Indices(outputs, cursor); j++)
                {
                    int index = cursor.I32();
                    if (index < 0 || index >= blobs)
                    {
                        context.Anomaly("ncnn.index", cursor.Offset - 4, 4, string.Create(CultureInfo.InvariantCulture, $"A layer refers to the blob {index} of {blobs}."));
                    }
                }

                for (int key = cursor.I32(); key != -233; key = cursor.I32())
                {
                    if (key <= -23300)
                    {
                        int count = cursor.I32();
                        cursor.Skip(count < 0 ? long.MaxValue : 4L * count);
                    }
                    else
                    {
                        cursor.Skip(4);
                    }
                }
            }
        }
        catch (MalformedException e)
        {
            context.Unread(e.Offset >= range.End ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, range.End), 0, e.Message);
        }

        context.Cover(new ByteRange(range.Offset, cursor.Offset - range.Offset), CoverageKind.Parsed);
        foreach ((int type, long count) in types)
        {
            context.Add(new OperatorFact
            {
                Path = context.Artifact.Path, Offset = range.Offset, Domain = type >= CustomBit ? "custom" : "numbered", Name = type.ToString(CultureInfo.InvariantCulture), Count = count,
            });
        }

        static long Indices(int count, ByteCursor cursor) => count >= 0 && count <= cursor.Left / 4 ? count : throw new MalformedException(cursor.Offset, "A layer has more inputs than the file has room for.");
    }

    /// <summary>An array is a key below -23300, how many numbers it has, and the numbers.</summary>
    private static bool IsShortArray(string word) =>
        word.StartsWith("-233", StringComparison.Ordinal) && word.Split('=') is [_, var value] && value.Split(',') is var parts && (!int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count) || count < 0 || count > parts.Length - 1);

    private static long Whole(string[] words, int index) =>
        index < words.Length && long.TryParse(words[index], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value <= int.MaxValue ? value : -1;
}
