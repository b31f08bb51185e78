// The comparison with what real libraries load in the box: that it sees what is equal, and what is not.
using System.IO.Compression;
using System.Text;
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Cli;
using Assay.Tests.Conversion.Loaded;
using Assay.Tests.Sandbox;

namespace Assay.Tests.Conversion;

public sealed class LoadComparisonTests : IDisposable
{
    /// <summary>An array of two bytes, 1 and 2, as numpy writes it.</summary>
    private const string TwoBytes = "numpy.save(sys.argv[1], numpy.array([1, 2], 'u1'))";

    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData("numpy.save(sys.argv[1], numpy.arange(12.).reshape(3, 4).T)", "Equal", 1)]
    [InlineData("numpy.save(sys.argv[1], numpy.array([numpy.arange(2), 'x'], dtype=object))", "Equal", 1)]
    [InlineData("pickle.dump({'a': numpy.arange(3), 'b': [numpy.ones((2, 2), 'c16')]}, open(sys.argv[1], 'wb'))", "Equal", 2)]
    [InlineData("pickle.dump({'a': 1}, open(sys.argv[1], 'wb'))", "None", 0)]
    [InlineData("open(sys.argv[1], 'wb').write(b'cnowhere\\nThing\\n)R(dVa\\n' + pickle.dumps(numpy.arange(3), 0)[:-1] + b'sb.')", "EqualStoodIn", 1)]
    public void FilesOfNumpyAndPickleAreCompared(string writing, string end, int tensors)
    {
        Boxed.Needs();
        ComparedFile file = Assert.Single(LoadComparison.Run([Written(writing)], TestContext.Current.CancellationToken));
        Assert.Equal((end, tensors), (file.End.ToString(), file.Tensors));
    }

    [Theory]
    [InlineData("tensor", "U8", "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222", "Equal")]
    [InlineData("tensor", "U8", "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63223", "Different")]
    [InlineData("tensor", "I8", "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222", "Different")]
    [InlineData("other", "U8", "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222", "Different")]
    public void NameTypeAndBytesMustBeEqual(string name, string type, string digest, string end) =>
        Assert.Equal(end, Compared($$"""{"real": {"tensors": [["{{name}}", "{{type}}", [2], "{{digest}}"]]}, "stood": null}""").End.ToString());

    [Fact]
    public void AShapeMustBeEqual() => Assert.Equal(ComparisonEnd.Different, Compared(
        """{"real": {"tensors": [["tensor", "U8", [2, 1], "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222"]]}, "stood": null}""").End);

    [Fact]
    public void WhatNoLoaderLoadsIsNotEqual() =>
        Assert.Equal(ComparisonEnd.NotLoaded, Compared("""{"real": null, "stood": {"error": "x"}}""").End);

    private ComparedFile Compared(string answer)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
        {
            stream.Write(Encoding.UTF8.GetBytes(answer));
        }

        using ByteSource bytes = Written(TwoBytes).Open!();
        return ComparedFile.Of("file", bytes, "numpy.load", LoadedAnswer.Parse(Convert.ToBase64String(packed.ToArray())), "");
    }

    private ScanInput Written(string writing)
    {
        string path = _tree["file.npy"];
        CPython.Lines("import pickle, sys, numpy\n" + writing, path, "numpy");
        return new ScanInput { Path = "file", Open = () => new FileSource(File.OpenHandle(path)), Named = true };
    }
}
