// Reads the part of Python's literals that array headers are written in, without evaluating anything.
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>What came of reading a literal: a value, or the first character that could not be accepted and why.</summary>
/// <param name="Value">The value, or null.</param>
/// <param name="ErrorAt">The index of the character that could not be accepted; -1 when there is a value.</param>
/// <param name="Error">One plain sentence, or null when there is a value.</param>
public readonly record struct PyLiteralResult(ValueShape? Value, int ErrorAt, string? Error);

/// <summary>
/// Reads dict, list, tuple, set, str, bytes, int (with Python 2's <c>L</c>), float, bool and None, as <c>ast.literal_eval</c>
/// would, and refuses everything else. Iterative; depth, items and digits are bounded.
/// </summary>
public static class PyLiteral
{
    /// <summary>Brackets that may be open at once; CPython's own tokenizer stops at 200.</summary>
    public const int MaxDepth = 200;

    /// <summary>Values that may be kept.</summary>
    public const int MaxValues = 200_000;

    /// <summary>Reads all of <paramref name="text"/> as one literal; blanks, newlines and comments around it are fine.</summary>
    public static PyLiteralResult Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        PyLiteralScanner scanner = new(text);
        Stack<Frame> open = new();
        ValueShape? value = null;
        int values = 0;
        while (true)
        {
            scanner.SkipBlanks();
            if (value is null)
            {
                if (scanner.AtEnd)
                {
                    return Fail(scanner.Position, "The literal ends early.");
                }

                char next = scanner.Current;
                if (next is '(' or '[' or '{')
                {
                    if (open.Count == MaxDepth)
                    {
                        return Fail(scanner.Position, $"More than {MaxDepth} brackets are open.");
                    }

                    open.Push(new Frame(next));
                    scanner.Position++;
                    continue;
                }

                if (open.Count > 0 && next == open.Peek().Close && open.Peek().MayClose)
                {
                    value = open.Pop().ToValue();
                    scanner.Position++;
                    continue;
                }

                if (!scanner.TryReadAtom(out value, out string? why))
                {
                    return Fail(scanner.Position, why);
                }

                continue;
            }

            if (++values > MaxValues)
            {
                return Fail(scanner.Position, $"The literal holds more than {MaxValues} values.");
            }

            if (open.Count == 0)
            {
                return scanner.AtEnd ? new PyLiteralResult(value, -1, null) : Fail(scanner.Position, "Text follows the literal.");
            }

            Frame frame = open.Peek();
            char separator = scanner.AtEnd ? '\0' : scanner.Current;
            if (!frame.TryTake(value, separator))
            {
                return Fail(scanner.Position, $"'{frame.Close}', a comma or a colon is missing.");
            }

            value = separator == frame.Close ? open.Pop().ToValue() : null;
            scanner.Position++;
        }
    }

    private static PyLiteralResult Fail(int at, string why) => new(null, at, why);

    private sealed class Frame(char opening)
    {
        private readonly List<ValueShape> _items = [];
        private bool _comma;
        private bool _dict;
        private bool _afterKey;

        public char Close { get; } = opening switch { '(' => ')', '[' => ']', _ => '}' };

        public bool MayClose => !_afterKey;

        public bool TryTake(ValueShape value, char separator)
        {
            bool isKey = separator == ':';
            if (isKey ? opening != '{' || _afterKey || (_items.Count > 0 && !_dict) : separator != ',' && separator != Close)
            {
                return false;
            }

            // A set's element may not stand among a dict's pairs.
            if (!isKey && opening == '{' && _dict && !_afterKey)
            {
                return false;
            }

            _items.Add(value);
            _dict |= isKey;
            _afterKey = isKey;
            _comma |= separator == ',';
            return true;
        }

        public ValueShape ToValue()
        {
            if (opening == '(' && _items.Count == 1 && !_comma)
            {
                return _items[0];
            }

            ShapeKind kind = opening switch
            {
                '(' => ShapeKind.Tuple,
                '[' => ShapeKind.List,
                _ => _dict || _items.Count == 0 ? ShapeKind.Dict : ShapeKind.Set,
            };
            return new ValueShape(kind) { Items = _items, Count = _dict ? _items.Count / 2 : _items.Count };
        }
    }
}
