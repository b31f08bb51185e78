// Words of commands that people copy.
using System.Diagnostics;
using Assay.Reports;

namespace Assay.Tests.Reports;

public sealed class ShellTests
{
    [Theory]
    [InlineData("model.pkl", "model.pkl")]
    [InlineData("a b.pkl", "'a b.pkl'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("-x", "./-x")]
    [InlineData("new\nline.pkl", @"$'new\nline.pkl'")]
    [InlineData("esc\u001b[31m'\\.pkl", @"$'esc\033[31m\'\\.pkl'")]
    [InlineData("a\u202e1", @"$'a\342\200\2561'")]
    public void AWordComesOutOfTheShellAsItWas(string word, string quoted)
    {
        Assert.Equal(quoted, Shell.Quote(word));
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash here.");
        ProcessStartInfo start = new("/bin/bash", ["-c", "printf %s " + quoted]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Assert.Equal(word.StartsWith('-') ? "./" + word : word, process.StandardOutput.ReadToEnd());
        process.WaitForExit();
    }
}
