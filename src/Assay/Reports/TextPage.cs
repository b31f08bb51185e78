// A page of text of a certain width: wraps, indents, colours, and lets nothing unsafe through.
namespace Assay.Reports;

/// <summary>What a piece of text is, so that a page can colour it.</summary>
internal enum Ink
{
    Plain,
    Strong,
    Faint,
    Good,
    Unsure,
    Warning,
    Danger,
}

/// <summary>
/// A piece of text and its ink. <paramref name="Whole"/> text is never broken, because people copy it (a path).
/// </summary>
internal readonly record struct Piece(string Text, Ink Ink = Ink.Plain, bool Whole = false)
{
    public static implicit operator Piece(string text) => new(text);
}

/// <summary>
/// Writes lines of at most <c>width</c> columns. Every text is escaped here, so a colour code in the output is always ours.
/// </summary>
internal sealed class TextPage(TextWriter writer, int width, bool colour)
{
    /// <summary>A page for <paramref name="options"/>; prose in lines of more than 120 columns is hard to read.</summary>
    public static TextPage Of(TextWriter writer, TextReportOptions options) =>
        new(writer, Math.Clamp(options.Width, 40, 120), options.Colour);

    /// <summary>Columns.</summary>
    public int Width => width;

    /// <summary>An empty line.</summary>
    public void Blank() => writer.Write('\n');

    /// <summary>A line that is never wrapped; the pieces follow each other without a space.</summary>
    public void Line(int indent, params ReadOnlySpan<Piece> pieces)
    {
        Spaces(indent);
        foreach (Piece piece in pieces)
        {
            Write(Escape.Visible(piece.Text), piece.Ink);
        }

        writer.Write('\n');
    }

    /// <summary>
    /// Pieces behind a label, a space between them, wrapped at spaces. The text stands in column <paramref name="hang"/>, on
    /// the first line and on all others.
    /// </summary>
    public void Entry(int indent, Piece label, int hang, params ReadOnlySpan<Piece> pieces)
    {
        string name = Escape.Visible(label.Text);
        Spaces(indent);
        Write(name, label.Ink);
        int column = indent + TextWidth.Of(name);
        if (column < hang)
        {
            Spaces(hang - column);
            column = hang;
        }
        else if (column > hang)
        {
            NewLine(hang);
            column = hang;
        }

        bool first = true;
        foreach (Piece piece in pieces)
        {
            string text = Escape.Visible(piece.Text);
            foreach (string word in piece.Whole ? [text] : text.Split(' '))
            {
                column = Word(word, piece, column, hang, first);
                first = false;
            }
        }

        writer.Write('\n');
    }

    /// <summary>A label, a name that is never broken, and a text that is wrapped in the column <paramref name="hang"/>.</summary>
    public void Row(int indent, Piece label, int column, Piece name, int hang, string text)
    {
        string first = Escape.Visible(label.Text);
        Spaces(indent);
        Write(first, label.Ink);
        Spaces(Math.Max(1, column - indent - TextWidth.Of(first)));
        string second = Escape.Visible(name.Text);
        Write(second, name.Ink);
        int at = Math.Max(column, indent + TextWidth.Of(first) + 1) + TextWidth.Of(second);
        Spaces(Math.Max(0, hang - at));
        at = Math.Max(hang, at);
        bool isFirst = true;
        foreach (string word in Escape.Visible(text).Split(' '))
        {
            at = Word(word, new Piece(""), at, hang, isFirst);
            isFirst = false;
        }

        writer.Write('\n');
    }

    private int Word(string word, Piece piece, int column, int hang, bool first)
    {
        int size = TextWidth.Of(word);
        if (!first)
        {
            if (column + 1 + size <= width || column <= hang)
            {
                writer.Write(' ');
                column++;
            }
            else
            {
                NewLine(hang);
                column = hang;
            }
        }

        while (!piece.Whole && column + size > width && width - hang >= 20)
        {
            int fits = TextWidth.Fitting(word, width - column);
            Write(word[..fits], piece.Ink);
            word = word[fits..];
            size = TextWidth.Of(word);
            NewLine(hang);
            column = hang;
        }

        Write(word, piece.Ink);
        return column + size;
    }

    private void NewLine(int indent)
    {
        writer.Write('\n');
        Spaces(indent);
    }

    private void Spaces(int count)
    {
        for (int space = 0; space < count; space++)
        {
            writer.Write(' ');
        }
    }

    private void Write(string safe, Ink ink)
    {
        if (!colour || ink == Ink.Plain || safe.Length == 0)
        {
            writer.Write(safe);
            return;
        }

        writer.Write(ink switch
        {
            Ink.Strong => "\e[1m",
            Ink.Faint => "\e[2m",
            Ink.Good => "\e[32m",
            Ink.Unsure => "\e[36m",
            Ink.Warning => "\e[33m",
            _ => "\e[1;31m",
        });
        writer.Write(safe);
        writer.Write("\e[0m");
    }
}
