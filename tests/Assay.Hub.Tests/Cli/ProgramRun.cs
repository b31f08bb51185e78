// Runs the program against the test hub, as a user's shell would.
using System.Diagnostics;
using System.Text;
using Assay.Cli;
using Assay.Hub.Tests.Server;

namespace Assay.Hub.Tests.Cli;

/// <summary>What one run of the program came to.</summary>
internal sealed record ProgramRun(int Code, string Output, string Error)
{
    /// <summary>Starts the program as a process of its own.</summary>
    public static Process Start(TestHub hub, string home, IReadOnlyList<string> arguments, params (string Name, string Value)[] variables)
    {
        string? program = Environment.GetEnvironmentVariable("ASSAY_PROGRAM");
        ProcessStartInfo start = new(program ?? "dotnet", program is null ? [typeof(CommandLine).Assembly.Location, .. arguments] : arguments) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = home };
        foreach ((string name, string value) in ((string, string)[])[("HF_ENDPOINT", hub.Endpoint.ToString().TrimEnd('/')), ("ASSAY_PRIVATE_HOSTS", "localhost"), ("HOME", home), .. variables])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Runs a command with the environment of somebody who uses the test hub.</summary>
    public static ProgramRun Of(TestHub hub, string home, IReadOnlyList<string> arguments, params (string Name, string Value)[] variables)
    {
        Dictionary<string, string?> environment = new()
        {
            ["HF_ENDPOINT"] = hub.Endpoint.ToString().TrimEnd('/'), ["ASSAY_PRIVATE_HOSTS"] = "localhost", ["HOME"] = home,
        };
        foreach ((string name, string value) in variables)
        {
            environment[name] = value;
        }

        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(arguments, new Host { Input = Stream.Null, Output = output, Error = error, Directory = home, Variable = environment.GetValueOrDefault, Hub = o => o with { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(5) } });
        return new ProgramRun(code, Encoding.UTF8.GetString(output.ToArray()), error.ToString());
    }
}
