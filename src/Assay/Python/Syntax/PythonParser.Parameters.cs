// The parameters of functions and lambdas.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private const byte Ordinary = 0, Variable = 1, Keywords = 2;

    private bool BeginLambda()
    {
        if (Precedence.Test < Top.Minimum)
        {
            return Fail();
        }

        OpenParameters(Current.Start);
        Next();
        return NextParameter();
    }

    /// <summary>Reads the parameters of a function up to the parenthesis behind them, and leaves them on the operands.</summary>
    private bool Parameters()
    {
        int floor = _frameCount;
        _failed = false;
        OpenParameters(Current.Start).Flags = FrameFlags.Bases;
        return Run(floor, NextParameter());
    }

    /// <summary>
    /// The operands of this frame are pairs of a parameter and its default. A is how many are before the slash, B how many are before the star
    /// (both -1 while there is none), C the variable parameter and D the one of keywords.
    /// </summary>
    private ref ExpressionFrame OpenParameters(int start)
    {
        ref ExpressionFrame frame = ref Open(FrameKind.Parameters, Precedence.Test, start);
        frame.A = -1;
        frame.B = -1;
        return ref frame;
    }

    /// <summary>Begins a parameter, or ends them; true when an operand follows.</summary>
    private bool NextParameter()
    {
        while (!_failed)
        {
            ref ExpressionFrame frame = ref Top;
            bool isLambda = (frame.Flags & FrameFlags.Bases) == 0;
            int pairs = (_operandCount - frame.Base) / 2;
            byte kind = Ordinary;
            switch (Kind)
            {
                case TokenKind.Colon when isLambda:
                case TokenKind.RPar when !isLambda:
                    return EndParameters();
                case TokenKind.Slash when pairs > 0 && frame.A < 0 && frame.B < 0 && frame.D == 0:
                    frame.A = pairs;
                    Next();
                    if (!EndParameter())
                    {
                        return false;
                    }

                    continue;
                case TokenKind.Star when frame.B < 0 && frame.D == 0:
                    frame.B = pairs;
                    Next();
                    if (Accept(TokenKind.Comma))
                    {
                        // Keyword-only parameters must follow.
                        if (!IsName)
                        {
                            return Fail(SyntaxErrorKind.InvalidParameters);
                        }

                        continue;
                    }

                    kind = Variable;
                    break;
                case TokenKind.DoubleStar when frame.D == 0:
                    kind = Keywords;
                    Next();
                    break;
            }

            if (!IsName || frame.D > 0)
            {
                return Fail();
            }

            int start = Current.Start;
            int name = TakeName();
            if (!isLambda && Accept(TokenKind.Colon))
            {
                // Only the variable parameter may have a starred annotation.
                ref ExpressionFrame annotation = ref Open(FrameKind.Annotation, Precedence.Test, start, kind == Variable ? FrameFlags.Stars : FrameFlags.None);
                annotation.A = name;
                annotation.State = kind;
                return true;
            }

            if (AddParameter(start, name, 0, kind))
            {
                return true;
            }
        }

        return false;
    }

    private bool AfterAnnotation()
    {
        ref ExpressionFrame frame = ref Top;
        (int start, int name, byte kind) = (frame.Start, frame.A, frame.State);
        _frameCount--;
        return AddParameter(start, name, Pop().Node, kind) || (!_failed && NextParameter());
    }

    /// <summary>Adds a parameter; true when its default follows.</summary>
    private bool AddParameter(int start, int name, int annotation, byte kind)
    {
        int node = _tree.Add(SyntaxKind.Arg, start, _lastEnd, 0, name, annotation);
        ref ExpressionFrame frame = ref Top;
        if (kind != Ordinary)
        {
            (kind == Variable ? ref frame.C : ref frame.D) = node;
            EndParameter();
            return false;
        }

        Push(node, start);
        if (Accept(TokenKind.Equal))
        {
            frame.Flags |= FrameFlags.KeywordSeen;
            Open(FrameKind.Default, Precedence.Test, start);
            return true;
        }

        if ((frame.Flags & FrameFlags.KeywordSeen) != 0 && frame.B < 0)
        {
            return Fail(SyntaxErrorKind.InvalidParameters, start);
        }

        Push(0, start);
        EndParameter();
        return false;
    }

    /// <summary>A default is complete.</summary>
    private bool AfterParameter() => EndParameter() && NextParameter();

    /// <summary>The comma behind a parameter; there is none behind the last.</summary>
    private bool EndParameter() =>
        Accept(TokenKind.Comma) || Kind == ((Top.Flags & FrameFlags.Bases) == 0 ? TokenKind.Colon : TokenKind.RPar) || Fail();

    private bool EndParameters()
    {
        ExpressionFrame frame = Top;
        int pairs = (_operandCount - frame.Base) / 2;
        int before = Math.Max(frame.A, 0);
        int named = frame.B < 0 ? pairs : frame.B;
        if (frame.B >= 0 && frame.C == 0 && named == pairs)
        {
            return Fail(SyntaxErrorKind.InvalidParameters);
        }

        int positional = ListOfPairs(frame.Base, 0, before, 0);
        int ordinary = ListOfPairs(frame.Base, before, named, 0);
        int keywords = ListOfPairs(frame.Base, named, pairs, 0);
        int keywordDefaults = ListOfPairs(frame.Base, named, pairs, 1);
        int withDefault = named;
        while (withDefault > 0 && _operands[frame.Base + (2 * withDefault) - 1].Node > 0)
        {
            withDefault--;
        }

        int defaults = ListOfPairs(frame.Base, withDefault, named, 1);
        _frameCount--;
        Replace(frame.Base, _tree.Add(SyntaxKind.Arguments, frame.Start, _lastEnd, 0, positional, ordinary, frame.C, keywords, keywordDefaults, frame.D, defaults), frame.Start);
        Next();
        if ((frame.Flags & FrameFlags.Bases) != 0)
        {
            return false;
        }

        // The operand of the frame is the body; the parameters stay before it.
        Open(FrameKind.LambdaBody, Precedence.Test, frame.Start);
        return true;
    }

    private int ListOfPairs(int first, int from, int to, int offset)
    {
        int list = _tree.NewList(to - from, out Span<int> nodes);
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = _operands[first + (2 * (from + i)) + offset].Node;
        }

        return list;
    }
}
