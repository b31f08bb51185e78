// Reads what can be known of TensorRT's engines: their head, the plugins that they name, and programs that lie in them.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Native;

namespace Assay.Formats.TensorRt;

/// <summary>
/// A plan or engine of TensorRT: compiled code for one kind of graphics processor in a format that NVIDIA does not publish. Known are the magic and the JSON that Ultralytics puts first. Engines name the plugins that they
/// need, which are native code; an engine that is compatible with other versions carries a runtime library (ELF) that TensorRT loads into the process. Programs for the graphics processor are ELF files as well, and no matter.
/// </summary>
internal sealed class TensorRtFormat : IFormat
{
    private const int Window = 1 << 20;
    private const int MostNames = 500;
    private const int MostLibraries = 16;

    private static readonly System.Buffers.SearchValues<byte> s_heads = System.Buffers.SearchValues.Create([0x7F, (byte)'M']);

    public string Id => "tensorrt";

    public string Name => "TensorRT engine";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".trt", ".engine", ".plan"];

    public Claim? Probe(ProbeView view)
    {
        if (IsPlan(view.Head.Span))
        {
            return new Claim(view.Range, ClaimStrength.Certain);
        }

        return view.IsWhole && Prefix(view.Head.Span) is > 0 and int prefix && IsPlan(view.Artifact.Bytes.ReadUpTo(view.Range.Offset + prefix, 4)) ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        int prefix = Prefix(context.Artifact.Bytes.ReadUpTo(range.Offset, 8));
        if (prefix > 0)
        {
            using ByteSource json = context.Artifact.Bytes.Slice(new ByteRange(range.Offset + 4, prefix - 4));
            context.Submit(new Artifact("metadata.json", json, context.Artifact) { MayBeOpaque = true });
            string text = Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(range.Offset + 4, Math.Min(prefix - 4, context.Limits.TextBytes)));
            context.Add(new EntryFact { Path = context.Artifact.Path, Offset = range.Offset + 4, Source = "metadata", Key = "metadata", Value = text });
        }

        context.Cover(range, CoverageKind.Data);
        SortedSet<string> plugins = new(StringComparer.Ordinal);
        List<long> libraries = [];
        byte[] buffer = new byte[(int)Math.Min(Window, range.Length)];
        const int overlap = 256;
        for (long at = range.Offset; at < range.End; at += Math.Max(1, buffer.Length - overlap))
        {
            // Holes of sparse files hold nothing.
            at = Math.Max(at, context.Artifact.Bytes.NextData(at));
            if (at >= range.End)
            {
                break;
            }

            context.Budget.SpendWork(buffer.Length / 2, at);
            int got = context.Artifact.Bytes.ReadAt(at, buffer.AsSpan(0, (int)Math.Min(buffer.Length, range.End - at)));
            Libraries(buffer.AsSpan(0, got), at, libraries, context);
            Plugins(buffer.AsSpan(0, got), plugins);
            if (at + got >= range.End)
            {
                break;
            }
        }

        context.Add(new CodeFact
        {
            Path = context.Artifact.Path, Offset = range.Offset, Length = range.Length, Language = "tensorrt", Summary = "compiled code for a graphics processor", Names = [.. plugins], Phase = "load",
        });
        foreach (long at in libraries.Distinct().Take(MostLibraries))
        {
            context.Anomaly("tensorrt.library", at, 0, "A library or program for a processor lies in the engine.");
            NativeHead.Submit(context, new ByteRange(at, range.End - at));
        }

        context.Meta("plugins", string.Join(", ", plugins.Take(64)));
    }

    private static void Libraries(ReadOnlySpan<byte> bytes, long start, List<long> libraries, ReadContext context)
    {
        for (int from = 0; from < bytes.Length && libraries.Count < MostLibraries;)
        {
            int next = bytes[from..].IndexOfAny(s_heads);
            if (next < 0)
            {
                break;
            }

            int at = from + next;
            from = at + 1;
            ReadOnlySpan<byte> head = bytes[at..];
            if ((head.StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F']) || head.StartsWith("MZ"u8)) && !libraries.Contains(start + at)
                && NativeHead.Of(head, (more, count) => context.Artifact.Bytes.ReadUpTo(start + at + more, count)) is not null)
            {
                libraries.Add(start + at);
            }
        }
    }

    /// <summary>Plugins of TensorRT end their names like this by custom.</summary>
    private static void Plugins(ReadOnlySpan<byte> bytes, SortedSet<string> names)
    {
        ReadOnlySpan<byte> mark = "_TRT"u8;
        for (int at = bytes.IndexOf(mark); at >= 0 && names.Count < MostNames;)
        {
            int begin = at;
            while (begin > 0 && at - begin < 128 && (char.IsAsciiLetterOrDigit((char)bytes[begin - 1]) || bytes[begin - 1] == '_'))
            {
                begin--;
            }

            if (at > begin)
            {
                names.Add(Encoding.ASCII.GetString(bytes[begin..(at + mark.Length)]));
            }

            int next = bytes[(at + 1)..].IndexOf(mark);
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    private static bool IsPlan(ReadOnlySpan<byte> bytes) => bytes.StartsWith("ptrt"u8) || bytes.StartsWith("ftrt"u8);

    private static int Prefix(ReadOnlySpan<byte> head) =>
        head.Length >= 8 && head[4] == '{' && System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(head) is > 2 and < 1 << 20 and uint length ? (int)length + 4 : 0;
}
