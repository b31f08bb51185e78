// Files of the real libraries, converted and compared bit by bit with what those libraries load.
using System.Text;
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Tests.Cli;

namespace Assay.Tests.Conversion;

/// <summary>
/// Every element type in every pattern of strides and every container that the installed PyTorch, NumPy and joblib write: converted here, read
/// again by a reader in Python that knows the specification only, and compared with what the libraries load. The files are the test's own.
/// </summary>
public sealed class RealFileConversionTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void WhatIsConvertedIsWhatTheLibrariesLoad()
    {
        string[] modules = ["torch", "numpy", "joblib"];
        string files = _tree["files"], converted = _tree["converted"];
        Directory.CreateDirectory(converted);
        CPython.Lines(Script("files.py"), files, modules);
        string[] paths = Directory.GetFiles(files);
        Assert.True(paths.Length > 90, "The libraries wrote too few files.");
        foreach (string path in paths)
        {
            string output = Path.Join(converted, Path.GetFileName(path) + ".safetensors");
            Assert.Equal((path, 0), (path, Run("convert", path, "-o", output)));
            Assert.Equal((path, 0), (path, Run("verify-conversion", path, output)));
        }

        // The script prints the differences, and then its counts.
        byte[] told = CPython.Program("/usr/bin/python3", ["-W", "ignore", "-c", "import numpy, torch\n" + Script("loaded.py") + Script("check.py"), files, converted]);
        Assert.EndsWith(" 0 bad files", Encoding.UTF8.GetString(told).TrimEnd(), StringComparison.Ordinal);
    }

    private static int Run(params string[] arguments) => CommandLine.Run(arguments, Stream.Null, Stream.Null, TextWriter.Null);

    private static string Script(string name)
    {
        using Stream stream = typeof(RealFileConversionTests).Assembly.GetManifestResourceStream("conversion/" + name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
