// Element types, checked against NumPy itself.
using System.Text;
using Assay.Artifacts;
using Assay.Tensors;
using Assay.Tests.Builders;

namespace Assay.Tests.Tensors;

public sealed class NumpyElementTypeTests
{
    private const string PickledExpressions = """
        dtype('f8')|dtype('O')|dtype('M8[ns]')|dtype('m8[25s]')|dtype('U7')|dtype('S3')|dtype('V16')|dtype('?')|dtype('>c16')|dtype('g')
        dtype([('a','f4'),('b','O')])|dtype([('a','f4',(2,3)),(('t','b'),'i2')])|dtype((numpy.record,[('a','f4'),('b','O')]))
        dtype([('a',[('b',[('c','O')])])])|dtype([('a',[('b',[('c','U2')])],(2,))])|dtype({'names':['a'],'formats':['i4'],'offsets':[12],'itemsize':40})
        dtype([('x','i1'),('y','f8')], align=True)|dtype([('s','S0'),('t','U0')])|dtype([])|dtype('S')|dtype([('d','M8[us]'),('o','O',(3,))])
        """;

    private static readonly string[] s_descriptors =
    [
        .. "O,f4|(2,3)O|3f4|f4,(2)i4|xO|O8|O4|object|M8[25s]|m8|datetime64[ns]|a5|S|U|V|f16|c32|g|G|p|P|int|float|long|l|L|q|Q|b1|?|i8,|=i4|>U3"
            .Split('|').Select(Quote),
        .. " f4|f4 |,f4|f4,,f4|1f4|(1,)f4|0f4|()f4|i4 , f4|5|bool|str|bytes|unicode|void|f|d|e|h|H|i|I|B|b|c|F|D|intc|uint|longlong".Split('|').Select(Quote),
        .. "timedelta64[s]|f3|i5|int32|<int32|O9|(2,3,)f4|( 2 , 3 )f4|(2 3)f4|str0|half|single|object0|object_|ubyte|M|m|M8[|M8[2ns]|M4|f4:g".Split('|').Select(Quote),
        .. "V16|S3|<f4|>i2|u1|u2|u4|u8|i1|f2|c8|c16|m8[D]|complex|double|longdouble|clongdouble|uint8|intp|uintp|csingle|bytes_|str_|void0".Split('|').Select(Quote),
        "'|i4'", "'|O'", "'<O'", "''", "('f4', (2, 3))", "('V', 16)", "('f4', 3)", "('f4', ())", "('f4', -1)", "(('f4', (2,)), (3,))", "('O', 2)", "('f4', (2, -1))",
        "[]", "[('a', '<f4')]", "[('a', '<f4'), ('', '|V4'), ('b', '|O', (2,))]", "[(('t', 'n'), '<f4')]", "[('a', [('b', '|O')])]", "[('a', [('b', '<U2')], (2, 3))]",
        "[('a', 'f4', 3)]", "('U', 5)", "('str', 5)", "('bytes', 5)", "[('a', 'S', 3)]", "[('a', ('f4', (2,)))]", "[('a', 'f4'), ('b', 'xx')]", "None", "5", "()", "('f4',)", "[5]", "[('a',)]",
    ];

    [Fact]
    public void DescriptorsMeanWhatNumpySaysTheyMean()
    {
        const string script = """
            import ast, sys, numpy
            from numpy.lib.format import descr_to_dtype
            for line in sys.argv[1].split(' '):
                try:
                    d = descr_to_dtype(ast.literal_eval(bytes.fromhex(line).decode()))
                    print(d.itemsize, d.hasobject)
                except Exception:
                    print('refused')
            """;
        string[] expected = CPython.Lines(script, string.Join(' ', s_descriptors.Select(d => Convert.ToHexString(Encoding.UTF8.GetBytes(d)))), "numpy");
        Assert.Equal(s_descriptors.Length, expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            NumpyElementType type = NumpyElementType.FromDescriptor(PyLiteral.Parse(s_descriptors[i]).Value!);
            if (expected[i] == "refused")
            {
                // Refusing less than NumPy does is allowed as long as nothing is claimed to hold no objects that does.
                continue;
            }

            string got = type.Error is null ? $"{type.ItemSize} {type.HasObject}" : "refused";
            Assert.Equal((s_descriptors[i], expected[i]), (s_descriptors[i], got));
        }
    }

    [Theory]
    [InlineData("'xO'")]
    [InlineData("'O9'")]
    [InlineData("'f3'")]
    [InlineData("'V99999999999'")]
    [InlineData("'U600000000'")]
    [InlineData("('V2000000000', 2)")]
    [InlineData("[('a', 'V2000000000'), ('b', 'V2000000000')]")]
    [InlineData("'V2000000000,V2000000000'")]
    [InlineData("{'xO': 1}")]
    [InlineData("['xO']")]
    [InlineData("'(99999999999999999999)f4'")]
    [InlineData("'99999999999999999999f4'")]
    [InlineData("'(2'")]
    [InlineData("('f4', 99999999999999999999)")]
    public void WhatCannotBeMadeOutIsAnErrorThatDisputesItself(string descriptor)
    {
        NumpyElementType type = NumpyElementType.FromDescriptor(PyLiteral.Parse(descriptor).Value!);
        Assert.NotNull(type.Error);
        Assert.True(type.IsDisputed);
    }

