// Calls, and the bases of classes.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    // The bases of a class, which are read as arguments.
    private int _bases;
    private int _keywords;

    private bool BeginCall()
    {
        int start = Current.Start;
        Next();
        Open(FrameKind.Call, Precedence.Test, start, FrameFlags.Stars);
        return Kind != TokenKind.RPar || EndCall(ref Top);
    }

    /// <summary>Reads the bases of a class, parentheses included.</summary>
    private bool Bases()
    {
        int floor = _frameCount;
        _failed = false;
        int start = Current.Start;
        Next();
        Open(FrameKind.Call, Precedence.Test, start, FrameFlags.Stars | FrameFlags.Bases);
        if (Kind == TokenKind.RPar)
        {
            EndCall(ref Top);
            return !_failed;
        }

        return Run(floor, operand: true);
    }

    private bool BeginKeyword()
    {
        int start = Current.Start;
        int name = TakeName();
        Next();
        Open(FrameKind.Keyword, Precedence.Test, start).A = name;
        return true;
    }

    private bool ContinueCall(ref ExpressionFrame frame)
    {
        bool generators = (frame.Flags & FrameFlags.Generators) != 0;
        switch (Kind)
        {
            case TokenKind.Comma when !generators:
                if (!InOrder(ref frame))
                {
                    return false;
                }

                Next();
                frame.Flags |= FrameFlags.Comma;
                return Kind != TokenKind.RPar || EndCall(ref frame);
            case TokenKind.RPar:
                return (generators || InOrder(ref frame)) && EndCall(ref frame);
            case TokenKind.For or TokenKind.Async when !generators && (frame.Flags & (FrameFlags.Comma | FrameFlags.Bases)) == 0 && LastKind != SyntaxKind.Keyword:
                return BeginComprehension(ref frame);
            case TokenKind.ColonEqual when !generators:
                return BeginNamed();
            default:
                return Fail();
        }
    }

    private SyntaxKind LastKind => _tree[_operands[_operandCount - 1].Node].Kind;

    /// <summary>Whether an argument may stand behind those before it: no value behind a keyword, and behind <c>**</c> only keywords.</summary>
    private bool InOrder(ref ExpressionFrame frame)
    {
        int node = _operands[_operandCount - 1].Node;
        switch (_tree[node].Kind)
        {
            case SyntaxKind.Keyword:
                frame.Flags |= _tree.Value(node, SyntaxField.Arg) == 0 ? FrameFlags.UnpackSeen : FrameFlags.KeywordSeen;
                return true;
            case SyntaxKind.Starred:
                return (frame.Flags & FrameFlags.UnpackSeen) == 0 || Fail(SyntaxErrorKind.InvalidArguments);
            default:
                return (frame.Flags & (FrameFlags.UnpackSeen | FrameFlags.KeywordSeen)) == 0 || Fail(SyntaxErrorKind.InvalidArguments);
        }
    }

    /// <summary>The parenthesis that closes a call; always false, because an operand is complete.</summary>
    private bool EndCall(ref ExpressionFrame frame)
    {
        FrameFlags flags = frame.Flags;
        int first = frame.Base;
        int start = frame.Start;
        Next();
        _frameCount--;
        int arguments;
        int keywords = 0;
        if ((flags & FrameFlags.Generators) != 0)
        {
            ReplaceWithGenerator(SyntaxKind.GeneratorExp, first, start);
            arguments = List(first);
        }
        else if ((flags & (FrameFlags.KeywordSeen | FrameFlags.UnpackSeen)) == 0)
        {
            arguments = List(first);
        }
        else
        {
            arguments = ListOfArguments(first, keywords: false);
            keywords = ListOfArguments(first, keywords: true);
            _operandCount = first;
        }

        if ((flags & FrameFlags.Bases) != 0)
        {
            _bases = arguments;
            _keywords = keywords;
            return false;
        }

        ref Operand function = ref _operands[_operandCount - 1];
        function = function with { Node = _tree.Add(SyntaxKind.Call, function.Start, _lastEnd, 0, function.Node, arguments, keywords) };
        return false;
    }

    private int ListOfArguments(int first, bool keywords)
    {
        int count = 0;
        for (int i = first; i < _operandCount; i++)
        {
            count += _tree[_operands[i].Node].Kind == SyntaxKind.Keyword == keywords ? 1 : 0;
        }

        int list = _tree.NewList(count, out Span<int> nodes);
        count = 0;
        for (int i = first; i < _operandCount; i++)
        {
            if (_tree[_operands[i].Node].Kind == SyntaxKind.Keyword == keywords)
            {
                nodes[count++] = _operands[i].Node;
            }
        }

        return list;
    }
}
