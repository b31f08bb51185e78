// Another witness: strace sees system calls by another way, and must have seen the same.
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;

namespace Assay.Tests.Sandbox;

public sealed partial class StraceTests
{
    private const string Strace = "/usr/bin/strace";

    [Fact]
    public async Task SeesTheSameCalls()
    {
        Boxed.Needs();
        Assert.SkipUnless(File.Exists(Strace), "strace is not installed.");
        string host = "witness-" + Guid.NewGuid().ToString("N")[..12];
        TestLoader loader = new(new SandboxOptions { Time = TimeSpan.FromSeconds(60) });
        Process? strace = null;
        LoadResult result;
        Task<string> told;
        try
        {
            // The first load starts the box under a name that no other test's box has.
            Assert.Equal(LoadEnd.Loaded, Load(loader, host, "pass").End);
            (strace, string complaint) = Attach(host);
            Assert.SkipUnless(complaint.EndsWith(" attached", StringComparison.Ordinal), "This machine does not let strace attach: " + complaint);
            told = strace.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            _ = strace.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            result = Load(loader, host, """
                import os, socket
                os.system('ec' + 'ho x; /bin/tr' + 'ue; /bin/true')
                for i in range(3):
                    open('/tmp/a%d' % i, 'w').close()
                os.unlink('/tmp/a1')
                os.rename('/tmp/a2', '/tmp/b')
                for port in (1, 2):
                    try:
                        socket.socket().connect(('203.0.113.7', port))
                    except OSError:
                        pass
                """);
        }
        finally
        {
            // With the box, whatever strace follows ends, and then strace.
            loader.Dispose();
            strace?.WaitForExit(TimeSpan.FromSeconds(10));
        }

        using (strace)
        {
            List<string> seen = Calls(await told);
            Assert.Equal(LoadEnd.Loaded, result.End);
            Assert.Contains("process-start /bin/sh", seen);
            Assert.Equal(seen.Order(StringComparer.Ordinal), Observed(result).Order(StringComparer.Ordinal));
        }
    }

    private static LoadResult Load(TestLoader loader, string host, string source)
    {
        using MemorySource bytes = new(Boxed.Running(source));
        return loader.LoadOnce("m", bytes, new KnownLoader("pickle.load", ""), [], new BoxSetting(HostName: host), TestContext.Current.CancellationToken);
    }

    /// <summary>The process that starts loads in the box of this name: the first one below its bubblewrap.</summary>
    private static int Zygote(string host)
    {
        int process = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => char.IsAsciiDigit(n![0]))
            .Select(n => int.Parse(n!, CultureInfo.InvariantCulture))
            .First(n => Read(n, "cmdline").Contains(host, StringComparison.Ordinal));
        while (Read(process, "comm").Trim() is "bwrap" && Read(process, $"task/{process}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var child, ..])
        {
            process = int.Parse(child, CultureInfo.InvariantCulture);
        }

        return process;
    }

    private static string Read(int process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Lets strace follow the box. The process may be about to be gone: then it is looked for again.</summary>
    private static (Process Strace, string Complaint) Attach(string host)
    {
        for (int tries = 1; ; tries++)
        {
            string number = Zygote(host).ToString(CultureInfo.InvariantCulture);
            ProcessStartInfo start = new(Strace, ["-f", "-s", "200", "-o", "/dev/stdout", "-e", "trace=execve,execveat,openat,open,creat,connect,unlink,unlinkat,rename,renameat,renameat2", "-p", number])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Process strace = Process.Start(start)!;
            string complaint = strace.StandardError.ReadLine() ?? "";
            if (tries == 100 || !complaint.EndsWith("No such process", StringComparison.Ordinal))
            {
                return (strace, complaint);
            }

            strace.WaitForExit();
            strace.Dispose();
            Thread.Sleep(20);
        }
    }

    /// <summary>What strace saw between the marks, in the words of events.</summary>
    private static List<string> Calls(string trace)
    {
        List<string> calls = [];
        bool inside = false;
        foreach (string line in trace.Split('\n').Where(l => !l.Contains("resumed>", StringComparison.Ordinal)))
        {
            Match text = Quoted().Match(line);
            string first = text.Success ? text.Groups[1].Value : "";
            if (Marked().Match(first) is { Success: true } mark)
            {
                inside = mark.Groups[1].Value is "load" or "use";
                continue;
            }

            string? call = !inside ? null
                : line.Contains(" execve(", StringComparison.Ordinal) ? "process-start " + first
                : line.Contains(" unlink", StringComparison.Ordinal) ? "file-delete " + first
                : line.Contains(" rename", StringComparison.Ordinal) ? "file-rename " + first
                : line.Contains(" connect(", StringComparison.Ordinal) && Address().Match(line) is { Success: true } to ? $"network-connect {to.Groups[2].Value}:{to.Groups[1].Value}"
                : line.Contains(" open", StringComparison.Ordinal) && Writing().IsMatch(line) && first != "/dev/null" ? "file-write " + first
                : null;
            if (call is not null)
            {
                calls.Add(call);
            }
        }

        return calls;
    }

    private static IEnumerable<string> Observed(LoadResult result) => result.Events
        .Where(e => e is { Source: BehaviourSource.Syscall, Kind: "process-start" or "file-delete" or "file-rename" or "network-connect" or "file-write" })
        .SelectMany(e => Enumerable.Repeat($"{e.Kind} {e.Subject}", (int)e.Count));

    [GeneratedRegex("\"([^\"]*)\"", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    [GeneratedRegex("^/\\.[0-9a-f]{16}/(\\w+)$", RegexOptions.NonBacktracking)]
    private static partial Regex Marked();

    [GeneratedRegex("htons\\((\\d+)\\), sin_addr=inet_addr\\(\"([0-9.]+)\"\\)", RegexOptions.NonBacktracking)]
    private static partial Regex Address();

    [GeneratedRegex("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND", RegexOptions.NonBacktracking)]
    private static partial Regex Writing();
}
