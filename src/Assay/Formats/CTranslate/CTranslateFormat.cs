// Reads models of CTranslate2: a name of the model's kind, and variables one after the other.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.CTranslate;

/// <summary>
/// CTranslate2 (<c>model.bin</c>, as faster-whisper and translators have it): a version, the name of a specification, its revision, and variables with name, shape, element type and bytes; aliases at the end.
/// Little-endian. Nothing of it is run; the loader makes room by the numbers in it. Specification: <c>python/ctranslate2/specs/model_spec.py</c> of releases 1 to 4.
/// </summary>
internal sealed class CTranslateFormat : IFormat
{
    private const int LatestVersion = 32;
    private const int LongestName = 1 << 12;
    private const int LongestKind = 96;
    private const int FirstNamed = 2;
    private const int FirstTyped = 4;
    private const int FirstAliased = 3;

    private readonly record struct Variable(string Name, ElementType? Type, IReadOnlyList<long> Shape, ByteRange Place);

    public string Id => "ctranslate2";

    public string Name => "CTranslate2";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < 16 || BitConverter.ToUInt32(head) is not (>= FirstNamed and <= LatestVersion))
        {
            return null;
        }

        int length = BitConverter.ToUInt16(head[4..]);
        if (length is < 5 or > LongestKind || head.Length < 6 + length || head[6 + length - 1] != 0)
        {
            return null;
        }

        ReadOnlySpan<byte> kind = head.Slice(6, length - 1);
        return kind.IndexOfAnyExceptInRange((byte)'.', (byte)'z') < 0 && (kind.EndsWith("Spec"u8) || kind.IndexOf("Spec"u8) >= 0) ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        List<Variable> variables = [];
        MalformedException? broken = null;
        try
        {
            uint version = cursor.U32();
            context.Meta("version", version.ToString(CultureInfo.InvariantCulture));
            context.Meta("kind", Text(cursor));
            context.Meta("revision", cursor.U32().ToString(CultureInfo.InvariantCulture));
            uint count = cursor.U32();
            if (count > cursor.Left)
            {
                context.Anomaly("ctranslate.count", cursor.Offset, 0, $"The model declares {count} variables, and {cursor.Left} bytes are left.");
                throw new MalformedException(cursor.Offset, "There are fewer variables than the model declares.");
            }

            for (uint i = 0; i < count; i++)
            {
                variables.Add(Read(cursor, version, context));
            }

            if (version >= FirstAliased && cursor.Left >= 4)
            {
                uint aliases = cursor.U32();
                for (uint i = 0; i < aliases && cursor.Left > 0; i++)
                {
                    Text(cursor);
                    Text(cursor);
                }
            }
        }
        catch (MalformedException e)
        {
            broken = e;
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - Math.Min(e.Offset, claim.Range.End), e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Data);
        }

        context.ReadTensors(Id, group =>
        {
            if (broken is not null)
            {
                throw broken;
            }

            foreach (Variable one in variables)
            {
                if (one.Type is { } type)
                {
                    group.Add(one.Name, TensorView.RowMajor(type, one.Shape), new TensorStorage("", context.Artifact.Bytes, one.Place));
                }
                else
                {
                    group.Problem(one.Name, "The type of its elements is not known.");
                }
            }
        });
    }

    private static Variable Read(ByteCursor cursor, uint version, ReadContext context)
    {
        long at = cursor.Offset;
        string name = Text(cursor);
        List<long> shape = [];
        for (int dimensions = cursor.U8(); dimensions > 0; dimensions--)
        {
            shape.Add(cursor.U32());
        }

        ElementType? type;
        long bytes;
        if (version >= FirstTyped)
        {
            type = cursor.U8() switch { 0 => ElementType.F32, 1 => ElementType.I8, 2 => ElementType.I16, 3 => ElementType.I32, 4 => ElementType.F16, 5 => ElementType.BF16, _ => null };
            bytes = cursor.U32();
        }
        else
        {
            int size = cursor.U8();
            type = size switch { 4 => ElementType.F32, 2 => ElementType.I16, 1 => ElementType.I8, _ => null };
            bytes = (long)cursor.U32() * size;
        }

        if (bytes > cursor.Left)
        {
            context.Anomaly("ctranslate.count", at, 0, $"A variable has {bytes} bytes, and {cursor.Left} are left.");
            throw new MalformedException(at, "A variable is longer than the file.");
        }

        if (type is { } known && (ArrayExtent.Of(shape, known.Size()) is not { Error: ExtentError.None } extent || extent.Bytes != bytes))
        {
            context.Anomaly("ctranslate.count", at, 0, $"A variable has {bytes} bytes, which its type and shape do not ask for.");
            type = null;
        }

        ByteRange place = new(cursor.Offset, bytes);
        cursor.Skip(bytes);
        return new Variable(name, type, shape, place);
    }

    /// <summary>A text with its length, with the zero at its end.</summary>
    private static string Text(ByteCursor cursor)
    {
        int length = cursor.U16();
        return length > LongestName ? throw new MalformedException(cursor.Offset, "A name is too long.") : Encoding.UTF8.GetString(cursor.Keep(length, LongestName)).TrimEnd('\0');
    }
}
