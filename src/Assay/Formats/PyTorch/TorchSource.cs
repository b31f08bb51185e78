// Source that an archive of PyTorch carries, parsed within its means.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Python.Syntax;

namespace Assay.Formats.PyTorch;

/// <summary>Parses source in archives of PyTorch.</summary>
internal static class TorchSource
{
    private const int WorkPerByte = 100;
    private const int HeldPerByte = 48;

    /// <summary>Parses the source in a range, pays for it while it is held, and accounts for the range.</summary>
    /// <param name="range">The source.</param>
    /// <param name="context">The reading.</param>
    /// <param name="longest">So many bytes are parsed at most; longer source is an unread.</param>
    /// <param name="decode">Makes text of the bytes.</param>
    /// <param name="tell">Takes the tree.</param>
    public static void Read(ByteRange range, ReadContext context, int longest, Func<byte[], SourceText> decode, Action<SyntaxTree> tell)
    {
        context.Cover(range, CoverageKind.Parsed);
        if (range.Length > longest)
        {
            context.Unread(UnreadCause.Limit, range.Offset, range.Length, $"The source is longer than {longest >> 20} MB.");
            return;
        }

        context.Budget.SpendWork(WorkPerByte * range.Length, range.Offset);
        context.Budget.Hold(HeldPerByte * range.Length, range.Offset);
        try
        {
            tell(PythonParser.Parse(decode(context.Artifact.Bytes.ReadUpTo(range.Offset, (int)range.Length)), context.Budget));
        }
        finally
        {
            context.Budget.Release(HeldPerByte * range.Length);
        }
    }
}
