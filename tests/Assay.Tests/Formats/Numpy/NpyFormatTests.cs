// Arrays in .npy files: those that NumPy writes, and those that nobody should have written.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Numpy;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Numpy;

public sealed class NpyFormatTests
{
    private static readonly NpyFormat s_format = new();

    [Fact]
    public void EveryArrayThatNumpyWritesIsAccountedForToTheLastByte()
    {
        const string script = """
            import io, sys, numpy as np
            types = ['?','i1','u1','<i2','>i4','<u8','f2','<f4','>f8','g','c8','c16','G','S5','U7','V9','M8[ns]','m8[D]','S0',
                     [('a','f4'),('b','i2',(2,3))], [('a',[('b','U3'),('c','f8')])], [(('t','n'),'i4')], 'O', [('a','i4'),('b','O')],
                     {'names':['a'],'formats':['i4'],'offsets':[12],'itemsize':40}]
            for t in types:
                for shape in [(), (0,), (1,), (7,), (2, 3), (2, 0, 3), (2, 3, 4)]:
                    for order in 'CF':
                        for version in [None, (2, 0), (3, 0)]:
                            a = np.zeros(shape, dtype=t, order=order)
                            f = io.BytesIO()
                            np.lib.format.write_array(f, a, version=version)
                            print(repr(a.dtype.str), a.dtype.hasobject, a.nbytes, f.getvalue().hex(), sep='\t')
            """;
        string[] lines = CPython.Lines(script, "", "numpy");
        Assert.Equal(25 * 7 * 2 * 3, lines.Length);
        foreach (string line in lines)
        {
            string[] parts = line.Split('\t');
            byte[] bytes = Convert.FromHexString(parts[3]);
            Recording read = Recording.Read(s_format, bytes);
            Assert.Empty(read.Unreads);
            Assert.Empty(read.Coverage.Gaps());
            if (parts[1] == "True")
            {
                Assert.Contains("npy.object-array", read.Codes);
                Assert.Equal([("object-array", "pickle", (byte)0x80, (byte)'.')], read.Children.Select(c => (c.Name, c.ReadAs, c.Bytes[0], c.Bytes[^1])));
            }
            else
            {
                Assert.Empty(read.Codes);
                Assert.Empty(read.Children);
                Assert.Equal((line, parts[2]), (line, $"{read.Coverage.Totals().Data}"));
            }
        }
    }

    [Fact]
    public void MembersOfNpzFilesAreArrays()
    {
        const string script = """
            import io, sys, zipfile, numpy as np
            f = io.BytesIO()
            np.savez(f, a=np.arange(12.).reshape(3, 4), o=np.array([1, None], dtype=object))
            for n in zipfile.ZipFile(f).namelist(): print(n, zipfile.ZipFile(f).read(n).hex(), sep='\t')
            """;
        string[] lines = CPython.Lines(script, "", "numpy");
        Recording plain = Recording.Read(s_format, Convert.FromHexString(lines[0].Split('\t')[1]));
        Assert.Equal((96, 0), (plain.Coverage.Totals().Data, plain.Children.Count));
        Assert.Single(Recording.Read(s_format, Convert.FromHexString(lines[1].Split('\t')[1])).Children);
    }

