// Follows characters as the opcodes of a pickle, as far as it takes to see whether something is imported and used.
namespace Assay.Detection.Capacity;

/// <summary>
/// Follows characters as opcodes from one place on. It knows how long each opcode is and what it does to the stack, and nothing more: enough to tell a
/// pickle from text that looks a little like one.
/// </summary>
internal ref struct PickleFormRun(ReadOnlySpan<char> text, bool imported)
{
    private const int MostItems = 64;

    // One character stands for what lies on the stack: a mark, a tuple, a dictionary, something else.
    private const char Mark = '(';
    private const char Tuple = 't';
    private const char Dict = 'd';
    private const char Other = '.';

    private readonly ReadOnlySpan<char> _text = text;
    private readonly List<char>? _stack = text.IsEmpty ? null : imported ? [Other] : [];
    private bool _imported = imported;
    private int _at;

    /// <summary>Whether the opcodes come to a use of something that they import.</summary>
    public bool ComesToUse(ref int steps)
    {
        while (_stack is not null && _at < _text.Length && _stack.Count < MostItems && steps-- > 0)
        {
            char op = _text[_at];
            if (!Skip(op) || !Step(op, out bool used))
                return false;

            if (used && _imported)
                return true;
        }

        return false;
    }

    /// <summary>Steps over the opcode and its argument; false where they are none.</summary>
    private bool Skip(char op)
    {
        _at++;
        return op switch
        {
            '(' or ')' or '.' or '0' or '1' or '2' or 'N' or 'Q' or 'R' or ']' or 'a' or 'b' or 'd' or 'e' or 'l' or 'o' or 's' or 't' or 'u' or '}'
                or '\u0081' or (>= '\u0085' and <= '\u0089') or (>= '\u008f' and <= '\u0094') or '\u0097' or '\u0098' => true,
            'K' or 'h' or 'q' or '\u0080' or '\u0082' => Skip(1),
            'M' or '\u0083' => Skip(2),
            'J' or 'j' or 'r' or '\u0084' => Skip(4),
            'G' or '\u0095' => Skip(8),
            'U' or 'C' or '\u008a' or '\u008c' => Counted(1),
            'T' or 'X' or 'B' or '\u008b' => Counted(4),
            '\u008d' or '\u008e' or '\u0096' => Counted(8),
            'F' or 'I' or 'L' or 'P' or 'S' or 'V' or 'g' or 'p' => Line(isName: false),
            'c' or 'i' => Line(isName: true) && Line(isName: true),
            _ => false,
        };
    }

    private bool Skip(int count)
    {
        _at += count;
        return _at <= _text.Length;
    }

    private bool Counted(int size)
    {
        if (size > _text.Length - _at)
            return false;

        long count = 0;
        for (int i = size - 1; i >= 0; i--)
        {
            if (_text[_at + i] > byte.MaxValue || count > int.MaxValue >> 8)
                return false;

            count = (count << 8) | _text[_at + i];
        }

        _at += size;
        return count <= _text.Length - _at && Skip((int)count);
    }

    private bool Line(bool isName)
    {
        int end = _text[_at..].IndexOf('\n');
        return end > 0 && (!isName || PickleForms.Name(_text[_at..]) == end) && Skip(end + 1);
    }

    private bool Step(char op, out bool used)
    {
        used = false;
        switch (op)
        {
            case '(':
                return Push(Mark);
            case 'c':
                _imported = true;
                return Push(Other);
            case '\u0093':
                _imported = true;
                return Pop(2) && Push(Other);
            case 'i' or 'o':
                _imported |= op == 'i';
                return used = PopMark();
            case 'R' or '\u0081':
                return used = _stack!.Count > 1 && _stack[^1] == Tuple && _stack[^2] != Mark;
            case '\u0092':
                return used = _stack!.Count > 2 && _stack[^1] == Dict && _stack[^2] == Tuple;
            case 'b':
                return used = _stack!.Count > 1 && _stack[^1] is Dict or Tuple;
            case 't':
                return PopMark() && Push(Tuple);
            case 'd':
                return PopMark() && Push(Dict);
            case 'l' or '\u0091':
                return PopMark() && Push(Other);
            case '1' or 'e' or 'u' or '\u0090':
                return PopMark() && (op == '1' || _stack!.Count > 0);
            case ')':
                return Push(Tuple);
            case '}':
                return Push(Dict);
            case '\u0085' or '\u0086' or '\u0087':
                return Pop(op - '\u0084') && Push(Tuple);
            case 'a' or '0':
                return Pop(1);
            case 's':
                return Pop(2);
            case 'Q':
                return Pop(1) && Push(Other);
            case '2':
                return _stack!.Count > 0 && Push(_stack[^1]);
            case 'p' or 'q' or 'r' or '\u0094':
                return _stack!.Count > 0;
            case '\u0080' or '\u0095' or '\u0098':
                return true;
            case '.':
                return false;
            default:
                return Push(Other);
        }
    }

    private bool Push(char item)
    {
        _stack!.Add(item);
        return true;
    }

    private bool Pop(int count)
    {
        if (_stack!.Count < count || _stack.LastIndexOf(Mark) >= _stack.Count - count)
            return false;

        _stack.RemoveRange(_stack.Count - count, count);
        return true;
    }

    private bool PopMark()
    {
        int mark = _stack!.LastIndexOf(Mark);
        if (mark < 0)
            return false;

        _stack.RemoveRange(mark, _stack.Count - mark);
        return true;
    }
}
