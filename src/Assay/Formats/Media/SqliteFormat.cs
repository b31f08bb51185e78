// Reads databases of SQLite as far as their schema says what happens when somebody opens them.
using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Media;

/// <summary>
/// A database of SQLite: studies of Optuna, tracking of MLflow, collections of documents. Its rows are data. Views and triggers of its schema run when a program reads or writes a table, and may call what reaches
/// out of it. Specification: sqlite.org/fileformat2.html; the schema is a table whose texts stand in the file as they were written.
/// </summary>
internal sealed class SqliteFormat : IFormat
{
    private const int HeaderSize = 100;
    private const int Window = 256 << 10;
    private const int Overlap = 512;
    private const int MostRead = 64 << 20;
    private const int MostTold = 8;

    /// <summary>Functions of SQLite and its shell that load libraries, write files or run programs.</summary>
    private static readonly SearchValues<string> s_acting = SearchValues.Create(["load_extension(", "writefile(", "fts3_tokenizer(", "edit(", "readfile("], StringComparison.OrdinalIgnoreCase);

    public string Id => "sqlite";

    public string Name => "SQLite database";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Head.Length >= HeaderSize && view.StartsWith("SQLite format 3\0"u8) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        byte[] head = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, HeaderSize);
        int page = BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(16)) is var size && size == 1 ? 65536 : size;
        long pages = BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(28));
        long end = page >= 512 && pages > 0 ? Math.Min(claim.Range.Length, page * pages) : claim.Range.Length;
        context.Cover(new ByteRange(claim.Range.Offset, HeaderSize), CoverageKind.Parsed);
        context.Cover(new ByteRange(claim.Range.Offset + HeaderSize, Math.Max(0, end - HeaderSize)), CoverageKind.Data);
        context.Meta("page size", page.ToString(System.Globalization.CultureInfo.InvariantCulture));
        context.Meta("pages", pages.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Schema(new ByteRange(claim.Range.Offset, Math.Min(end, MostRead)), context);
    }

    /// <summary>Looks for triggers and views that call what acts. A text of the schema is short, and seldom parted among pages.</summary>
    private static void Schema(ByteRange range, ReadContext context)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Window);
        try
        {
            int told = 0;
            for (long at = range.Offset; at < range.End && told < MostTold; at += Window - Overlap)
            {
                int got = context.Artifact.Bytes.ReadAt(at, bytes.AsSpan(0, (int)Math.Min(Window, range.End - at)));
                context.Budget.SpendWork(got, at);
                string text = Encoding.Latin1.GetString(bytes, 0, got);
                int found = text.AsSpan().IndexOfAny(s_acting);
                for (; found >= 0 && told < MostTold; found = Next(text, found + 1))
                {
                    int create = text.LastIndexOf("CREATE ", found, Math.Min(found + 1, 2048), StringComparison.OrdinalIgnoreCase);
                    string statement = create < 0 ? "" : text[create..Math.Min(text.Length, found + 80)];
                    if (statement.Contains("TRIGGER", StringComparison.OrdinalIgnoreCase) || statement.Contains("VIEW", StringComparison.OrdinalIgnoreCase))
                    {
                        told++;
                        context.Anomaly("sqlite.schema-acts", at + create, 0, $"The schema calls what reaches out of the database: {(statement.Length > 160 ? statement[..157] + "..." : statement)}");
                    }
                }

                if (got < Window)
                {
                    break;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static int Next(string text, int from) => text.AsSpan(from).IndexOfAny(s_acting) is >= 0 and int more ? from + more : -1;
}
