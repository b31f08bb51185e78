// Cuts YAML into tokens: indentation, keys that are told by the colon behind them, flow and block.
using System.Runtime.InteropServices;
using Assay.Bytes;
using Assay.Formats.Texts;

namespace Assay.Formats.Yaml;

/// <summary>
/// Cuts YAML 1.1 into tokens, as PyYAML reads it, which is what loaders of models use. A key is told only by the colon behind it, so tokens wait until that
/// can no longer come: it must stand in the same line and within 1,024 characters. Specification: yaml.org/spec/1.1, with the leniencies of PyYAML.
/// </summary>
internal sealed partial class YamlScanner(TextDocument document, ScanBudget budget)
{
    /// <summary>Whether a value began with a sign that the language keeps for itself.</summary>
    public bool IsReserved { get; private set; }

    /// <summary>Maps and lists that may stand in each other.</summary>
    public const int MaxDepth = 256;

    private const int LongestKey = 1024;
    private const int TokenWork = 100;
    private readonly string _text = document.Text;
    private readonly Queue<YamlToken> _ready = new();
    private readonly List<YamlToken> _waiting = [];
    private readonly Stack<int> _indents = new();
    private readonly List<PossibleKey?> _keys = [null];
    private int _indent = -1;
    private int _at;
    private int _line;
    private int _lineStart;
    private int _taken;
    private int _flow;
    private int _possible;
    private bool _mayBeKey = true;
    private bool _isDone;

    private sealed record PossibleKey(int Token, bool IsRequired, int At, int Line, int Column);

    private int Column => _at - _lineStart;

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    /// <summary>The next token.</summary>
    /// <exception cref="MalformedException">The document breaks.</exception>
    public YamlToken Next()
    {
        while (_ready.Count == 0)
        {
            budget.SpendWork(TokenWork, _at);
            Fetch();
            Release();
        }

        return _ready.Dequeue();
    }

    /// <summary>The exception that a break is.</summary>
    public MalformedException Broken(string what, int at) => new(document.Offset(at), $"Line {document.Line(at)} is no YAML: {what}.");

    private MalformedException Broken(string what) => Broken(what, Math.Min(_at, _text.Length));

    private char Ahead(int count) => _at + count < _text.Length ? _text[_at + count] : '\0';

    private static bool IsBreak(char c) => c is '\n' or '\r' or '\x85' or '\u2028' or '\u2029';

    private bool IsBlankAt(int count) => _at + count >= _text.Length || Ahead(count) is ' ' or '\t' or '\0' || IsBreak(Ahead(count));

    /// <summary>Tokens before which no key token can be put any more are ready.</summary>
    private void Release()
    {
        Stale();
        int first = int.MaxValue;
        for (int level = 0; _possible > 0 && level < _keys.Count && first == int.MaxValue; level++)
        {
            first = _keys[level]?.Token ?? first;
        }

        int count = Math.Min(_waiting.Count, first - _taken);
        for (int i = 0; i < count; i++)
        {
            _ready.Enqueue(_waiting[i]);
        }

        _waiting.RemoveRange(0, count);
        _taken += count;
    }

    private void Add(YamlTokenKind kind, int length = 0)
    {
        _waiting.Add(new YamlToken(kind, _at, _at + length));
        _at += length;
    }

    private void Fetch()
    {
        if (_isDone)
        {
            Add(YamlTokenKind.StreamEnd);
            return;
        }

        ToNextToken();
        Stale();
        Unwind(Column);
        char c = Current;
        if (_at >= _text.Length || c is '\0')
        {
            Unwind(-1);
            Forget();

            // No colon can come any more, in the flows around this one either: what waits for one must not wait for ever.
            CollectionsMarshal.AsSpan(_keys).Clear();
            _possible = 0;
            _isDone = true;
            Add(YamlTokenKind.StreamEnd);
            return;
        }

        if (Column == 0 && _flow == 0)
        {
            if (c is '%')
            {
                FetchDirective();
                return;
            }

            if (c is '-' or '.' && Ahead(1) == c && Ahead(2) == c && IsBlankAt(3))
            {
                Unwind(-1);
                Forget();
                _mayBeKey = false;
                Add(c is '-' ? YamlTokenKind.DocumentStart : YamlTokenKind.DocumentEnd, 3);
                return;
            }
        }

        switch (c)
        {
            case '[':
                OpenFlow(YamlTokenKind.FlowSequenceStart);
                break;
            case '{':
                OpenFlow(YamlTokenKind.FlowMappingStart);
                break;
            case ']':
                CloseFlow(YamlTokenKind.FlowSequenceEnd);
                break;
            case '}':
                CloseFlow(YamlTokenKind.FlowMappingEnd);
                break;
            case ',' when _flow > 0:
                _mayBeKey = true;
                Forget();
                Add(YamlTokenKind.FlowEntry, 1);
                break;
            case '-' when IsBlankAt(1):
                FetchBlockEntry();
                break;
            case '?' when IsBlankAt(1):
                FetchKey();
                break;
            case ':' when IsValue():
                FetchValue();
                break;
            case '*':
                SaveKey();
                _mayBeKey = false;
                FetchName(YamlTokenKind.Alias);
                break;
            case '&':
                SaveKey();
                _mayBeKey = false;
                FetchName(YamlTokenKind.Anchor);
                break;
            case '!':
                SaveKey();
                _mayBeKey = false;
                FetchTag();
                break;
            case '|' or '>' when _flow == 0:
                _mayBeKey = true;
                Forget();
                FetchBlockScalar(c is '>');
                break;
            case '\'' or '"':
                SaveKey();
                _mayBeKey = false;
                FetchQuoted(c);
                break;
            case '%' or '@' or '`' or '\t' or '|' or '>' or ',':
                IsReserved = c is '@' or '`';
                throw Broken($"no value begins with '{(c is '\t' ? "a tab" : c.ToString())}'");
            default:
                SaveKey();
                _mayBeKey = false;
                FetchPlain();
                break;
        }
    }

