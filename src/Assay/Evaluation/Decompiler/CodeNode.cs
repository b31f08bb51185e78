// Code that can be written on one line, or broken at its brackets.
namespace Assay.Evaluation.Decompiler;

/// <summary>
/// A stretch of code: pieces, and where it is a call or a container its items and a closing bracket. The depth of a tree is bounded by
/// <see cref="DecompilerLimits.Depth"/>, so walking it recursively is safe.
/// </summary>
internal sealed class CodeNode
{
    private const int Indent = 4;

    /// <summary>Plain items up to this width share a line: a thousand numbers need no thousand lines.</summary>
    private const int ShortItem = 12;
    private readonly List<CodePiece> _open;
    private readonly List<CodeNode> _items;
    private readonly string _close;
    private readonly bool _lonelyComma;
    private List<CodePiece> _parts = [];

    private CodeNode(List<CodePiece> open, List<CodeNode> items, string close, bool lonelyComma)
    {
        _open = open;
        _items = items;
        _close = close;
        _lonelyComma = lonelyComma && items.Count == 1;
        Width = _close.Length + (_lonelyComma ? 1 : 0) + Math.Max(0, 2 * (items.Count - 1));
        foreach (CodePiece piece in open)
        {
            Width += piece.Text.Length;
        }

        foreach (CodeNode item in items)
        {
            Width += item.Width;
        }
    }

    /// <summary>Characters on one line.</summary>
    public int Width { get; }

    public static CodeNode Text(string text, CodeInk ink = CodeInk.Plain) => new([new CodePiece(text, ink)], [], "", false);

    public static CodeNode Text(params ReadOnlySpan<CodePiece> pieces) => new([.. pieces], [], "", false);

    /// <summary>A literal that may also be written as one literal a line: Python joins them.</summary>
    public static CodeNode Literal(CodePiece whole, List<CodePiece> parts) => new([whole], [], "", false) { _parts = parts };

    /// <summary>Items in brackets; <paramref name="lonelyComma"/> says that one item alone needs a comma, as in a tuple.</summary>
    public static CodeNode Group(string open, List<CodeNode> items, string close, bool lonelyComma = false) =>
        new([new CodePiece(open)], items, close, lonelyComma);

    /// <summary>The same code behind <paramref name="head"/>, which is written on one line.</summary>
    public CodeNode Behind(CodeNode head, string between = "")
    {
        List<CodePiece> open = [];
        head.Flatten(open);
        if (between.Length > 0)
        {
            open.Add(new CodePiece(between));
        }

        open.AddRange(_open);
        return new CodeNode(open, _items, _close, _lonelyComma);
    }

    /// <summary>The same code behind a few words.</summary>
    public CodeNode Behind(params ReadOnlySpan<CodePiece> head) => Behind(Text(head));

    /// <summary>The code in lines of at most <paramref name="width"/> columns, as far as breaking at brackets allows.</summary>
    public List<CodeLine> Layout(int width)
    {
        List<CodeLine> lines = [new CodeLine(0, new List<CodePiece>())];
        Write(lines, 0, width);
        return lines;
    }

    private void Write(List<CodeLine> lines, int indent, int width, bool broken = false)
    {
        List<CodePiece> line = (List<CodePiece>)lines[^1].Pieces;
        if (_parts.Count > 0 && indent + Width > width)
        {
            line.Add(_parts[0]);
            lines.AddRange(_parts.Skip(1).Select(p => new CodeLine(indent, new List<CodePiece> { p })));
            return;
        }

        if (_items.Count == 0 || (!broken && indent + Width <= width))
        {
            Flatten(line);
            return;
        }

        line.AddRange(_open);
        if (_items.Count == 1 && !_lonelyComma && _items[0]._items.Count > 1)
        {
            // A lone container hugs the brackets around it.
            _items[0].Write(lines, indent, width, broken: true);
            ((List<CodePiece>)lines[^1].Pieces).Add(new CodePiece(_close));
            return;
        }

        int column = width;
        foreach (CodeNode item in _items)
        {
            column += item.Width + 2;
            if (item.Width <= ShortItem && item._items.Count == 0 && column <= width)
            {
                List<CodePiece> same = (List<CodePiece>)lines[^1].Pieces;
                same.Add(new CodePiece(" "));
                item.Flatten(same);
                same.Add(new CodePiece(","));
                continue;
            }

            column = item.Width <= ShortItem && item._items.Count == 0 ? indent + Indent + item.Width + 1 : width;
            lines.Add(new CodeLine(indent + Indent, new List<CodePiece>()));
            item.Write(lines, indent + Indent, width - 1);
            ((List<CodePiece>)lines[^1].Pieces).Add(new CodePiece(","));
        }

        lines.Add(new CodeLine(indent, new List<CodePiece> { new(_close) }));
    }

    private void Flatten(List<CodePiece> pieces)
    {
        pieces.AddRange(_open);
        for (int i = 0; i < _items.Count; i++)
        {
            if (i > 0)
            {
                pieces.Add(new CodePiece(", "));
            }

            _items[i].Flatten(pieces);
        }

        if (_lonelyComma)
        {
            pieces.Add(new CodePiece(","));
        }

        if (_close.Length > 0)
        {
            pieces.Add(new CodePiece(_close));
        }
    }
}
