// Files that joblib and PyTorch wrote themselves are walked to the very end.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Pickles;

public sealed class RealFileTests
{
    private static readonly string[] s_arrays =
    [
        "np.arange(10.0)",
        "np.arange(12).reshape(3,4)",
        "np.asfortranarray(np.arange(12).reshape(3,4))",
        "np.array(5)",
        "np.zeros((0,3))",
        "np.zeros(3,dtype=[('a','<i4'),('b','S7'),('c','<f8',(2,2))])",
        "np.array(['x','long text'])",
        "np.array([True,False])",
        "np.array(['2020-01-01'],dtype='M8[D]')",
        "np.zeros(4,dtype='V5')",
        "np.arange(6,dtype='>u2')[::2]",
        "np.zeros(3,dtype='c16')",
        "[np.arange(3), {'w': np.ones((2,2)), 'n': [np.float32(1.5), np.arange(2)]}, 'end']",
        "np.array([1,'two',None],dtype=object)",
        "np.array([[1,2],[3,None]],dtype=object)",
        "[np.array([np.arange(3), np.array([np.ones(2),'x'],dtype=object), None],dtype=object), np.arange(5)]",
        "np.array([date(2020,1,1)],dtype=object)",
        "np.ma.masked_array([1,2,3],[0,1,0])",
        "np.rec.array([(1,2.0)],dtype=[('x','i4'),('y','f8')])",
        "np.matrix([[1,2],[3,4]])",
        "np.zeros(2,dtype=[('f%d'%i,'<i2') for i in range(60)])",
        "np.zeros(2,dtype=[('a',[('b',[('c',[('d','<f4',(2,))])])])])",
    ];

    private static readonly string[] s_legacy =
    [
        "{'w': torch.arange(6.0), 'h': torch.ones(3,dtype=torch.float16)}",
        "[t[2:5], t[5:], t.reshape(2,5).t()]",
        "[torch.zeros(0), torch.tensor(1), torch.tensor([True]), torch.zeros(2,dtype=torch.complex64)]",
        "torch.nn.Sequential(torch.nn.Linear(3,2),torch.nn.ReLU()).state_dict()",
        "'no tensor at all'",
    ];

    private static readonly Lazy<byte[][]> s_arrayFiles = new(() => Joblib(s_arrays));

    private static readonly Lazy<byte[][]> s_legacyFiles = new(() => Torch(s_legacy, "_use_new_zipfile_serialization=False"));

    public static TheoryData<string> Arrays => [.. s_arrays];

    public static TheoryData<string> Legacy => [.. s_legacy];

    /// <summary>What the values are when joblib has written them, all by one Python.</summary>
    private static byte[][] Joblib(string[] values, string compress = "0") => Write("joblib", "import numpy as np, joblib\nfrom datetime import date", "joblib.dump({0},b,compress=" + compress + ")", values);

    private static byte[][] Torch(string[] values, string options = "pickle_protocol=2") => Write("torch", "import torch\nt=torch.arange(10.0)", "torch.save({0},b," + options + ")", values);

    private static byte[] Joblib(string value) => Joblib([value])[0];

    private static byte[][] Write(string module, string imports, string dump, string[] values)
    {
        CPython.Needs(module);
        string calls = string.Join('\n', values.Select(v => "b=io.BytesIO()\n" + dump.Replace("{0}", v, StringComparison.Ordinal) + "\nput(b.getvalue())"));
        byte[] all = CPython.Run($"""
            import io,struct,sys,warnings
            warnings.simplefilter('ignore')
            def put(d): sys.stdout.buffer.write(struct.pack('<i',len(d))+d)
            {imports}
            {calls}
            """);
        List<byte[]> files = [];
        for (int at = 0; at < all.Length; at += 4 + files[^1].Length)
        {
            files.Add(all.AsSpan(at + 4, BitConverter.ToInt32(all, at)).ToArray());
        }

        return [.. files];
    }

    [Theory]
    [MemberData(nameof(Arrays))]
    public void EveryKindOfArrayOfJoblibIsWalkedToTheEnd(string value)
    {
        TargetReport target = Scans.Of(s_arrayFiles.Value[Array.IndexOf(s_arrays, value)]);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Theory]
    [InlineData("('zlib',3)", "zlib")]
    [InlineData("('gzip',3)", "gzip")]
    [InlineData("('bz2',3)", "bzip2")]
    [InlineData("('xz',3)", "xz")]
    [InlineData("('lzma',3)", "lzma")]
    [InlineData("('lz4',3)", "lz4")]
    public void EveryCompressorOfJoblibIsUndone(string compress, string format)
    {
        if (format == "lz4")
        {
            CPython.Needs("lz4.frame");
        }

        TargetReport target = Scans.Of(Joblib(["{'a': np.arange(1000.0), 'o': np.array([None, np.arange(3)],dtype=object)}"], compress)[0]);
        Assert.Equal([format], target.Formats);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Fact]
    public void ModelOfScikitLearnPassesWhole()
    {
        CPython.Needs("sklearn");
        byte[] bytes = Write("joblib", """
            import joblib, numpy as np
            from sklearn.ensemble import RandomForestClassifier
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler
            x=np.random.RandomState(0).rand(40,3); y=np.array(['a','b'])[(x[:,0]>.5).astype(int)]
            """, "joblib.dump({0},b)", ["make_pipeline(StandardScaler(),RandomForestClassifier(3,random_state=0)).fit(x,y)"])[0];
        TargetReport target = Scans.Of(bytes);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Fact]
    public void CallBehindAnArrayOfJoblibIsFound()
    {
        byte[] bytes = Joblib("[np.arange(100.0), 1]");
        byte[] call = PickleBuilder.Start().Pop().Call("os", "system", "id").Stop().ToArray();
        TargetReport target = Scans.Of([.. bytes[..^1], .. call]);
        Assert.Contains("os.system", target.Callables());
        target.AssertComplete();
    }

