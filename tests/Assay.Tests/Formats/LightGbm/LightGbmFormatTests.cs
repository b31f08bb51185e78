// LightGBM: a good model passes to the last byte; sizes, counts, links and indices that do not fit are said.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.LightGbm;

public sealed class LightGbmFormatTests
{
    private const string Tree = LightGbmText.Tree;

    [Fact]
    public void AGoodModelPasses()
    {
        TargetReport target = Scans.Of(LightGbmText.Of(Tree, Tree), "model.txt");
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Equal(["lightgbm"], target.Formats);
        target.AssertComplete();
        Assert.Contains(target.Facts.OfType<EntryFact>(), e => e is { Key: "parameters.data", Value: "train.csv" });
    }

    [Theory]
    [InlineData("lightgbm.child-outside", "left_child=-1 -2", "left_child=-1 900000")]
    [InlineData("lightgbm.child-outside", "right_child=1 -3", "right_child=1 -4")]
    [InlineData("lightgbm.tree-loop", "right_child=1 -3", "right_child=1 0")]
    [InlineData("lightgbm.tree-loop", "left_child=-1 -2", "left_child=1 -2")]
    [InlineData("lightgbm.feature-outside", "split_feature=1 0", "split_feature=1 70000")]
    [InlineData("lightgbm.feature-outside", "split_feature=1 0", "split_feature=-5 0")]
    [InlineData("lightgbm.count-mismatch", "num_leaves=3", "num_leaves=2147483647")]
    [InlineData("lightgbm.count-mismatch", "num_leaves=3", "num_leaves=-3")]
    [InlineData("lightgbm.count-mismatch", "leaf_value=0.56697267424823339 ", "leaf_value=")]
    [InlineData("lightgbm.count-mismatch", "threshold=0 340.50000000000006", "threshold=0")]
    [InlineData("lightgbm.categories-outside", "cat_boundaries=0 4", "cat_boundaries=0 400000")]
    [InlineData("lightgbm.categories-outside", "cat_boundaries=0 4", "cat_boundaries=4 0")]
    [InlineData("lightgbm.categories-outside", "num_cat=1", "num_cat=1000")]
    [InlineData("lightgbm.categories-outside", "threshold=0 340", "threshold=7 340")]
    [InlineData("lightgbm.duplicate-key", "num_cat=1", "num_cat=1\nnum_cat=1")]
    public void T179_WhatDoesNotFitInATreeIsFlagged(string code, string good, string bad)
    {
        TargetReport target = Scans.Of(LightGbmText.Of(Tree, Tree.Replace(good, bad, StringComparison.Ordinal)), "model.txt");
        Assert.Contains(code, target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Theory]
    [InlineData("tree_sizes=999999999 5\n")]
    [InlineData("tree_sizes=1 1\n")]
    [InlineData("tree_sizes=18446744073709551615 1\n")]
    [InlineData("tree_sizes=1\n")]
    [InlineData("tree_sizes=-1 -1\n")]
    public void T179_SizesThatAreNotThoseOfTheTreesAreMalicious(string sizes)
    {
        byte[] file = LightGbmText.Of(Tree, Tree, head => head[..head.IndexOf("tree_sizes", StringComparison.Ordinal)] + sizes + "\n");
        TargetReport target = Scans.Of(file, "model.txt");
        Assert.Contains("lightgbm.tree-sizes", target.Anomalies());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void LineEndsOfWindowsAreANote()
    {
        byte[] file = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(LightGbmText.Of(Tree, Tree)).Replace("\n", "\r\n", StringComparison.Ordinal));
        TargetReport target = Scans.Of(file, "model.txt");
        Assert.Equal(["lightgbm.line-ends"], target.Anomalies());
        Assert.Equal(Verdict.Passed, target.Verdict);
    }

    [Theory]
    [InlineData("feature_names=X1 <script>alert(1)</script>")]
    [InlineData("feature_names=X1 $(id)")]
    public void ANameOfAFeatureThatIsCodeIsSaid(string names)
    {
        byte[] file = LightGbmText.Of(Tree, Tree, head => head.Replace("feature_names=X1 X2", names, StringComparison.Ordinal));
        Assert.True(Scanned.Bytes(file, "model.txt").Is("trees-code-in-text"));
    }

    [Fact]
    public void AModelThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = LightGbmText.Of(Tree, Tree);
        int end = Encoding.UTF8.GetString(whole).IndexOf("end of trees", StringComparison.Ordinal);
        for (int length = 60; length < end; length += 7)
        {
            TargetReport target = Scans.Of(whole[..length], "model.txt");
            Assert.NotEqual(Verdict.Passed, target.Verdict);
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    [Fact]
    public void APickleBehindTheModelIsExamined() =>
        Assert.Equal(Verdict.Malicious, Scans.Of([.. LightGbmText.Of(Tree, Tree), .. Scans.Canary], "model.txt").Verdict);
}