    /// <summary>Whether a colon parts key and value: behind it stands a blank, or in a flow the next item; behind a quoted key or a bracket of a flow it may stand alone.</summary>
    private bool IsValue() => IsBlankAt(1) || (_flow > 0 && (Ahead(1) is ',' or '[' or ']' or '{' or '}' || (_keys[_flow] is not null && _at > 0 && _text[_at - 1] is '"' or '\'' or ']' or '}')));

    private void ToNextToken()
    {
        if (_at == 0 && Current is '\uFEFF')
        {
            _at = _lineStart = 1;
        }

        while (true)
        {
            while (Current is ' ' || (Current is '\t' && (_flow > 0 || !_mayBeKey || IsTabBeforeBreak())))
            {
                _at++;
            }

            if (Current is '#')
            {
                int end = _text.AsSpan(_at).IndexOfAny("\n\r\x85\u2028\u2029");
                _at = end < 0 ? _text.Length : _at + end;
            }

            if (!Break())
            {
                return;
            }

            if (_flow == 0)
            {
                _mayBeKey = true;
            }
        }
    }

    /// <summary>Whether only blanks stand from here to the end of the line.</summary>
    private bool IsTabBeforeBreak()
    {
        int at = _at;
        while (at < _text.Length && _text[at] is ' ' or '\t')
        {
            at++;
        }

        return at >= _text.Length || IsBreak(_text[at]) || _text[at] is '#';
    }

    /// <summary>Steps over the end of a line, where there is one.</summary>
    private bool Break()
    {
        if (_at >= _text.Length || !IsBreak(Current))
        {
            return false;
        }

        _at += Current is '\r' && Ahead(1) is '\n' ? 2 : 1;
        _line++;
        _lineStart = _at;
        return true;
    }

    private void SaveKey()
    {
        bool isRequired = _flow == 0 && _indent == Column;
        if (_mayBeKey)
        {
            Forget();
            _keys[_flow] = new PossibleKey(_taken + _waiting.Count, isRequired, _at, _line, Column);
            _possible++;
        }
    }

    private void Forget() => Forget(_flow);

    private void Forget(int level)
    {
        if (_keys[level] is not { } key)
        {
            return;
        }

        if (key.IsRequired)
        {
            throw Broken("a colon is missing", key.At);
        }

        _keys[level] = null;
        _possible--;
    }

    private void Stale()
    {
        for (int level = 0; _possible > 0 && level < _keys.Count; level++)
        {
            if (_keys[level] is { } key && (key.Line != _line || _at - key.At > LongestKey))
            {
                Forget(level);
            }
        }
    }

    private bool Indent(int column)
    {
        if (_indent >= column)
        {
            return false;
        }

        if (_indents.Count >= MaxDepth)
        {
            throw Broken($"more than {MaxDepth} maps and lists stand in each other");
        }

        _indents.Push(_indent);
        _indent = column;
        return true;
    }

    private void Unwind(int column)
    {
        while (_flow == 0 && _indent > column)
        {
            _indent = _indents.Pop();
            Add(YamlTokenKind.BlockEnd);
        }
    }

    private void OpenFlow(YamlTokenKind kind)
    {
        SaveKey();
        if (++_flow > MaxDepth)
        {
            throw Broken($"more than {MaxDepth} maps and lists stand in each other");
        }

        _keys.Add(null);
        _mayBeKey = true;
        Add(kind, 1);
    }

    private void CloseFlow(YamlTokenKind kind)
    {
        Forget();
        if (_flow == 0)
        {
            throw Broken("a bracket closes that was not opened");
        }

        _keys.RemoveAt(_flow--);
        _mayBeKey = false;
        Add(kind, 1);
    }

    private void FetchBlockEntry()
    {
        if (_flow == 0)
        {
            if (!_mayBeKey)
            {
                throw Broken("an item of a list may not stand here");
            }

            if (Indent(Column))
            {
                Add(YamlTokenKind.BlockSequenceStart);
            }
        }

        _mayBeKey = true;
        Forget();
        Add(YamlTokenKind.BlockEntry, 1);
    }

    private void FetchKey()
    {
        if (_flow == 0)
        {
            if (!_mayBeKey)
            {
                throw Broken("a key may not stand here");
            }

            if (Indent(Column))
            {
                Add(YamlTokenKind.BlockMappingStart);
            }
        }

        _mayBeKey = _flow == 0;
        Forget();
        Add(YamlTokenKind.Key, 1);
    }

    private void FetchValue()
    {
        if (_keys[_flow] is { } key)
        {
            _keys[_flow] = null;
            _possible--;
            int place = key.Token - _taken;
            _waiting.Insert(place, new YamlToken(YamlTokenKind.Key, key.At, key.At));
            if (_flow == 0 && Indent(key.Column))
            {
                _waiting.Insert(place, new YamlToken(YamlTokenKind.BlockMappingStart, key.At, key.At));
            }

            _mayBeKey = false;
        }
        else
        {
            if (_flow == 0 && !_mayBeKey)
            {
                throw Broken("a value may not stand here");
            }

            if (_flow == 0 && Indent(Column))
            {
                Add(YamlTokenKind.BlockMappingStart);
            }

            _mayBeKey = _flow == 0;
            Forget();
        }

        Add(YamlTokenKind.Value, 1);
    }
}