    [Fact]
    public void CallInsideTheObjectsOfAnArrayIsFound()
    {
        byte[] bytes = Joblib("[np.array([eval('type')('C',(),{'__reduce__':lambda s:(__import__('os').system,('id',))})()],dtype=object), np.arange(4.0)]");
        TargetReport target = Scans.Of(bytes);
        Assert.Contains(target.Callables(), c => c is "os.system" or "posix.system");
        Assert.Equal(Verdict.Malicious, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void ArrayOfJoblibThatIsCutIsTruncated()
    {
        TargetReport target = Scans.Of(Joblib("np.arange(1000.0)")[..^100]);
        Assert.Equal([UnreadCause.Truncated], target.Causes());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void CallInsideACutArrayOfJoblibIsFoundForPlainUnpicklers()
    {
        // joblib.load fails at the missing bytes; pickle.load takes the array's bytes for opcodes and runs them.
        byte[] bytes = Joblib("np.arange(1000.0)");
        int build = bytes.AsSpan(0, bytes.Length - 8001).TrimEnd((byte)0xFF).Length - 1;
        TargetReport target = Scans.Of([.. bytes[..build], .. PickleBuilder.Start().Call("os", "system", "id").Stop().ToArray()]);
        Assert.Contains("os.system", target.Callables());
    }

    [Fact]
    public void ArrayOfJoblibThatIsOutOfAllProportionIsSaid()
    {
        byte[] bytes = Joblib("np.zeros((1<<40,0))");
        int shape = bytes.AsSpan().IndexOf((byte[])[0, 0, 0, 0, 0, 1, (byte)Assay.Pickle.Op.BININT1, 0]);
        bytes[shape + 7] = 1;
        TargetReport target = Scans.Of(bytes);
        Assert.Contains("joblib.declares-more", target.Anomalies());
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Theory]
    [MemberData(nameof(Legacy))]
    public void LegacyFileOfTorchIsWalkedToTheEnd(string value)
    {
        TargetReport target = Scans.Of(s_legacyFiles.Value[Array.IndexOf(s_legacy, value)]);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.DoesNotContain("pickle.second-stream", target.Anomalies());
    }

    [Fact]
    public void PickleBehindTheStoragesOfALegacyFileIsFound()
    {
        byte[] bytes = s_legacyFiles.Value[0];
        Assert.Contains("os.system", Scans.Of([.. bytes, .. Scans.Canary]).Callables());
    }

    [Fact]
    public void LegacyFileWhoseStoragesAreCutIsTruncated()
    {
        byte[] bytes = s_legacyFiles.Value[0];
        TargetReport target = Scans.Of(bytes[..^50]);
        Assert.Equal([UnreadCause.Truncated], target.Causes());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Fact]
    public void ZipFilesOfTorchAreReadWhole()
    {
        foreach (byte[] bytes in Torch(["{'w': torch.arange(6.0)}", "torch.nn.Linear(3,2)", "[t[2:5], t[5:]]"]))
        {
            TargetReport target = Scans.Of(bytes);
            Assert.Contains("zip", target.Formats);
            target.AssertComplete();
            Assert.Equal(Verdict.Passed, target.Verdict);
        }
    }

    [Fact]
    public void LegacyTarIsWalkedMemberByMember()
    {
        // The layout that torch 0.1.1 wrote and torch.load still reads; no installed version writes it.
        byte[] bytes = CPython.Run("""
            import io,sys,pickle,struct,tarfile
            def p(o): return pickle.dumps(o,2)
            class Storage: pass
            cls=b"ctorch\nFloatStorage\n"
            record=b"\x80\x02("+b"K\x00X\x03\x00\x00\x00cpu"+cls+b"t."
            storages=p(1)+record+struct.pack('<q',4)+struct.pack('<4f',1,2,3,4)+p([])
            tensor=b"\x80\x02(K\x01K\x00"+b"ctorch\nFloatTensor\n"+b"t."
            tensors=p(1)+tensor+struct.pack('<i',1)+b'\0\0\0\0'+struct.pack('<qqq',4,1,0)
            members={'sys_info':p({'protocol_version':1000,'little_endian':True}),'pickle':b"\x80\x02}X\x01\x00\x00\x00wQs." if 0 else p({'w':1}),'storages':storages,'tensors':tensors}
            b=io.BytesIO(); t=tarfile.open(fileobj=b,mode='w',format=tarfile.PAX_FORMAT)
            for n,d in members.items():
                i=tarfile.TarInfo(n); i.size=len(d); t.addfile(i,io.BytesIO(d))
            t.close(); sys.stdout.buffer.write(b.getvalue())
            """);
        TargetReport target = Scans.Of(bytes);
        Assert.Contains("tar", target.Formats);
        Assert.Contains("torch-tar-member", target.Facts.OfType<FormatFact>().Select(f => f.Format));
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
    }
}
