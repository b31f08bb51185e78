// Reads MATLAB files of version 5: arrays, and what is none.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Formats.Matlab;

/// <summary>
/// A MAT-file of level 5, which MATLAB 5 to 7 and SciPy write: 128 bytes of header, then variables, each compressed by itself or not. SciPy runs nothing of it. In MATLAB
/// an object runs its class' <c>loadobj</c>, and what a Java object becomes is Java's to say; these and function handles are told. Files of version 7.3 are HDF5.
/// Specification: MAT-File Format (MathWorks).
/// </summary>
internal sealed class MatlabFormat : IFormat
{
    private const int Header = 128;

    public string Id => "matlab";

    public string Name => "MATLAB (level 5)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".mat"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < Header)
            return null;

        // The mark of the byte order, and version 1: in the order that the mark tells.
        bool isLittle = head[126..128].SequenceEqual("IM"u8);
        bool isBig = head[126..128].SequenceEqual("MI"u8);
        bool isOne = isLittle ? head[125] is 1 or 2 : head[124] is 1 or 2;
        bool isText = head[..4].IndexOf((byte)0) < 0;
        return (isLittle || isBig) && isOne && isText ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        byte[] head = bytes.ReadUpTo(claim.Range.Offset, Header);
        bool isBig = head[126] == 'M';
        if ((isBig ? head[124] : head[125]) == 2)
        {
            // The header of version 7.3 stands in front of HDF5, which is read as that.
            context.Cover(new ByteRange(claim.Range.Offset, Header), CoverageKind.Parsed);
            return;
        }

        context.Cover(new ByteRange(claim.Range.Offset, Header), CoverageKind.Parsed);
        context.Meta("header", Encoding.Latin1.GetString(head, 0, 116).TrimEnd('\0', ' '));
        MatlabContents contents = new(context);
        long at = claim.Range.Offset + Header;
        try
        {
            while (at + 8 <= claim.Range.End)
                at = Variable(bytes, at, claim.Range.End, isBig, contents, context);

            if (at < claim.Range.End)
                context.Unread(UnreadCause.Truncated, at, claim.Range.End - at, "A variable ends too early.");
        }
        catch (MalformedException e)
        {
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        contents.Tell();
        context.ReadTensors(Id, contents.Fill);
    }

    private static long Variable(ByteSource bytes, long at, long end, bool isBig, MatlabContents contents, ReadContext context)
    {
        context.Budget.Poll(at);
        byte[] tag = bytes.ReadUpTo(at, 8);
        uint type = isBig ? BinaryPrimitives.ReadUInt32BigEndian(tag) : BinaryPrimitives.ReadUInt32LittleEndian(tag);
        long size = isBig ? BinaryPrimitives.ReadUInt32BigEndian(tag.AsSpan(4)) : BinaryPrimitives.ReadUInt32LittleEndian(tag.AsSpan(4));
        ByteRange data = new(at + 8, Math.Min(size, end - at - 8));
        if (size > data.Length)
        {
            context.Anomaly("matlab.declares-more", at, 0, "A variable reaches beyond the end of the file.");
            context.Unread(UnreadCause.Truncated, at, 0, string.Create(CultureInfo.InvariantCulture, $"A variable is {size - data.Length} bytes shorter than it says."));
        }

        context.Cover(new ByteRange(at, 8), CoverageKind.Parsed);
        switch (type)
        {
            case MatlabTypes.Compressed:
                context.Cover(data, CoverageKind.Data);
                Inflated inflated = Codec.Inflate(CodecKind.Zlib, bytes, data, context.Budget, context.Scratch);
                context.Own(inflated.Bytes);
                if (inflated.Error is { } error && !inflated.OnlyChecksum)
                    context.Unread(inflated.Truncated ? UnreadCause.Truncated : UnreadCause.Malformed, at, data.Length, $"A variable cannot be unpacked: {error}");

                if (inflated.Bytes.Length >= 8)
                    contents.Matrix(inflated.Bytes, new ByteRange(0, inflated.Bytes.Length), isBig, null, at);

                break;
            case MatlabTypes.Matrix:
                contents.Matrix(bytes, new ByteRange(at, data.End - at), isBig, context, at);
                break;
            default:
                // Numbers and texts without a variable around them: the data of subsystems in old files.
                context.Cover(data, CoverageKind.Data);
                break;
        }

        long next = data.End;
        return type == MatlabTypes.Compressed ? next : Math.Min(end, next + ((8 - ((next - at) % 8)) % 8));
    }
}

/// <summary>The numbers of types and classes of MAT-files.</summary>
internal static class MatlabTypes
{
    public const uint Matrix = 14;
    public const uint Compressed = 15;
    public const int Cell = 1;
    public const int Struct = 2;
    public const int Object = 3;
    public const int Char = 4;
    public const int Sparse = 5;
    public const int FirstNumber = 6;
    public const int LastNumber = 15;
    public const int Function = 16;
    public const int Opaque = 17;
}
