// Where joblib's in-stream arrays end, checked against joblib itself.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Tests.Builders;
using Assay.Tests.Tensors;

namespace Assay.Tests.Formats.Joblib;

public sealed class JoblibArrayLayoutTests
{
    [Fact]
    public void EveryArrayThatJoblibWritesEndsWhereJoblibSays()
    {
        // joblib reads its own file; before and after each array the position is noted.
        string script = PickledShapes.Script + """
            import io, joblib, numpy as np
            from joblib import numpy_pickle
            read = numpy_pickle.NumpyArrayWrapper.read_array
            def noted(self, unpickler):
                before = unpickler.file_handle.tell()
                array = read(self, unpickler)
                state = {k: shape(v) for k, v in self.__dict__.items()}
                print(before, unpickler.file_handle.tell(), repr(state), sep='\t')
                return array
            numpy_pickle.NumpyArrayWrapper.read_array = noted
            types = ['?','i1','<i2','>i4','u8','f2','f4','>f8','g','c8','c16','S5','U7','V9','M8[ns]','m8[D]','O',
                     [('a','f4'),('b','i2',(2,3))], [('a','i4'),('b','O')], [('a',[('b','U3')])], (np.record, [('a','f8')])]
            arrays = [np.zeros(s, dtype=t, order=o) for t in types for s in [(), (0,), (7,), (2, 3)] for o in 'CF']
            arrays.append(np.matrix([[1, 2]]))
            f = io.BytesIO()
            joblib.dump(arrays, f)
            f.seek(0)
            joblib.load(f)
            print(f.getvalue().hex())
            """;
        string[] lines = CPython.Lines(script, "", "numpy", "joblib");
        Assert.Equal((21 * 4 * 2) + 2, lines.Length);
        using MemorySource source = new(Convert.FromHexString(lines[^1]));
        foreach (string line in lines[..^1])
        {
            string[] parts = line.Split('\t');
            JoblibArrayLayout layout = JoblibArrayLayout.FromState(PickledShapes.Of(parts[2]));
            Assert.Null(layout.Error);
            Assert.False(layout.IsDisputed);
            if (layout.TryLocate(source, long.Parse(parts[0], null), out ByteRange data, out long missing))
            {
                Assert.Equal((parts[2], parts[1], 0), (parts[2], $"{data.End}", missing));
            }
            else
            {
                Assert.True(layout.IsPickle);
                Assert.Equal(0x80, source.ReadUpTo(long.Parse(parts[0], null), 1)[0]);
                Assert.Equal((byte)'.', source.ReadUpTo(long.Parse(parts[1], null) - 1, 1)[0]);
            }
        }
    }

    [Fact]
    public void WithoutTheAlignmentKeyThereIsNoPadding()
    {
        using MemorySource source = new(new byte[100]);
        JoblibArrayLayout old = JoblibArrayLayout.FromState(State("'f4'", "(3,)", ""));
        Assert.True(old.TryLocate(source, 10, out ByteRange data, out _));
        Assert.Equal(new ByteRange(10, 12), data);
        JoblibArrayLayout none = JoblibArrayLayout.FromState(State("'f4'", "(3,)", ", 'numpy_array_alignment_bytes': None"));
        Assert.False(none.HasPadding);
    }

    [Fact]
    public void ThePaddingIsAsLongAsItsFirstByteSays()
    {
        byte[] bytes = new byte[300];
        bytes[10] = 200;
        using MemorySource source = new(bytes);
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(State("'f4'", "(3,)", ", 'numpy_array_alignment_bytes': 16"));
        Assert.True(layout.TryLocate(source, 10, out ByteRange data, out long missing));
        Assert.Equal((new ByteRange(211, 12), 0), (data, missing));
    }

    [Fact]
    public void MissingBytesAreCounted()
    {
        using MemorySource source = new(new byte[20]);
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(State("'f8'", "(1000,)", ""));
        Assert.True(layout.TryLocate(source, 10, out ByteRange data, out long missing));
        Assert.Equal((new ByteRange(10, 10), 7990), (data, missing));
        Assert.True(layout.TryLocate(source, 25, out data, out missing));
        Assert.Equal((new ByteRange(20, 0), 8005), (data, missing));
    }

    [Fact]
    public void T085_AForgedObjectFlagMakesAPickleOfFloatsAndIsDisputed()
    {
        ValueShape state = PickledShapes.Of("{'shape': (3,), 'dtype': ('@dtype', ('f8', False, True), (3, '<', None, None, None, -1, -1, 63))}");
        Assert.True(JoblibArrayLayout.FromState(state) is { IsPickle: true, IsDisputed: true, Error: null });
    }

    [Fact]
    public void AnObjectArrayIsAPickleWhateverItsShapeSays() =>
        Assert.True(JoblibArrayLayout.FromState(State("'O'", "(-1,)", "")) is { IsPickle: true, Error: null });

    [Theory]
    [InlineData("()")]
    [InlineData("{}")]
    [InlineData("{'shape': (1,)}")]
    [InlineData("{'shape': (1,), 'dtype': 'f4'}")]
    [InlineData("{'shape': (-1,), 'dtype': ('@dtype', ('f4', False, True))}")]
    [InlineData("{'shape': (4294967296, 4294967296), 'dtype': ('@dtype', ('f4', False, True))}")]
    [InlineData("{'shape': 'x', 'dtype': ('@dtype', ('f4', False, True))}")]
    public void AStateThatDoesNotSayWhereTheArrayEndsIsAnError(string state)
    {
        using MemorySource source = new(new byte[20]);
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(PickledShapes.Of(state));
        Assert.NotNull(layout.Error);
        Assert.False(layout.TryLocate(source, 0, out _, out _));
    }

    [Theory]
    [InlineData("joblib.numpy_pickle.NumpyArrayWrapper", true)]
    [InlineData("sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper", true)]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", false)]
    [InlineData("numpy.ndarray", false)]
    public void TheWrapperIsKnownByItsName(string name, bool expected) => Assert.Equal(expected, JoblibArrayLayout.IsWrapper(name));

    private static ValueShape State(string code, string shape, string more) =>
        PickledShapes.Of($"{{'shape': {shape}, 'order': 'C', 'dtype': ('@dtype', ({code}, False, True)){more}}}");
}
