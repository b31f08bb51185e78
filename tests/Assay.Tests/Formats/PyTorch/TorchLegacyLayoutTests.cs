// The raw storages at the end of a legacy PyTorch file.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;
using Assay.Tests.Tensors;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchLegacyLayoutTests
{
    private static readonly Dictionary<string, TorchStorage> s_storages = new()
    {
        ["a"] = new TorchStorage("torch.FloatStorage", 4, 3),
        ["b"] = new TorchStorage("torch.LongStorage", 8, 1),
    };

    [Fact]
    public void StoragesAreSteppedOverInOrder()
    {
        byte[] file = new ScriptedStepper().Zeros(5).Int64(3).Zeros(12).Int64(1).Zeros(8).Bytes;
        Recording read = StepOver(file, ["a", "b"], out long end);
        Assert.Equal(file.Length, end);
        Assert.Equal([new ByteRange(0, 5)], read.Coverage.Gaps());
        Assert.Equal((16, 20), (read.Coverage.Totals().Parsed, read.Coverage.Totals().Data));
        Assert.Empty(read.Facts);
    }

    [Fact]
    public void TrailingBytesStayUncovered()
    {
        Recording read = StepOver(new ScriptedStepper().Zeros(5).Int64(3).Zeros(12).Zeros(7).Bytes, ["a"], out long end);
        Assert.Equal(25, end);
        Assert.Equal([new ByteRange(0, 5), new ByteRange(25, 7)], read.Coverage.Gaps());
        Assert.Equal(["torch.storage-unused"], read.Codes);
    }

    [Fact]
    public void AnotherCountThanReferredToIsToldAndTheFilesOwnIsSteppedOver()
    {
        Recording read = StepOver(new ScriptedStepper().Zeros(5).Int64(2).Zeros(8).Int64(1).Zeros(8).Bytes, ["a", "b"], out long end);
        Assert.Equal((37, 1), (end, read.Codes.Count(c => c == "torch.storage-size")));
        Assert.Empty(read.Unreads);
    }

    [Theory]
    [InlineData(-1L, UnreadCause.Malformed)]
    [InlineData(long.MaxValue, UnreadCause.Malformed)]
    [InlineData(1L << 60, UnreadCause.Truncated)]
    public void AnImpossibleCountStopsTheWalk(long count, UnreadCause cause)
    {
        Recording read = StepOver(new ScriptedStepper().Zeros(5).Int64(count).Zeros(12).Bytes, ["a", "b"], out long end);
        Assert.Equal(5, end);
        Assert.Equal([cause], read.Unreads);
    }

    [Fact]
    public void AKeyThatNothingRefersToStopsTheWalk()
    {
        Recording read = StepOver(new ScriptedStepper().Zeros(5).Int64(3).Zeros(12).Bytes, ["x"], out _);
        Assert.Contains("torch.storage-unknown", read.Codes);
        Assert.Equal([UnreadCause.NotSupported], read.Unreads);
    }

    [Fact]
    public void CutAnywhereTheFileIsUnread()
    {
        byte[] file = new ScriptedStepper().Zeros(5).Int64(3).Zeros(12).Int64(1).Zeros(8).Bytes;
        for (int length = 5; length < file.Length; length++)
        {
            Assert.Equal([UnreadCause.Truncated], StepOver(file[..length], ["a", "b"], out _).Unreads);
        }
    }

    [Fact]
    public void KeysAreTextsOrNumbersAndOnlyWholeListsCount()
    {
        Assert.Equal(["1", "ab"], TorchLegacyLayout.Keys(PickledShapes.Of("[1, 'ab']")));
        Assert.Null(TorchLegacyLayout.Keys(PickledShapes.Of("[1, 'ab']") with { Elided = true }));
        Assert.Null(TorchLegacyLayout.Keys(PickledShapes.Of("[1, (2,)]")));
        Assert.Null(TorchLegacyLayout.Keys(PickledShapes.Of("'ab'")));
    }

    [Fact]
    public void T066_TheMagicMayBeMadeByACall()
    {
        Assert.True(TorchLegacyLayout.MayBeMagic(PickledShapes.Of("0x1950a86a20f9469cfc6c")));
        Assert.False(TorchLegacyLayout.MayBeMagic(PickledShapes.Of("1001")));
        Assert.False(TorchLegacyLayout.MayBeMagic(PickledShapes.Of("'x'")));
        Assert.True(TorchLegacyLayout.MayBeMagic(new ValueShape(ShapeKind.Result, "builtins.int")));
    }

    [Fact]
    public void APersistentIdNamesItsStorage()
    {
        Assert.True(TorchStorage.TryFromPersistentId(PickledShapes.Of("('storage', '@import:torch.FloatStorage', '94', 'cpu', 3, None)"), out string key, out TorchStorage? storage));
        Assert.Equal(("94", new TorchStorage("torch.FloatStorage", 4, 3)), (key, storage!));
        Assert.False(TorchStorage.TryFromPersistentId(PickledShapes.Of("('module', 1, 2, 3, 4)"), out _, out _));
        Assert.False(TorchStorage.TryFromPersistentId(PickledShapes.Of("'94'"), out _, out _));
        Assert.True(TorchStorage.TryFromPersistentId(PickledShapes.Of("('storage', '@import:os.system', '94', 'cpu', 'x')"), out _, out storage));
        Assert.Equal(new TorchStorage("os.system", null, null), storage);
    }

    private static Recording StepOver(byte[] file, string[] keys, out long end)
    {
        Recording recording = Recording.Of(file);
        end = TorchLegacyLayout.StepOver(recording.Artifact.Bytes, 5, keys, s_storages, recording);
        return recording;
    }
}
