// Harmless stand-ins for what malicious models do; names and paths are computed when they run, so that no text gives them away.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class CanaryTests(Boxed box) : IClassFixture<Boxed>
{
    /// <summary>The family, what must be observed, by whom, and the source.</summary>
    public static TheoryData<string, string, BehaviourSource, string> Families => new()
    {
        { "command", "process-start", BehaviourSource.Syscall, "import os\ngetattr(os, 'sys' + 'tem')('ec' + 'ho x')" },
        { "subprocess", "process-start", BehaviourSource.Syscall, "import subprocess\nsubprocess.run(['/bin/' + 'tr' + 'ue'])" },
        { "fork and go on", "process-fork", BehaviourSource.Syscall, "import os, time\nif os.fork() == 0:\n    time.sleep(0.5)\n    os._exit(0)" },
        { "late program of a forked process", "process-start", BehaviourSource.Syscall, "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(1)\n    os.execv('/bin/' + 'true', ['true'])" },
        { "connection", "network-connect", BehaviourSource.Syscall, "import socket\ns = socket.socket()\ntry:\n    s.connect(('.'.join(['203', '0', '113', '7']), 4000 + 444))\nexcept OSError:\n    pass" },
        { "name lookup", "python-network", BehaviourSource.Python, "import socket\ntry:\n    socket.getaddrinfo('c2.' + 'example', 80)\nexcept OSError:\n    pass" },
        { "listening", "network-listen", BehaviourSource.Syscall, "import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 4444))\ns.listen(1)" },
        { "reading credentials", "secret-read", BehaviourSource.Syscall, "import os\nopen(os.path.expanduser('~/.a' + 'ws/cred' + 'entials')).read()" },
        { "reading a key", "secret-read", BehaviourSource.Syscall, "import os\nos.open(os.path.expanduser('~/.s' + 'sh/id_' + 'rsa'), 0)" },
        { "passing on a token", "secret-leaves", BehaviourSource.Syscall, "import os\nt = open(os.path.expanduser('~/.cache/hugging' + 'face/to' + 'ken')).read()\nopen('/tmp/' + 'out', 'w').write('x' + t)" },
        { "a token in a command", "secret-leaves", BehaviourSource.Syscall, "import os, subprocess\nt = open(os.path.expanduser('~/.net' + 'rc')).read()\nsubprocess.run(['/bin/true', t])" },
        { "writing a file", "file-write", BehaviourSource.Syscall, "import os\nopen(os.path.expanduser('~/.ba' + 'shrc'), 'a').write('x')" },
        { "deleting a file", "file-delete", BehaviourSource.Syscall, "import os\nos.remove(os.path.expanduser('~/.bash_' + 'history'))" },
        { "renaming a file", "file-rename", BehaviourSource.Syscall, "import os\nos.rename('/tmp', '/tmp2') if os.path.exists('/tmp3') else None\nopen('/tmp/a', 'w').close()\nos.rename('/tmp/a', '/tmp/b')" },
        { "linking a file", "file-link", BehaviourSource.Syscall, "import os\nos.symlink('/etc/pas' + 'swd', '/tmp/x')" },
        { "changing a mode", "file-mode", BehaviourSource.Syscall, "import os\nos.chmod(os.path.expanduser('~/.bash_' + 'history'), 0o777)" },
        { "native code", "process-start", BehaviourSource.Syscall, "import ctypes\nctypes.CDLL(None).system(b'ec' + b'ho x')" },
        { "executable memory", "executable-memory", BehaviourSource.Syscall, "import mmap\nmmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)" },
        { "file in memory", "memory-file", BehaviourSource.Syscall, "import os\ntry:\n    os.memfd_create('x')\nexcept OSError:\n    pass" },
        { "tracing", "forbidden", BehaviourSource.Syscall, "import ctypes\nctypes.CDLL(None).ptrace(0, 0, 0, 0)" },
        { "mounting", "forbidden", BehaviourSource.Syscall, "import ctypes\nctypes.CDLL(None).mount(b'x', b'/tmp', b'tmp' + b'fs', 0, None)" },
        { "marshalled code", "python-code", BehaviourSource.Python, "import marshal\nexec(marshal.loads(marshal.dumps(compile('1+1', 'x', 'exec'))))" },
        { "trace function", "python-tamper", BehaviourSource.Python, "import sys\nsys.settrace(lambda *a: None)\nsys.settrace(None)" },
        { "hook", "python-tamper", BehaviourSource.Python, "import sys\nsys.addaudithook(lambda *a: None)" },
        { "looking through objects", "python-tamper", BehaviourSource.Python, "import gc\ngc.get_objects()" },
        { "nested pickle", "python-lookup", BehaviourSource.Python, "import pickle\npickle.loads(b'c' + b'po' + b'six\\nsys' + b'tem\\n.')" },
        { "leaving the process", "load-no-end", BehaviourSource.Sandbox, "import os\nos._exit(0)" },
        { "leaving Python", "load-no-end", BehaviourSource.Sandbox, "import sys\nsys.exit(0)" },
        { "crash", "load-crash", BehaviourSource.Sandbox, "import ctypes\nctypes.string_at(8)" },
        { "memory", "limit-memory", BehaviourSource.Sandbox, "x = bytearray(40 << 30)" },
        { "thread that waits", "left-running", BehaviourSource.Sandbox, "import threading, time\nthreading.Thread(target=time.sleep, args=(30,), daemon=True).start()" },
        { "process that waits", "left-running", BehaviourSource.Sandbox, "import os, time\nif os.fork() == 0:\n    time.sleep(30)" },
        { "thread that acts later", "process-start", BehaviourSource.Syscall, "import threading, os\nthreading.Timer(1, lambda: os.system('ec' + 'ho x')).start()" },
        { "at the end of the process", "process-start", BehaviourSource.Syscall, "import atexit, os\natexit.register(lambda: os.system('ec' + 'ho x'))" },
        { "silence by closing", "events-touched", BehaviourSource.Syscall, "import os\ntry:\n    os.close(200)\nexcept OSError:\n    pass" },
        { "forged lines", "events-corrupt", BehaviourSource.Sandbox, "import os\nos.write(200, b'not json\\n')" },
        { "hooks wiped, then a command", "process-start", BehaviourSource.Syscall, "import os, sys\nm = sys.modules['__main__']\nos.write = lambda *a: 0\nos.system('ec' + 'ho x')" },
    };

    [Theory]
    [MemberData(nameof(Families))]
    public void IsObserved(string family, string kind, BehaviourSource source, string code)
    {
        _ = family;
        LoadResult result = box.Run(code);
        Assert.Contains(result.Events, e => e.Kind == kind && e.Source == source);
        Assert.Contains(FactBuilder.Judge([.. result.Events]), f => f.Severity >= Severity.Medium && f.Rule.Id.StartsWith("observed-", StringComparison.Ordinal));
    }

    [Fact]
    public void AnObjectThatActsWhenItIsUsedIsObserved()
    {
        // functools.partial(os.system, 'true'): nothing runs until somebody calls it.
        byte[] pickle = PickleBuilder.Protocol(4).Global("functools", "partial").Global("posix", "system").Str("true").Tuple2().Reduce().Stop().ToArray();
        LoadResult result = box.Load(pickle);
        Assert.Contains(result.Events, e => e is { Kind: "process-start", Phase: "use" });
    }

    [Fact]
    public void APayloadThatWaitsForADateIsSeenWithAShiftedClock()
    {
        Boxed.Needs();
        Assert.SkipUnless(File.Exists("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"), "libfaketime is not installed.");
        long late = DateTimeOffset.UtcNow.AddDays(200).ToUnixTimeSeconds();
        byte[] pickle = Boxed.Running($"import time, os\nif time.time() > {late}:\n    os.system('ec' + 'ho x')");
        LoadResult now = box.Load(pickle);
        Assert.Equal(LoadEnd.Loaded, now.End);
        Assert.DoesNotContain(now.Events, e => e.Kind == "process-start");
        using Assay.Bytes.MemorySource bytes = new(pickle);
        LoadResult later = box.Loader.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], new BoxSetting(400), TestContext.Current.CancellationToken);
        Assert.Contains(later.Events, e => e.Kind == "process-start");
    }

    [Fact]
    public void ManyProcessesThatTakeALittleMemoryEachAreStopped()
    {
        using Assay.Sandbox.TestLoader tight = new(new Assay.Sandbox.SandboxOptions { MemoryInAll = 256L << 20, Time = TimeSpan.FromSeconds(30) });
        Boxed.Needs();
        using Assay.Bytes.MemorySource bytes = new(Boxed.Running("import os, time\nfor i in range(8):\n    if os.fork() == 0:\n        break\nx = b'x' * (60 << 20)\ntime.sleep(25)"));
        LoadResult result = tight.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
        Assert.Equal(LoadEnd.Died, result.End);
        Assert.Contains(result.Events, e => e.Kind == "limit-memory");
    }

    [Fact]
    public void AHangIsEndedAndTold()
    {
        using Assay.Sandbox.TestLoader quick = new(new Assay.Sandbox.SandboxOptions { Time = TimeSpan.FromSeconds(2) });
        Boxed.Needs();
        using Assay.Bytes.MemorySource bytes = new(Boxed.Running("import time; time.sleep(600)"));
        LoadResult result = quick.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
        Assert.Equal(LoadEnd.TimedOut, result.End);
        Assert.Contains(result.Events, e => e.Kind == "load-timeout");
    }

    [Fact]
    public void SecretsThemselvesAreInNoReport()
    {
        LoadResult result = box.Run("import os\nt = open(os.path.expanduser('~/.aws/credentials')).read()\nopen('/tmp/out', 'w').write(t)");
        BehaviourFact leak = Assert.Single(result.Events, e => e.Kind == "secret-leaves");
        Assert.Contains("aws_access_key_id = {", leak.Subject, StringComparison.Ordinal);
        Assert.DoesNotContain("AKIA", leak.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public void ProcessesFormATree()
    {
        LoadResult result = box.Run("import os\nos.system('/bin/true; /bin/true')");
        BehaviourFact shell = result.Events.First(e => e.Kind == "process-start" && e.Subject == "/bin/sh");
        BehaviourFact program = result.Events.First(e => e.Kind == "process-start" && e.Subject == "/bin/true");
        Assert.Equal((2, 1), (shell.Process, shell.Parent));
        Assert.Equal(shell.Process, program.Parent);
    }

    [Fact]
    public void AnOrdinaryLoadIsSilent()
    {
        LoadResult result = box.Load(PickleBuilder.Protocol(4).Global("collections", "OrderedDict").EmptyTuple().Reduce().Stop().ToArray());
        Assert.Equal((LoadEnd.Loaded, "collections.OrderedDict"), (result.End, result.Detail));
        Assert.Empty(FactBuilder.Judge([.. result.Events]));
        Assert.DoesNotContain(result.Events, e => e.Source == BehaviourSource.Syscall);
    }
}
