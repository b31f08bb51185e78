// Runs Debian's Python as an oracle on files that the tests made themselves.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Assay.Tests.Builders;

/// <summary>Runs programs as oracles.</summary>
internal static class CPython
{
    private const string Path = "/usr/bin/python3";

    private static readonly ConcurrentDictionary<string, Lazy<bool>> Modules = new();

    /// <summary>Runs a script that writes its result to standard output; skips the test when there is no Python.</summary>
    public static byte[] Run(string script)
    {
        Assert.SkipUnless(File.Exists(Path), "Debian's python3 is not installed.");
        return Program(Path, ["-c", script]);
    }

    /// <summary>
    /// The lines that a script prints; <paramref name="argument"/> is its <c>sys.argv[1]</c>. Skips the test when one of
    /// <paramref name="modules"/> is missing.
    /// </summary>
    public static string[] Lines(string script, string argument, params ReadOnlySpan<string> modules)
    {
        Assert.SkipUnless(File.Exists(Path), "Debian's python3 is not installed.");
        foreach (string module in modules)
        {
            Needs(module);
        }

        return Encoding.UTF8.GetString(Program(Path, ["-W", "ignore", "-c", script, argument])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Skips the test when Debian's Python lacks <paramref name="module"/>; each module is tried once.</summary>
    public static void Needs(string module)
    {
        Assert.SkipUnless(File.Exists(Path), "Debian's python3 is not installed.");
        Assert.SkipUnless(Modules.GetOrAdd(module, m => new Lazy<bool>(() => Imports(m))).Value, $"Debian's python3 has no {module}.");
    }

    private static bool Imports(string module)
    {
        using Process process = Process.Start(new ProcessStartInfo(Path, ["-c", $"import {module}"]) { RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    public static byte[] Program(string path, string[] arguments)
    {
        ProcessStartInfo start = new(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors.Result);
        return output.ToArray();
    }
}
