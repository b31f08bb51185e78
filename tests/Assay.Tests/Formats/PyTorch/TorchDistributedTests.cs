// Distributed checkpoints of PyTorch: put together bit for bit, or refused.
using System.Globalization;
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Cli;
using Assay.Conversion;
using Assay.Hosting.Folders;
using Assay.Scanning;
using Assay.Tensors;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchDistributedTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void WhatPyTorchWritesBecomesTheTensorsThatItHolds()
    {
        string[] told = Write();
        Assert.True(told.Length > 25, "PyTorch wrote too few tensors.");
        foreach (IGrouping<string, string[]> folder in told.Select(l => l.Split('\t')).GroupBy(l => l[0]))
        {
            // As a folder, and by the file that says where everything lies.
            Assert.Equal((folder.Key, 0), (folder.Key, Run("convert", _tree[folder.Key], "-o", _tree[folder.Key + "-new"])));
            Assert.Equal(["model.safetensors"], Directory.GetFiles(_tree[folder.Key + "-new"]).Select(Path.GetFileName));
            Assert.Equal((folder.Key, 0), (folder.Key, Run("convert", _tree[folder.Key + "/.metadata"], "-o", _tree[folder.Key + ".safetensors"])));
            Assert.Equal((folder.Key, 0), (folder.Key, Run("verify-conversion", _tree[folder.Key + "/.metadata"], _tree[folder.Key + ".safetensors"])));
            string[] expected = [.. folder.Select(l => string.Join('\t', l[1..])).Order(StringComparer.Ordinal)];
            Assert.Equal(expected, Tensors(_tree[folder.Key + ".safetensors"]));
            Assert.Equal(expected, Tensors(_tree[folder.Key + "-new/model.safetensors"]));
        }
    }

    [Fact]
    public void WhatIsMissingOrThereTwiceIsRefused()
    {
        Write();
        string[] bad = Directory.GetDirectories(_tree.Root, "bad-*");
        Assert.Equal(12, bad.Length);
        foreach (string folder in bad)
        {
            Assert.NotEqual((folder, 0), (folder, Run("convert", folder, "-o", folder + "-new")));
            Assert.NotEqual((folder, 0), (folder, Run("convert", Path.Join(folder, ".metadata"), "-o", folder + ".safetensors")));
            Assert.False(Path.Exists(folder + "-new"));
            Assert.False(Path.Exists(folder + ".safetensors"));
        }
    }

    [Theory]
    [InlineData("bad-outside", "shards.outside")]
    [InlineData("bad-missing", "shards.missing")]
    [InlineData("parts", null)]
    public void AScanSaysWhereTheFilesAre(string folder, string? code)
    {
        Write();
        byte[] bytes = File.ReadAllBytes(_tree[folder + "/.metadata"]);
        ScanInput input = Scans.Input(bytes, ".metadata") with { In = new BundlePlace(FolderBundle.TryCreate(_tree[folder])!, ".metadata") };
        TargetReport report = Assert.Single(Scans.Run(input).Targets);
        Assert.Contains(report.Facts.OfType<FormatFact>(), f => f.Format == "torch-distributed");
        Assert.Equal(code is null ? [] : [code], report.Facts.OfType<AnomalyFact>().Select(a => a.Code).Distinct());
        Assert.NotEmpty(report.Facts.OfType<ReferenceFact>());
    }

    private string[] Write()
    {
        using StreamReader script = new(typeof(TorchDistributedTests).Assembly.GetManifestResourceStream("pytorch/distributed.py")!);
        return CPython.Lines(script.ReadToEnd(), _tree.Root, "torch.distributed");
    }

    private static string[] Tensors(string path)
    {
        using MemorySource bytes = new(File.ReadAllBytes(path));
        using TensorMap map = WeightsReader.Read(bytes, new ReadingOptions(), TestContext.Current.CancellationToken);
        return [.. map.Tensors.Select(t => string.Join('\t', t.Name, t.Written.Dtype, string.Join(',', t.Written.Shape.Select(n => n.ToString(CultureInfo.InvariantCulture))), Hash(t))).Order(StringComparer.Ordinal)];
    }

    private static string Hash(StoredTensor tensor)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using TensorBytes bytes = new(tensor.Storage, tensor.View);
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
        {
            hash.AppendData(chunk);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static int Run(params string[] arguments) => CommandLine.Run(arguments, Stream.Null, Stream.Null, TextWriter.Null);
}
