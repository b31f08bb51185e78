// Reads the header of a part of an ML.NET model.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.MlNet;

/// <summary>
/// <c>Model.key</c>: a header of 256 bytes, what the part's loader reads, a table of texts, the name of the assembly that has the loader, and the magic backwards. ML.NET finds the
/// loader by its signature, and loads the assembly where it is not there yet. Specification: <c>ModelHeader</c> of Microsoft.ML.Core.
/// </summary>
internal sealed class MlNetPartFormat : IFormat
{
    private const int HeaderSize = 256;
    private const int SignatureSize = 24;
    private const int LongestText = 64 << 10;
    private static readonly byte[] s_tail = "LEDOM\0LM"u8.ToArray();

    public string Id => "mlnet-part";

    public string Name => "ML.NET model part";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => view.StartsWith("ML\0MODEL"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        byte[] header = bytes.ReadUpTo(claim.Range.Offset, HeaderSize);
        if (header.Length < HeaderSize)
        {
            context.Unread(UnreadCause.Truncated, claim.Range.Offset, claim.Range.Length, "The header of a part ends too early.");
            return;
        }

        context.Cover(new ByteRange(claim.Range.Offset, HeaderSize), CoverageKind.Parsed);
        string loader = Text(header.AsSpan(80, SignatureSize));
        string alternative = Text(header.AsSpan(80 + SignatureSize, SignatureSize));
        string assembly = Wide(Part(header, 144, 152));
        string texts = Wide(Part(header, 48, 56));
        List<OperatorAttribute> attributes = [new("part", Text(header.AsSpan(64, 8)))];
        if (assembly.Length > 0)
        {
            attributes.Add(new OperatorAttribute("assembly", assembly));
        }

        context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Domain = "mlnet", Name = loader.Length > 0 ? loader : alternative, Attributes = attributes });
        if (texts.Length > 0)
        {
            context.Add(new EntryFact { Path = context.Artifact.Path, Offset = claim.Range.Offset, Source = "mlnet", Key = "texts", Value = texts.Length > 4096 ? texts[..4096] : texts, IsCut = texts.Length > 4096 });
        }

        long tail = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(128));
        long end = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(136));
        bool whole = tail >= HeaderSize && end == tail + s_tail.Length && end <= claim.Range.Length;
        if (!whole || !bytes.ReadUpTo(claim.Range.Offset + tail, s_tail.Length).AsSpan().SequenceEqual(s_tail))
        {
            Tell(end > claim.Range.Length ? "The part ends before its header says so." : "The end of the part is not where its header says.");
            return;
        }

        foreach ((int start, int length) in ((int, int)[])[(16, 24), (32, 40), (48, 56), (144, 152)])
        {
            long from = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(start));
            long size = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(length));
            if (size != 0 && (from < HeaderSize || size < 0 || from > tail || size > tail - from))
            {
                Tell("A range of the header leads out of the part.");
                return;
            }
        }

        context.Cover(claim.Range with { Length = end }, CoverageKind.Data);

        void Tell(string what)
        {
            context.Anomaly("mlnet.range-outside", claim.Range.Offset, HeaderSize, what);
            context.Unread(UnreadCause.Malformed, claim.Range.Offset, claim.Range.Length, what);
        }

        byte[] Part(byte[] of, int start, int length)
        {
            long from = BinaryPrimitives.ReadInt64LittleEndian(of.AsSpan(start));
            long size = BinaryPrimitives.ReadInt64LittleEndian(of.AsSpan(length));
            return from is >= HeaderSize && from <= claim.Range.Length && size > 0 ? bytes.ReadUpTo(claim.Range.Offset + from, (int)Math.Min(Math.Min(size, LongestText), claim.Range.Length - from)) : [];
        }
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes).TrimEnd('\0');

    private static string Wide(byte[] bytes) => Encoding.Unicode.GetString(bytes);
}
