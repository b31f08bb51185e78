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
    /// <summary>What <paramref name="value"/> is when joblib has written it.</summary>
    private static byte[] Joblib(string value, string compress = "0") => Run("joblib", $"""
        import io,sys,numpy as np,joblib
        from datetime import date
        b=io.BytesIO()
        joblib.dump({value},b,compress={compress})
        sys.stdout.buffer.write(b.getvalue())
        """);

    private static byte[] Torch(string script) => Run("torch", $"""
        import io,sys,torch
        b=io.BytesIO()
        {script}
        sys.stdout.buffer.write(b.getvalue())
        """);

    private static byte[] Run(string module, string script)
    {
        _ = NumpyOracle.Run("", "", module);
        return Python.Run("import warnings\nwarnings.simplefilter('ignore')\n" + script);
    }

    [Theory]
    [InlineData("np.arange(10.0)")]
    [InlineData("np.arange(12).reshape(3,4)")]
    [InlineData("np.asfortranarray(np.arange(12).reshape(3,4))")]
    [InlineData("np.array(5)")]
    [InlineData("np.zeros((0,3))")]
    [InlineData("np.zeros(3,dtype=[('a','<i4'),('b','S7'),('c','<f8',(2,2))])")]
    [InlineData("np.array(['x','long text'])")]
    [InlineData("np.array([True,False])")]
    [InlineData("np.array(['2020-01-01'],dtype='M8[D]')")]
    [InlineData("np.zeros(4,dtype='V5')")]
    [InlineData("np.arange(6,dtype='>u2')[::2]")]
    [InlineData("np.zeros(3,dtype='c16')")]
    [InlineData("[np.arange(3), {'w': np.ones((2,2)), 'n': [np.float32(1.5), np.arange(2)]}, 'end']")]
    [InlineData("np.array([1,'two',None],dtype=object)")]
    [InlineData("np.array([[1,2],[3,None]],dtype=object)")]
    [InlineData("[np.array([np.arange(3), np.array([np.ones(2),'x'],dtype=object), None],dtype=object), np.arange(5)]")]
    [InlineData("np.array([date(2020,1,1)],dtype=object)")]
    [InlineData("np.memmap('/dev/zero',shape=4,mode='r') if False else np.ma.masked_array([1,2,3],[0,1,0])")]
    [InlineData("np.rec.array([(1,2.0)],dtype=[('x','i4'),('y','f8')])")]
    [InlineData("np.matrix([[1,2],[3,4]])")]
    public void EveryKindOfArrayOfJoblibIsWalkedToTheEnd(string value)
    {
        TargetReport target = Scans.Of(Joblib(value));
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
            _ = NumpyOracle.Run("", "", "lz4.frame");
        }

        TargetReport target = Scans.Of(Joblib("{'a': np.arange(1000.0), 'o': np.array([None, np.arange(3)],dtype=object)}", compress));
        Assert.Equal([format], target.Formats);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Fact]
    public void ModelOfScikitLearnPassesWhole()
    {
        _ = NumpyOracle.Run("", "", "sklearn");
        byte[] bytes = Run("joblib", """
            import io,sys,joblib,numpy as np
            from sklearn.ensemble import RandomForestClassifier
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler
            x=np.random.RandomState(0).rand(40,3); y=np.array(['a','b'])[(x[:,0]>.5).astype(int)]
            b=io.BytesIO(); joblib.dump(make_pipeline(StandardScaler(),RandomForestClassifier(3,random_state=0)).fit(x,y),b)
            sys.stdout.buffer.write(b.getvalue())
            """);
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
    public void ArrayOfJoblibThatDeclaresTooMuchIsUnread()
    {
        byte[] bytes = Joblib("np.arange(1000.0)");
        TargetReport target = Scans.Of(bytes[..^100]);
        Assert.Contains("joblib.truncated", target.Anomalies());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Theory]
    [InlineData("torch.save({'w': torch.arange(6.0), 'h': torch.ones(3,dtype=torch.float16)}, b, _use_new_zipfile_serialization=False)")]
    [InlineData("t=torch.arange(10.0); torch.save([t[2:5], t[5:], t.reshape(2,5).t()], b, _use_new_zipfile_serialization=False)")]
    [InlineData("torch.save([torch.zeros(0), torch.tensor(1), torch.tensor([True]), torch.zeros(2,dtype=torch.complex64)], b, _use_new_zipfile_serialization=False)")]
    [InlineData("torch.save(torch.nn.Sequential(torch.nn.Linear(3,2),torch.nn.ReLU()).state_dict(), b, _use_new_zipfile_serialization=False)")]
    [InlineData("torch.save('no tensor at all', b, _use_new_zipfile_serialization=False)")]
    public void LegacyFileOfTorchIsWalkedToTheEnd(string script)
    {
        TargetReport target = Scans.Of(Torch(script));
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.DoesNotContain("pickle.second-stream", target.Anomalies());
    }

    [Fact]
    public void PickleBehindTheStoragesOfALegacyFileIsFound()
    {
        byte[] bytes = Torch("torch.save({'w': torch.arange(600.0)}, b, _use_new_zipfile_serialization=False)");
        Assert.Contains("os.system", Scans.Of([.. bytes, .. Scans.Canary]).Callables());
    }

    [Fact]
    public void LegacyFileWhoseStoragesAreCutIsTruncated()
    {
        byte[] bytes = Torch("torch.save({'w': torch.arange(600.0)}, b, _use_new_zipfile_serialization=False)");
        TargetReport target = Scans.Of(bytes[..^50]);
        Assert.Equal([UnreadCause.Truncated], target.Causes());
        Assert.Equal(Verdict.Incomplete, target.Verdict);
    }

    [Theory]
    [InlineData("torch.save({'w': torch.arange(6.0)}, b)")]
    [InlineData("torch.save(torch.nn.Linear(3,2), b)")]
    public void ZipFileOfTorchIsReadWhole(string script)
    {
        TargetReport target = Scans.Of(Torch(script));
        Assert.Contains("zip", target.Formats);
        target.AssertComplete();
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Fact]
    public void LegacyTarIsWalkedMemberByMember()
    {
        // The layout that torch 0.1.1 wrote and torch.load still reads; no installed version writes it.
        byte[] bytes = Python.Run("""
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

    [Fact]
    public void NamesInTheFilesDoNotMatter()
    {
        byte[] bytes = Joblib("np.arange(3)");
        Assert.Equal(Scans.Of(bytes, "a.joblib").Verdict, Scans.Of(bytes, Encoding.UTF8.GetString("x.txt"u8)).Verdict);
    }
}
