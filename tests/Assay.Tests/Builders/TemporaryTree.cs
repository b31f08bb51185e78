// A directory of real files, links, FIFOs and worse, which goes away after the test.
using System.Diagnostics;

namespace Assay.Tests.Builders;

/// <summary>A temporary directory with the things that a walker meets.</summary>
internal sealed class TemporaryTree : IDisposable
{
    public TemporaryTree() => Root = Directory.CreateTempSubdirectory("assay-test-").FullName;

    public string Root { get; }

    public string this[string relative] => Path.Join(Root, relative);

    public string Add(string relative, string text = "x")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], text);
        return this[relative];
    }

    public void Link(string relative, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.CreateSymbolicLink(this[relative], target);
    }

    public void Fifo(string relative) => Run("mkfifo", this[relative]);

    /// <summary>Runs a shell command in the directory; skips the test where there is no shell.</summary>
    public void Shell(string command) => Run("sh", "-c", $"cd \"$0\" && {command}", Root);

    public void Dispose()
    {
        // Names that are not UTF-8 cannot be deleted from here.
        Run("rm", "-rf", Root);
    }

    private static void Run(string program, params string[] arguments)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("These are things of Unix.");
        }

        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
