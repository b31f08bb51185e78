// PyTorch, joblib and NumPy files from bytes to verdict, where no published bypass has the case.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Requirements;

public sealed class TorchAndNumpyTests
{
    [Theory]
    [InlineData("archive", "model.pt")]
    [InlineData("pytorch_model", "pytorch_model.bin")]
    [InlineData("a/b/c", "model.pth")]
    [InlineData("..x", "last.ckpt")]
    public void T056_ThePickleUnderAnyFolderIsRead(string folder, string path)
    {
        TargetReport report = Scanned.Bytes(TorchFiles.Members(PickleOf(TorchFiles.Checkpoint(Call("os", "system", "id"))), folder).Build(), path);
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
        Assert.Contains(report.Findings, f => f.Path == $"{path}!/{folder}/data.pkl");
    }

    [Fact]
    public void T056_AnHonestCheckpointIsPassed()
    {
        TargetReport report = Scanned.Bytes(TorchFiles.Zip(3), "model.pt");
        Assert.True(report.Verdict == Verdict.Passed && report.Unread.Count == 0, report.Describe());
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("tar")]
    [InlineData("gz")]
    [InlineData("zst")]
    [InlineData("xz")]
    [InlineData("7z")]
    public void T064_AnHonestFileInAWrapperIsPassed(string wrapper)
    {
        byte[] file = TorchFiles.Zip(3);
        byte[] packed = wrapper switch
        {
            "zip" => new ZipBuilder().Add("model.pt", file, 8).Build(),
            "tar" => new TarBuilder().Add("model.pt", file).Build(),
            "7z" => Wrapping.SevenZip("model.pt", file),
            _ => Wrapping.Compress(wrapper, file),
        };
        TargetReport report = Scanned.Bytes(packed, "model.pt");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData("f4", 1_000_000, Verdict.Incomplete)] // As a torn download has it.
    [InlineData("f4", 2_000_000_000, Verdict.Suspicious)]
    [InlineData("zz", 4, Verdict.Suspicious)]
    [InlineData("f4", -1, Verdict.Suspicious)]
    public void T085_AForgedWrapperIsNeverPassed(string type, int shape, Verdict least)
    {
        byte[] pickle = PickleOf(List(NumpyFiles.JoblibArray(new byte[16], type, Tuple(shape)), Call("os", "system", "id")), 4);
        TargetReport report = Scanned.Bytes(pickle, "model.joblib");
        Assert.True(report.Verdict >= least, report.Describe());
    }

    [Fact]
    public void T085_APickleInsideAnArrayIsWhatAPlainUnpicklerRuns()
    {
        // joblib steps over the array; pickle.load knows no arrays and takes the bytes for opcodes.
        byte[] payload = PickleOf(Call("os", "system", "id"));
        byte[] data = [.. payload, .. new byte[4 - (payload.Length % 4)]];
        TargetReport report = Scanned.Bytes(PickleOf(List(NumpyFiles.JoblibArray(data), 1), 4), "model.joblib");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Theory]
    [InlineData("{'descr': __import__('os').system('id'), 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'extra': 1, }")]
    [InlineData("{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }")]
    [InlineData("[]")]
    public void T089_AHeaderThatNoNumpyWritesIsNeverPassed(string header)
    {
        TargetReport report = Scanned.Bytes(NumpyFiles.Npy(header, new byte[8]), "array.npy");
        Assert.True(report.Verdict > Verdict.Passed, report.Describe());
    }

    [Fact]
    public void T089_AStructuredTypeWithObjectsIsReadAsThePickleItIs()
    {
        byte[] file = NumpyFiles.Npy("{'descr': [('a', '<f4'), ('b', '|O')], 'fortran_order': False, 'shape': (1,), }", PickleOf(Call("os", "system", "id")));
        Assert.Equal(Verdict.Malicious, Scanned.Bytes(file, "array.npy").Verdict);
    }

    [Theory]
    [InlineData("(4000000000,)")]
    [InlineData("(100000, 100000)")]
    public void T090_AnArrayThatDeclaresMoreThanThereIsIsToldAndAllocatesNothing(string shape)
    {
        byte[] file = NumpyFiles.Npy($"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}", new byte[64]);
        Scanned.Bytes(file, "array.npy");
        long before = GC.GetAllocatedBytesForCurrentThread();
        TargetReport report = Scanned.Bytes(file, "array.npy");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
        Assert.True(report.Verdict >= Verdict.Suspicious && report.Is("numpy-array-desync"), report.Describe());
    }

    [Fact]
    public void T091_WhatScikitLearnWritesIsPassed()
    {
        string[] files = RealFiles(
            """
            import io, base64, warnings, numpy as np
            warnings.simplefilter('ignore')
            try:
                import joblib, pickle
                from sklearn.ensemble import RandomForestClassifier
                from sklearn.pipeline import make_pipeline
                from sklearn.preprocessing import StandardScaler
                from sklearn.linear_model import LogisticRegression
                from sklearn.feature_extraction.text import TfidfVectorizer
            except ImportError:
                raise SystemExit(0)
            x = np.random.RandomState(0).rand(20, 3); y = np.arange(20) % 2
            models = [RandomForestClassifier(3, random_state=np.random.RandomState(1)).fit(x, y), make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y),
                      TfidfVectorizer().fit(['a bc', 'bc de']), np.random.RandomState(3), np.random.default_rng(1), x, x[0], np.float32(1)]
            for model in models:
                f = io.BytesIO(); joblib.dump(model, f); print(base64.b64encode(f.getvalue()).decode())
                for p in (2, 4): print(base64.b64encode(pickle.dumps(model, p)).decode())
            """);
        foreach (string file in files)
        {
            TargetReport report = Scanned.Bytes(Convert.FromBase64String(file), "model.joblib");
            Assert.True(report.Verdict == Verdict.Passed && report.Unread.Count == 0, report.Describe());
        }
    }

    [Theory]
    [InlineData("numpy.core.multiarray")]
    [InlineData("numpy._core.multiarray")]
    public void T091_BothNamesOfTheCoreArePassed(string module)
    {
        object array = Built(
            Call(module, "_reconstruct", Import("numpy", "ndarray"), Tuple(0), new byte[] { (byte)'b' }),
            Tuple(1, Tuple(2), NumpyFiles.DataType("f4"), false, new byte[8]));
        TargetReport report = Scanned.Bytes(PickleOf(array, 4));
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData("os", "system", Verdict.Malicious)]
    [InlineData("builtins", "eval", Verdict.Malicious)]
    [InlineData("numpy", "log1p", Verdict.Passed)]
    [InlineData("mypackage.text", "tokenize", Verdict.Passed)]
    public void T092_AFunctionInATransformerIsJudgedByItsName(string module, string name, Verdict verdict)
    {
        object model = Built(New("sklearn.preprocessing._function_transformer", "FunctionTransformer"), Dict("func", Import(module, name), "validate", false));
        TargetReport report = Scanned.Bytes(PickleOf(model, 4));
        Assert.True(report.Verdict == verdict, report.Describe());
    }

    /// <summary>The lines that a script prints; the test is skipped where what it imports is not there.</summary>
    internal static string[] RealFiles(string script)
    {
        string[] lines = System.Text.Encoding.ASCII.GetString(CPython.Run(script)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.SkipWhen(lines.Length == 0, "What writes these files is not installed.");
        return lines;
    }
}
