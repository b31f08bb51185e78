// Decompiled pickles as text.
using Assay.Bytes;
using Assay.Evaluation.Decompiler;
using Assay.Evaluation.Intents;
using Assay.Formats.Joblib;

namespace Assay.Reports;

/// <summary>Writes, as Python-like code, what a loader would do with pickles: in order, with offsets as comments.</summary>
public static class DecompiledText
{
    private const int NarrowestLine = 60;
    private const int WidestLine = 140;

    /// <summary>
    /// Writes every pickle in <paramref name="source"/>, one after the other. The bytes are read as pickle whatever they look like. The text
    /// is bounded, whatever the size of the source, and says what it leaves out; where a stream breaks, its last line says how.
    /// </summary>
    /// <exception cref="ScanStopException">A limit is spent; the text up to there is written.</exception>
    public static void Write(ByteSource source, TextWriter writer, TextReportOptions options, ScanLimits? limits = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(options);
        TextPage page = TextPage.Of(writer, options);
        DecompilerLimits size = new() { Width = Math.Clamp(options.Width, NarrowestLine, WidestLine) };
        new PickleDecompiler(
            source, limits ?? new ScanLimits(), TimeProvider.System, size, line => Write(page, line), JoblibArrays.Instance, cancellation).Run();
    }

    private static void Write(TextPage page, CodeLine line)
    {
        Piece[] pieces = new Piece[line.Pieces.Count];
        for (int i = 0; i < pieces.Length; i++)
        {
            pieces[i] = new Piece(SecretWords.Mask(line.Pieces[i].Text), line.Pieces[i].Ink switch
            {
                CodeInk.Keyword => Ink.Strong,
                CodeInk.Literal => Ink.Good,
                CodeInk.Comment => Ink.Faint,
                CodeInk.Warning => Ink.Warning,
                _ => Ink.Plain,
            });
        }

        page.Line(line.Indent, pieces);
    }
}
