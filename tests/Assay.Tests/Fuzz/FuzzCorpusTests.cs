// Replays what fuzzing starts from and what it found.
using Assay.Fuzz;
using Assay.Tests.Architecture;

namespace Assay.Tests.Fuzz;

public sealed class FuzzCorpusTests
{
    private const string Corpus = "tests/Assay.Fuzz/Corpus";
    private const int LargestSeed = 4096;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public void EveryFileOfTheCorpusKeepsThePromises(string name)
    {
        FuzzTarget target = FuzzTargets.Find(name);
        string[] files = Directory.GetFiles(Repository.Full($"{Corpus}/{name}"));
        Assert.NotEmpty(files);
        Assert.All(files, file => FuzzGuard.Check(target, File.ReadAllBytes(file)));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void AShortRunOfChangedInputsKeepsThePromises(string name)
    {
        FuzzTarget target = FuzzTargets.Find(name);
        string crashes = Path.Join(Path.GetTempPath(), "assay-fuzz-" + Environment.ProcessId);
        MutationRun run = new(target, 20, crashes);
        run.Run(target.Seeds(), 1500, TimeSpan.FromSeconds(3));
        Assert.True(run.Failures == 0, $"{run.Failures} inputs break a promise; they are in {crashes}.");
    }

    [Fact]
    public void EveryFolderOfTheCorpusHasATarget() => Assert.Equal(
        FuzzTargets.All.Select(t => t.Name).Order(StringComparer.Ordinal),
        Directory.GetDirectories(Repository.Full(Corpus)).Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal));

    [Fact]
    public void SeedsAreSmall() => Assert.All(
        Directory.GetFiles(Repository.Full(Corpus), "seed-*", SearchOption.AllDirectories),
        file => Assert.InRange(new FileInfo(file).Length, 0, LargestSeed));

    [Fact]
    public void AReaderThatThrowsHoardsOrDawdlesIsAFailure()
    {
        Assert.Throws<FuzzFailure>(() => Check(_ => throw new InvalidOperationException("x")));
        Assert.Throws<FuzzFailure>(() => Check(_ => new byte[300 << 20].Length));
        Assert.Throws<FuzzFailure>(() => Check(_ =>
        {
            TimeSpan spent = Environment.CpuUsage.TotalTime;
            while (Environment.CpuUsage.TotalTime - spent < TimeSpan.FromMilliseconds(500))
            {
            }

            return 0;
        }));
        Assert.Equal(1, Check(_ => throw new Assay.Bytes.MalformedException(0, "x")));
    }

    [Fact]
    public void TheSameSeedGivesTheSameInputs()
    {
        List<byte[]> first = Inputs(5);
        Assert.Equal(first, Inputs(5));
        Assert.NotEqual(first, Inputs(6));
    }

    private static int Check(Func<byte[], int> run) => FuzzGuard.Check(new FuzzTarget("test", run, () => []), [1]).Signature;

    private static List<byte[]> Inputs(int seed)
    {
        List<byte[]> inputs = [];
        FuzzTarget target = new("test", input =>
        {
            inputs.Add(input);
            return input.Length;
        }, PickleSeeds.All) { IsPickle = true };
        new MutationRun(target, seed, Path.GetTempPath()).Run(target.Seeds(), 200, TimeSpan.MaxValue);
        return inputs;
    }
}
