// Functions that come to themselves, and trees of ONNX-ML that lead outside.
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;
using static Assay.Tests.Formats.Onnx.OnnxModels;

namespace Assay.Tests.Formats.Onnx;

public sealed class OnnxTreeTests
{
    private static byte[] Calls(params (string Name, string Called)[] functions) => Model(g => g.Message(1, Node("F", "own", ["x"], ["y"])), m =>
    {
        foreach ((string name, string called) in functions)
        {
            m.Message(25, f => f.Text(1, name).Text(10, "own").Text(4, "x").Text(5, "y").Message(7, Node(called, called.Length == 1 ? "own" : "", ["x"], ["y"])));
        }
    });

    private static Action<ProtobufBuilder> Numbers(string name, params long[] values) => a => a.Text(1, name).Packed(8, values).Number(20, 7);

    private static Action<ProtobufBuilder> Words(string name, params string[] values) => a =>
    {
        a.Text(1, name).Number(20, 8);
        foreach (string value in values)
        {
            a.Text(9, value);
        }
    };

    private static TargetReport Tree(long[] yes, long[] no, string modes, params Action<ProtobufBuilder>[] more) => Scans.Of(Model(g => g.Message(1, Node("TreeEnsembleRegressor", "ai.onnx.ml", ["x"], ["y"],
        [Numbers("nodes_treeids", 0, 0, 0), Numbers("nodes_nodeids", 0, 1, 2), Numbers("nodes_truenodeids", yes), Numbers("nodes_falsenodeids", no),
         Words("nodes_modes", [.. modes.Select(m => m == 'L' ? "LEAF" : "BRANCH_LEQ")]), Counted("n_targets", 1), .. more]))));

    [Fact]
    public void AFunctionThatCallsItselfIsFlagged()
    {
        Assert.True(Scans.Of(Calls(("F", "F"))).Is("graph-recursion"));
        Assert.True(Scans.Of(Calls(("F", "G"), ("G", "H"), ("H", "F"))).Is("graph-recursion"));
        Assert.True(Scans.Of(Calls(("H", "H"), ("F", "Relu"))).Is("graph-recursion"));
    }

    [Fact]
    public void AFunctionThatCallsItselfInABranchIsFlagged()
    {
        byte[] model = Model(g => g.Message(1, Node("F", "own", ["x"], ["y"])), m => m.Message(25, f => f.Text(1, "F").Text(10, "own")
            .Message(7, Node("If", "", ["x"], ["y"], Inner("then_branch", g => g.Message(1, Node("F", "own", ["x"], ["z"])))))));
        Assert.True(Scans.Of(model).Is("graph-recursion"));
    }

    [Fact]
    public void FunctionsThatCallOthersAreOrdinary()
    {
        TargetReport target = Scans.Of(Calls(("F", "G"), ("G", "H"), ("H", "Relu")));
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
    }

    [Fact]
    public void ATreeIsOrdinary()
    {
        TargetReport target = Tree([1, 0, 0], [2, 0, 0], "BLL", Numbers("target_ids", 0, 0), Numbers("nodes_featureids", 3, 0, 0));
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
    }

    [Theory]
    [InlineData("BLL", 7, 0)]
    [InlineData("BBL", 2, 9)]
    public void ANodeThatNamesNoneIsFlagged(string modes, long no, long second) =>
        Assert.True(Tree([1, 2, 0], [no, second, 0], modes).Is("trees-index-outside"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void ANodeBelowItselfIsFlagged(long second) => Assert.True(Tree([1, second, 0], [2, 2, 0], "BBL").Is("trees-loop"));

    [Fact]
    public void ALeafOrNodeThatWritesOrReadsElsewhereIsFlagged()
    {
        Assert.True(Tree([1, 0, 0], [2, 0, 0], "BLL", Numbers("target_ids", 0, 1 << 20)).Is("trees-index-outside"));
        Assert.True(Tree([1, 0, 0], [2, 0, 0], "BLL", Numbers("nodes_featureids", -9, 0, 0)).Is("trees-index-outside"));
    }

    [Theory]
    [InlineData(1, 0, false)]
    [InlineData(1, 1, true)]
    [InlineData(5, 1, true)]
    public void NodesOfTheNewerKindAreChecked(long first, long secondIsLeaf, bool isFlagged)
    {
        TargetReport target = Scans.Of(Model(g => g.Message(1, Node("TreeEnsemble", "ai.onnx.ml", ["x"], ["y"],
            Numbers("tree_roots", 0), Numbers("nodes_truenodeids", first, 0), Numbers("nodes_trueleafs", 0, 1), Numbers("nodes_falsenodeids", 1, secondIsLeaf == 1 ? 0 : 1),
            Numbers("nodes_falseleafs", 1, secondIsLeaf == 1 ? 0 : 1), Numbers("leaf_targetids", 0, 0), Counted("n_targets", 1)))));
        Assert.Equal(isFlagged, target.Is("trees-loop") || target.Is("trees-index-outside"));
    }

    [Fact]
    public void MoreSupportVectorsThanThereAreAreFlagged() => Assert.True(Scans.Of(Model(g => g.Message(1, Node("SVMClassifier", "ai.onnx.ml", ["x"], ["y"], Numbers("vectors_per_class", 1 << 20, 1 << 20))))).Is("trees-index-outside"));
}
