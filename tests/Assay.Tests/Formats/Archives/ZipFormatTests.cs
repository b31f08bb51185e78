// Zips that lie: every reading that a loader may have must come out.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Archives;

public sealed class ZipFormatTests
{
    private static readonly byte[] s_evil = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("evil canary ", 20)));
    private static readonly byte[] s_clean = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("clean canary ", 20)));

    private static ArchiveContext Read(byte[] zip, ScanLimits? limits = null) => ArchiveContext.Read(ArchiveContext.Zip, zip, limits)!;

    [Theory]
    [InlineData("ZIP_STORED")]
    [InlineData("ZIP_DEFLATED")]
    [InlineData("ZIP_BZIP2")]
    [InlineData("ZIP_LZMA")]
    public void WhatPythonWritesIsReadWithoutAnyOddity(string method)
    {
        byte[] zip = CPython.Run($"""
            import sys,io,zipfile
            b=io.BytesIO()
            with zipfile.ZipFile(b,'w',zipfile.{method}) as z:
                z.writestr('a/data.txt','canary '*1000)
                z.writestr('a/empty','')
                z.writestr('a/dir/','')
                with z.open('a/big','w',force_zip64=True) as f: f.write(bytes(range(256))*300)
            sys.stdout.buffer.write(b.getvalue())
            """);
        ArchiveContext context = Read(zip);
        Assert.Equal(["a/data.txt", "a/empty", "a/big"], context.Names);
        Assert.Equal(string.Concat(Enumerable.Repeat("canary ", 1000)), context.Text("a/data.txt"));
        Assert.Equal(256 * 300, context.Children[2].Bytes.Length);
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Unreads);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void StreamedZipWithDescriptorsIsReadWithoutAnyOddity()
    {
        byte[] zip = CPython.Run("""
            import sys,io,zipfile
            class W(io.RawIOBase):
                def __init__(s): s.b=bytearray()
                def writable(s): return True
                def write(s,d): s.b+=bytes(d); return len(d)
            w=W()
            with zipfile.ZipFile(w,'w',zipfile.ZIP_DEFLATED) as z:
                z.writestr('a','canary '*1000); z.writestr('b','x')
            sys.stdout.buffer.write(bytes(w.b))
            """);
        ArchiveContext context = Read(zip);
        Assert.Equal(["a", "b"], context.Names);
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void T057_DuplicateDataPklYieldsBothEntries()
    {
        byte[] zip = new ZipBuilder().Add("m/data.pkl", s_evil).Add("m/version", "3").Add("m/data.pkl", s_clean, 8).Build();
        ArchiveContext context = Read(zip);
        Assert.Equal(s_evil, context.Children[0].Bytes);
        Assert.Equal(s_clean, context.Children[2].Bytes);
        Assert.StartsWith("m/data.pkl@0x", context.Children[2].Name);
        Assert.Contains("torch.duplicate-pickle", context.Anomalies);
        Assert.Contains("zip.duplicate-name", context.Anomalies);
        Assert.Contains("torch-zip", context.Formats);
    }

    [Fact]
    public void T057_DuplicateDataPklThatDiffersInCaseYieldsBothEntries()
    {
        ArchiveContext context = Read(new ZipBuilder().Add("m/DATA.PKL", s_evil).Add("m/data.pkl", s_clean).Build());
        Assert.Equal([s_evil, s_clean], context.Children.Select(c => c.Bytes));
        Assert.Contains("torch.duplicate-pickle", context.Anomalies);
        Assert.Contains("archive.case-collision", context.Anomalies);
    }

    [Fact]
    public void T058_NameThatDiffersInTheLocalHeader()
    {
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("m/data.pkl", s_evil) { LocalName = "m/readme.t" }).Build());
        Assert.Equal(s_evil, Assert.Single(context.Children).Bytes);
        Assert.Equal(["zip.local-central-name"], context.Anomalies);
        Assert.Contains("torch-zip", context.Formats);
    }

    [Fact]
    public void T058_LocalHeaderAloneMakesItATorchFile() =>
        Assert.Contains("torch-zip", Read(new ZipBuilder().Add(new ZipMember("m/other.txt", s_evil) { LocalName = "m/data.pkl" }).Build()).Formats);

    [Fact]
    public void T058_MethodThatDiffersYieldsBothReadings()
    {
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", s_evil) { Method = 8, LocalMethod = 0 }).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains("zip.local-central-method", context.Anomalies);
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(s_evil));
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(ZipBuilder.Deflate(s_evil)));
    }

    [Fact]
    public void T058_SizeThatDiffersYieldsBothReadings()
    {
        byte[] both = [.. s_clean, .. s_evil];
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", both) { Packed = s_clean.Length, Size = s_clean.Length, LocalPacked = both.Length, LocalSize = both.Length }).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains("zip.local-central-size", context.Anomalies);
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(s_clean));
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(both));
    }

    [Fact]
    public void T058_LocalSizeThatIsSmallerLetsTheHiddenMemberOut()
    {
        byte[] inner = new ZipBuilder { WithoutEnd = true }.Add("hidden", s_evil).Build();
        byte[] data = [.. s_clean, .. inner];
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", data) { LocalPacked = s_clean.Length, LocalSize = s_clean.Length }).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains(context.Children, c => c.Name == "hidden" && c.Bytes.SequenceEqual(s_evil));
        Assert.Contains("zip.unlisted-entry", context.Anomalies);
    }

    [Theory]
    [InlineData(0x1, 0, "zip.encrypted-flag")]
    [InlineData(0x20, 0, "zip.patched-flag")]
    [InlineData(0x40, 8, "zip.strong-encryption-flag")]
    [InlineData(0x1, 8, "zip.encrypted-flag")]
    public void T059_FlagThatLoadersIgnoreDoesNotHideTheContent(int flag, int method, string code)
    {
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("m/data.pkl", s_evil) { Method = method, Flags = flag }).Build());
        Assert.Equal(s_evil, Assert.Single(context.Children).Bytes);
        Assert.Contains(code, context.Anomalies);
        Assert.Empty(context.Unreads);
    }

    [Fact]
    public void T059_FlagInOneHeaderOnly()
    {
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("m/data.pkl", s_evil) { Flags = 1, LocalFlags = 0 }).Build());
        Assert.Equal(s_evil, Assert.Single(context.Children).Bytes);
        Assert.Contains("zip.local-central-flags", context.Anomalies);
        Assert.Contains("zip.encrypted-flag-plaintext", context.Anomalies);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void T185_EncryptedMemberIsUnread(int method)
    {
        byte[] cipher = [.. Enumerable.Range(0, 200).Select(i => (byte)((i * 197) ^ 0x5A))];
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("a", s_evil) { Method = method, Flags = 1, Stored = cipher }).Build());
        Assert.Empty(context.Children);
        Assert.Equal(UnreadCause.Encrypted, Assert.Single(context.Unreads).Cause);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void T060_WrongCrcIsOddAndTheContentIsRead(int method)
    {
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("m/data.pkl", s_evil) { Method = method, Crc = 0xDEADBEEF }).Build());
        Assert.Equal(s_evil, Assert.Single(context.Children).Bytes);
        Assert.Equal(["zip.crc-mismatch"], context.Anomalies);
        Assert.Empty(context.Unreads);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void T061_DataBeforeTheFirstHeader(bool counted)
    {
        byte[] zip = new ZipBuilder { Prefix = Encoding.ASCII.GetBytes(new string('#', 5000)), PrefixCounts = counted }.Add("m/data.pkl", s_evil).Build();
        ArchiveContext context = Read(zip);
        Assert.Equal(s_evil, Assert.Single(context.Children).Bytes);
        Assert.Contains("zip.leading-data", context.Anomalies);
        Assert.Equal(!counted, context.Anomalies.Contains("zip.shifted-offsets"));
        Assert.Equal([new ByteRange(0, 5000)], context.Coverage.Gaps());
    }

    [Fact]
    public void T061_ConcatenatedZipsAreBothRead()
    {
        byte[] first = new ZipBuilder().Add("m/first", s_evil).Build();
        byte[] second = new ZipBuilder().Add("m/data.pkl", s_clean).Build();
        ArchiveContext context = Read([.. first, .. second]);
        Assert.Equal([s_evil, s_clean], context.Children.Select(c => c.Bytes));
        Assert.Contains("zip.several-ends", context.Anomalies);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void ShardsOfADistributedCheckpointAreASeriesAndAllRead()
    {
        byte[] first = new ZipBuilder().Add("archive/data.pkl", s_evil).Build();
        byte[] second = new ZipBuilder { Zip64End = true }.Add("archive/data.pkl", s_clean).Add("archive/data/0", s_clean).Build();
        ArchiveContext context = Read([.. first, .. second, .. first]);
        Assert.Equal([s_evil, s_clean, s_clean, s_evil], context.Children.Select(c => c.Bytes));
        Assert.Equal(["zip.series"], context.Anomalies.Distinct());
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void BytesBetweenTwoArchivesMakeThemNoSeries()
    {
        byte[] part = new ZipBuilder().Add("archive/data.pkl", s_clean).Build();
        string[] anomalies = [.. Read([.. part, 1, .. part]).Anomalies];
        Assert.DoesNotContain("zip.series", anomalies);
        Assert.Contains("zip.duplicate-name", anomalies);
    }

    [Fact]
    public void T061_FirstOfTwoZipsFarFromTheEndIsRead()
    {
        byte[] first = new ZipBuilder().Add("m/data.pkl", s_evil).Build();
        byte[] second = new ZipBuilder { Prefix = new byte[200_000] }.Add("m/data.pkl", s_clean).Build();
        Assert.Equal([s_evil, s_clean], Read([.. first, .. second]).Children.Select(c => c.Bytes));
    }

    [Fact]
    public void T061_EndRecordInTheComment()
    {
        byte[] inner = new ZipBuilder().Add("m/data.pkl", s_clean).Build();
        byte[] zip = new ZipBuilder { Comment = inner }.Add("m/data.pkl", s_evil).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(s_clean));
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(s_evil));
        Assert.Contains("zip.several-ends", context.Anomalies);
    }

    [Fact]
    public void T061_Zip64ThatLiesYieldsBothDirectories()
    {
        // The Zip64 end record leads to the evil directory, the plain one to the clean directory before it.
        byte[] clean = new ZipBuilder().Add("m/data.pkl", s_clean).Build();
        byte[] evil = new ZipBuilder { Zip64End = true, Prefix = clean }.Add("m/data.pkl", s_evil).Build();
        clean.AsSpan(clean.Length - 22).CopyTo(evil.AsSpan(evil.Length - 22));
        ArchiveContext context = Read(evil);
        Assert.Contains("zip.zip64-mismatch", context.Anomalies);
        Assert.Equal([s_clean, s_evil], context.Children.Select(c => c.Bytes));
    }

    [Fact]
    public void Zip64ArchiveIsReadWithoutAnyOddity()
    {
        ArchiveContext context = Read(new ZipBuilder { Zip64End = true }.Add(new ZipMember("a", s_clean) { Zip64 = true }).Build());
        Assert.Equal(s_clean, Assert.Single(context.Children).Bytes);
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void T061_MemberThatNoDirectoryListsIsFound()
    {
        byte[] zip = new ZipBuilder().Add("m/a", s_clean).Add(new ZipMember("m/data.pkl", s_evil) { Method = 8, Descriptor = true, Listed = false }).Add("m/b", s_clean).Build();
        ArchiveContext context = Read(zip);
        Assert.Equal(s_evil, context.Children.Single(c => c.Name == "m/data.pkl").Bytes);
        Assert.Equal(["zip.unlisted-entry"], context.Anomalies);
        Assert.Empty(context.Coverage.Gaps());
    }

    [Fact]
    public void ZipWithoutDirectoryIsReadByItsLocalHeaders()
    {
        ArchiveContext context = Read(new ZipBuilder { WithoutEnd = true }.Add("m/data.pkl", s_evil, 8).Add("m/b", s_clean).Build());
        Assert.Equal([s_evil, s_clean], context.Children.Select(c => c.Bytes));
        Assert.Contains("zip.no-directory", context.Anomalies);
        Assert.Contains(context.Unreads, u => u.Cause == UnreadCause.Truncated);
    }

    [Fact]
    public void T063_StoredNestedZipIsNotTakenForASecondDirectory()
    {
        byte[] inner = new ZipBuilder().Add("data.pkl", s_evil).Build();
        ArchiveContext context = Read(new ZipBuilder().Add("inner.zip", inner).Build());
        Assert.Equal(inner, Assert.Single(context.Children).Bytes);
        Assert.Empty(context.Anomalies);
    }

    [Fact]
    public void T187_ZipAtTheEndOfATarIsReadAndToldApartFromPrependedData()
    {
        byte[] inner = new ZipBuilder { Zip64End = true }.Add("m/data.pkl", s_evil).Build();
        ArchiveContext context = Read(new TarBuilder().Add("model.ckpt", inner).Build());
        Assert.Equal(["zip.embedded"], context.Anomalies);
        Assert.Equal(s_evil, Assert.Single(context.Children).Bytes);
    }

    [Fact]
    public void Zip64RecordsAreNotTakenForPartOfTheDirectory()
    {
        // The first record of the directory is as long as the two Zip64 records, 76 bytes.
        ZipBuilder builder = new() { Zip64End = true };
        byte[] zip = builder.Add(new string('a', 30), s_clean).Add("b", s_clean).Build();
        long end = zip.Length - 22;
        BitConverter.GetBytes((uint)BitConverter.ToInt64(zip, (int)end - 20 - 56 + 40)).CopyTo(zip, end + 12);
        BitConverter.GetBytes((uint)BitConverter.ToInt64(zip, (int)end - 20 - 56 + 48)).CopyTo(zip, end + 16);
        Assert.Empty(Read(zip).Anomalies);
    }

    [Fact]
    public void DeclaredSizesThatLieDoNotCutTheContent()
    {
        byte[] packed = ZipBuilder.Deflate(s_evil);
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", s_evil) { Method = 8, Stored = packed, Packed = 3, Size = 7 }).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains(context.Children, c => c.Bytes.SequenceEqual(s_evil));
        Assert.Contains("zip.packed-size", context.Anomalies);
        Assert.Contains("zip.inflated-size", context.Anomalies);
    }

    [Fact]
    public void T186_UnsupportedMethodIsUnread()
    {
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("a", s_evil) { Method = 98 }).Build());
        Assert.Equal(UnreadCause.NotSupported, Assert.Single(context.Unreads).Cause);
        Assert.Contains("zip.unsupported-method", context.Anomalies);
    }

    [Fact]
    public void GapBetweenMembersIsLeftForTheEngine()
    {
        byte[] gap = Encoding.ASCII.GetBytes("something that belongs to nobody");
        byte[] zip = new ZipBuilder().Add(new ZipMember("a", s_clean) { GapAfter = gap }).Add("b", s_clean).Build();
        ArchiveContext context = Read(zip);
        Assert.Contains("zip.gap-data", context.Anomalies);
        Assert.Equal(gap.Length, Assert.Single(context.Coverage.Gaps()).Length);
    }

    [Fact]
    public void ZerosBetweenMembersAreAccountedFor()
    {
        ArchiveContext context = Read(new ZipBuilder().Add(new ZipMember("a", s_clean) { GapAfter = new byte[64] }).Add("b", s_clean).Build());
        Assert.Empty(context.Anomalies);
        Assert.Empty(context.Coverage.Gaps());
    }
}
