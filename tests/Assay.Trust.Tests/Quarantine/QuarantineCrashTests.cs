// The program ends behind each operation, and the disk fails at each: nothing is lost, and the next run puts everything right.
using System.Diagnostics;
using Assay.Hosting;
using Assay.Tests.Builders;
using Assay.Trust.Quarantine;
using Assay.Trust.Storage;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.Quarantine;

public sealed class QuarantineCrashTests : IDisposable
{
    private const int DiskFull = 28;
    private const int Broken = 5;
    private const int Denied = 13;
    private static readonly DateTime s_written = DateTime.UnixEpoch.AddTicks(9811731061234567L);
    private readonly TemporaryTree _tree = new();
    private readonly byte[] _bytes = [.. Enumerable.Range(0, (1 << 20) + 5).Select(i => (byte)(i * 31)), .. new byte[(3 << 20) + 2]];

    public QuarantineCrashTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Quarantine works on Linux only.");

    private int _attributes;

    private string Store => _tree["store"];

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void EndingBehindAnyOperationOfTakingLosesNothing()
    {
        int last = EachDeath(() => Lay(), disk => Take(disk), () =>
        {
            // Whole in its place, or whole in quarantine and nowhere else once the folder was opened.
            bool taken = Items().Count == 1, there = IsWhole(_tree["m/model"]);
            Assert.NotEqual(there, taken);
            if (there)
            {
                Assert.True(IsWhole(_tree["m/second"]));
                Assert.Equal("model", new FileInfo(_tree["m/link"]).LinkTarget);
            }
            else
            {
                Assert.Empty(Directory.EnumerateFileSystemEntries(_tree["m"]));
                Restore(new Disk());
                IsAsBefore();
            }
        });
        Assert.InRange(last, 20, 100);
    }

    [Fact]
    public void EndingBehindAnyOperationOfRestoringLosesNothing()
    {
        int last = EachDeath(
            () =>
            {
                Lay();
                Take(new Disk());
            },
            Restore,
            () =>
            {
                if (Items().Count > 0)
                {
                    Restore(new Disk());
                }

                IsAsBefore();
                Assert.Equal(3, Directory.EnumerateFileSystemEntries(_tree["m"]).Count());
            });
        Assert.InRange(last, 10, 100);
    }

    [Fact]
    public void EndingBehindAnyOperationOfPurgingLeavesAllOrNothing() =>
        EachDeath(
            () =>
            {
                Lay();
                Take(new Disk());
            },
            disk =>
            {
                using QuarantineFolder folder = QuarantineFolder.Open(Store, disk);
                folder.Purge(folder.Items()[0]);
            },
            () =>
            {
                if (Items().Count > 0)
                {
                    Restore(new Disk());
                    IsAsBefore();
                }
            });

