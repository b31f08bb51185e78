// What changes nothing for a loader never lowers the verdict.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Metamorphic;

public sealed class MetamorphicTests
{
    private const int Rounds = 12;

    private static readonly string[] s_quick = ["gz", "zlib", "bz2", "zst", "lz4", "zip", "zip stored", "tar"];

    /// <summary>These start a program, so they are tried on few files.</summary>
    private static readonly string[] s_slow = ["xz", "lzma", "7z"];

    private static readonly string[] s_names =
        ["model.pt", "model.safetensors", "README.md", "weights.gguf", "model.h5", "config.json", "x", ".hidden", "a b.onnx", "model.pkl.txt", "ünïcode.bin"];

    public static TheoryData<string> Malicious => [.. MetamorphicBases.MaliciousFiles.Keys];

    /// <summary>A pickle without a header has nothing to be found by behind other bytes, and no loader finds it there.</summary>
    public static TheoryData<string> WithHeader => [.. MetamorphicBases.MaliciousFiles.Keys.Where(k => k != "text")];

    public static TheoryData<string> Benign => [.. MetamorphicBases.BenignFiles.Keys];

    public static TheoryData<string> Pickles => [.. MetamorphicBases.MaliciousPickles.Keys];

    public static TheoryData<string> Suspicious => [.. MetamorphicBases.SuspiciousPickles.Keys];

    public static TheoryData<string, string> Programs =>
        [.. s_slow.SelectMany(wrapper => new[] { "torch zip", "reduce", "npy" }.Select(file => (wrapper, file)))];

    [Theory]
    [MemberData(nameof(Malicious))]
    public void T217_TheNameChangesNothing(string file)
    {
        byte[] bytes = MetamorphicBases.MaliciousFiles[file];
        string[] expected = Findings(Scanned.Bytes(bytes, "first.name"));
        foreach (string name in s_names)
        {
            TargetReport report = Scanned.Bytes(bytes, name);
            Assert.True(report.Verdict == Verdict.Malicious, $"{name}: {report.Describe()}");
            Assert.Equal(expected, Findings(report));
        }
    }