    [Fact]
    public void SeveralArraysInOneFileAreAllRead()
    {
        byte[] file = [.. Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8), .. Npy("{'descr': '|O', 'fortran_order': False, 'shape': (), }", 3)];
        Recording read = Recording.Read(s_format, file);
        Assert.Equal(3, Assert.Single(read.Children).Bytes.Length);
        Assert.Empty(read.Coverage.Gaps());
    }

    [Fact]
    public void TrailingBytesStayUncovered()
    {
        byte[] file = [.. Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8), .. "cos\nsystem\n"u8];
        Recording read = Recording.Read(s_format, file);
        Assert.Equal([new ByteRange(file.Length - 11, 11)], read.Coverage.Gaps());
    }

    [Theory]
    [InlineData("{'descr': 'O,f4', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': [('a', [('b', 'O')], (2,))], 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': ('O', (2, 3)), 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': 'object0', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': {'xO': 1}, 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': ['xO'], 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'descr': '|O'}")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (-1,)}")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (4294967296, 4294967296)}")]
    [InlineData("{'descr': '|\\x4f', 'fortran_order': False, 'shape': (1,)}")]
    [InlineData("{'descr': '|' 'O', 'fortran_order': False, 'shape': (1,)} # '<f4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), 'more': 1}")]
    [InlineData("{b'descr': b'|O', 'fortran_order': False, 'shape': (1,)}")]
    public void AnObjectTypeInAnyGuiseIsReadAsAPickle(string header)
    {
        Recording read = Recording.Read(s_format, Npy(header, 20));
        Assert.Equal([("object-array", "pickle", 20)], read.Children.Select(c => (c.Name, c.ReadAs, c.Bytes.Length)));
    }

    [Theory]
    [InlineData("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,)}", "npy.header-not-literal", UnreadCause.Malformed)]
    [InlineData("('descr', '<f4')", "npy.header-not-literal", UnreadCause.Malformed)]
    [InlineData("{'fortran_order': False, 'shape': (1,)}", "npy.header-not-literal", UnreadCause.Malformed)]
    [InlineData("{'descr': '<f4', 'fortran_order': 1, 'shape': [1]}", "npy.header-keys", null)]
    [InlineData("{'descr': '<f4', 'fortran_order': False}", "npy.header-keys", UnreadCause.NotSupported)]
    [InlineData("{'descr': 'zz', 'fortran_order': False, 'shape': (1,)}", "npy.type-unknown", UnreadCause.NotSupported)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", "npy.shape-overflow", UnreadCause.Malformed)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "npy.negative-shape", UnreadCause.Malformed)]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (10000000000,)}", "npy.declares-more", UnreadCause.Truncated)]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "npy.duplicate-key", null)]
    [InlineData("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}", "npy.structured-object", null)]
    public void ALyingHeaderIsToldByACode(string header, string code, UnreadCause? cause)
    {
        Recording read = Recording.Read(s_format, Npy(header, 4));
        Assert.Contains(code, read.Codes);
        Assert.Equal(cause is null ? [] : [cause.Value], read.Unreads);
    }

    [Fact]
    public void AFewMissingBytesAreTruncatedAndNoLie()
    {
        Recording read = Recording.Read(s_format, Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}", 19));
        Assert.Equal([UnreadCause.Truncated], read.Unreads);
        Assert.Empty(read.Codes);
    }

    [Fact]
    public void AHeaderLongerThanNumpyAllowsIsToldAndRead()
    {
        Recording read = Recording.Read(s_format, Npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}" + new string(' ', 10_000), 4));
        Assert.Contains("npy.header-too-long", read.Codes);
        Assert.Single(read.Children);
    }

    [Fact]
    public void AHeaderBeyondTheLimitStopsTheRead()
    {
        byte[] file = Npy(new string(' ', 2 << 20), 0, major: 2);
        Assert.Equal(StopReason.Limit, Assert.Throws<ScanStopException>(() => Recording.Read(s_format, file)).Reason);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 0)]
    [InlineData(255, 255)]
    public void AnUnknownVersionIsToldAndReadAllTheSame(byte major, byte minor)
    {
        byte[] file = Npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", 4, major);
        file[7] = minor;
        Recording read = Recording.Read(s_format, file);
        Assert.Contains("npy.version-unknown", read.Codes);
        Assert.Single(read.Children);
    }

    [Fact]
    public void AClaimInsideAnArtifactKeepsTheArtifactsOffsets()
    {
        byte[] array = Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", 8);
        byte[] file = [.. new byte[100], .. array, .. new byte[50]];
        Recording read = Recording.Of(file);
        s_format.Read(new Claim(new ByteRange(100, array.Length), ClaimStrength.Certain), read);
        Assert.Equal([new ByteRange(0, 100), new ByteRange(100 + array.Length, 50)], read.Coverage.Gaps());
    }

    [Fact]
    public void CutAnywhereTheFileIsUnreadAndNothingElseIsThrown()
    {
        byte[] file = Npy("{'descr': [('a', '<f4'), ('b', '<U3', (2,))], 'fortran_order': False, 'shape': (2, 3)}", 6 * 28);
        for (int length = 6; length < file.Length; length++)
        {
            Assert.Equal([UnreadCause.Truncated], Recording.Read(s_format, file[..length]).Unreads);
        }

        Assert.Empty(Recording.Read(s_format, file).Unreads);
    }

    [Fact]
    public void MutatedFilesThrowNothingButWhatReadersMay()
    {
        byte[][] files =
        [
            Npy("{'descr': [('a', '<f4'), ('b', '<U3', (2,))], 'fortran_order': False, 'shape': (2, 3)}", 6 * 28),
            Npy("{'descr': '|O', 'fortran_order': False, 'shape': (2, 3L), }", 30, major: 2),
            [.. Npy("{'descr': '(2,3)f4, i8', 'fortran_order': True, 'shape': (), }", 32), .. Npy("{'descr': 'M8[ns]', 'fortran_order': False, 'shape': (1,)}", 8, 3)],
        ];
        Random random = new(7);
        int read = 0;
        for (int round = 0; round < 6000; round++)
        {
            byte[] bytes = [.. files[round % files.Length]];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                bytes[random.Next(6, bytes.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"()[]{}'\",:|<>O0189-fiUSVM "[random.Next(26)];
            }

            try
            {
                Recording recording = Recording.Read(s_format, bytes);
                (long parsed, long data, long unknown) = recording.Coverage.Totals();
                Assert.Equal(bytes.Length, parsed + data + unknown);
                read++;
            }
            catch (Exception e) when (e is MalformedException or ScanStopException)
            {
            }
        }

        Assert.True(read > 1000);
    }

    /// <summary>An array: signature, version, header as given, and a body of zeros.</summary>
    private static byte[] Npy(string header, int body, byte major = 1)
    {
        byte[] text = Encoding.UTF8.GetBytes(header + "\n");
        byte[] length = new byte[major == 1 ? 2 : 4];
        if (major == 1)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        }

        return [0x93, .. "NUMPY"u8, major, 0, .. length, .. text, .. new byte[body]];
    }
}