    [Fact]
    public void PickledTypesMeanWhatNumpySaysTheyMean()
    {
        string script = PickledShapes.Script + """
            from numpy import dtype
            for e in sys.argv[1].split('|'):
                d = eval(e)
                print(d.itemsize, d.hasobject, repr(shape(d)), sep='\t')
            """;
        string[] lines = CPython.Lines(script, PickledExpressions.ReplaceLineEndings("|"), "numpy");
        Assert.Equal(PickledExpressions.Split('|', '\n').Length, lines.Length);
        foreach (string line in lines)
        {
            string[] parts = line.Split('\t');
            NumpyElementType type = NumpyElementType.FromPickle(PickledShapes.Of(parts[2]));
            Assert.Equal((parts[2], parts[0], parts[1], false), (parts[2], $"{type.ItemSize}", $"{type.HasObject}", type.IsDisputed));
            Assert.Null(type.Error);
        }
    }

    [Theory]
    [InlineData("('f8', False, True)", "(3, '<', None, None, None, -1, -1, 63)", 8, true)]
    [InlineData("('O', False, True)", "(3, '|', None, None, None, -1, -1, 0)", 8, false)]
    [InlineData("('V4', False, True)", "(3, '|', None, None, None, 100, 1, 0)", 100, false)]
    [InlineData("('f8', False, True)", "(3, '<', None, None, None, 100, 1, 0)", 8, false)]
    [InlineData("('U3', False, True)", "(3, '<', None, None, None, 100, 1, 0)", 100, false)]
    [InlineData("('f8', False, False)", "(3, '<', None, None, None, -1, -1, 63)", 8, false)]
    public void ForgedStatesAreBelievedAsNumpyBelievesThem(string arguments, string state, long itemSize, bool hasObject)
    {
        const string script = """
            import ast, numpy, sys
            arguments, state = sys.argv[1].split('~')
            d = numpy.dtype(*ast.literal_eval(arguments))
            d.__setstate__(ast.literal_eval(state))
            print(d.itemsize, d.hasobject)
            """;
        NumpyElementType type = NumpyElementType.FromPickle(PickledShapes.Of($"('@dtype', {arguments}, {state})"));
        Assert.Null(type.Error);
        Assert.Equal((itemSize, hasObject), (type.ItemSize, type.HasObject));
        Assert.Equal([$"{itemSize} {hasObject}"], CPython.Lines(script, $"{arguments}~{state}", "numpy"));
    }

    [Fact]
    public void FlagsThatContradictTheStructureAreDisputed()
    {
        Assert.True(NumpyElementType.FromPickle(PickledShapes.Of("('@dtype', ('f8', False, True), (3, '<', None, None, None, -1, -1, 63))")).IsDisputed);
        Assert.True(NumpyElementType.FromPickle(PickledShapes.Of("('@dtype', ('O', False, True), (3, '|', None, None, None, -1, -1, 0))")).IsDisputed);
        Assert.False(NumpyElementType.FromPickle(PickledShapes.Of("('@dtype', ('O', False, True), (3, '|', None, None, None, -1, -1, 63))")).IsDisputed);
    }

    [Fact]
    public void AClassThatNumpyDoesNotKnowIsAnObjectAndDisputed()
    {
        NumpyElementType type = NumpyElementType.FromPickle(PickledShapes.Of("('@dtype', ('@import:mine.Own', False, True))"));
        Assert.True(type is { HasObject: true, IsDisputed: true, ItemSize: 8 });
    }

    [Theory]
    [InlineData("'f8'")]
    [InlineData("('@dtype', ())")]
    [InlineData("('@dtype', (5,))")]
    [InlineData("('@dtype', ('V4', False, True), (3, '|', None, None, None, -5, 1, 0))")]
    [InlineData("('@dtype', ('V4', False, True), ())")]
    [InlineData("('@dtype', ('V4', False, True), 'x')")]
    [InlineData("('@dtype', ('V4', False, True), ('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'))")]
    public void APickledTypeThatCannotBeMadeOutIsAnError(string literal) =>
        Assert.NotNull(NumpyElementType.FromPickle(PickledShapes.Of(literal)).Error);

    [Fact]
    public void ATypeWithStateOfAThousandLevelsIsWalkedWithoutRecursion()
    {
        ValueShape inner = PickledShapes.Of("('@dtype', ('O', False, True))");
        for (int i = 0; i < 1000; i++)
        {
            ValueShape field = new(ShapeKind.Tuple) { Items = [inner, new ValueShape(ShapeKind.Int, "0")], Count = 2 };
            ValueShape outer = PickledShapes.Of("('@dtype', ('V8', False, True), (3, '|', None, ('a',), {'a': 0}, 8, 1, 27))");
            ValueShape fields = outer.State!.Items[4] with { Items = [new ValueShape(ShapeKind.Str, "a"), field] };
            inner = outer with { State = outer.State with { Items = [.. outer.State.Items.Take(4), fields, .. outer.State.Items.Skip(5)] } };
        }

        Assert.True(NumpyElementType.FromPickle(inner) is { HasObject: true, IsDisputed: false, ItemSize: 8 });
    }

    private static string Quote(string text) => $"'{text}'";
}
