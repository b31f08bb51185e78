// A report says what was found and what to do, holds no payload unless asked, and is there whole or not at all.
using System.Text;
using System.Text.Json.Nodes;
using Assay.Tests.Builders;
using Assay.Trust.Quarantine;
using Assay.Trust.Response;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.Response;

public sealed class ReportTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AReportNamesTheFileByItsDigestInEveryForm()
    {
        string file = Lay(), folder = _tree["report"];
        Run("report", file, "-o", folder, "--publisher", "Ada", "--namespace", "https://ada.example").Ended(0);
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
        JsonNode osv = JsonNode.Parse(File.ReadAllText(Path.Join(folder, "advisory.osv.json")))!, csaf = JsonNode.Parse(File.ReadAllText(Path.Join(folder, "advisory.csaf.json")))!;
        Assert.Equal(digest, (string)osv["affected"]![0]!["database_specific"]!["sha256"]!);
        Assert.Equal(digest, (string)csaf["product_tree"]!["full_product_names"]![0]!["product_identification_helper"]!["hashes"]![0]!["file_hashes"]![0]!["value"]!);
        Assert.Equal("critical", (string)osv["database_specific"]!["severity"]!);
        Assert.Equal("https://ada.example", (string)csaf["document"]!["publisher"]!["namespace"]!);
        Assert.Contains(digest, File.ReadAllText(Path.Join(folder, "README.md")), StringComparison.Ordinal);
        Assert.Equal("malicious", (string)JsonNode.Parse(File.ReadAllText(Path.Join(folder, "evidence.json")))!["verdict"]!);
        Assert.Contains("os.system", File.ReadAllText(Path.Join(folder, "evidence.txt")), StringComparison.Ordinal);
        Assert.Equal(5, Directory.GetFiles(folder).Length);
        Assert.All(Directory.GetFiles(folder), f => Assert.DoesNotContain(_tree.Root, File.ReadAllText(f), StringComparison.Ordinal));
    }

    [Fact]
    public void ThePayloadIsLeftOutUnlessAskedFor()
    {
        string file = Lay(), folder = _tree["report"];
        byte[] bytes = File.ReadAllBytes(file);
        Run("report", file, "-o", folder).Ended(0);
        Assert.All(Directory.GetFiles(folder), f => Assert.DoesNotContain(Encoding.Latin1.GetString(bytes), Encoding.Latin1.GetString(File.ReadAllBytes(f)), StringComparison.Ordinal));
        Run("report", file, "-o", _tree["with"], "--with-payload").Ended(0);
        byte[] coded = File.ReadAllBytes(Path.Join(_tree["with"], ReportBundle.Payload));
        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(coded), StringComparison.Ordinal);
        byte[] decoded = coded[QuarantineCoding.HeaderLength..];
        using QuarantineCoding coding = QuarantineCoding.Of(coded.AsSpan(0, QuarantineCoding.HeaderLength))!;
        coding.Apply(decoded, 0);
        Assert.Equal(bytes, decoded);
    }

    [Fact]
    public void TextsOfTheFileAreNotObeyed()
    {
        string file = _tree["a\u001b[2J`.pkl"];
        File.WriteAllBytes(file, Samples.Evil("echo \u001b]0;x\u0007\u202e"));
        Run("report", file, "-o", _tree["report"]).Ended(0);
        foreach (string name in (string[])["README.md", "evidence.txt"])
        {
            string text = File.ReadAllText(Path.Join(_tree["report"], name));
            Assert.DoesNotContain(text, c => c is '\u001b' or '\u0007' or '\u202e');
        }
    }

    [Fact]
    public void NothingIsHalfWritten()
    {
        string file = Lay(), good = _tree["good.pkl"];
        File.WriteAllBytes(good, PickleBuilder.Protocol(4).Op(Pickle.Op.EMPTY_DICT).Op(Pickle.Op.STOP).ToArray());
        Directory.CreateDirectory(_tree["there"]);
        string[] before = [.. Directory.EnumerateFileSystemEntries(_tree.Root)];
        foreach (string[] arguments in (string[][])[[good, "-o", _tree["r"]], [file, "-o", _tree["there"]], [file, "-o", _tree["no/r"]], [_tree["missing"], "-o", _tree["r"]], [_tree.Root, "-o", _tree["r"]], [file, "-o", _tree["r"], "--namespace", "x"], [file]])
        {
            Commanded said = Run(["report", .. arguments]);
            said.Ended(4);
            Assert.Single(said.Errors.TrimEnd().Split('\n'));
            Assert.Equal(before, Directory.EnumerateFileSystemEntries(_tree.Root));
        }
    }

    private string Lay()
    {
        string file = _tree["evil.pkl"];
        File.WriteAllBytes(file, Samples.Evil());
        return file;
    }

    private Commanded Run(params string[] arguments) => Commanded.Run(_tree["home"], _tree.Root, arguments);
}
