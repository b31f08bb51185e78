// Asks CPython's unpicklers in a process that may do nothing.
using System.Buffers.Binary;
using System.Diagnostics;
using System.Reflection;

namespace Assay.Tests.Oracle;

/// <summary>
/// The recorder in a process of its own: unprivileged, without network, with limits on memory and time. It dies of streams that ask
/// for too much; it is then started again and goes on behind them.
/// </summary>
/// <param name="mode"><c>joblib</c> to ask joblib's unpickler alone.</param>
internal sealed class OracleProcess(params string[] mode) : IDisposable
{
    public const string PythonPath = "/usr/bin/python3";
    /// <summary>PyTorch's restricted unpickler, whose code the recorder runs.</summary>
    public const string RestrictedPath = "/usr/lib/python3/dist-packages/torch/_weights_only_unpickler.py";

    private const int StreamsPerProcess = 200_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);
    private static readonly string s_script = ReadScript("recorder.py");
    private static readonly Lazy<string[]> s_jail = new(FindJail);
    private Process? _process;
    private int _asked;

    /// <summary>Why the oracle cannot be asked on this machine; null when it can.</summary>
    public static string? Missing =>
        !File.Exists(PythonPath) ? "There is no /usr/bin/python3."
        : Environment.IsPrivilegedProcess && s_jail.Value.Length == 0 ? "Root cannot start the recorder as somebody else: setpriv is missing."
        : null;

    /// <summary>
    /// Asks about streams; the answer of a stream that killed the recorder is null. <paramref name="meanwhile"/> runs while the
    /// recorder works.
    /// </summary>
    public OracleAnswer?[] Ask(IReadOnlyList<byte[]> streams, Action? meanwhile = null)
    {
        OracleAnswer?[] answers = new OracleAnswer?[streams.Count];
        int done = 0;
        while (done < streams.Count)
        {
            Process process = Ready(streams.Count - done);
            int from = done;
            Task writing = Task.Run(() => Write(process, streams, from));
            meanwhile?.Invoke();
            meanwhile = null;
            while (done < streams.Count && ReadLine(process) is { } line)
            {
                answers[done++] = RecordedAnswer.Parse(line);
            }

            if (done < streams.Count)
            {
                // It died of the stream that it did not answer: a signal ended it. Whatever else ends it is a fault of the harness.
                int code = End();
                if (code < 128)
                {
                    throw new InvalidOperationException($"The recorder ended with {code}.");
                }

                done++;
            }

            writing.Wait();
        }

        return answers;
    }

    public void Dispose() => _ = End();

    private static void Write(Process process, IReadOnlyList<byte[]> streams, int from)
    {
        try
        {
            Stream input = process.StandardInput.BaseStream;
            using MemoryStream batch = new();
            Span<byte> length = stackalloc byte[4];
            for (int i = from; i < streams.Count; i++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(length, streams[i].Length);
                batch.Write(length);
                batch.Write(streams[i]);
            }

            batch.WriteTo(input);
            input.Flush();
        }
        catch (IOException)
        {
            // The recorder died in the middle; the reader notices.
        }
    }

    private readonly MemoryStream _line = new();
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _at;
    private int _filled;

    private byte[]? ReadLine(Process process)
    {
        _line.SetLength(0);
        while (true)
        {
            int newline = _buffer.AsSpan(_at, _filled - _at).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                _line.Write(_buffer, _at, newline);
                _at += newline + 1;
                return _line.ToArray();
            }

            _line.Write(_buffer, _at, _filled - _at);
            _at = 0;
            _filled = 0;
            Task<int> reading = process.StandardOutput.BaseStream.ReadAsync(_buffer, 0, _buffer.Length);
            if (!reading.Wait(s_patience))
            {
                process.Kill(entireProcessTree: true);
            }

            _filled = reading.Result;
            if (_filled == 0)
            {
                return null;
            }
        }
    }

    private Process Ready(int count)
    {
        if (_process is not null && _asked + count > StreamsPerProcess)
        {
            _ = End();
        }

        _asked += count;
        if (_process is not null)
        {
            return _process;
        }

        string[] command = [.. s_jail.Value, PythonPath, "-I", "-S", "-B", "-W", "ignore", "-c", s_script, string.Join(',', ArgumentPool.Allowed.Select(a => $"{a.Module}.{a.Name}")), .. mode];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        start.Environment.Clear();
        _at = 0;
        _filled = 0;
        return _process = Process.Start(start)!;
    }

    private int End()
    {
        if (_process is not { } process)
        {
            return 0;
        }

        _process = null;
        _asked = 0;
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is dead already.
        }

        if (!process.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        int code = process.ExitCode;
        process.Dispose();
        return code;
    }

    /// <summary>The narrowest of the jails that this machine can build; the recorder itself refuses to run as root.</summary>
    private static string[] FindJail()
    {
        string[] nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--"];
        string[] offline = Environment.IsPrivilegedProcess
            ? ["/usr/bin/unshare", "--net", "--"]
            : ["/usr/bin/unshare", "--map-current-user", "--net", "--"];
        string[][] jails = Environment.IsPrivilegedProcess ? [[.. offline, .. nobody], nobody] : [offline];
        return jails.FirstOrDefault(Works) ?? [];
    }

    private static bool Works(string[] jail)
    {
        if (!File.Exists(jail[0]))
        {
            return false;
        }

        ProcessStartInfo start = new(jail[0], [.. jail[1..], "/bin/true"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    /// <summary>A script that is part of this assembly: the recorder's user may not be able to read our folder.</summary>
    public static string ReadScript(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("oracle/" + name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
