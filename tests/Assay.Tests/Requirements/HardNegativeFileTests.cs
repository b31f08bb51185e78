// What ordinary models hold must pass as a whole file, with everything read.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Requirements;

public sealed class HardNegativeFileTests
{
    [Fact]
    public void T195_WhatTorchWritesIsPassed()
    {
        string[] files = TorchAndNumpyTests.RealFiles(
            """
            import io, base64, warnings
            warnings.simplefilter('ignore')
            try:
                import torch
            except ImportError:
                raise SystemExit(0)
            kinds = [torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.complex64]
            tensors = {str(k): torch.zeros(3, 2).to(k) for k in kinds}
            tensors['view'] = torch.zeros(6)[1:4]; tensors['turned'] = torch.zeros(2, 3).t(); tensors['empty'] = torch.zeros(0); tensors['scalar'] = torch.tensor(1.5)
            tensors['spread'] = torch.zeros(1).expand(1000)
            tensors['quantized'] = torch.quantize_per_tensor(torch.ones(4), 0.1, 0, torch.qint8)
            tensors['parameter'] = torch.nn.Parameter(torch.zeros(2)); tensors['size'] = torch.Size([1, 2]); tensors['device'] = torch.device('cpu'); tensors['dtype'] = torch.float32
            net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
            optimizer = torch.optim.Adam(net.parameters())
            net(torch.zeros(4, 3)).sum().backward(); optimizer.step()
            for value in [tensors, net.state_dict(), optimizer.state_dict(), net, {'epoch': 1, 'rng': torch.get_rng_state()}]:
                for zipped in (True, False):
                    f = io.BytesIO(); torch.save(value, f, _use_new_zipfile_serialization=zipped); print(base64.b64encode(f.getvalue()).decode())
            """);
        foreach (string file in files)
        {
            Passed(Convert.FromBase64String(file), "model.pt");
        }
    }

    [Fact]
    public void T196_AModelOfThirdPartyClassesIsANote()
    {
        TargetReport report = Passed(
            PickleOf(
                Built(
                    New("ultralytics.nn.tasks", "DetectionModel"),
                    Dict("mode", Call("builtins", "getattr", Import("timm_extra.enums", "Mode"), "TRAIN"), "stride", Call("builtins", "set", List(8, 16)), "at", Call("builtins", "slice", 1, 2, null))),
                4),
            "yolo.pt");
        Assert.True(report.Is("third-party-code"), report.Describe());
    }

    [Fact]
    public void T197_ArraysAndEncodedBytesPass() => Passed(
        PickleOf(
            List(
                Call("_codecs", "encode", "abc", "latin1"),
                Call("builtins", "bytearray", new byte[] { 1, 2 }),
                NumpyFiles.DataType("f8"),
                Call("numpy.core.multiarray", "scalar", NumpyFiles.DataType("f4"), new byte[4]),
                Call("numpy._core.numeric", "_frombuffer", new byte[8], NumpyFiles.DataType("f4"), Tuple(2), "C")),
            3),
        "arrays.pkl");

    [Fact]
    public void T198_OrdinaryValuesOfTheStandardLibraryPass() => Passed(
        PickleOf(
            List(
                Built(New("argparse", "Namespace"), Dict("lr", 1, "__doc__", "x")),
                Call("collections", "defaultdict", Import("builtins", "list")),
                Call("datetime", "datetime", new byte[10]),
                Call("pathlib", "PosixPath", "/", "a"),
                Call("decimal", "Decimal", "1.5"),
                Call("transformers.trainer_utils", "IntervalStrategy", "steps"),
                Call("functools", "partial", Import("torch.nn.functional", "relu"))),
            4),
        "training_args.bin");

    [Fact]
    public void T199_GettersInAPipelineAreNotes() => Passed(
        PickleOf(List(Call("operator", "attrgetter", "coef_"), Call("operator", "itemgetter", 0), Call("operator", "methodcaller", "predict")), 4),
        "pipeline.pkl");

    [Theory]
    [InlineData("eval(")]
    [InlineData("os.system")]
    [InlineData("import os; os.system('id')")]
    [InlineData("__class__")]
    [InlineData("cos\nsystem\n(S'id'\ntR.")]
    [InlineData("/bin/sh -c id")]
    public void T200_WordsOfAVocabularyAreData(string word) =>
        Passed(PickleOf(Dict("vocab", Dict(word, 1, "the", 2), "merges", List(word, "a b")), 4), "vocab.pkl");

    [Theory]
    [InlineData("README.md", "# Model\n\nNever run `os.system('rm -rf /')` or `eval(x)`.\n\n```python\nimport pickle, os\npickle.loads(data)\n```\n")]
    [InlineData("LICENSE", "Licensed under the Apache License. exec(\"x\") __import__('os')\n")]
    [InlineData("notes.txt", "cos means cosine\nsystem of equations\n(see below)\n")]
    [InlineData("notebook.ipynb", "{\"cells\": [{\"cell_type\": \"code\", \"source\": [\"import os\\n\", \"os.system('id')\"], \"outputs\": []}]}")]
    public void T201_CodeThatIsQuotedIsNoFinding(string path, string text)
    {
        TargetReport report = Scanned.Bytes(Encoding.UTF8.GetBytes(text), path);
        Assert.True(report.Verdict <= Verdict.Incomplete, report.Describe());
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'id'\ntR.")]
    [InlineData("PK\u0003\u0004")]
    [InlineData("MZ\u0090\0")]
    [InlineData("\u0080\u0004\u0095")]
    [InlineData("7z\u00bc\u00af\u0027\u001c")]
    public void T202_WeightsThatHoldSuchBytesPass(string bytes)
    {
        byte[] weights = new byte[4096];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = (byte)((i * 167) ^ (i >> 3));
        }

        Encoding.Latin1.GetBytes(bytes).CopyTo(weights, 1000);
        object tensor = Call("torch._utils", "_rebuild_tensor_v2", Storage("FloatStorage", "0", 1024), 0, Tuple(1024), Tuple(1), false, Call("collections", "OrderedDict"));
        Passed(new ZipBuilder().Add("archive/data.pkl", PickleOf(tensor)).Add("archive/data/0", weights).Add("archive/version", "3\n").Build(), "model.pt");
        Passed(NumpyFiles.Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1024,), }", weights), "array.npy");
        Passed(PickleOf(List(NumpyFiles.JoblibArray(weights), 1), 4), "model.joblib");
    }

    private static TargetReport Passed(byte[] file, string path)
    {
        TargetReport report = Scanned.Bytes(file, path);
        Assert.True(report.Verdict == Verdict.Passed && report.Unread.Count == 0, report.Describe());
        return report;
    }
}
