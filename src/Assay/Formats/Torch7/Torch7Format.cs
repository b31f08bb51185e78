// Reads what Lua's Torch saved: tables, tensors, classes, and functions as byte code.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Torch7;

/// <summary>
/// Torch7 (<c>.t7</c>, <c>.net</c>): one object, in binary or in text. A function is byte code of Lua, which the loader hands to <c>loadstring</c>: byte code is not checked, and a forged
/// one takes over the process; an ordinary one runs when the model is used. Specification: <c>File.lua</c>, <c>Tensor.c</c> and <c>Storage.c</c> of torch7; numbers of 64 bits are those of 64-bit systems.
/// </summary>
internal sealed class Torch7Format : IFormat
{
    private const int MostItems = 1 << 24;
    private const int LongestClass = 128;

    public string Id => "torch7";

    public string Name => "Torch7";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".t7", ".th7"];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole)
        {
            return null;
        }

        ReadOnlySpan<byte> head = view.Head.Span;
        return IsBinary(head, view.Range.Length) || IsText(head) ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        bool isText = IsText(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, 64));
        Torch7Reader reader = new(new Torch7Tokens(new ByteCursor(context.Artifact.Bytes, claim.Range, context.Budget), isText), context);
        MalformedException? broken = null;
        try
        {
            reader.Read();
        }
        catch (MalformedException e)
        {
            broken = e;
            context.Unread(e.Offset >= claim.Range.End ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, claim.Range.End), claim.Range.End - Math.Min(e.Offset, claim.Range.End), e.Message);
        }
        finally
        {
            reader.Tell(claim.Range.Offset);
        }

        context.Meta("form", isText ? "text" : "binary");
        context.ReadTensors(Id, group =>
        {
            if (broken is not null)
            {
                throw broken;
            }

            reader.Fill(group);
        });
    }

    /// <summary>The first object has the number 1; what stands behind it is what its kind asks for.</summary>
    private static bool IsBinary(ReadOnlySpan<byte> head, long length)
    {
        if (head.Length < 12)
        {
            return false;
        }

        int kind = BinaryPrimitives.ReadInt32LittleEndian(head);
        int first = BinaryPrimitives.ReadInt32LittleEndian(head[4..]);
        int second = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        return kind switch
        {
            Torch7Reader.Function => first > 0 && first < length && IsCode(head[8..]),
            Torch7Reader.OldFunction or Torch7Reader.NewFunction => first is > 0 and <= MostItems && head.Length > 16 && IsCode(head[12..]),
            Torch7Reader.Table => first == 1 && head.Length >= 16 && second is > 0 and <= MostItems && BinaryPrimitives.ReadInt32LittleEndian(head[12..]) is >= 1 and <= 8,
            Torch7Reader.Object => first == 1 && second is > 2 and < LongestClass && head.Length >= 12 + second && IsClass(head.Slice(12, second)),
            _ => false,
        };
    }

    /// <summary>Byte code of Lua or LuaJIT.</summary>
    private static bool IsCode(ReadOnlySpan<byte> bytes) => bytes is [0x1B, (byte)'L', ..];

    private static bool IsClass(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("V 1"u8) || (name.Contains((byte)'.') && name.IndexOfAnyExceptInRange((byte)'.', (byte)'z') < 0);

    /// <summary>The text form: the same numbers, each in a line of its own.</summary>
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.Length < 12 || head[0] is not (>= (byte)'3' and <= (byte)'8' and not (byte)'5') || head[1] != '\n')
        {
            return false;
        }

        Span<Range> lines = stackalloc Range[5];
        int count = head[..Math.Min(head.Length, 256)].Split((byte)'\n') is var split ? Lines(split, lines) : 0;
        if (count < 4)
        {
            return false;
        }

        bool isNumber = int.TryParse(head[lines[2]], NumberStyles.None, CultureInfo.InvariantCulture, out int size);
        return isNumber && (head[0] == '6' ? head[lines[1]].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
            : head[lines[1]].SequenceEqual("1"u8) && (head[0] != '4' || (size is > 2 and < LongestClass && IsClass(head[lines[3]]))) && (head[0] != '3' || int.TryParse(head[lines[3]], out int next) && next is >= 1 and <= 8));
    }

    private static int Lines(MemoryExtensions.SpanSplitEnumerator<byte> split, Span<Range> lines)
    {
        int count = 0;
        foreach (Range line in split)
        {
            if (count == lines.Length)
            {
                break;
            }

            lines[count++] = line;
        }

        return count;
    }
}
