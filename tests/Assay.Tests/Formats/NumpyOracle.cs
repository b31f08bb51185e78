// Runs the Python that the system's packages belong to, as an oracle.
using System.ComponentModel;
using System.Diagnostics;

namespace Assay.Tests.Formats;

/// <summary>Runs small Python scripts; a missing interpreter or module skips the test.</summary>
internal static class NumpyOracle
{
    private const string Interpreter = "/usr/bin/python3";

    /// <summary>The lines that <paramref name="script"/> prints. <paramref name="argument"/> is its <c>sys.argv[1]</c>.</summary>
    public static string[] Run(string script, string argument, params string[] modules)
    {
        foreach (string module in modules)
        {
            if (Start($"import {module}", "") is not (0, _, _))
            {
                Assert.Skip($"{Interpreter} with {module} is not installed.");
            }
        }

        if (Start(script, argument) is not (int code, string output, string errors))
        {
            Assert.Skip($"{Interpreter} is not installed.");
            return [];
        }

        Assert.True(code == 0, errors);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static (int Code, string Output, string Errors)? Start(string script, string argument)
    {
        ProcessStartInfo start = new(Interpreter) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string part in (string[])["-W", "ignore", "-c", script, argument])
        {
            start.ArgumentList.Add(part);
        }

        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
