// What the machine around the box has that a load must not reach.
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.Versioning;

namespace Assay.Tests.Sandbox;

/// <summary>Files, sockets and a process of the host, and a way to try the attempts outside the box as the same unprivileged user.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class HostBait : IDisposable
{
    private const string Secret = "ASSAY_TEST_SECRET";
    private readonly string _folder = Directory.CreateTempSubdirectory("assay-bait-").FullName;
    private readonly List<Socket> _sockets = [];
    private readonly Process? _victim;
    private readonly Dictionary<string, string> _names = [];

    public HostBait()
    {
        if (PlainBubblewrap.Refusal is not null)
        {
            return;
        }

        Environment.SetEnvironmentVariable(Secret, "x");
        File.SetUnixFileMode(_folder, (UnixFileMode)0x1FF);
        string mark = "assay-victim-" + Guid.NewGuid().ToString("N");
        ProcessStartInfo victim = As("/usr/bin/python3", ["-I", "-c", "import time; print('up', flush=True); time.sleep(600)", mark]);
        _victim = Process.Start(victim)!;
        _ = _victim.StandardOutput.ReadLine();
        _names["PID"] = _victim.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _names["PIDMARK"] = mark;
        _names["MARKER"] = Shared("marker", "marker");
        _names["MODEL"] = Shared("model", "a model of the host");
        _names["HOST"] = Dns.GetHostName();
        Socket tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _names["PORT"] = ((IPEndPoint)tcp.LocalEndPoint!).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        _names["SOCKET"] = mark;
        _names["SOCKETFILE"] = Path.Combine(_folder, "socket");
        _names["BUS"] = Path.Combine(_folder, "bus");
        Listen(tcp);
        Listen(Unix("\0" + mark));
        Listen(Unix(_names["SOCKETFILE"]));
        Listen(Unix(_names["BUS"]));
        File.SetUnixFileMode(_names["SOCKETFILE"], (UnixFileMode)0x1FF);
        File.SetUnixFileMode(_names["BUS"], (UnixFileMode)0x1FF);
    }

    /// <summary>The source of all attempts.</summary>
    public static string Source { get; } = Read();

    /// <summary>The attempts as they run in the box.</summary>
    internal string Inside() => Filled(_names.ToDictionary(n => n.Key, n => n.Key == "MODEL" ? "/home/mara/model" : n.Value));

    /// <summary>Tries one attempt outside, as an unprivileged user; returns the outcome.</summary>
    internal string Outside(string name)
    {
        string script = Filled(_names) + "\ntry:\n    run(" + PythonText(name) + ")\nexcept LookupError as error:\n    print(error)\n";
        // The shell leaves a descriptor open, as programs that start others often do.
        using Process process = Process.Start(As("/bin/sh", ["-c", "exec 9</etc/hostname; exec /usr/bin/python3 -I -c \"$0\"", script]))!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return said.Trim();
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Secret, null);
        _sockets.ForEach(s => s.Dispose());
        if (_victim is not null)
        {
            _victim.Kill();
            _victim.Dispose();
        }

        Directory.Delete(_folder, true);
    }

    private static ProcessStartInfo As(string program, string[] arguments)
    {
        string[] drop = Environment.IsPrivilegedProcess ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] : [];
        string[] all = [.. drop, program, .. arguments];
        return new ProcessStartInfo(all[0], all[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
    }

    private static string Filled(IReadOnlyDictionary<string, string> names)
    {
        string source = Source;
        foreach ((string name, string value) in names)
        {
            source = source.Replace("@" + name + "@", value, StringComparison.Ordinal);
        }

        return source;
    }

    private static string PythonText(string text) => "'" + text + "'";

    private static string Read()
    {
        using StreamReader reader = new(Assembly.GetExecutingAssembly().GetManifestResourceStream("sandbox/containment.py")!);
        return reader.ReadToEnd();
    }

    private static Socket Unix(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    private void Listen(Socket socket)
    {
        socket.Listen(100);
        _sockets.Add(socket);
    }

    private string Shared(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, (UnixFileMode)0x1B6);
        return path;
    }
}
