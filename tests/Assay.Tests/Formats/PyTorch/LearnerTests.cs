// Learners as fastai saves them: the tensors of their model, by the names that its state_dict() gives.
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.PyTorch;

public sealed class LearnerTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void TheModelOfALearnerHasTheNamesOfItsStateDict()
    {
        using StreamReader script = new(typeof(LearnerTests).Assembly.GetManifestResourceStream("pytorch/learner.py")!);
        string[] names = CPython.Lines(script.ReadToEnd(), _tree.Root, "torch");
        Assert.Equal(9, names.Length);

        // The whole object: all else in it is said to be left behind.
        using MemorySource export = new(File.ReadAllBytes(_tree["export.pkl"]));
        using TensorMap whole = WeightsReader.Read(export, new ReadingOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(names.Select(n => "model." + n), whole.Tensors.Select(t => t.Name));
        Assert.Contains(whole.NotCarried, n => n.What.Contains("fastai.learner.Learner", StringComparison.Ordinal));
        Assert.Empty(whole.Problems);

        // What save() writes has the moments of the optimizer beside the model.
        using MemorySource saved = new(File.ReadAllBytes(_tree["model.pth"]));
        using TensorMap parts = WeightsReader.Read(saved, new ReadingOptions(), TestContext.Current.CancellationToken);
        Assert.Equal(names.Select(n => "model." + n), parts.Tensors.Select(t => t.Name).Where(n => n.StartsWith("model.", StringComparison.Ordinal)));
        Assert.Equal(18, parts.Tensors.Count(t => t.Name.StartsWith("opt.", StringComparison.Ordinal)));
    }
}
