// What is no Python: kept as far as it can be read.
namespace Assay.Python.Syntax;

internal sealed partial class PythonParser
{
    private bool _recovering;

    /// <summary>
    /// The header of a compound statement could not be read. The expressions of it that could, before and behind the place, become the values of an
    /// error node; where its line ends with a colon the lines below become its body.
    /// </summary>
    private void Broken(int start)
    {
        Fail();
        if (Skip(toSemicolon: false))
        {
            OpenBlock(BlockKind.Error, SyntaxKind.Error, start).A = ErrorValues();
        }
        else
        {
            AddError(start, 0);
        }

        Accept(TokenKind.NewLine);
    }

    private void AddError(int start, int body) => AddStatement(_tree.Add(SyntaxKind.Error, start, Math.Max(start, _lastEnd), 0, ErrorValues(), body));

    /// <summary>
    /// Reads on to the end of the line, or to a semicolon, and leaves what expressions there are on the operands; whether a colon is the last
    /// token. Of one statement only the first error is reported.
    /// </summary>
    private bool Skip(bool toSemicolon)
    {
        _recovering = true;
        bool colon = false;
        while (Kind is not (TokenKind.NewLine or TokenKind.EndMarker) && !(toSemicolon && Kind == TokenKind.Semi))
        {
            _work++;
            _numberCount = 0;
            if (BeginsExpression(Kind))
            {
                int before = _lastEnd;
                Expression();
                if (_lastEnd != before)
                {
                    colon = false;
                    continue;
                }
            }

            colon = Kind == TokenKind.Colon;
            Next();
        }

        _numberCount = 0;
        _failed = false;
        _recovering = false;
        return colon;
    }

    /// <summary>The list of the nodes among the operands.</summary>
    private int ErrorValues()
    {
        int count = 0;
        for (int i = 0; i < _operandCount; i++)
        {
            count += _operands[i].Node > 0 ? 1 : 0;
        }

        int list = _tree.NewList(count, out Span<int> nodes);
        count = 0;
        for (int i = 0; i < _operandCount; i++)
        {
            if (_operands[i].Node > 0)
            {
                nodes[count++] = _operands[i].Node;
            }
        }

        _operandCount = 0;
        return list;
    }
}
