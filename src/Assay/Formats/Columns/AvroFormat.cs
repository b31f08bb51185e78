// Reads Avro's container files: the schema and other texts in the head; blocks are stepped over.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Columns;

/// <summary>
/// Avro's object container: a magic, texts by name with the schema, a mark of 16 bytes, and blocks of rows that end with the mark. A schema may name a class of Java, which readers in Java make from texts of the file
/// (CVE-2024-47561). Specification: "Apache Avro Specification".
/// </summary>
internal sealed class AvroFormat : IFormat
{
    private const int MostTexts = 10_000;
    private const int MarkSize = 16;
    private static readonly string[] s_classKeys = ["\"java-class\"", "\"java-key-class\"", "\"java-element-class\""];

    public string Id => "avro";

    public string Name => "Avro";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".avro"];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.StartsWith("Obj\u0001"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget);
        long parsed = claim.Range.Offset;
        try
        {
            cursor.Skip(4);
            int texts = 0;
            for (long left = Number(cursor); left != 0; left = Number(cursor))
            {
                if (left < 0)
                {
                    left = -left;
                    Number(cursor);
                }

                for (; left > 0; left--)
                {
                    if (texts++ > MostTexts)
                    {
                        throw ScanBudget.Spent("entries", MostTexts, cursor.Offset);
                    }

                    string key = Encoding.UTF8.GetString(cursor.Bytes(Number(cursor)));
                    long at = cursor.Offset;
                    byte[] value = cursor.Bytes(Number(cursor));
                    Tell(key, value, at, context);
                }
            }

            byte[] mark = cursor.Bytes(MarkSize);
            long blocks = 0;
            for (; cursor.Left > 0; blocks++)
            {
                long rows = Number(cursor);
                long size = Number(cursor);
                if (rows < 0 || size < 0 || size > cursor.Left)
                {
                    if (rows < 0 || size < 0 || size >> 40 != 0)
                    {
                        context.Anomaly("avro.count", cursor.Offset, 0, string.Create(CultureInfo.InvariantCulture, $"A block declares {rows} rows in {size} bytes; {cursor.Left} bytes are left."));
                    }

                    cursor.Need(long.MaxValue);
                }

                context.Cover(new ByteRange(parsed, cursor.Offset - parsed), CoverageKind.Parsed);
                context.Cover(new ByteRange(cursor.Offset, size), CoverageKind.Data);
                cursor.Skip(size);
                parsed = cursor.Offset;
                if (!cursor.Bytes(MarkSize).AsSpan().SequenceEqual(mark))
                {
                    throw new MalformedException(parsed, "A block does not end with the mark of the file.");
                }
            }

            context.Meta("blocks", blocks.ToString(CultureInfo.InvariantCulture));
        }
        catch (MalformedException e)
        {
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, Math.Min(e.Offset, claim.Range.End), claim.Range.End - Math.Min(e.Offset, claim.Range.End), e.Message);
        }

        context.Cover(new ByteRange(parsed, cursor.Offset - parsed), CoverageKind.Parsed);
    }

    /// <summary>Tells the classes of Java that a schema asks for. Those of numbers and texts are what Avro's own tools write.</summary>
    public static void Classes(byte[] schema, long offset, ReadContext context)
    {
        string text = Encoding.UTF8.GetString(schema);
        foreach (string key in s_classKeys)
        {
            for (int at = text.IndexOf(key, StringComparison.Ordinal); at >= 0; at = text.IndexOf(key, at + 1, StringComparison.Ordinal))
            {
                int open = text.IndexOf('"', at + key.Length);
                int close = open < 0 ? -1 : text.IndexOf('"', open + 1);
                string name = close < 0 ? "" : text[(open + 1)..Math.Min(close, open + 257)];
                context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = offset + at, Domain = "java", Name = name, Attributes = [new OperatorAttribute("kind", "schema")] });
                if (!name.StartsWith("java.lang.", StringComparison.Ordinal) && !name.StartsWith("java.math.", StringComparison.Ordinal) && name is not ("java.net.URI" or "java.net.URL" or "java.io.File" or "java.util.ArrayList" or "java.util.HashMap" or "java.util.UUID")
                    || name is "java.lang.ProcessBuilder" or "java.lang.Runtime")
                {
                    context.Anomaly("avro.java-class", offset + at, key.Length, $"The schema asks for the class {(name.Length > 120 ? name[..120] : name)}.");
                }
            }
        }
    }

    private static void Tell(string key, byte[] value, long at, ReadContext context)
    {
        if (key.EndsWith(".schema", StringComparison.Ordinal))
        {
            MemorySource schema = new(value);
            context.Own(schema);
            context.Submit(new Artifact("schema.json", schema, context.Artifact) { MayBeOpaque = true });
            Classes(value, at, context);
            return;
        }

        string text = Encoding.UTF8.GetString(value.AsSpan(0, Math.Min(value.Length, context.Limits.TextBytes)));
        context.Meta(key, text);
        context.Add(new EntryFact { Path = context.Artifact.Path, Offset = at, Source = "metadata", Key = key, Value = text, IsCut = text.Length < value.Length });
    }

    private static long Number(ByteCursor cursor)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = cursor.U8();
            value |= (ulong)(next & 127) << shift;
            if (next < 128)
            {
                return (long)(value >> 1) ^ -(long)(value & 1);
            }
        }

        throw new MalformedException(cursor.Offset, "A number does not end.");
    }
}
