// What the names in a zip lead to: places outside it, each other, and the kind of model it is.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class ZipNameTests
{
    private static readonly byte[] s_evil = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("evil canary ", 20)));
    private static readonly byte[] s_clean = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("clean canary ", 20)));

    private static ArchiveContext Read(byte[] zip, ScanLimits? limits = null) => ArchiveContext.Read(ArchiveContext.Zip, zip, limits)!;

    [Theory]
    [InlineData("a.txt", "../../etc/x", true)]
    [InlineData("weights.bin", "run.sh", true)]
    [InlineData("caf\u00e9.txt", "caf\u00e8.txt", false)]
    [InlineData("a.txt", "a.txt", false)]
    public void ASecondNameThatIsAnotherIsTold(string name, string second, bool told)
    {
        byte[] written = Encoding.UTF8.GetBytes(name);
        byte[] other = Encoding.UTF8.GetBytes(second);
        byte[] extra = [0x75, 0x70, (byte)(other.Length + 5), 0, 1, .. BitConverter.GetBytes(System.IO.Hashing.Crc32.HashToUInt32(written)), .. other];
        Assert.Equal(told, Read(new ZipBuilder().Add(new ZipMember(name, s_clean) { LocalExtra = extra }).Build()).Anomalies.Contains("zip.unicode-name"));
        extra[5] ^= 1;
        Assert.DoesNotContain("zip.unicode-name", Read(new ZipBuilder().Add(new ZipMember(name, s_clean) { LocalExtra = extra }).Build()).Anomalies);
    }

    [Theory]
    [InlineData("../x", "archive.traversal")]
    [InlineData("a/../../x", "archive.traversal")]
    [InlineData("..\\x", "archive.traversal")]
    [InlineData("/etc/x", "archive.absolute-name")]
    [InlineData("C:/x", "archive.drive-name")]
    [InlineData("\\\\host\\x", "archive.unc-name")]
    [InlineData("a\\b", "archive.backslash-name")]
    [InlineData("a.pkl:stream", "archive.stream-name")]
    [InlineData("a\0b", "archive.nul-name")]
    [InlineData("a\nb", "archive.control-name")]
    [InlineData("a\u202Eb", "archive.bidi-name")]
    [InlineData("d/CON", "archive.reserved-name")]
    [InlineData("nul.txt", "archive.reserved-name")]
    [InlineData("com1", "archive.reserved-name")]
    [InlineData("a. /b", "archive.trailing-name")]
    [InlineData("", "archive.empty-name")]
    public void T181_NamesThatExtractElsewhere(string name, string code)
    {
        ArchiveContext context = Read(new ZipBuilder().Add(name, s_clean).Build());
        Assert.Contains(code, context.Anomalies);
        Assert.Single(context.Children);
    }

    [Theory]
    [InlineData("model/data/0")]
    [InlineData("a/../b")]
    [InlineData("..data/x")]
    [InlineData("./x")]
    [InlineData("condition.txt")]
    [InlineData("archive/.data/serialization_id")]
    [InlineData("Modèle/データ.bin")]
    public void T181_OrdinaryNamesAreNotOdd(string name) => Assert.Empty(Read(new ZipBuilder().Add(name, s_clean).Build()).Anomalies);

    [Fact]
    public void T182_SymbolicLinkOutOfTheArchive()
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("d/link", "../../etc/passwd"u8.ToArray()) { Attributes = 0xA1FF0000 }).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains("archive.symbolic-link", context.Anomalies);
        Assert.Contains("archive.link-escape", context.Anomalies);
    }

    [Theory]
    [InlineData("a/Data", "a/data", "archive.case-collision")]
    [InlineData("\uD55C", "\u1112\u1161\u11AB", "archive.normalisation-collision")]
    [InlineData("\u1EA4", "a\u0302\u0301", "archive.normalisation-collision")]
    [InlineData("caf\u00E9", "cafe\u0301", "archive.normalisation-collision")]
    public void T183_NamesThatCollide(string one, string other, string code) =>
        Assert.Equal([code], Read(new ZipBuilder().Add(one, s_clean).Add(other, s_clean).Build()).Anomalies);

    [Theory]
    [InlineData("m/data.pkl,m/version", "torch-zip")]
    [InlineData("m/data.pkl,m/constants.pkl,m/code/x.py", "torch-zip,torchscript")]
    [InlineData("m/.data/extern_modules,m/x.py", "torch-package")]
    [InlineData("m/archive_format", "pt2")]
    [InlineData("arr_0.npy,arr_1.npy", "npz")]
    [InlineData("config.json,metadata.json,model.weights.h5", "keras-zip")]
    [InlineData("schema.json", "skops")]
    [InlineData("MAR-INF/MANIFEST.json,handler.py", "mar")]
    [InlineData("readme.txt", "")]
    public void FlavoursAreToldByTheirMembers(string names, string formats)
    {
        ZipBuilder zip = new();
        foreach (string name in names.Split(','))
        {
            zip.Add(name, s_clean);
        }

        ArchiveContext context = Read(zip.Build());
        Assert.Equal(formats, string.Join(',', context.Formats));
        Assert.Equal(names.Split(','), context.Names);
        bool recognised = ArchiveContext.Zip.Kinds.Any(f => context.Formats.Contains(f.Id) && f.Support == FormatSupport.Recognised);
        Assert.Equal(recognised, context.Unreads.Any(u => u.Cause == UnreadCause.NotSupported));
    }

    [Fact]
    public void PickleOutsideTheFirstFolderIsOdd() =>
        Assert.Contains("torch.archive-name", Read(new ZipBuilder().Add("a/version", s_clean).Add("b/data.pkl", s_evil).Build()).Anomalies);
}
