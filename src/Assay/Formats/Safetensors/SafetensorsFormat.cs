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

    private const string Extension = ".safetensors";

    /// <summary>The bytes of the length in front of the header.</summary>
    internal const int LengthSize = 8;

    public string Id => "safetensors";

    public string Name => "safetensors";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [Extension];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length <= LengthSize + 1)
        {
            return null;
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(head);
        bool isNamed = view.Artifact.Extension is Extension;
        if (head[LengthSize] != '{')
        {
            return isNamed ? Disguised(view, length) : null;
        }

        if (isNamed && head[LengthSize + 1] is (byte)'"' or (byte)'}')
        {
            return new Claim(view.Range, ClaimStrength.Likely);
        }

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

    /// <summary>
    /// A file that is called safetensors and whose header does not begin where readers look for it: behind a mark of Unicode or another prelude. One whose length fits and whose header is no JSON is
    /// broken for everybody.
    /// </summary>
    private static Claim? Disguised(ProbeView view, ulong length)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        int type = head.IndexOf("\"dtype\""u8);
        int brace = type < 0 || head.IndexOf("\"data_offsets\""u8) < 0 ? -1 : head[..type].IndexOf("{\""u8);
        if (brace > LengthSize && BinaryPrimitives.ReadUInt64LittleEndian(head[(brace - LengthSize)..]) is >= 2 and <= LongestHeader)
        {
            return new Claim(new ByteRange(view.Range.Offset + brace - LengthSize, view.Range.Length - (brace - LengthSize)), ClaimStrength.Likely);
        }

        // A header that is all there behind a length that lies far beyond any file.
        if (brace >= LengthSize && length > LongestHeader)
        {
            return new Claim(view.Range, ClaimStrength.Likely);
        }

        return length is >= 2 and <= LongestHeader && length <= (ulong)(view.Range.Length - LengthSize) ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        if (claim.Range.Offset > 0)
        {
            context.Anomaly("safetensors.prelude", 0, claim.Range.Offset, $"{claim.Range.Offset} bytes stand in front of the header.");
        }

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
