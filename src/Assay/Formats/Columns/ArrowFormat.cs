// Reads Arrow's files and streams: schemas with what they say of themselves; columns are stepped over.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.FlatBuffers;

namespace Assay.Formats.Columns;

/// <summary>
/// Arrow IPC, as file (also known as Feather 2) and as stream: messages of a FlatBuffer and a body each, in a file with a foot that repeats the schema. Readers run nothing but one thing: the extension type
/// <c>arrow.py_extension_type</c> is a pickle, which pyarrow before 14.0.1 loads whenever it reads a schema (CVE-2023-47248). Specification: "Arrow Columnar Format", <c>Message.fbs</c>, <c>Schema.fbs</c>, <c>File.fbs</c>.
/// </summary>
internal sealed class ArrowFormat : IFormat
{
    private const string PickledType = "arrow.py_extension_type";
    private const int SchemaMessage = 1;
    private const int MostTexts = 1_000;
    private static readonly Lazy<FlatSchema> s_schema = new(() => FlatSchema.Load("arrow-schema.tsv"));

    public string Id => "arrow";

    public string Name => "Arrow (Feather)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".arrow", ".feather"];

    public Claim? Probe(ProbeView view)
    {
        if (view.IsWhole && view.StartsWith("ARROW1\0\0"u8))
        {
            return new Claim(view.Range, ClaimStrength.Certain);
        }

        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < 32 || BinaryPrimitives.ReadUInt32LittleEndian(head) != uint.MaxValue || BinaryPrimitives.ReadInt32LittleEndian(head[4..]) is not (> 16 and var size) || size > view.Range.Length - 8)
        {
            return null;
        }

        try
        {
            FlatBuffer buffer = new(view.Artifact.Bytes, new ByteRange(view.Range.Offset + 8, size), view.Budget);
            FlatTable message = buffer.Table(buffer.Follow(0));
            return message.Fields is >= 3 and <= 5 && message.U8(1) == SchemaMessage && message.Table(2) is not null ? new Claim(view.Range, ClaimStrength.Likely) : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        bool isFile = context.Artifact.Bytes.ReadUpTo(range.Offset, 6).AsSpan().SequenceEqual("ARROW1"u8);
        int texts = 0;
        long messages = 0;
        long at = range.Offset + (isFile ? 8 : 0);
        context.Cover(new ByteRange(range.Offset, at - range.Offset), CoverageKind.Parsed);
        while (range.End - at >= 4)
        {
            context.Budget.SpendWork(WorkCosts.NearRead, at);
            byte[] head = context.Artifact.Bytes.ReadUpTo(at, 8);
            bool isMarked = BinaryPrimitives.ReadUInt32LittleEndian(head) == uint.MaxValue;
            long size = isMarked && head.Length == 8 ? BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4)) : BinaryPrimitives.ReadInt32LittleEndian(head);
            int prefix = isMarked ? 8 : 4;
            if (size == 0)
            {
                context.Cover(new ByteRange(at, Math.Min(prefix, range.End - at)), CoverageKind.Parsed);
                at += prefix;
                break;
            }

            if (size < 0 || size > range.End - at - prefix)
            {
                if (size < 0 || size > (1L << 30))
                {
                    context.Anomaly("arrow.count", at, prefix, string.Create(CultureInfo.InvariantCulture, $"A message declares {size} bytes; {range.End - at - prefix} are left."));
                }

                context.Unread(UnreadCause.Truncated, at, range.End - at, "A message is longer than the file.");
                return;
            }

            long body = Message(new ByteRange(at + prefix, size), context, ref texts);
            if (body < 0 || body > range.End - at - prefix - size)
            {
                if (body < 0 || body >> 50 != 0)
                {
                    context.Anomaly("arrow.count", at, prefix, string.Create(CultureInfo.InvariantCulture, $"The body of a message declares {body} bytes."));
                }

                context.Unread(UnreadCause.Truncated, at, range.End - at, "The body of a message is longer than the file.");
                return;
            }

            context.Cover(new ByteRange(at, prefix + size), CoverageKind.Parsed);
            context.Cover(new ByteRange(at + prefix + size, body), CoverageKind.Data);
            at += prefix + size + body;
            messages++;
        }

        if (isFile)
        {
            Foot(range, at, context, ref texts);
        }

        context.Meta("messages", messages.ToString(CultureInfo.InvariantCulture));
    }

    private static long Message(ByteRange range, ReadContext context, ref int texts)
    {
        FlatBuffer buffer = new(context.Artifact.Bytes, range, context.Budget);
        long root = buffer.Follow(0);
        Walk(buffer, "Message", root, context, ref texts);
        return (long)buffer.Table(root).U64(3);
    }

    /// <summary>The foot repeats the schema, and a reader of files takes that one.</summary>
    private static void Foot(ByteRange range, long at, ReadContext context, ref int texts)
    {
        byte[] end = context.Artifact.Bytes.ReadUpTo(Math.Max(range.Offset, range.End - 10), 10);
        long size = end.Length == 10 ? BinaryPrimitives.ReadInt32LittleEndian(end) : -1;
        if (!end.AsSpan(Math.Max(0, end.Length - 6)).SequenceEqual("ARROW1"u8) || size <= 0 || size > range.End - 10 - at)
        {
            context.Unread(UnreadCause.Truncated, at, range.End - at, "The foot of the file is not there.");
            return;
        }

        ByteRange foot = new(range.End - 10 - size, size);
        FlatBuffer buffer = new(context.Artifact.Bytes, foot, context.Budget);
        Walk(buffer, "Footer", buffer.Follow(0), context, ref texts);
        context.Cover(foot with { Length = size + 10 }, CoverageKind.Parsed);
    }

    private static void Walk(FlatBuffer buffer, string type, long root, ReadContext context, ref int texts)
    {
        int told = texts;
        FlatWalk walk = new(buffer, s_schema.Value, context.Budget)
        {
            OnTable = (name, table) =>
            {
                if (name != "KeyValue" || told++ >= MostTexts)
                {
                    return;
                }

                string key = table.Text(0, 256) ?? "";
                ByteRange value = table.Vector(1, 1).Range;
                string text = table.Text(1) ?? "";
                bool isPickle = context.Artifact.Bytes.ReadUpTo(value.Offset, 2) is [0x80, <= 5];
                if (key == "ARROW:extension:name" && text == PickledType)
                {
                    context.Anomaly("arrow.pickled-type", buffer.Absolute(table.At), 0, $"A column is of the type {PickledType}, which is a pickle.");
                }

                if (isPickle)
                {
                    context.Submit(new Artifact(key.Length is > 0 and < 100 ? key.Replace(':', '.') : "value", context.Artifact.Bytes.Slice(value), context.Artifact, "pickle") { IsLoaded = key == "ARROW:extension:metadata" });
                }
                else
                {
                    context.Add(new EntryFact { Path = context.Artifact.Path, Offset = buffer.Absolute(table.At), Source = "metadata", Key = key, Value = text, IsCut = text.Length < value.Length });
                }
            },
        };
        walk.Run(type, root);
        texts = told;
    }
}
