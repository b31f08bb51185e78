// Every command line of the guides, run as a reader would run it.
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;

namespace Assay.Tests.Docs;

[UnsupportedOSPlatform("windows")]
public sealed partial class GuideTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    /// <summary>The guides, and what else has a block of commands with prompts.</summary>
    public static TheoryData<string> Guides => [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .Where(f => File.ReadAllText(f).Contains("```console\n", StringComparison.Ordinal)).Select(f => Path.GetRelativePath(Repository.Root, f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Guides))]
    public async Task EachCommandOfAGuideGivesTheExitCodeThatItNames(string guide)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The guides use a shell.");
        string[] commands = [.. Commands(await File.ReadAllTextAsync(Path.Combine(Repository.Root, guide), TestContext.Current.CancellationToken))];
        Assert.NotEmpty(commands);
        foreach (string source in Directory.EnumerateFiles(Path.Combine(Repository.Root, "samples"), "*", SearchOption.AllDirectories))
        {
            string copy = _tree[Path.GetRelativePath(Repository.Root, source)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(source, copy);
        }

        string program = _tree.Add("bin/assay", $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "Assay.Cli.dll")}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        foreach (string command in commands)
        {
            int wanted = ExitCode().Match(command) is { Success: true } told ? int.Parse(told.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
            (int code, string output, string errors) = await RunAsync(command);
            Assert.True(code == wanted, $"{command}\nexit code {code}, not {wanted}\n{errors}\n{output}");
            Assert.DoesNotContain("Unhandled exception", errors, StringComparison.Ordinal);
        }
    }

    /// <summary>What stands behind a dollar in a console block, and what a job of a build server runs.</summary>
    private static IEnumerable<string> Commands(string text) => Command().Matches(text).Select(m => m.Groups[1].Value.TrimEnd());

    private async Task<(int Code, string Output, string Errors)> RunAsync(string command)
    {
        ProcessStartInfo start = new("sh") { ArgumentList = { "-c", command }, WorkingDirectory = _tree.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["ASSAY_HOME"] = _tree["home"];
        start.Environment["PATH"] = _tree["bin"] + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }

    [GeneratedRegex(@"^(?:\$| *- run:) (.+)$", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex(@"# exit code (\d)$")]
    private static partial Regex ExitCode();
}
