// What goes into quarantine comes back as it was, and nothing that should stay is moved.
using System.Text;
using Assay.Hosting;
using Assay.Scanning;
using Assay.Bytes;
using Assay.Detection;
using Assay.Tests.Builders;
using Assay.Trust.Quarantine;
using Assay.Trust.Storage;

namespace Assay.Trust.Tests.Quarantine;

public sealed class QuarantineTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public QuarantineTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Quarantine works on Linux only.");

    private string Store => _tree["store"];

    public void Dispose() => _tree.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(1 << 20)]
    [InlineData((3 << 20) + 5)]
    public void BytesPermissionsAndTimesComeBackToTheNanosecond(int size)
    {
        string file = _tree.Add("model.pkl", "");
        byte[] bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        File.WriteAllBytes(file, bytes);
        _tree.Shell("chmod 2640 model.pkl; touch -a -d '2001-02-03 04:05:06.123456789' model.pkl; touch -m -d '1961-02-03 04:05:06.987654321' model.pkl");
        FileStatus before = new Disk().Status(file)!.Value;

        QuarantineItem item = Take(file);
        Assert.False(Path.Exists(file));
        Restore(item.Id);

        FileStatus after = new Disk().Status(file)!.Value;
        Assert.Equal((before.Mode, before.User, before.Group, before.Modified, before.Accessed, before.Links), (after.Mode, after.User, after.Group, after.Modified, after.Accessed, after.Links));
        Assert.Equal(bytes, File.ReadAllBytes(file));
        Assert.Empty(Directory.GetDirectories(Store));
    }

    [Fact]
    public void AllNamesOfAFileAndTheLinksThatLedToItComeBack()
    {
        string file = _tree.Add("blobs/abc", "model");
        _tree.Shell("ln blobs/abc second; mkdir snap; ln -s ../blobs/abc snap/model.bin; ln -s model.bin snap/again");
        QuarantineItem item = Take(_tree["snap/again"], _tree["second"]);
        Assert.Equal([file, _tree["second"]], item.Names.Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFiles(_tree["snap"]).Concat(Directory.EnumerateFiles(_tree["blobs"])));
        Restore(_tree["snap/again"]);
        Assert.Equal(("model", "model.bin", "../blobs/abc"), (File.ReadAllText(_tree["snap/again"]), new FileInfo(_tree["snap/again"]).LinkTarget, new FileInfo(_tree["snap/model.bin"]).LinkTarget));
        Assert.True(new Disk().Status(file)!.Value.IsSameFile(new Disk().Status(_tree["second"])!.Value));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("folder")]
    [InlineData("pipe")]
    [InlineData("circle")]
    [InlineData("dangling")]
    [InlineData("twice")]
    [InlineData("/dev/null")]
    [InlineData("good/below")]
    public void WhatIsNoLoneFileStaysWhereItIs(string name)
    {
        _tree.Shell("mkdir folder; mkfifo pipe; ln -s circle circle; ln -s nowhere dangling; echo x >twice; ln twice other; echo x >good");
        string path = Path.IsPathRooted(name) ? name : _tree[name];
        Assert.Throws<SettingException>(() => QuarantinePlan.Of([_tree["good"], path], Store));
        Assert.False(Path.Exists(Store));
    }

    [Fact]
    public void HostileNamesAreNames()
    {
        string[] names = ["-rf", "a\nb", "\u001b[2Jx", "\u202egnp", "'; rm *", "é́ 模型", new string('n', 255), ".assay-restore-x", " "];
        foreach (string name in names)
        {
            _tree.Add(name, name);
            Restore(Take(_tree[name]).Id);
            Assert.Equal(name, File.ReadAllText(_tree[name]));
        }
    }

    [Fact]
    public void NothingTakesWhatLiesThereForAModel()
    {
        string file = _tree.Add("evil.pkl");
        byte[] pickle = PickleBuilder.Protocol(4).StackGlobal("os", "system").Str("echo canary").Op(Pickle.Op.TUPLE1).Op(Pickle.Op.REDUCE).Op(Pickle.Op.STOP).ToArray();
        File.WriteAllBytes(file, pickle);
        QuarantineItem item = Take(file);
        byte[] content = File.ReadAllBytes(Path.Join(Store, item.Id, "content"));
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default });
        TargetReport? report = scanner.Scan(new ScanInput { Path = "content", Open = () => new MemorySource(content), Named = true }, CancellationToken.None).Report;
        Assert.Empty(report!.Formats);
        Assert.Empty(report.Findings);
        Assert.DoesNotContain("canary", Encoding.Latin1.GetString(content), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, (UnixFileMode)new Disk().Status(Path.Join(Store, item.Id, "content"))!.Value.Mode);
    }

    [Fact]
    public void NothingIsGivenBackOverSomethingElse()
    {
        string file = _tree.Add("a", "one");
        QuarantineItem item = Take(file);
        _tree.Add("a", "two");
        Assert.Throws<SettingException>(() => Restore(item.Id));
        Assert.Equal("two", File.ReadAllText(file));
        File.Delete(file);
        _tree.Link("a", "elsewhere");
        Assert.Throws<SettingException>(() => Restore(item.Id));
        Assert.False(Path.Exists(_tree["elsewhere"]));
        Restore(item.Id, _tree["b"]);
        Assert.Equal("one", File.ReadAllText(_tree["b"]));
    }

    [Fact]
    public void ALinkInThePlaceOfTheDirectoryLeadsNothingAway()
    {
        QuarantineItem item = Take(_tree.Add("models/a", "one"));
        _tree.Shell("rmdir models; mkdir other; ln -s other models");
        Assert.Throws<SettingException>(() => Restore(item.Id));
        Assert.Empty(Directory.GetFiles(_tree["other"]));
    }

    [Fact]
    public void WhatIsDamagedIsNotGivenBack()
    {
        QuarantineItem item = Take(_tree.Add("a", "bytes of a model"));
        string content = Path.Join(Store, item.Id, "content");
        byte[] bytes = File.ReadAllBytes(content);
        for (int at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 1;
            File.WriteAllBytes(content, changed);
            Assert.Throws<SettingException>(() => Restore(item.Id));
        }

        File.WriteAllBytes(content, [.. bytes, 0]);
        Assert.Throws<SettingException>(() => Restore(item.Id));
        Assert.Equal(["store"], Directory.EnumerateFileSystemEntries(_tree.Root).Select(Path.GetFileName));
        File.WriteAllBytes(content, bytes);
        Restore(item.Id);
    }

    [Fact]
    public void AttributesAndTheAccessControlListComeBack()
    {
        string file = _tree.Add("a", "one");

        // Owner rw, user 12345 r, group r, mask r, others nothing (acl(5), in the form of the kernel).
        byte[] list = [2, 0, 0, 0, .. Entry(1, 6), .. Entry(2, 4, 12345), .. Entry(4, 4), .. Entry(0x10, 4), .. Entry(0x20, 0)];
        Dictionary<string, byte[]> given = new() { ["user.origin"] = [.. "https://example.org"u8], ["user.empty"] = [], ["user.bytes"] = [0, 255, 10], ["system.posix_acl_access"] = list };
        List<string> lost = [];
        using (Microsoft.Win32.SafeHandles.SafeFileHandle open = new Disk().OpenRead(file))
        {
            new Disk().Restore(open, file, new Disk().Status(file)!.Value with { Mode = 0x1A0 }, given, lost);
        }

        Assert.SkipUnless(lost.Count == 0, "The file system keeps no attributes.");
        IReadOnlyDictionary<string, byte[]> before = Attributes(file);
        Assert.Equal(given.Keys.Order(), before.Keys.Where(given.ContainsKey).Order());
        FileStatus status = new Disk().Status(file)!.Value;
        Restore(Take(file).Id);
        Assert.Equal(before.Select(a => (a.Key, Convert.ToHexString(a.Value))), Attributes(file).Select(a => (a.Key, Convert.ToHexString(a.Value))));
        Assert.Equal((status.Mode, status.Modified), (new Disk().Status(file)!.Value.Mode, new Disk().Status(file)!.Value.Modified));

        static byte[] Entry(ushort tag, ushort permissions, uint who = uint.MaxValue) => [.. BitConverter.GetBytes(tag), .. BitConverter.GetBytes(permissions), .. BitConverter.GetBytes(who)];
    }

    [Fact]
    public void HolesStayHoles()
    {
        string file = _tree["model"];
        const long Size = (300L << 20) + 7;
        using (FileStream stream = new(file, FileMode.CreateNew))
        {
            stream.SetLength(Size);
            stream.Position = (100L << 20) + 5;
            stream.Write("in the middle"u8);
        }

        Assert.SkipUnless(Blocks(file) < Size / 1024, "The file system keeps no holes.");
        QuarantineItem item = Take(file);
        Assert.Equal(Size, item.Size);
        Assert.InRange(Blocks(Path.Join(Store, item.Id, QuarantineFolder.Content)), 1, Size / 1024);
        Restore(item.Id);
        Assert.InRange(Blocks(file), 1, Size / 1024);
        using FileStream back = File.OpenRead(file);
        byte[] around = new byte[64];
        back.Position = 100L << 20;
        back.ReadExactly(around);
        Assert.Equal([0, 0, 0, 0, 0, .. "in the middle"u8], around[..18]);
        Assert.Equal(Size, back.Length);
    }

    [Theory]
    [InlineData(16, 8)]
    [InlineData(-16, 16)]
    [InlineData(0, 1 << 30)]
    [InlineData(8, 32)]
    public void HolesThatNoFileHasAreRefused(long from, long to)
    {
        QuarantineItem item = Take(_tree.Add("a", new string('x', 100)));
        string manifest = Path.Join(Store, item.Id, QuarantineFolder.Manifest);
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"holes\": []", $"\"holes\": [{{\"from\":{from},\"to\":{to}}}]", StringComparison.Ordinal));
        using QuarantineFolder folder = QuarantineFolder.Open(Store);
        Assert.Empty(folder.Items());
    }

    [Theory]
    [InlineData("unlink")]
    [InlineData("flush-folder")]
    public void ADirectoryThatIsExchangedMeanwhileLosesNothingElsewhere(string operation)
    {
        // The other file has the name, in a directory that takes the place of the first one just before the names are taken away.
        string file = _tree.Add("m/model", "harmful"), other = _tree.Add("other/model", "somebody's own");
        using QuarantineFolder folder = QuarantineFolder.Open(Store, new ExchangingDisk(operation, () =>
        {
            if (!Directory.Exists(_tree["aside"]))
            {
                Directory.Move(_tree["m"], _tree["aside"]);
                _tree.Link("m", "other");
            }
        }));
        new QuarantineTaking(folder).Take(QuarantinePlan.Of([file], Store)[0], new QuarantineReason());
        Assert.Equal("somebody's own", File.ReadAllText(other));
    }

    [Fact]
    public void ADirectoryThatIsExchangedMeanwhileIsNotWrittenTo()
    {
        string file = _tree.Add("m/model", "harmful");
        QuarantineItem item = Take(file);
        Directory.CreateDirectory(_tree["other"]);
        using QuarantineFolder folder = QuarantineFolder.Open(Store, new ExchangingDisk("rename", () =>
        {
            if (!Directory.Exists(_tree["aside"]))
            {
                Directory.Move(_tree["m"], _tree["aside"]);
                _tree.Link("m", "other");
            }
        }));
        new QuarantineRestoring(folder).Restore(item);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_tree["other"]));
        Assert.Equal("harmful", File.ReadAllText(_tree["aside/model"]));
    }

    [Fact]
    public void ADirectoryIsTheFilesBelowIt()
    {
        string one = _tree.Add("m/one", "1"), two = _tree.Add("m/sub/two", "2"), outside = _tree.Add("outside", "stays");
        _tree.Link("m/link", "sub/two");
        _tree.Link("m/away", "../outside");
        Directory.CreateDirectory(_tree["m/empty"]);
        IReadOnlyList<QuarantinePlan> plans = QuarantinePlan.Of([_tree["m"]], Store);
        Assert.Equal([one, two], plans.SelectMany(p => p.Names).Order());
        using (QuarantineFolder folder = QuarantineFolder.Open(Store))
        {
            foreach (QuarantinePlan plan in plans)
            {
                new QuarantineTaking(folder).Take(plan, new QuarantineReason());
            }
        }

        Assert.True(File.Exists(outside));
        Assert.Equal(["away", "empty", "sub"], Directory.EnumerateFileSystemEntries(_tree["m"]).Select(Path.GetFileName).Order());
        using (QuarantineFolder folder = QuarantineFolder.Open(Store))
        {
            Assert.Equal(2, folder.FindAll(_tree["m"]).Count);
            Assert.Single(folder.FindAll(_tree["m/sub"]));
            Assert.Throws<SettingException>(() => folder.FindAll(_tree["n"]));
            foreach (QuarantineItem item in folder.FindAll(_tree["m"] + "/"))
            {
                new QuarantineRestoring(folder).Restore(item);
            }
        }

        Assert.Equal(("1", "2", "sub/two"), (File.ReadAllText(one), File.ReadAllText(two), new FileInfo(_tree["m/link"]).LinkTarget));
        Assert.Throws<SettingException>(() => QuarantinePlan.Of([_tree["m/empty"]], Store));
    }

    [Fact]
    public void AnotherFileSystemIsNoMatter()
    {
        string file = _tree.Add("a", "one");
        string other = Path.Join("/dev/shm", "assay-test-" + Guid.NewGuid().ToString("n"));
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "There is no second file system.");
        try
        {
            using (QuarantineFolder folder = QuarantineFolder.Open(other))
            {
                QuarantineItem item = new QuarantineTaking(folder).Take(QuarantinePlan.Of([file], other)[0], new QuarantineReason());
                Assert.False(Path.Exists(file));
                new QuarantineRestoring(folder).Restore(item);
            }

            Assert.Equal("one", File.ReadAllText(file));
        }
        finally
        {
            Directory.Delete(other, recursive: true);
        }
    }

    [Fact]
    public void APurgedFileIsGone()
    {
        QuarantineItem item = Take(_tree.Add("a", "one"));
        using QuarantineFolder folder = QuarantineFolder.Open(Store);
        folder.Purge(item);
        Assert.Empty(folder.Items());
        Assert.Empty(Directory.GetDirectories(Store));
    }

    private sealed class ExchangingDisk(string at, Action exchange) : Disk
    {
        protected override void Before(string operation, string path)
        {
            if (operation == at)
            {
                exchange();
            }
        }
    }

    private static IReadOnlyDictionary<string, byte[]> Attributes(string file)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle open = new Disk().OpenRead(file);
        return new Disk().Attributes(open);
    }

    /// <summary>The room that a file takes, in units of 512 bytes.</summary>
    private long Blocks(string file)
    {
        _tree.Shell($"stat -c %b '{file}' >blocks");
        return long.Parse(File.ReadAllText(_tree["blocks"]), System.Globalization.CultureInfo.InvariantCulture);
    }

    private QuarantineItem Take(params string[] paths)
    {
        using QuarantineFolder folder = QuarantineFolder.Open(Store);
        QuarantinePlan plan = Assert.Single(QuarantinePlan.Of(paths, Store));
        return new QuarantineTaking(folder).Take(plan, new QuarantineReason { By = "ada", At = DateTimeOffset.UnixEpoch });
    }

    private void Restore(string name, string? to = null)
    {
        using QuarantineFolder folder = QuarantineFolder.Open(Store);
        Assert.Empty(new QuarantineRestoring(folder).Restore(folder.Find(name), to));
    }
}
