// Reads safetensors: a header of JSON, checked as strictly as the reference reader does, and the tensors behind it.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Safetensors;

/// <summary>
/// safetensors: 64 bits little-endian with the length of the header, the header (a JSON object, at most 100 MB), and the tensors' bytes, which
/// cover the rest without hole or overlap. Specification: the format section of the safetensors README, and <c>safetensors/src/tensor.rs</c>.
/// Nothing of it is run. The reference reader refuses a file that breaks a rule; other readers take what they can, so what they would disagree
/// about is an anomaly and the rest is read. Bytes that belong to no tensor stay uncovered: something may be hidden there.
/// </summary>
internal sealed class SafetensorsFormat : IFormat
{
    /// <summary>The reference reader refuses a longer header.</summary>
    internal const long LongestHeader = 100_000_000;

    /// <summary>The bytes of the length in front of the header.</summary>
    internal const int LengthSize = 8;

    public string Id => "safetensors";

    public string Name => "safetensors";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".safetensors"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length <= LengthSize + 1 || head[LengthSize] != '{')
        {
            return null;
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        bool isTold = head.IndexOf("\"dtype\""u8) > 0 && head.IndexOf("\"data_offsets\""u8) > 0;
        if (length < 2 || (length > LongestHeader && length > (ulong)(view.Range.Length - LengthSize) && !isTold))
        {
            return null;
        }

        ReadOnlySpan<byte> rest = head[(LengthSize + 1)..].TrimStart(" \t\r\n"u8);
        return rest.IsEmpty || rest[0] is (byte)'"' or (byte)'}'
            ? new Claim(view.Range, length > LongestHeader ? ClaimStrength.Likely : ClaimStrength.Certain)
            : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        long length = (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes.ReadUpTo(claim.Range.Offset, LengthSize)), long.MaxValue / 4);
        SafetensorsHeader header = new(bytes, claim.Range, length, context);
        header.Read();
        header.Tell();
        foreach ((string key, string value) in header.Metadata)
        {
            context.Meta(key, value);
        }

        context.ReadTensors(Id, group =>
        {
            if (header.Violation is var (offset, what))
            {
                throw new MalformedException(offset, string.Create(CultureInfo.InvariantCulture, $"The header is broken: {what}"));
            }

            header.Fill(group);
        });
    }
}
