// HDF5 that the real library writes, read to the last byte; and files that lead elsewhere, carry pickles or lie about sizes.
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Conversion;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using Assay.Tests.Conversion;
using Assay.Tests.Formats.Keras;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Hdf5;

public sealed class Hdf5FormatTests
{
    private static readonly Lazy<(string[] Lines, Dictionary<string, byte[]> Files)> s_written = new(Write);

    /// <summary>Element types as NumPy and safetensors call them.</summary>
    private static readonly Dictionary<string, string> s_types = new()
    {
        ["f2"] = "F16", ["f4"] = "F32", ["f8"] = "F64", ["i4"] = "I32", ["i8"] = "I64", ["b1"] = "BOOL", ["u1"] = "U8", ["c16"] = "F64",
    };

    [Fact]
    public void TensorsAreThoseOfTheRealLibrary()
    {
        (string[] lines, Dictionary<string, byte[]> files) = Written();
        List<string> wrong = [];
        int compared = 0;
        foreach (IGrouping<string, string[]> file in lines.Select(l => l.Split(' ')).GroupBy(l => l[0]))
        {
            using TensorMap map = WeightFiles.Read(files[file.Key]);
            foreach (string[] told in file)
            {
                StoredTensor? tensor = map.Tensors.FirstOrDefault(t => t.Name == told[1]);
                string shape = tensor is null ? "" : string.Join(",", tensor.View.Shape) is { Length: > 0 } sizes ? sizes : "-";
                string digest = tensor is null ? "" : Convert.ToHexStringLower(SHA256.HashData(WeightFiles.Elements(map, told[1])));
                if (tensor is null || tensor.Written.Dtype != s_types[told[2]] || shape != told[3] || digest != told[4])
                    wrong.Add($"{told[0]} {told[1]}: {tensor?.Written.Dtype} {shape}, {told[2]} {told[3]}");

                compared++;
            }
        }

        Offenders.None(wrong);
        Assert.InRange(compared, 1000, int.MaxValue);
    }

    [Fact]
    public void AModelOfKerasHasTheTensorsOfItsWeights()
    {
        byte[] weights = Written().Files.First(f => f.Key.StartsWith("good", StringComparison.Ordinal)).Value;
        byte[] model = new ZipBuilder().Add("metadata.json", """{"keras_version":"3.0.5"}""").Add("config.json", KerasFiles.Model(KerasFiles.Dense)).Add("model.weights.h5", weights).Build();
        using TensorMap alone = WeightFiles.Read(weights);
        using TensorMap map = WeightFiles.Read(model);
        Assert.NotEmpty(map.Tensors);
        Assert.Null(TensorComparison.FirstDifference(alone, map, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void WhatTheRealLibraryWritesPassesAndEveryByteIsAccountedFor()
    {
        foreach ((string name, byte[] file) in Written().Files.Where(f => f.Key.StartsWith("good", StringComparison.Ordinal)))
        {
            TargetReport report = Scans.Of(file, name);
            Assert.True(report.Verdict == Verdict.Passed && report.Unread.Count == 0 && report.Bytes.Unknown == 0, $"{name} {report.Describe()} {report.Bytes}");
        }
    }

    [Theory]
    [InlineData("T107", 7)]
    [InlineData("T095", 4)]
    [InlineData("T110", 2)]
    [InlineData("T097", 1)]
    [InlineData("objects", 4)]
    public void HostileFilesAreFlagged(string requirement, int least)
    {
        List<KeyValuePair<string, byte[]>> files = [.. Written().Files.Where(f => f.Key.StartsWith($"bad_{requirement}", StringComparison.Ordinal))];
        Assert.InRange(files.Count, least, int.MaxValue);
        foreach ((string name, byte[] file) in files)
        {
            TargetReport report = Scans.Of(file, name);
            Assert.True(report.Verdict >= Verdict.Suspicious, $"{name} {report.Describe()}");
        }
    }

    [Fact]
    public void AFileCutAnywhereIsNeverPassed()
    {
        byte[] file = Written().Files["good_plain_v110.h5"];
        for (int length = 600; length < file.Length; length += 1 + (length / 37))
        {
            TargetReport report = Scans.Of(file[..length], "cut.h5");
            Assert.True(report.Verdict != Verdict.Passed, $"{length} {report.Describe()}");
        }
    }

    [Fact]
    public void BytesThatLieAnywhereCostNoFault()
    {
        byte[] file = Written().Files["good_plain_latest.h5"];
        for (int at = 8; at < Math.Min(file.Length, 12_000); at += 13)
        {
            byte[] forged = [.. file];
            forged[at] ^= 0xFF;
            TargetReport report = Scans.Of(forged, "forged.h5");
            Assert.DoesNotContain(report.Unread, u => u.Cause is UnreadCause.Fault);
        }
    }

    [Theory]
    [InlineData(512)]
    [InlineData(1 << 14)]
    public void TheSignatureIsFoundBehindAUserBlockOfAnySize(int block)
    {
        byte[] file = [.. Enumerable.Repeat((byte)'#', block), .. Written().Files["bad_T107_link_earliest.h5"]];
        Assert.True(Scans.Of(file, "prefixed.h5").Is("hdf5-outside"));
    }

    [Fact]
    public void WhatFollowsTheFileIsExaminedAsWhatItIs()
    {
        byte[] file = [.. Written().Files["good_block.h5"], .. Scans.Canary];
        TargetReport report = Scans.Of(file, "a.h5");
        Assert.Contains("hdf5.trailing-data", report.Anomalies());
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    [Fact]
    public void WhatLiesInTheUserBlockIsExaminedAsWhatItIs()
    {
        byte[] file = [.. Written().Files["good_block.h5"]];
        Scans.Canary.CopyTo(file, 0);
        TargetReport report = Scans.Of(file, "a.h5");
        Assert.True(report.Verdict == Verdict.Malicious, report.Describe());
    }

    private static (string[] Lines, Dictionary<string, byte[]> Files) Written()
    {
        CPython.Needs("h5py");
        return s_written.Value;
    }

    private static (string[] Lines, Dictionary<string, byte[]> Files) Write()
    {
        using TemporaryTree tree = new();
        using Stream script = typeof(Hdf5FormatTests).Assembly.GetManifestResourceStream("hdf5/hdf5.py")!;
        string[] lines = CPython.Lines(new StreamReader(script).ReadToEnd(), tree["files"], "h5py", "numpy");
        return (lines, Directory.GetFiles(tree["files"]).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes));
    }
}
