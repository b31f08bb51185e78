// Ordinary models of the real libraries give no finding in a test load.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Sandbox;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class BenignLoadTests(Boxed box) : IClassFixture<Boxed>
{
    /// <summary>The module that a script needs, and the script: it writes a model to standard output.</summary>
    public static TheoryData<string, string> Models => new()
    {
        { "pickle", "import pickle, sys, datetime, decimal, collections\npickle.dump([datetime.date(2020, 1, 2), decimal.Decimal('1.5'), collections.deque([1]), {1: {2}}], sys.stdout.buffer)" },
        { "numpy", "import numpy, sys, io\nb = io.BytesIO()\nnumpy.save(b, numpy.arange(6.0).reshape(2, 3))\nsys.stdout.buffer.write(b.getvalue())" },
        { "numpy", "import numpy, sys, io\nb = io.BytesIO()\nnumpy.save(b, numpy.array([{'a': 1}, None], dtype=object))\nsys.stdout.buffer.write(b.getvalue())" },
        { "numpy", "import numpy, sys, io\nb = io.BytesIO()\nnumpy.savez_compressed(b, a=numpy.arange(4), b=numpy.zeros(3))\nsys.stdout.buffer.write(b.getvalue())" },
        { "dill", "import dill, sys\ndef f(x): return x + 1\nsys.stdout.buffer.write(dill.dumps({'f': f, 'g': lambda: 2}))" },
        { "cloudpickle", "import cloudpickle, sys\nclass C:\n    def f(self): return 1\nsys.stdout.buffer.write(cloudpickle.dumps([C, lambda x: x]))" },
        { "dill", "import dill, sys, typing\nclass Row(typing.NamedTuple):\n    a: int\n    b: str = 'x'\nsys.stdout.buffer.write(dill.dumps([Row(1), Row]))" },
        { "cloudpickle", "import cloudpickle, sys\ndef f(x, n=1, *, k={}): return x + n\nsys.stdout.buffer.write(cloudpickle.dumps(f))" },
        { "scipy", "import pickle, sys, scipy.stats, scipy.signal\npickle.dump([scipy.stats.norm(1, 2), scipy.signal.lti([1], [1, 2])], sys.stdout.buffer)" },
        { "joblib", "import joblib, numpy, sys, io\nb = io.BytesIO()\njoblib.dump({'a': numpy.arange(9)}, b)\nsys.stdout.buffer.write(b.getvalue())" },
        { "joblib", "import joblib, numpy, sys, io\nb = io.BytesIO()\njoblib.dump({'a': numpy.arange(9)}, b, compress=3)\nsys.stdout.buffer.write(b.getvalue())" },
        { "sklearn", "import pickle, sys\nfrom sklearn.linear_model import LogisticRegression\npickle.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), sys.stdout.buffer)" },
        { "sklearn", "import joblib, sys, io\nfrom sklearn.cluster import KMeans\nb = io.BytesIO()\njoblib.dump(KMeans(2, n_init=1).fit([[0.0], [1.0], [2.0]]), b)\nsys.stdout.buffer.write(b.getvalue())" },
        { "sklearn", "import pickle, sys\nfrom sklearn.ensemble import RandomForestClassifier\npickle.dump(RandomForestClassifier(3).fit([[0.0], [1.0]], [0, 1]), sys.stdout.buffer)" },
        { "torch", "import torch, sys, io\nb = io.BytesIO()\ntorch.save(torch.nn.Linear(3, 2).state_dict(), b)\nsys.stdout.buffer.write(b.getvalue())" },
        { "torch", "import torch, sys, io\nb = io.BytesIO()\ntorch.save(torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()), b)\nsys.stdout.buffer.write(b.getvalue())" },
        { "torch", "import torch, sys, io\nb = io.BytesIO()\ntorch.save(torch.optim.SGD(torch.nn.Linear(3, 2).parameters(), lr=0.1), b)\nsys.stdout.buffer.write(b.getvalue())" },
        { "torch", "import torch, sys, io\nb = io.BytesIO()\ntorch.save({'w': torch.zeros(3)}, b, _use_new_zipfile_serialization=False)\nsys.stdout.buffer.write(b.getvalue())" },
        { "torch", "import torch, sys, io\nb = io.BytesIO()\ntorch.jit.save(torch.jit.script(torch.nn.Linear(3, 2)), b)\nsys.stdout.buffer.write(b.getvalue())" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void IsLoadedAndGivesNoFinding(string module, string script)
    {
        Boxed.Needs();
        CPython.Needs(module);
        byte[] model = CPython.Run(script);
        TargetReport report = Report(model, box.Loader);
        Assert.DoesNotContain(report.Unread, u => u.Cause == UnreadCause.NotDetonated);
        Assert.DoesNotContain(report.Findings, f => f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal));
        Assert.Equal(Report(model, null).Verdict, report.Verdict);
    }

    [Fact]
    public void AMissingLibraryIsNotDetonated()
    {
        Boxed.Needs();
        byte[] model = PickleBuilder.Protocol(4).Global("no_such_library_of_ours", "Model").EmptyTuple().Reduce().Stop().ToArray();
        TargetReport report = Report(model, box.Loader);
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.NotDetonated);
        Assert.NotEqual(Verdict.Passed, report.Verdict);
    }

    [Fact]
    public void WithoutPythonNothingIsDetonated()
    {
        using TestLoader none = new(new SandboxOptions { Python = "/no/such/python3" });
        TargetReport report = Report(PickleBuilder.Protocol(4).None().Stop().ToArray(), none);
        Assert.Contains(report.Unread, u => u.Cause == UnreadCause.NotDetonated);
        Assert.Equal(Verdict.Incomplete, report.Verdict);
    }

    [Fact]
    public void ATestLoadNeverClearsAVerdict()
    {
        Boxed.Needs();
        // The call is on a path that the loader never takes: nothing happens, and the scan's word stands.
        byte[] model = PickleBuilder.Protocol(4).Global("functools", "partial").Global("os", "system").Str("x").Tuple2().Reduce().Pop().None().Stop().ToArray();
        TargetReport alone = Report(model, null);
        TargetReport loaded = Report(model, box.Loader);
        Assert.Equal(Verdict.Malicious, alone.Verdict);
        Assert.True(loaded.Verdict >= alone.Verdict);
        Assert.All(alone.Findings, a => Assert.Contains(loaded.Findings, l => l.ContentKey == a.ContentKey && l.Severity == a.Severity));
    }

    private static TargetReport Report(byte[] model, TestLoader? loader) =>
        new Scanner(new ScanOptions { Rules = RuleSet.Default, TestLoad = loader })
            .Scan(new ScanInput { Path = "model", Open = () => new MemorySource(model), Named = true }, TestContext.Current.CancellationToken)
            .Report!;
}
