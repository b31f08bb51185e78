// Imports and type aliases.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private byte[] _dotted = new byte[64];

    private bool Import(int start)
    {
        do
        {
            Next();
            if (!Alias(dotted: true))
            {
                return false;
            }
        }
        while (Kind == TokenKind.Comma);
        return Complete(SyntaxKind.Import, start, List(0));
    }

    private bool ImportFrom(int start)
    {
        Next();
        int level = 0;
        while (Kind is TokenKind.Dot or TokenKind.Ellipsis)
        {
            level += Kind == TokenKind.Dot ? 1 : 3;
            Next();
        }

        int module = 0;
        if (level == 0 || Kind != TokenKind.Import)
        {
            module = DottedName();
            if (module == 0)
            {
                return Fail();
            }
        }

        if (!Expect(TokenKind.Import))
        {
            return false;
        }

        if (Kind == TokenKind.Star)
        {
            Token star = Current;
            Next();
            Push(_tree.Add(SyntaxKind.Alias, star.Start, star.End, 0, _names.Add("*"u8), 0), star.Start);
        }
        else
        {
            bool parenthesised = Accept(TokenKind.LPar);
            do
            {
                if (!Alias(dotted: false))
                {
                    return false;
                }
            }
            while (Accept(TokenKind.Comma) && !(parenthesised && Kind == TokenKind.RPar));
            if (parenthesised && !Expect(TokenKind.RPar))
            {
                return false;
            }
        }

        AddStatement(_tree.Add(SyntaxKind.ImportFrom, start, _lastEnd, 0, module, List(0), level));
        return true;
    }

    private bool Alias(bool dotted)
    {
        int start = Current.Start;
        int name = dotted ? DottedName() : IsName ? TakeName() : 0;
        if (name == 0)
        {
            return Fail();
        }

        int renamed = 0;
        if (Accept(TokenKind.As))
        {
            if (!IsName)
            {
                return Fail();
            }

            renamed = TakeName();
        }

        Push(_tree.Add(SyntaxKind.Alias, start, _lastEnd, 0, name, renamed), start);
        return true;
    }

    /// <summary>The number of a name with dots, whatever stands between its parts; 0 when there is none.</summary>
    private int DottedName()
    {
        if (!IsName)
        {
            return 0;
        }

        Token first = Current;
        int name = TakeName();
        if (Kind != TokenKind.Dot)
        {
            return name;
        }

        int length = 0;
        Append(first, ref length);
        while (Accept(TokenKind.Dot))
        {
            if (!IsName)
            {
                return 0;
            }

            _dotted[length++] = (byte)'.';
            Append(Current, ref length);
            TakeName();
        }

        return _names.Add(_dotted.AsSpan(0, length));
    }

    /// <summary>Appends a part; there is room for a dot behind it.</summary>
    private void Append(Token part, ref int length)
    {
        if (length + part.Length + 1 > _dotted.Length)
        {
            Array.Resize(ref _dotted, Math.Max(_dotted.Length * 2, length + part.Length + 1));
        }

        _text.Slice(part.Start, part.End).CopyTo(_dotted.AsSpan(length));
        length += part.Length;
    }

    private bool TypeAlias(int start)
    {
        Next();
        int at = Current.Start;
        int id = TakeName();
        int name = _tree.Add(SyntaxKind.Name, at, _lastEnd, id, (byte)ExpressionContext.Store);
        if (!TypeParameters(out int parameters) || !Expect(TokenKind.Equal) || !Expression())
        {
            return false;
        }

        AddStatement(_tree.Add(SyntaxKind.TypeAlias, start, _lastEnd, 0, name, parameters, Pop().Node));
        return true;
    }

    /// <summary>The type parameters in square brackets, if there are any (PEP 695, PEP 696).</summary>
    private bool TypeParameters(out int parameters)
    {
        parameters = 0;
        if (!Accept(TokenKind.LSqb))
        {
            return true;
        }

        int first = _operandCount;
        do
        {
            if (!TypeParameter())
            {
                return false;
            }
        }
        while (Accept(TokenKind.Comma) && Kind != TokenKind.RSqb);
        if (!Expect(TokenKind.RSqb))
        {
            return false;
        }

        parameters = List(first);
        return true;
    }

    private bool TypeParameter()
    {
        int start = Current.Start;
        SyntaxKind kind = Accept(TokenKind.Star) ? SyntaxKind.TypeVarTuple : Accept(TokenKind.DoubleStar) ? SyntaxKind.ParamSpec : SyntaxKind.TypeVar;
        if (!IsName)
        {
            return Fail();
        }

        int name = TakeName();
        int first = _operandCount;
        int bound = 0;
        if (kind == SyntaxKind.TypeVar && Accept(TokenKind.Colon))
        {
            if (!Expression())
            {
                return false;
            }

            bound = _operands[first].Node;
        }

        int fallback = 0;
        if (Accept(TokenKind.Equal))
        {
            if (!Expression(kind == SyntaxKind.TypeVarTuple ? FrameFlags.Stars : FrameFlags.None))
            {
                return false;
            }

            fallback = _operands[_operandCount - 1].Node;
        }

        int node = kind == SyntaxKind.TypeVar
            ? _tree.Add(kind, start, _lastEnd, 0, name, bound, fallback)
            : _tree.Add(kind, start, _lastEnd, 0, name, fallback);
        Replace(first, node, start);
        return true;
    }
}
