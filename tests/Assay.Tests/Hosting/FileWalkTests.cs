// Walking real directories: nothing outside is followed, nothing dangerous is opened, nothing is lost silently.
using System.Net.Sockets;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Hosting;

public sealed class FileWalkTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ADirectoryGivesItsFilesInOrdinalOrder()
    {
        _tree.Add("d/b.pt");
        _tree.Add("d/a/z.pt");
        _tree.Add("d/A.pt");
        _tree.Add("d/a.pt");
        _tree.Add("d/.hidden/h.pt");
        Assert.Equal(["d/.hidden/h.pt", "d/A.pt", "d/a.pt", "d/a/z.pt", "d/b.pt"], Paths(Walk("d")));
    }

    [Fact]
    public void PathsComeInOrdinalOrderWhereFoldersAndFilesBeginAlike()
    {
        foreach (string file in (string[])["d/a/z.pt", "d/a-b.pt", "d/a.pt", "d/a0.pt", "d/a/b/c.pt", "d/a/b-c.pt", "d-e.pt", "d/\uffee.pt", "d/\U0001F600.pt"])
        {
            _tree.Add(file);
        }

        string[] paths = Paths(Walk("d", "d-e.pt"));
        Assert.Equal(9, paths.Length);
        Assert.Equal(paths.Order(StringComparer.Ordinal), paths);
    }

    [Fact]
    public void ATreeThatIsNamedInsideAnotherComesOnceAndInItsPlace()
    {
        _tree.Add("d/a.pt");
        _tree.Add("d/sub/b.pt");
        _tree.Add("d/z.pt");
        Assert.Equal(["d/a.pt", "d/sub/b.pt", "d/z.pt"], Paths(Walk("d/sub", "d")));
    }

    [Fact]
    public void NothingIsLookedAtBeforeItIsAskedFor()
    {
        _tree.Add("d/a.pt");
        _tree.Add("d/b/c.pt");
        using IEnumerator<ScanInput> inputs = new FileWalk([_tree["d"]]).Inputs().GetEnumerator();
        Assert.True(inputs.MoveNext());
        _tree.Add("d/b/d.pt");
        Assert.True(inputs.MoveNext());
        Assert.True(inputs.MoveNext());
        Assert.Equal("d/b/d.pt", Shown(inputs.Current));
    }

    [Fact]
    public void AWalkThatIsCancelledSaysWhereItStopped()
    {
        _tree.Add("d/a.pt");
        _tree.Add("d/b.pt");
        _tree.Add("e.pt");
        using CancellationTokenSource cancel = new();
        FileWalk walk = new([_tree["d"], _tree["e.pt"]], null, cancel.Token);
        List<ScanInput> inputs = [];
        foreach (ScanInput input in walk.Inputs())
        {
            inputs.Add(input);
            cancel.Cancel();
        }

        Assert.Equal(["d/a.pt", "d", "e.pt"], inputs.Select(Shown));
        Assert.Equal(UnreadCause.Cancelled, inputs[1].Cause);
        Assert.Contains("b.pt", inputs[1].Unreadable, StringComparison.Ordinal);
    }

    [Fact]
    public void AFileIsMetWhereTheWalkWouldTakeIt()
    {
        string taken = _tree.Add("d/sub/a.json");
        string left = _tree.Add("d/old/a.json");
        string named = _tree.Add("e.json");
        WalkOptions options = new() { Include = [new Glob("*.json")], Exclude = [new Glob("old/")] };
        FileWalk walk = new([_tree["d"], named], options);
        Assert.True(walk.Meets(taken, out bool isNamed));
        Assert.False(isNamed);
        Assert.False(walk.Meets(left, out _));
        Assert.True(walk.Meets(named, out isNamed));
        Assert.True(isNamed);
        walk.LeaveOut(taken);
        Assert.Equal([named], walk.Inputs().Select(i => i.Path));
    }

    [Fact]
    public void AFileThatWasExchangedForALinkIsNotRead()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems do not tell what was opened.");
        _tree.Add("secret", "secret");
        string path = _tree.Add("d/a.pt");
        ScanInput input = Assert.Single(Walk("d").Inputs);
        File.Delete(path);
        _tree.Link("d/a.pt", "../secret");
        Assert.Equal(StopReason.Changed, Assert.Throws<ScanStopException>(() => input.Open!()).Reason);
    }

    [Fact]
    public void ANamedFileIsNamedAndAWalkedOneIsNot()
    {
        _tree.Add("d/a.pt");
        _tree.Add("b.pt");
        Walked walk = Walk("d", "b.pt");
        Assert.Equal([true, false], walk.Inputs.Select(i => i.Named));
    }

    [Fact]
    public void AFileThatIsNamedAndWalkedComesOnceAndIsNamed()
    {
        _tree.Add("d/a.pt");
        ScanInput input = Assert.Single(Walk("d", "d/a.pt", "d/./a.pt", "d").Inputs);
        Assert.True(input.Named);
    }

    [Fact]
    public void TheSameBytesUnderTwoNamesComeTwice()
    {
        _tree.Add("d/a.pt", "same");
        _tree.Add("d/b.pt", "same");
        Assert.Equal(2, Walk("d").Inputs.Count);
    }

    [Fact]
    public void AMissingPathIsUnread()
    {
        ScanInput input = Assert.Single(Walk("nope.pt").Inputs);
        Assert.Null(input.Open);
        Assert.Equal(UnreadCause.Missing, input.Cause);
        Assert.True(input.Named);
    }

    [Fact]
    public void AnEmptyPathIsAUsageError() => Assert.Throws<SettingException>(() => new FileWalk([""]));

    [Fact]
    public void T206_AFifoIsUnreadAndNeverOpened()
    {
        _tree.Add("d/a.pt");
        _tree.Fifo("d/pipe.pt");
        _tree.Fifo("named");
        Walked walk = Walk("d", "named");
        Assert.Equal([null, UnreadCause.Unreadable, UnreadCause.Unreadable], walk.Inputs.Select(i => i.Open is null ? i.Cause : (UnreadCause?)null));
    }

    [Fact]
    public void T206_ASocketIsUnreadAndNeverOpened()
    {
        Directory.CreateDirectory(_tree["d"]);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_tree["d/s.pt"]));
        Assert.Null(Assert.Single(Walk("d").Inputs).Open);
        Assert.Null(Assert.Single(Walk("d/s.pt").Inputs).Open);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData("/dev/tty")]
    public void T206_ADeviceIsUnreadAndNeverOpened(string device)
    {
        Assert.SkipUnless(Path.Exists(device), "There is no such device.");
        Assert.Null(Assert.Single(new FileWalk([device]).Inputs()).Open);
    }

    [Fact]
    public void T206_ALinkToADeviceIsNotFollowedOutOfTheTree()
    {
        _tree.Link("d/x.pt", "/dev/zero");
        Assert.Null(Assert.Single(Walk("d").Inputs).Open);
    }

    [Fact]
    public void AnEmptyFileIsARegularFile()
    {
        _tree.Add("d/empty.pt", "");
        Assert.NotNull(Assert.Single(Walk("d").Inputs).Open);
        Assert.Equal(FileKind.Regular, FileKinds.Of(_tree["d/empty.pt"]));
    }

    [Fact]
    public void AnEmptyFileOfAnOwnerWithAHugeNumberIsARegularFile()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && OperatingSystem.IsLinux(), "Only root can give files away.");
        _tree.Add("empty.pt", "");
        _tree.Shell("chown 3000000000:3000000000 empty.pt");
        Assert.Equal(FileKind.Regular, FileKinds.Of(_tree["empty.pt"]));
    }

    [Fact]
    public void ALinkToAFileInsideIsSkippedBecauseTheFileIsMet()
    {
        _tree.Add("d/blobs/abc");
        _tree.Link("d/snapshots/model.pt", "../blobs/abc");
        _tree.Link("d/again.pt", "snapshots/model.pt");
        Walked walk = Walk("d");
        Assert.Equal(["d/blobs/abc"], Paths(walk));
        Assert.Equal(0, walk.LeftAside);
    }

    [Fact]
    public void InTheCacheOfAHubTheNamesAreWhatIsExamined()
    {
        foreach (string blob in (string[])["aa", "bb", "cc"])
        {
            _tree.Add("hub/models--o--m/blobs/" + blob, blob);
        }

        _tree.Add("outside/secret.pt");
        _tree.Link("hub/models--o--m/snapshots/1/model.pt", "../../blobs/aa");
        _tree.Link("hub/models--o--m/snapshots/1/sub/config.json", "../../../blobs/bb");
        _tree.Link("hub/models--o--m/snapshots/1/other.pt", "../../../../outside/secret.pt");
        string[] names = ["hub/models--o--m/snapshots/1/model.pt", "hub/models--o--m/snapshots/1/other.pt", "hub/models--o--m/snapshots/1/sub/config.json"];

        // A blob that no snapshot names is examined by itself.
        Assert.Equal(["hub/models--o--m/blobs/cc", .. names], Paths(Walk("hub")));
        Walked snapshot = Walk("hub/models--o--m/snapshots/1");
        Assert.Equal(names, Paths(snapshot));
        Assert.Null(Assert.Single(snapshot.Inputs, i => Shown(i).EndsWith("other.pt", StringComparison.Ordinal)).Open);
        using ByteSource bytes = snapshot.Inputs.Single(i => Shown(i).EndsWith("config.json", StringComparison.Ordinal)).Open!();
        Assert.Equal("bb", System.Text.Encoding.ASCII.GetString(bytes.ReadUpTo(0, 8)));

        // What a file names beside it is found in the snapshot too.
        FolderBundle bundle = FolderBundle.TryCreate(_tree["hub/models--o--m/snapshots/1"])!;
        using ByteSource? beside = bundle.TryOpen("model.pt").Bytes;
        Assert.NotNull(beside);
        Assert.Equal(BundleRefusal.Outside, bundle.TryOpen("other.pt").Refusal);
    }

    [Fact]
    public void ALinkOutOfTheTreeThatLooksLikeAModelIsUnread()
    {
        _tree.Add("outside/secret.pt");
        _tree.Link("d/m.pt", "../outside/secret.pt");
        ScanInput input = Assert.Single(Walk("d").Inputs);
        Assert.Null(input.Open);
        Assert.Equal("d/m.pt", Shown(input));
    }

    [Fact]
    public void ALinkOutOfTheTreeThatLooksLikeNothingIsCounted()
    {
        _tree.Add("outside/readme.txt");
        _tree.Add("d/a.pt");
        _tree.Link("d/readme.txt", "../outside/readme.txt");
        _tree.Link("d/dangling.txt", "nowhere");
        Walked walk = Walk("d");
        Assert.Equal(["d/a.pt"], Paths(walk));
        Assert.Equal(2, walk.LeftAside);
    }

    [Fact]
    public void ALinkToADirectoryOutsideIsSaidOutLoud()
    {
        _tree.Add("outside/m.pt");
        _tree.Link("d/more", "../outside");
        ScanInput input = Assert.Single(Walk("d").Inputs);
        Assert.Null(input.Open);
    }

    [Fact]
    public void ALinkThatReachesOutsideOverAnotherLinkIsNotFollowed()
    {
        _tree.Add("outside/m.pt");
        _tree.Add("d/sub/a.pt");
        _tree.Link("d/way", "../outside");
        _tree.Link("d/m.pt", "way/m.pt");
        Assert.All(Walk("d").Inputs.Where(i => !i.Path.EndsWith("a.pt", StringComparison.Ordinal)), i => Assert.Null(i.Open));
    }

    [Fact]
    public void ADirectoryWhoseNameOnlyBeginsLikeTheRootIsOutside()
    {
        _tree.Add("d-other/m.pt");
        _tree.Link("d/m.pt", "../d-other/m.pt");
        Assert.Null(Assert.Single(Walk("d").Inputs).Open);
    }

    [Fact]
    public void ALinkBetweenTwoNamedTreesIsMetInTheOther()
    {
        _tree.Add("e/m.pt");
        _tree.Link("d/m.pt", "../e/m.pt");
        Assert.Equal(["e/m.pt"], Paths(Walk("d", "e")));
    }

    [Fact]
    public void ADanglingLinkThatLooksLikeAModelIsUnread()
    {
        _tree.Link("d/m.pt", "gone.pt");
        Assert.Equal(UnreadCause.Missing, Assert.Single(Walk("d").Inputs).Cause);
    }

    [Fact]
    public void DirectoryLoopsEnd()
    {
        _tree.Add("d/a.pt");
        _tree.Link("d/self", ".");
        _tree.Link("d/sub/up", "..");
        _tree.Link("d/x", "y");
        _tree.Link("d/y", "x");
        _tree.Link("d/m.pt", "m.pt");
        Walked walk = Walk("d");
        Assert.Equal(["d/a.pt", "d/m.pt"], Paths(walk));
        Assert.Null(walk.Inputs[1].Open);
    }

    [Fact]
    public void ALinkUpOutOfTheTreeIsNotFollowed()
    {
        _tree.Add("other.pt");
        _tree.Link("d/up", "..");
        ScanInput input = Assert.Single(Walk("d").Inputs);
        Assert.Null(input.Open);
    }

    [Fact]
    public void ANamedLinkIsFollowed()
    {
        _tree.Add("real/m.pt", "bytes");
        _tree.Link("link.pt", "real/m.pt");
        _tree.Link("linked", "real");
        Assert.Equal("bytes", Read(Assert.Single(Walk("link.pt").Inputs)));
        Assert.Equal(["linked/m.pt"], Paths(Walk("linked")));
    }

    [Fact]
    public void ANamedPipeWithoutAPathIsUnread()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "These are things of Linux.");
        using System.IO.Pipes.AnonymousPipeServerStream pipe = new(System.IO.Pipes.PipeDirection.Out);
        string path = $"/proc/self/fd/{pipe.SafePipeHandle.DangerousGetHandle()}";
        ScanInput input = Assert.Single(new FileWalk([path]).Inputs());
        Assert.Null(input.Open);
        Assert.Equal(UnreadCause.Unreadable, input.Cause);
    }

    [Fact]
    public void ANameThatIsNotUtf8IsUnreadAndTheRestIsWalked()
    {
        _tree.Add("d/a.pt");
        _tree.Shell("printf x > \"$(printf 'd/bad\\377.pt')\" && printf x > \"$(printf 'd/bad\\376.pt')\" && mkdir \"$(printf 'd/dir\\377')\" && printf x > \"$(printf 'd/dir\\377/m.pt')\"");
        Walked walk = Walk("d");
        Assert.Equal(4, walk.Inputs.Count);
        Assert.Equal("d/a.pt", Shown(Assert.Single(walk.Inputs, i => i.Open is not null)));
        Assert.All(walk.Inputs.Where(i => i.Open is null), i => Assert.Equal(UnreadCause.Unreadable, i.Cause));
    }

    [Fact]
    public void ANameThatIsNotUtf8CannotHideBehindOneThatLooksTheSame()
    {
        _tree.Add("d/bad\ufffd.pt", "good");
        _tree.Shell("printf x > \"$(printf 'd/bad\\377.pt')\"");
        Walked walk = Walk("d");
        Assert.Equal(2, walk.Inputs.Count);
        Assert.Equal("good", Read(Assert.Single(walk.Inputs, i => i.Open is not null)));
    }

    [Fact]
    public void AFileThatVanishesBeforeItIsOpenedSaysSo()
    {
        string path = _tree.Add("d/a.pt");
        ScanInput input = Assert.Single(Walk("d").Inputs);
        File.Delete(path);
        Assert.Equal(StopReason.Changed, Assert.Throws<ScanStopException>(() => input.Open!()).Reason);
    }

    [Fact]
    public void AnUnreadableDirectoryIsUnread()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root reads everything.");
        _tree.Add("d/closed/a.pt");
        _tree.Shell("chmod 0 d/closed");
        try
        {
            Assert.Equal(UnreadCause.Unreadable, Assert.Single(Walk("d").Inputs).Cause);
        }
        finally
        {
            _tree.Shell("chmod 700 d/closed");
        }
    }

    [Fact]
    public void AnUnreadableFileGivesAnErrorThatTheEngineTakes()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "Root reads everything.");
        _tree.Add("d/a.pt");
        _tree.Shell("chmod 0 d/a.pt");
        Assert.Throws<UnauthorizedAccessException>(() => Assert.Single(Walk("d").Inputs).Open!());
    }

    [Fact]
    public void ATreeOfManyLevelsIsWalkedWithoutRecursion()
    {
        _tree.Shell("p=d; for i in $(seq 1 600); do p=$p/d; done; mkdir -p $p && printf x > $p/a.pt");
        Assert.Single(Walk("d").Inputs);
    }

    [Fact]
    public void IncludeAndExcludeApplyToWalkedPathsOnlyAndExcludeWins()
    {
        _tree.Add("d/a.pt");
        _tree.Add("d/b.txt");
        _tree.Add("d/.git/c.pt");
        _tree.Add("d/old/e.pt");
        _tree.Add("named.txt");
        Walked walk = Walk(["*.pt"], [".git", "old/"], "d", "named.txt");
        Assert.Equal(["d/a.pt", "named.txt"], Paths(walk));
    }

    private sealed record Walked(IReadOnlyList<ScanInput> Inputs, int LeftAside);

    private Walked Walk(params string[] paths) => Walk([], [], paths);

    private Walked Walk(string[] include, string[] exclude, params string[] paths)
    {
        FileWalk walk = new(paths.Select(p => _tree[p]), new WalkOptions
        {
            Include = [.. include.Select(g => new Glob(g))],
            Exclude = [.. exclude.Select(g => new Glob(g))],
            ModelExtensions = new HashSet<string> { ".pt" },
        });
        ScanInput[] inputs = [.. walk.Inputs()];
        return new Walked(inputs, walk.LeftAside);
    }

    private string[] Paths(Walked walk) => [.. walk.Inputs.Select(Shown)];

    private string Shown(ScanInput input) => Path.GetRelativePath(_tree.Root, input.Path);

    private static string Read(ScanInput input)
    {
        using ByteSource bytes = input.Open!();
        return System.Text.Encoding.UTF8.GetString(bytes.ReadUpTo(0, 100));
    }
}
