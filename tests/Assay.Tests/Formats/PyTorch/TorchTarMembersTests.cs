// The members of PyTorch's oldest format.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PyTorch;

namespace Assay.Tests.Formats.PyTorch;

public sealed class TorchTarMembersTests
{
    [Fact]
    public void T067_StoragesAndTheirViewsAreWalkedToTheEnd()
    {
        ScriptedStepper file = new ScriptedStepper().Pickle("2")
            .Pickle("(7, 'cpu', '@import:torch.FloatStorage')").Int64(3).Zeros(12)
            .Pickle("(8, 'cpu', '@import:torch.LongStorage')").Int64(1).Zeros(8)
            .Pickle("[]");
        Recording read = Recording.Of(file.Bytes);
        IReadOnlyDictionary<string, TorchStorage> storages = TorchTarMembers.ReadStorages(read.Artifact.Bytes, file, read);
        Assert.Equal([new("7", new TorchStorage("torch.FloatStorage", 4, 3)), new("8", new TorchStorage("torch.LongStorage", 8, 1))], storages);
        Assert.Empty(read.Coverage.Gaps());
        Assert.Empty(read.Facts);
        Assert.Equal(20, read.Coverage.Totals().Data);
    }

    [Fact]
    public void TensorsAreWalkedToTheEnd()
    {
        ScriptedStepper file = new ScriptedStepper().Pickle("2")
            .Pickle("(1, 7, '@import:torch.FloatTensor')").Int32(2, 0).Int64(1, 3, 3, 1, 0)
            .Pickle("(2, 8, '@import:torch.LongTensor')").Int32(0, 0).Int64(0);
        Recording read = Recording.Of(file.Bytes);
        Assert.Equal(2, TorchTarMembers.ReadTensors(read.Artifact.Bytes, file, read));
        Assert.Empty(read.Coverage.Gaps());
        Assert.Empty(read.Facts);
    }

    [Theory]
    [InlineData("'x'")]
    [InlineData("(1, 2)")]
    public void ACountThatIsNoNumberIsMalformed(string count)
    {
        ScriptedStepper file = new ScriptedStepper().Pickle(count);
        Recording read = Recording.Of(file.Bytes);
        Assert.Empty(TorchTarMembers.ReadStorages(read.Artifact.Bytes, file, read));
        Assert.Equal([UnreadCause.Malformed], read.Unreads);
    }

    [Fact]
    public void AHugeCountEndsWithThePickles()
    {
        ScriptedStepper file = new ScriptedStepper().Pickle("9223372036854775807").Pickle("(7, 'cpu', '@import:torch.ByteStorage')").Int64(2).Zeros(2);
        Recording read = Recording.Of(file.Bytes);
        Assert.Single(TorchTarMembers.ReadStorages(read.Artifact.Bytes, file, read));
        Assert.Equal([UnreadCause.Malformed], read.Unreads);
    }

    [Theory]
    [InlineData("(7, 'cpu', '@import:os.system')", UnreadCause.NotSupported)]
    [InlineData("(7, 'cpu')", UnreadCause.Malformed)]
    public void ARecordThatIsNoStorageStopsTheWalkAndTheRestStaysUncovered(string record, UnreadCause cause)
    {
        ScriptedStepper file = new ScriptedStepper().Pickle("1").Pickle(record).Int64(2).Zeros(2);
        Recording read = Recording.Of(file.Bytes);
        Assert.Empty(TorchTarMembers.ReadStorages(read.Artifact.Bytes, file, read));
        Assert.Equal([cause], read.Unreads);
        Assert.Equal([new ByteRange(2, 10)], read.Coverage.Gaps());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(65)]
    [InlineData(int.MaxValue)]
    public void AnImpossibleNumberOfDimensionsIsMalformed(int dimensions)
    {
        ScriptedStepper file = new ScriptedStepper().Pickle("1").Pickle("(1, 7, '@import:torch.FloatTensor')").Int32(dimensions, 0).Zeros(64);
        Recording read = Recording.Of(file.Bytes);
        Assert.Equal(0, TorchTarMembers.ReadTensors(read.Artifact.Bytes, file, read));
        Assert.Equal([UnreadCause.Malformed], read.Unreads);
    }

    [Fact]
    public void CutAnywhereTheMembersAreUnread()
    {
        ScriptedStepper file = new ScriptedStepper().Pickle("1").Pickle("(7, 'cpu', '@import:torch.FloatStorage')").Int64(3).Zeros(12).Pickle("[]");
        for (int length = 3; length < file.Bytes.Length - 1; length++)
        {
            Recording read = Recording.Of(file.Bytes[..length]);
            TorchTarMembers.ReadStorages(read.Artifact.Bytes, file, read);
            Assert.Equal([UnreadCause.Truncated], read.Unreads);
        }
    }
}