    [Theory]
    [MemberData(nameof(Malicious))]
    public void T217_NoWrapperLowersTheVerdict(string file)
    {
        byte[] bytes = MetamorphicBases.MaliciousFiles[file];
        foreach (string outer in s_quick)
        {
            IsMalicious(Wrap(outer, bytes), outer);
            foreach (string inner in s_quick)
            {
                IsMalicious(Wrap(outer, Wrap(inner, bytes)), $"{inner} in {outer}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void T217_NoWrapperOfAProgramLowersTheVerdict(string wrapper, string file)
    {
        byte[] packed = Wrap(wrapper, MetamorphicBases.MaliciousFiles[file]);
        IsMalicious(packed, wrapper);
        IsMalicious(Wrap("zip", packed), $"{wrapper} in zip");
    }

    [Theory]
    [MemberData(nameof(Benign))]
    public void T217_AnHonestFileIsPassedInAnyHonestWrapper(string file)
    {
        byte[] bytes = MetamorphicBases.BenignFiles[file];
        foreach (string wrapper in s_quick)
        {
            TargetReport report = Scanned.Bytes(Wrap(wrapper, bytes), "model");
            Assert.True(report.Verdict == Verdict.Passed, $"{wrapper}: {report.Describe()}");
        }
    }

    [Theory]
    [MemberData(nameof(Malicious))]
    public void T218_WhatIsAppendedLowersNothing(string file)
    {
        byte[] bytes = MetamorphicBases.MaliciousFiles[file];
        Random random = new(218);
        foreach ((string kind, byte[] other) in Strangers(random))
        {
            IsMalicious([.. bytes, .. other], $"behind it: {kind}");
        }
    }

    [Theory]
    [MemberData(nameof(WithHeader))]
    public void T218_WhatIsPrependedLowersNothing(string file)
    {
        byte[] bytes = MetamorphicBases.MaliciousFiles[file];
        Random random = new(219);
        foreach ((string kind, byte[] other) in Strangers(random))
        {
            IsMalicious([.. other, .. bytes], $"before it: {kind}");
        }
    }

    [Theory]
    [MemberData(nameof(Malicious))]
    public void T218_BenignMembersLowerNothing(string file)
    {
        byte[] bytes = MetamorphicBases.MaliciousFiles[file];
        Random random = new(220);
        for (int round = 0; round < Rounds; round++)
        {
            ZipBuilder zip = new();
            int at = random.Next(20);
            for (int i = 0; i < 20; i++)
            {
                _ = i == at ? zip.Add($"m{i}.bin", bytes, 8 * random.Next(2)) : zip.Add($"m{i}.bin", Pick(random, MetamorphicBases.BenignFiles), 8 * random.Next(2));
            }

            IsMalicious(zip.Build(), $"member {at} of 20");
        }
    }

    [Theory]
    [MemberData(nameof(Suspicious))]
    public void T218_ASuspiciousFileStaysSuspiciousAtLeast(string file)
    {
        byte[] bytes = MetamorphicBases.SuspiciousPickles[file];
        Random random = new(221);
        foreach ((string kind, byte[] other) in Strangers(random))
        {
            TargetReport report = Scanned.Bytes([.. bytes, .. other]);
            Assert.True(report.Verdict >= Verdict.Suspicious, $"behind it: {kind}: {report.Describe()}");
        }

        foreach (string wrapper in s_quick)
        {
            TargetReport report = Scanned.Bytes(Wrap(wrapper, bytes));
            Assert.True(report.Verdict >= Verdict.Suspicious, $"{wrapper}: {report.Describe()}");
        }
    }

    [Theory]
    [MemberData(nameof(Pickles))]
    public void T219_NoRewriteLowersTheVerdict(string file)
    {
        Random random = new(2190 + file.Length);
        foreach ((string name, Func<Random, byte[], byte[]> rewrite) in PickleRewriter.All)
        {
            for (int round = 0; round < 3; round++)
            {
                IsMalicious(rewrite(random, MetamorphicBases.MaliciousPickles[file]), name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pickles))]
    public void T219_NoChainOfRewritesLowersTheVerdict(string file)
    {
        Random random = new(2191 + file.Length);
        for (int round = 0; round < Rounds; round++)
        {
            byte[] pickle = MetamorphicBases.MaliciousPickles[file];
            List<string> chain = [];
            for (int step = random.Next(2, 6); step > 0; step--)
            {
                (string name, Func<Random, byte[], byte[]> rewrite) = PickleRewriter.All[random.Next(PickleRewriter.All.Count - 3)];
                pickle = rewrite(random, pickle);
                chain.Add(name);
            }

            string wrapper = s_quick[random.Next(s_quick.Length)];
            IsMalicious(Wrap(wrapper, pickle), $"{string.Join(", ", chain)} in {wrapper}");
        }
    }

    private static byte[] Wrap(string wrapper, byte[] content) => wrapper switch
    {
        "zip" => new ZipBuilder().Add("readme.txt", "A model.").Add("model.bin", content, 8).Build(),
        "zip stored" => new ZipBuilder().Add("model.bin", content).Build(),
        "tar" => new TarBuilder().Add("readme.txt", "A model."u8.ToArray()).Add("model.bin", content).Build(),
        "7z" => Wrapping.SevenZip("model.bin", content),
        _ => Wrapping.Compress(wrapper, content),
    };

    private static IEnumerable<(string Kind, byte[] Bytes)> Strangers(Random random)
    {
        byte[] noise = new byte[5000];
        random.NextBytes(noise);
        yield return ("a zero", [0]);
        yield return ("zeros", new byte[3000]);
        yield return ("a line", "\n"u8.ToArray());
        yield return ("text", Encoding.UTF8.GetBytes("This model was trained by nobody. See config.json.\n"));
        yield return ("random bytes", noise);
        yield return ("a benign pickle", MetamorphicBases.BenignPickles["numbers"]);
        yield return ("a benign zip", new ZipBuilder().Add("readme.txt", "A model.").Build());
        yield return ("a benign array", MetamorphicBases.BenignFiles["npy"]);
    }

    private static byte[] Pick(Random random, IReadOnlyDictionary<string, byte[]> files) => files.Values.ElementAt(random.Next(files.Count));

    /// <summary>All findings but the note that the name promises something else: that one is about the name.</summary>
    private static string[] Findings(TargetReport report) => [.. report.Findings.Where(f => f.Rule.Id != "name-content-mismatch").Select(f => $"{f.Rule.Id} {f.Severity} {f.Offset} {f.Key}").Order(StringComparer.Ordinal)];

    private static void IsMalicious(byte[] bytes, string how)
    {
        TargetReport report = Scanned.Bytes(bytes, "model");
        Assert.True(report.Verdict == Verdict.Malicious, $"{how}: {report.Describe()}");
    }
}
