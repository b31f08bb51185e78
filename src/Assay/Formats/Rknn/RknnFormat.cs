// Reads RKNN: compiled code for Rockchip's processors, and the description behind it.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Rknn;

/// <summary>
/// RKNN: a magic, a version, the size of the compiled model, the model, and a description in JSON. The model is code of a neural processor, which its driver runs; nothing of it is interpreted here. There is no
/// public specification; the layout is that of released converters, versions 1 to 6.
/// </summary>
internal sealed class RknnFormat : IFormat
{
    private const int NewestVersion = 6;

    public string Id => "rknn";

    public string Name => "RKNN";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".rknn"];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.StartsWith("RKNN\0\0\0\0"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        ByteCursor cursor = new(context.Artifact.Bytes, range, context.Budget);
        try
        {
            cursor.Skip(8);
            ulong version = cursor.U64();
            ulong size = cursor.U64();
            context.Meta("version", version.ToString(CultureInfo.InvariantCulture));
            if (version is 0 or > NewestVersion)
            {
                throw new MalformedException(range.Offset + 8, "The version is not known.");
            }

            if (version > 1 && size > 0)
            {
                cursor.Skip(40);
            }

            if (size > (ulong)cursor.Left)
            {
                if (size >> 40 != 0)
                {
                    context.Anomaly("rknn.size", range.Offset + 16, 8, string.Create(CultureInfo.InvariantCulture, $"The model has {size} bytes, more than any file."));
                }

                throw new MalformedException(range.End, "The model is longer than the file.");
            }

            context.Cover(new ByteRange(range.Offset, cursor.Offset - range.Offset), CoverageKind.Parsed);
            context.Cover(new ByteRange(cursor.Offset, (long)size), CoverageKind.Data);
            cursor.Skip((long)size);
            ulong length = cursor.U64();
            if (length > (ulong)cursor.Left)
            {
                throw new MalformedException(range.End, "The description is longer than the file.");
            }

            context.Cover(new ByteRange(cursor.Offset - 8, 8 + (long)length), CoverageKind.Parsed);
            using ByteSource description = context.Artifact.Bytes.Slice(new ByteRange(cursor.Offset, (long)length));
            context.Submit(new Artifact("description.json", description, context.Artifact) { MayBeOpaque = true });
        }
        catch (MalformedException e)
        {
            context.Unread(e.Offset >= range.End ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, range.End), 0, e.Message);
        }

        context.Add(new CodeFact { Path = context.Artifact.Path, Offset = range.Offset, Length = range.Length, Language = "npu", Summary = "compiled code for a neural processor of Rockchip", Phase = "infer" });
    }
}
