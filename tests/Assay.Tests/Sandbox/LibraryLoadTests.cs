// The loaders of pandas, h5py, ONNX and TorchScript, and pickles that are packed, tried for real.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox.Loading;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class LibraryLoadTests(Boxed box) : IClassFixture<Boxed>
{
    private const string Frame = """
        import numpy, pandas, sys
        frame = pandas.DataFrame({
            'i': range(4), 'f': numpy.linspace(0, 1, 4), 's': list('abcd'), 'c': pandas.Categorical(list('xyxy')),
            'd': pandas.date_range('2020', periods=4, tz='Europe/Berlin'), 't': pandas.to_timedelta(range(4), unit='s'),
            'p': pandas.period_range('2020', periods=4, freq='M'), 'n': pandas.array([1, None, 2, 3], dtype='Int64'),
            'b': pandas.array([True, None, False, True], dtype='boolean'), 'st': pandas.array(list('abcd'), dtype='string'),
            'iv': pandas.interval_range(0, 4), 'sp': pandas.arrays.SparseArray([0, 0, 1, 2])})
        def packed(thing, compression, protocol=5):
            import os, tempfile
            with tempfile.TemporaryDirectory() as folder:
                thing.to_pickle(os.path.join(folder, 'x'), compression=compression, protocol=protocol)
                with open(os.path.join(folder, 'x'), 'rb') as file:
                    sys.stdout.buffer.write(file.read())

        """;

    private const string Packing = """
        import bz2, gzip, io, lzma, sys, tarfile, zipfile
        data = bytes.fromhex(sys.argv[1])
        def tar(data):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode='w') as file:
                member = tarfile.TarInfo('x')
                member.size = len(data)
                file.addfile(member, io.BytesIO(data))
            return out.getvalue()
        def zip(data):
            out = io.BytesIO()
            with zipfile.ZipFile(out, 'w') as file:
                file.writestr('x', data)
            return out.getvalue()
        def zstd(data):
            import zstandard
            return zstandard.compress(data)

        """;

    private const string Hdf5 = """
        import h5py, numpy, sys, tempfile
        name = tempfile.mktemp()
        def write(fill, **how):
            import os
            with h5py.File(name, 'w', **how) as file:
                fill(file)
            with open(name, 'rb') as file:
                sys.stdout.buffer.write(file.read())
            os.remove(name)
        def all_kinds(f):
            f['w'] = numpy.arange(1000.0)
            f.create_dataset('z', data=numpy.arange(10000), compression='gzip', chunks=(1000,), shuffle=True)
            f.create_dataset('l', data=numpy.arange(100), compression='lzf')
            f.create_group('g/h')['x'] = [b'a', b'b']
            f['v'] = numpy.array(['a', 'bc'], dtype=h5py.string_dtype())
            f['soft'], f['e'], f['r'] = h5py.SoftLink('/w'), h5py.Empty('f'), f['w'].ref
            f.attrs['n'] = 'x'
        def virtual(f):
            layout = h5py.VirtualLayout(shape=(4,), dtype='f8')
            layout[:] = h5py.VirtualSource('/home/mara/.s' + 'sh/id_rsa', 'd', shape=(4,))
            f.create_virtual_dataset('v', layout, fillvalue=0)

        """;

    private const string Onnx = """
        import numpy, onnx, sys
        from onnx import TensorProto, external_data_helper, helper, numpy_helper
        def write(location=None):
            weights = numpy_helper.from_array(numpy.ones(4, 'f4'), 'b')
            if location:
                external_data_helper.set_external_data(weights, location, 0, 16)
                weights.ClearField('raw_data')
                weights.data_location = TensorProto.EXTERNAL
            a, c = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [4]) for n in 'ac')
            graph = helper.make_graph([helper.make_node('Add', ['a', 'b'], ['c'])], 'g', [a], [c], [weights])
            sys.stdout.buffer.write(helper.make_model(graph).SerializeToString())

        """;

    /// <summary>What pandas writes, and the loaders that must have loaded it.</summary>
    public static TheoryData<string, string[]> Frames => new()
    {
        { "packed(frame, None)", ["pickle.load", "pandas.read_pickle"] },
        { "packed(frame.set_index(['i', 's']), None, 2)", ["pickle.load", "pandas.read_pickle"] },
        { "packed(frame['d'], None)", ["pickle.load", "pandas.read_pickle"] },
        { "packed(frame, 'gzip')", ["pickle.load(gzip.open)", "joblib.load", "pandas.read_pickle"] },
        { "packed(frame, 'bz2')", ["pickle.load(bz2.open)", "joblib.load", "pandas.read_pickle"] },
        { "packed(frame, 'xz')", ["pickle.load(lzma.open)", "joblib.load", "pandas.read_pickle"] },
        { "packed(frame, 'zip')", ["pandas.read_pickle"] },
        { "packed(frame, 'tar')", ["pandas.read_pickle"] },
        { "packed(frame, 'zstd')", ["pickle.loads(zstandard)", "pandas.read_pickle"] },
    };

    [Theory]
    [MemberData(nameof(Frames))]
    public void ATableIsLoadedAndGivesNoFinding(string write, string[] loaders)
    {
        Boxed.Needs();
        CPython.Needs("pandas");
        CPython.Needs("zstandard");
        TargetReport report = Report(CPython.Run(Frame + write));
        Assert.DoesNotContain(report.Unread, u => u.Cause == UnreadCause.NotDetonated);
        Assert.DoesNotContain(report.Findings, f => f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal));
        // Each of them looked up the classes of the table.
        Assert.Equal(loaders, report.Events.Where(e => e.Subject.StartsWith("pandas.", StringComparison.Ordinal)).Select(e => e.Loader).Distinct());
    }

    /// <summary>How a payload is packed, and the loaders that must have run it.</summary>
    public static TheoryData<string, string[]> Packed => new()
    {
        { "gzip.compress(data)", ["pickle.load(gzip.open)", "joblib.load", "pandas.read_pickle"] },
        { "bz2.compress(data)", ["pickle.load(bz2.open)", "joblib.load", "pandas.read_pickle"] },
        { "lzma.compress(data)", ["pickle.load(lzma.open)", "joblib.load", "pandas.read_pickle"] },
        { "lzma.compress(data, format=lzma.FORMAT_ALONE)", ["pickle.load(lzma.open)", "joblib.load", "pandas.read_pickle"] },
        { "zip(data)", ["pandas.read_pickle"] },
        { "tar(data)", ["pandas.read_pickle"] },
        { "zstd(data)", ["pickle.loads(zstandard)"] },
    };

    [Theory]
    [MemberData(nameof(Packed))]
    public void APackedPayloadRunsInEachLoaderThatOpensIt(string pack, string[] loaders)
    {
        Boxed.Needs();
        CPython.Needs("pandas");
        CPython.Needs("joblib");
        CPython.Needs("zstandard");
        string payload = Convert.ToHexStringLower(Boxed.Running("import os\nos.system('ec' + 'ho x')"));
        byte[] model = CPython.Program("/usr/bin/python3", ["-c", Packing + $"sys.stdout.buffer.write({pack})", payload]);
        TargetReport report = Report(model);
        Assert.DoesNotContain(report.Unread, u => u.Cause == UnreadCause.NotDetonated);
        Assert.Equal(loaders, report.Events.Where(e => e.Kind == "process-start").Select(e => e.Loader).Distinct());
        Assert.Contains(report.Findings, f => f.Rule.Id == "observed-command" && f.Severity == Severity.Critical);
    }

    [Fact]
    public void ATablesPayloadRunsInPandas()
    {
        Boxed.Needs();
        CPython.Needs("pandas");
        TargetReport report = Report(CPython.Run(Frame + """
            import os
            class Late:
                def __reduce__(self):
                    return eval, ("__import__('os').sys" + "tem('ec' + 'ho x')",)
            packed(pandas.DataFrame({'a': [Late()]}), None)
            """));
        Assert.Equal(["pickle.load", "pandas.read_pickle"], report.Events.Where(e => e.Kind == "process-start").Select(e => e.Loader).Distinct());
    }

    /// <summary>What an HDF5 file holds, and the kind and subject of what must be seen; empty for nothing at all.</summary>
    public static TheoryData<string, string, string> Hdf5Files => new()
    {
        { "write(all_kinds)", "", "" },
        { "write(lambda f: f.__setitem__('x', h5py.ExternalLink('../mara/.net' + 'rc', '/a')))", "secret-read", "/home/mara/.netrc" },
        { "write(lambda f: f.__setitem__('x', h5py.ExternalLink('other.h5', '/a')))", "missing-file", "/home/mara/other.h5" },
        { "write(lambda f: f.__setitem__('x', h5py.ExternalLink('parts/other.h5', '/a')))", "missing-file", "/home/mara/parts/other.h5" },
        { "write(lambda f: f.create_dataset('x', shape=(8,), dtype='u1', external=[('/etc/pass' + 'wd', 0, 8)]))", "machine-look", "/etc/passwd" },
        { "write(virtual, libver='latest')", "secret-read", "/home/mara/.ssh/id_rsa" },
    };

    [Theory]
    [MemberData(nameof(Hdf5Files))]
    public void WhatAnHdf5FileReachesForIsSeen(string write, string kind, string subject)
    {
        Boxed.Needs();
        CPython.Needs("h5py");
        LoadResult result = box.Load(CPython.Run(Hdf5 + write), "h5py.File", "h5py", "h5py");
        Assert.Equal((LoadEnd.Loaded, "builtins.list"), (result.End, result.Detail));
        BehaviourFact[] seen = [.. result.Events.Where(e => e.Source == BehaviourSource.Syscall)];
        Assert.Equal(kind.Length == 0, seen.Length == 0);
        Assert.True(kind.Length == 0 || seen.Any(e => e.Kind == kind && e.Subject == subject), string.Join('\n', seen.Select(e => e.Kind + " " + e.Subject)));
        Assert.Equal(kind == "secret-read", FactBuilder.Judge([.. result.Events]).Any(f => f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal)));
    }

    [Fact]
    public void AnHdf5FileThatOnlyH5pyLoadsIsDetonated()
    {
        Boxed.Needs();
        CPython.Needs("h5py");
        Assert.DoesNotContain(Report(CPython.Run(Hdf5 + "write(all_kinds)")).Unread, u => u.Cause == UnreadCause.NotDetonated);
    }

    [Fact]
    public void AnOnnxModelIsLoaded()
    {
        Boxed.Needs();
        CPython.Needs("onnx");
        LoadResult result = box.Load(CPython.Run(Onnx + "write()"), "onnx.load", "onnx", "onnx");
        Assert.Equal(LoadEnd.Loaded, result.End);
        Assert.EndsWith("ModelProto", result.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain(result.Events, e => e.Source == BehaviourSource.Syscall);
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
    }

    [Theory]
    [InlineData("weights.bin", "missing-file", "/home/mara/weights.bin")]
    [InlineData("parts/weights.bin", "missing-file", "/home/mara/parts/weights.bin")]
    [InlineData("x/../.aws/credentials", "secret-read", "/home/mara/.aws/credentials")]
    [InlineData("x/../../../etc/passwd", "machine-look", "/etc/passwd")]
    public void OutsideDataOfAnOnnxModelIsSeen(string location, string kind, string subject)
    {
        Boxed.Needs();
        CPython.Needs("onnx");
        LoadResult result = box.Load(CPython.Run(Onnx + $"write('{location}')"), "onnx.load", "onnx", "onnx");
        // A newer onnx refuses locations outside of the model's folder before it opens anything.
        Assert.SkipWhen(result.Detail.StartsWith("onnx.onnx_cpp2py_export.checker.ValidationError", StringComparison.Ordinal), result.Detail);
        Assert.Contains(result.Events, e => e.Source == BehaviourSource.Syscall && e.Kind == kind && e.Subject == subject);
    }

    [Theory]
    [InlineData("torch.jit.script(torch.nn.Linear(3, 2))")]
    [InlineData("torch.jit.trace(torch.nn.Linear(3, 2), torch.zeros(1, 3))")]
    public void ATorchScriptIsLoadedByTorchJit(string module)
    {
        Boxed.Needs();
        CPython.Needs("torch");
        byte[] model = CPython.Run($"import torch, sys, io\nb = io.BytesIO()\ntorch.jit.save({module}, b)\nsys.stdout.buffer.write(b.getvalue())");
        LoadResult result = box.Load(model, "torch.jit.load", "torch", "torch");
        Assert.Equal(LoadEnd.Loaded, result.End);
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
    }

    private TargetReport Report(byte[] model) =>
        new Scanner(new ScanOptions { Rules = RuleSet.Default, TestLoad = box.Loader })
            .Scan(new ScanInput { Path = "model", Open = () => new MemorySource(model), Named = true }, TestContext.Current.CancellationToken)
            .Report!;
}
