// Reads Parquet: what its foot says of columns and of itself; columns are stepped over.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Columns;

/// <summary>
/// Parquet: pages of columns, and at the end a structure that describes them. Readers run nothing; but values of the structure's texts are taken on: a schema of Arrow with an extension type that is a pickle (CVE-2023-47248),
/// Avro's with the name of a Java class (CVE-2025-30065), and columns may lie in other files. Specification: <c>parquet.thrift</c>.
/// </summary>
internal sealed class ParquetFormat : IFormat
{
    private const int FootSize = 8;
    private const int MostTexts = 1_000;

    public string Id => "parquet";

    public string Name => "Parquet";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".parquet"];

    public Claim? Probe(ProbeView view) => view.IsWhole && (view.StartsWith("PAR1"u8) || view.StartsWith("PARE"u8)) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        byte[] foot = context.Artifact.Bytes.ReadUpTo(Math.Max(range.Offset, range.End - FootSize), FootSize);
        bool isEncrypted = foot.AsSpan(foot.Length - 4).SequenceEqual("PARE"u8);
        if (range.Length < FootSize + 4 || !(isEncrypted || foot.AsSpan(4).SequenceEqual("PAR1"u8)))
        {
            context.Cover(new ByteRange(range.Offset, 4), CoverageKind.Parsed);
            context.Unread(UnreadCause.Truncated, range.End, 0, "The end of the file is not there, and with it what describes the columns.");
            return;
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(foot);
        if (length > range.Length - FootSize - 4)
        {
            context.Anomaly("parquet.count", range.End - FootSize, 4, string.Create(CultureInfo.InvariantCulture, $"The description of the columns has {length} bytes, and the file {range.Length}."));
            throw new MalformedException(range.End - FootSize, "The description of the columns is longer than the file.");
        }

        context.Cover(new ByteRange(range.Offset, 4), CoverageKind.Parsed);
        ByteRange footer = new(range.End - FootSize - length, length);
        context.Cover(footer with { Length = length + FootSize }, CoverageKind.Parsed);
        if (isEncrypted)
        {
            context.Unread(UnreadCause.Encrypted, range.Offset, range.Length, "The columns are encrypted.");
            return;
        }

        Describe(footer, range, context);

        // Pages lie between the magic and the description; indices and filters of them as well.
        context.Cover(new ByteRange(range.Offset + 4, footer.Offset - range.Offset - 4), CoverageKind.Data);
    }

    private static void Describe(ByteRange footer, ByteRange range, ReadContext context)
    {
        string key = "";
        int texts = 0;
        long columns = 0;
        bool isOutside = false;
        ThriftReader reader = new(new ByteCursor(context.Artifact.Bytes, footer, context.Budget), context.Budget);
        reader.Read((path, text, number, offset) =>
        {
            switch (path)
            {
                case [2, 4]:
                    columns++;
                    break;
                case [3]:
                    context.Meta("rows", number.ToString(CultureInfo.InvariantCulture));
                    break;
                case [4, 1, 1] when text is { Length: > 0 }:
                    context.Refer("external-data", ThriftReader.Text(text), offset);
                    break;
                case [4, 1, 3, 9 or 10 or 11] or [4, 1, 2] or [4, 1, 3, 7]:
                    isOutside |= path is [_, _, _, 9 or 11] && (number < 0 || number > range.Length);
                    break;
                case [5, 1]:
                    key = ThriftReader.Text(text);
                    break;
                case [5, 2] when text is not null && texts++ < MostTexts:
                    Tell(key, text, offset, context);
                    break;
                case [6]:
                    context.Meta("created_by", ThriftReader.Text(text));
                    break;
            }
        });
        if (isOutside)
        {
            context.Anomaly("parquet.count", footer.Offset, 0, "A page of a column lies outside of the file.");
        }

        context.Meta("columns", columns.ToString(CultureInfo.InvariantCulture));
    }

    private static void Tell(string key, byte[] value, long offset, ReadContext context)
    {
        string text = Encoding.UTF8.GetString(value);
        bool isCut = text.Length > context.Limits.TextBytes;
        context.Add(new EntryFact { Path = context.Artifact.Path, Offset = offset, Source = "metadata", Key = key, Value = isCut ? text[..context.Limits.TextBytes] : text, IsCut = isCut });
        Configuration.ConfigurationText.Tell(key.Length is > 0 and < 100 ? key : "metadata", text, context);
        ProtobufPayloads.ExamineText(context, text, key.Length is > 0 and < 100 ? key : "metadata", offset);
        if (value.Length > 0 && (key is "pandas" || key.EndsWith("avro.schema", StringComparison.Ordinal)))
        {
            MemorySource schema = new(value);
            context.Own(schema);
            context.Submit(new Artifact($"{key}.json", schema, context.Artifact) { MayBeOpaque = true });
            AvroFormat.Classes(value, offset, context);
        }
    }
}