    [Theory]
    [InlineData(DiskFull, "write")]
    [InlineData(Broken, null)]
    public void AFailureOfAnyOperationOfTakingLeavesTheFile(int error, string? only)
    {
        for (int at = 1; ; at++)
        {
            Lay();
            FailingDisk disk = new(at, error, only);
            try
            {
                Take(disk);
            }
            catch (SettingException)
            {
                Assert.True(disk.HasFailed);
            }

            if (!disk.HasFailed)
            {
                Assert.True(at > 2);
                return;
            }

            IReadOnlyList<QuarantineItem> items = Items();
            Assert.NotEqual(IsWhole(_tree["m/model"]), items.Count == 1);
            Assert.Equal(items.Count, Directory.GetDirectories(Store).Length);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ANameThatMayNotBeTakenAwayUndoesAll(int at)
    {
        Lay();
        Assert.Throws<SettingException>(() => Take(new FailingDisk(at, Denied, "unlink")));
        IsAsBefore();
        Assert.Equal(3, Directory.EnumerateFileSystemEntries(_tree["m"]).Count());
        using QuarantineFolder folder = QuarantineFolder.Open(Store);
        Assert.Empty(folder.Items());
        Assert.Empty(folder.TakeTold());
        Assert.True(IsWhole(_tree["m/model"]));
    }

    [Fact]
    public void WhatCannotBePutRightIsNamedAndTheRestGoesOn()
    {
        Lay();
        Assert.Throws<DeadException>(() => Take(new MortalDisk(OperationsBefore("unlink"))));
        using QuarantineFolder folder = QuarantineFolder.Open(Store, new FailingDisk(1, Denied, "unlink"));
        Assert.Single(folder.Items());
        Assert.Contains(_tree["m/model"], Assert.Single(folder.TakeTold()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DiskFull, "write")]
    [InlineData(Broken, null)]
    public void AFailureOfAnyOperationOfRestoringLosesNothing(int error, string? only)
    {
        for (int at = 1; ; at++)
        {
            Lay();
            Take(new Disk());
            FailingDisk disk = new(at, error, only);
            try
            {
                Restore(disk);
            }
            catch (SettingException)
            {
                Assert.True(disk.HasFailed);
            }

            if (Items().Count > 0)
            {
                Assert.True(disk.HasFailed);
                Restore(new Disk());
            }

            IsAsBefore();
            if (!disk.HasFailed)
            {
                return;
            }
        }
    }

    [Fact]
    public void AFileThatIsWrittenAgainBeforeTheNextRunStays()
    {
        Lay();
        Assert.Throws<DeadException>(() => Take(new MortalDisk(OperationsBefore("unlink"))));
        File.WriteAllText(_tree["m/model"], "new");
        Assert.Single(Items());
        Assert.Equal("new", File.ReadAllText(_tree["m/model"]));
    }

    [Fact]
    public void WhatIsNotTheSameOnBothSidesIsNotTakenAway()
    {
        // Other bytes of the same length in the same file, with the time set back: by a number and a time alone it is the file that was read.
        Lay();
        Assert.Throws<DeadException>(() => Take(new MortalDisk(OperationsBefore("unlink"))));
        DateTime written = File.GetLastWriteTimeUtc(_tree["m/model"]);
        using (FileStream stream = new(_tree["m/model"], FileMode.Open))
        {
            stream.WriteByte((byte)(_bytes[0] ^ 1));
        }

        File.SetLastWriteTimeUtc(_tree["m/model"], written);
        Assert.Single(Items());
        Assert.True(File.Exists(_tree["m/model"]));

        // What lies in quarantine was damaged in the meantime.
        Lay();
        Assert.Throws<DeadException>(() => Take(new MortalDisk(OperationsBefore("unlink"))));
        string content = Directory.EnumerateFiles(Store, "content", SearchOption.AllDirectories).Single();
        using (FileStream stream = new(content, FileMode.Open))
        {
            stream.Seek(-1, SeekOrigin.End);
            int last = stream.ReadByte();
            stream.Seek(-1, SeekOrigin.End);
            stream.WriteByte((byte)(last ^ 1));
        }

        Items();
        Assert.True(IsWhole(_tree["m/model"]));
    }

    [Fact]
    public void AFolderThatOthersWriteIsNoQuarantine()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Quarantine works on Linux only.");
        Lay();
        Take(new Disk());
        Process.Start("chmod", ["o+w", Store]).WaitForExit();
        Assert.Throws<SettingException>(Items);
        Process.Start("chmod", ["o-w", Store]).WaitForExit();
        if (Environment.IsPrivilegedProcess)
        {
            // Whoever is root does nothing by the word of somebody else.
            Process.Start("chown", ["65534", Store]).WaitForExit();
            Assert.Throws<SettingException>(Items);
            Process.Start("chown", ["0", Store]).WaitForExit();
        }

        Assert.Single(Items());
    }

    [Fact]
    public async Task KilledForRealItLosesNothing()
    {
        // Whenever the signal comes, what is held is true: so nothing here waits for a time.
        for (int run = 0; run < 4; run++)
        {
            Lay();
            if (run % 2 == 1)
            {
                Take(new Disk());
            }

            string[] arguments = run % 2 == 0 ? ["quarantine", "--quarantine", Store, _tree["m/model"], _tree["m/second"], _tree["m/link"]] : ["quarantine", "restore", "--quarantine", Store, _tree["m/model"]];
            ProcessStartInfo start = new("dotnet", [Path.Join(AppContext.BaseDirectory, "Assay.Cli.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
            using Process process = Process.Start(start)!;
            string sign = run % 2 == 0 ? Store : _tree["m"];
            while (!process.HasExited && !(Directory.Exists(sign) && Directory.EnumerateFileSystemEntries(sign).Any(e => run % 2 == 1 || Path.GetFileName(e) != ".lock")))
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            for (int spins = 0; spins < run * 3 && !process.HasExited; spins++)
            {
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }

            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (Items().Count > 0)
            {
                Restore(new Disk());
            }

            IsAsBefore();
        }
    }

    /// <summary>Dies behind the first operation, the second, and so on, until an attempt lives; returns how many operations there are.</summary>
    private static int EachDeath(Action before, Action<Disk> work, Action held)
    {
        for (int last = 1; ; last++)
        {
            before();
            MortalDisk disk = new(last);
            bool lived = true;
            try
            {
                work(disk);
            }
            catch (DeadException)
            {
                lived = false;
            }

            held();
            if (lived)
            {
                return disk.Done.Count;
            }
        }
    }

    private int OperationsBefore(string operation)
    {
        MortalDisk disk = new(int.MaxValue);
        Take(disk);
        Restore(new Disk());
        return disk.Done.IndexOf(operation);
    }

    private void Lay()
    {
        foreach (string folder in (string[])[_tree["m"], Store])
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        Directory.CreateDirectory(_tree["m"]);
        using (FileStream stream = new(_tree["m/model"], FileMode.CreateNew))
        {
            // What follows is a hole.
            stream.Write(_bytes.AsSpan(0, (1 << 20) + 5));
            stream.SetLength(_bytes.Length);
        }

        using (Microsoft.Win32.SafeHandles.SafeFileHandle open = new Disk().OpenRead(_tree["m/model"]))
        {
            new Disk().Restore(open, "", new Disk().Status(_tree["m/model"])!.Value, new Dictionary<string, byte[]> { ["user.origin"] = [1, 2, 3] }, []);
            _attributes = new Disk().Attributes(open).Count;
        }

        new Disk().Link(_tree["m/model"], _tree["m/second"]);
        _tree.Link("m/link", "model");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_tree["m/model"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        }

        File.SetLastWriteTimeUtc(_tree["m/model"], s_written);
    }

    private void Take(Disk disk)
    {
        using QuarantineFolder folder = QuarantineFolder.Open(Store, disk);
        new QuarantineTaking(folder).Take(QuarantinePlan.Of([_tree["m/model"], _tree["m/second"], _tree["m/link"]], Store, disk)[0], new QuarantineReason());
    }

    private void Restore(Disk disk)
    {
        using QuarantineFolder folder = QuarantineFolder.Open(Store, disk);
        new QuarantineRestoring(folder).Restore(folder.Items()[0]);
    }

    /// <summary>What is in quarantine once the folder was opened, and so put right.</summary>
    private IReadOnlyList<QuarantineItem> Items()
    {
        using QuarantineFolder folder = QuarantineFolder.Open(Store);
        return folder.Items();
    }

    private bool IsWhole(string path) => File.Exists(path) && File.ReadAllBytes(path).AsSpan().SequenceEqual(_bytes);

    private void IsAsBefore()
    {
        Assert.True(IsWhole(_tree["m/model"]));
        FileStatus status = new Disk().Status(_tree["m/model"])!.Value;
        using (Microsoft.Win32.SafeHandles.SafeFileHandle open = new Disk().OpenRead(_tree["m/model"]))
        {
            Assert.Equal(_attributes, new Disk().Attributes(open).Count);
        }

        Assert.Equal((416, 981173106123456700L), (status.Mode, status.Modified));
        Assert.True(status.IsSameFile(new Disk().Status(_tree["m/second"])!.Value));
        Assert.Equal("model", new FileInfo(_tree["m/link"]).LinkTarget);
    }
}
