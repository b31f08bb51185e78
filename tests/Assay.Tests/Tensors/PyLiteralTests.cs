// Literals as Python reads them, and what is no literal.
using Assay.Artifacts;
using Assay.Tensors;
using Assay.Tests.Builders;

namespace Assay.Tests.Tensors;

public sealed class PyLiteralTests
{
    private const string Alphabet = "()[]{}'\",:\\xuUbrL0179-+.e_ \n#TFN\u00e9\ud800";

    private static readonly string[] s_literals =
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }", "()", "(1)", "(1,)", "[1, 2, ]", "{}", "{1, 2}", "{1: 2}",
        "'a' 'b'", "u'x'", "b'\\x00\\xff'", "r'\\n'", "'\\n\\t\\\\\\'\\x41\\101\\u00e9\\U0001F600\\q'", "\"it's\"", "'''a'b''c'''", "\"\"\"x\ny\"\"\"",
        "-5", "+5", "0x1F", "0o17", "0b101", "1_000", "0", "123456789012345678901234567890", "1.5", "1e5", "-1.5e-3", "True", "False", "None",
        "  1 ", "# c\n1 # d", "[(1, [2, {'a': (3,)}]), ()]", "[[[[]]]]", "{'a': 1, 'a': 2}", "'a' # c\n", "('a' 'b', 'c')", "''", "{'x': {1, 2}}",
        "[('a', '<f4'), (('t', 'b'), '|O', (2, 3))]", "-0", "b'a' b'b'", "'\\\n'", "1 ", "(\n1,\n2\n)",
    ];

    [Theory]
    [InlineData("")]
    [InlineData("(")]
    [InlineData("[1 2]")]
    [InlineData("[1,,2]")]
    [InlineData("(,)")]
    [InlineData("{1: 2, 3}")]
    [InlineData("{1, 2: 3}")]
    [InlineData("{1:}")]
    [InlineData("{:1}")]
    [InlineData("1 2")]
    [InlineData("'a")]
    [InlineData("'a\n'")]
    [InlineData("'''a''")]
    [InlineData("f'a'")]
    [InlineData("'a' b'b'")]
    [InlineData("b'\u00e9'")]
    [InlineData("'\\x4'")]
    [InlineData("'\\U00110000'")]
    [InlineData("__import__('os')")]
    [InlineData("[].append")]
    [InlineData("1+1")]
    [InlineData("Truely")]
    [InlineData("lambda: 0")]
    [InlineData("[x for x in ()]")]
    [InlineData("(1]")]
    [InlineData("1__0")]
    [InlineData("010")]
    [InlineData("0x")]
    [InlineData("--1")]
    [InlineData("1.2.3")]
    [InlineData("{1: 2 3: 4}")]
    [InlineData("*1")]
    public void WhatIsNoLiteralIsRefusedWithItsPlace(string text)
    {
        PyLiteralResult result = PyLiteral.Parse(text);
        Assert.Null(result.Value);
        Assert.NotNull(result.Error);
        Assert.InRange(result.ErrorAt, 0, text.Length);
    }

    [Fact]
    public void Python2LongsAreInts()
    {
        ValueShape value = PyLiteral.Parse("(3L, 4l, 0xFFL)").Value!;
        Assert.Equal(["3", "4", "255"], value.Items.Select(i => i.Text));
    }

    [Fact]
    public void BracketsAreBoundedAndDoNotRecurse()
    {
        Assert.Null(PyLiteral.Parse(new string('(', 1_000_000)).Value);
        Assert.Null(PyLiteral.Parse(new string('[', 201) + new string(']', 201)).Value);
        Assert.NotNull(PyLiteral.Parse(new string('[', 200) + new string(']', 200)).Value);
    }

    [Fact]
    public void ValuesAndDigitsAreBounded()
    {
        Assert.Null(PyLiteral.Parse("[" + string.Concat(Enumerable.Repeat("1,", PyLiteral.MaxValues + 1)) + "]").Value);
        Assert.Null(PyLiteral.Parse(new string('9', 100_000)).Value);
    }

    [Fact]
    public void TheLiteralsAreWhatPythonSaysTheyAre()
    {
        const string script = """
            import ast, sys
            def show(v):
                if isinstance(v, bool): return 'Bool:' + str(v)
                if v is None: return 'None:'
                if isinstance(v, int): return 'Int:%d' % v
                if isinstance(v, float): return 'Float:'
                if isinstance(v, str): return 'Str:' + v.encode('utf-16-be', 'surrogatepass').hex()
                if isinstance(v, bytes): return 'Bytes:' + v.decode('latin1').encode('utf-16-be').hex()
                if isinstance(v, tuple): return 'Tuple(' + ','.join(map(show, v)) + ')'
                if isinstance(v, list): return 'List(' + ','.join(map(show, v)) + ')'
                if isinstance(v, set): return 'Set(' + ','.join(sorted(map(show, v))) + ')'
                return 'Dict(' + ','.join(show(k) + '=' + show(x) for k, x in v.items()) + ')'
            for line in sys.argv[1].split(' '):
                print(show(ast.literal_eval(bytes.fromhex(line).decode())))
            """;
        string[] expected = CPython.Lines(script, string.Join(' ', s_literals.Select(l => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(l)))));
        Assert.Equal(s_literals.Length, expected.Length);
        for (int i = 0; i < s_literals.Length; i++)
        {
            PyLiteralResult result = PyLiteral.Parse(s_literals[i]);
            Assert.True(result.Value is not null, $"{s_literals[i]}: {result.Error}");
            Assert.Equal((s_literals[i], expected[i]), (s_literals[i], Show(result.Value!)));
        }
    }

    [Fact]
    public void MutatedLiteralsNeverThrow()
    {
        Random random = new(1);
        foreach (string literal in s_literals)
        {
            for (int round = 0; round < 200; round++)
            {
                char[] text = literal.ToCharArray();
                for (int i = 0; i < 3 && text.Length > 0; i++)
                {
                    text[random.Next(text.Length)] = Alphabet[random.Next(Alphabet.Length)];
                }

                PyLiteralResult result = PyLiteral.Parse(new string(text));
                Assert.True((result.Value is null) == (result.Error is not null));
            }

            for (int cut = 0; cut < literal.Length; cut++)
            {
                PyLiteral.Parse(literal[..cut]);
            }
        }
    }

    private static string Show(ValueShape value) => value.Kind switch
    {
        ShapeKind.Str or ShapeKind.Bytes => $"{value.Kind}:{Convert.ToHexStringLower(System.Text.Encoding.BigEndianUnicode.GetBytes(value.Text))}",
        ShapeKind.Float => "Float:",
        ShapeKind.Tuple or ShapeKind.List => $"{value.Kind}({string.Join(',', value.Items.Select(Show))})",
        ShapeKind.Set => $"Set({string.Join(',', value.Items.Select(Show).Order(StringComparer.Ordinal))})",
        ShapeKind.Dict => $"Dict({string.Join(',', Pairs(value).Select(p => $"{Show(p.Key)}={Show(p.Value)}"))})",
        _ => $"{value.Kind}:{value.Text}",
    };

    // Python keeps the place of the first of two equal keys and the value of the last.
    private static IEnumerable<(ValueShape Key, ValueShape Value)> Pairs(ValueShape dict) =>
        dict.Items.Chunk(2).GroupBy(p => Show(p[0])).Select(g => (g.First()[0], g.Last()[1]));
}
