// Reads what R serialises: one object (RDS) or a workspace (RData).
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.R;

/// <summary>
/// R's serialisation, versions 2 and 3, in its three encodings: an object as <c>saveRDS</c> writes it, or a workspace as <c>save</c> does. Compression lies around
/// it and is another format. Specification: "R Internals", section 1.8, and <c>src/main/serialize.c</c> and <c>saveload.c</c> of R 4.4.
/// </summary>
internal sealed class RDataFormat : IFormat
{
    private const int Workspace = 5;
    private const int LargestVersion = 0x100000;
    private const int MostEncoding = 63;

    public string Id => "r-data";

    public string Name => "R serialised data";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".rds", ".rdata", ".rda"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (IsWorkspace(head))
        {
            return new Claim(view.Range, ClaimStrength.Certain);
        }

        if (head.StartsWith("X\n"u8) || (head.StartsWith("B\n"u8) && view.IsWhole))
        {
            bool big = head[0] == 'X';
            return head.Length >= 14 && Int(head[2..], big) is 2 or 3 && Int(head[6..], big) is > 0 and < LargestVersion && Int(head[10..], big) is > 0 and < LargestVersion
                ? new Claim(view.Range, ClaimStrength.Certain)
                : null;
        }

        return view.IsWhole && head.StartsWith("A\n"u8) && head.Length > 8 && head[2] is (byte)'2' or (byte)'3' && head[3] == '\n' && char.IsAsciiDigit((char)head[4])
            ? new Claim(view.Range, ClaimStrength.Likely)
            : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        try
        {
            Read(cursor, context);
        }
        catch (MalformedException e)
        {
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Parsed);
        }
    }

    private static void Read(ByteCursor cursor, ReadContext context)
    {
        bool workspace = cursor.Peek() == 'R';
        if (workspace && cursor.Take(Workspace)[3] == '1')
        {
            context.Unread(UnreadCause.NotSupported, cursor.Offset, cursor.Left, "Workspaces of R before 1.4 are not read.");
            return;
        }

        REncoding encoding = cursor.Take(2)[0] switch
        {
            (byte)'X' => REncoding.Xdr,
            (byte)'B' => REncoding.Native,
            (byte)'A' => REncoding.Text,
            _ => throw new MalformedException(cursor.Offset - 2, "The stream says of no encoding that it is in it."),
        };
        cursor.IsBigEndian = encoding == REncoding.Xdr;
        RStream header = new(cursor, encoding);
        int version = header.Int();
        int writer = header.Int();
        header.Int();
        if (version is not (2 or 3))
        {
            throw new MalformedException(cursor.Offset, string.Create(CultureInfo.InvariantCulture, $"There is no version {version} of the serialisation."));
        }

        if (version == 3)
        {
            int length = header.Int();
            context.Meta("encoding", header.String(length is >= 0 and <= MostEncoding ? length : throw new MalformedException(cursor.Offset, "The name of the encoding is too long."), MostEncoding));
        }

        context.Meta("version", string.Create(CultureInfo.InvariantCulture, $"{writer >> 16}.{(writer >> 8) & 0xFF}.{writer & 0xFF}"));
        RReader reader = new(context, cursor, encoding);
        try
        {
            reader.Read(workspace);
            if (encoding == REncoding.Text && cursor.Peek() == '\n')
            {
                cursor.U8();
            }
        }
        finally
        {
            Tell(reader, context);
        }
    }

    private static void Tell(RReader reader, ReadContext context)
    {
        reader.Calls.Tell();
        if (reader.Class.Length > 0)
        {
            context.Meta("class", reader.Class);
        }

        if (reader.Functions + reader.Calls.Count > 0)
        {
            context.Add(new CodeFact
            {
                Path = context.Artifact.Path,
                Language = "r",
                Summary = string.Create(CultureInfo.InvariantCulture, $"{reader.Functions} functions of R, {reader.Compiled} of them compiled, and expressions"),
                Names = reader.Calls.Names,
                Phase = "use",
            });
        }
    }

    private static bool IsWorkspace(ReadOnlySpan<byte> head) =>
        head.Length >= Workspace && head.StartsWith("RD"u8) && head[2] is (byte)'X' or (byte)'A' or (byte)'B' && head[3] is >= (byte)'1' and <= (byte)'3' && head[4] == '\n';

    private static int Int(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes);
}
