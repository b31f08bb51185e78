// XGBoost: what it writes passes to the last byte in each of its forms; counts, links, indices and lengths that lie are said.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.XgBoost;

/// <summary>The files were written by XGBoost 1.7.</summary>
public sealed class XgBoostFormatTests
{
    [Theory]
    [InlineData("bin.json", "xgboost-json")]
    [InlineData("cat.json", "xgboost-json")]
    [InlineData("linm.json", "xgboost-json")]
    [InlineData("mt.json", "xgboost-json")]
    [InlineData("bin.ubj", "xgboost-ubj")]
    [InlineData("cat.ubj", "xgboost-ubj")]
    [InlineData("multi.ubj", "xgboost-ubj")]
    [InlineData("serial.bin", "xgboost-ubj")]
    [InlineData("bin.deprecated", "xgboost-binary")]
    [InlineData("dart.deprecated", "xgboost-binary")]
    [InlineData("linm.deprecated", "xgboost-binary")]
    [InlineData("multi.deprecated", "xgboost-binary")]
    [InlineData("poi.deprecated", "xgboost-binary")]
    [InlineData("rf.deprecated", "xgboost-binary")]
    public void WhatXGBoostWritesPassesAndIsReadWhole(string name, string format)
    {
        TargetReport target = Scans.Of(RealFiles.Of("xgboost-" + name), name);
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Equal(format, target.Formats[0]);
        target.AssertComplete();
    }

    [Fact]
    public void AModelInBase64IsRead()
    {
        byte[] file = Encoding.ASCII.GetBytes("bs64\t" + Convert.ToBase64String(RealFiles.Of("xgboost-bin.deprecated")) + "\n");
        TargetReport target = Scans.Of(file, "model.bst");
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Contains(target.Facts.OfType<EntryFact>(), e => e is { Key: "attributes.note", Value: "hello" });
    }

    [Theory]
    [InlineData("xgboost.child-outside", "\"left_children\":[1,", "\"left_children\":[100000,")]
    [InlineData("xgboost.child-outside", "\"left_children\":[1,", "\"left_children\":[-7,")]
    [InlineData("xgboost.tree-loop", "\"left_children\":[1,", "\"left_children\":[0,")]
    [InlineData("xgboost.tree-loop", "\"left_children\":[1,", "\"left_children\":[2,")]
    [InlineData("xgboost.count-mismatch", "\"left_children\":[1,", "\"left_children\":[1,-1,")]
    [InlineData("xgboost.count-mismatch", "\"num_trees\":\"4\"", "\"num_trees\":\"400000000\"")]
    [InlineData("xgboost.feature-outside", "\"split_indices\":[0,", "\"split_indices\":[5,")]
    [InlineData("xgboost.feature-outside", "\"split_indices\":[0,", "\"split_indices\":[2147483647,")]
    [InlineData("xgboost.group-outside", "\"tree_info\":[0,", "\"tree_info\":[9,")]
    [InlineData("xgboost.duplicate-key", "\"tree_info\":[0,0,0,0]", "\"tree_info\":[0,0,0,0],\"tree_info\":[0,0,0,0]")]
    public void T179_WhatDoesNotFitInJsonIsFlagged(string code, string good, string bad)
    {
        string text = Encoding.UTF8.GetString(RealFiles.Of("xgboost-bin.json"));
        Assert.Contains(good, text, StringComparison.Ordinal);
        int at = text.IndexOf(good, StringComparison.Ordinal);
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text[..at] + bad + text[(at + good.Length)..]), "model.json");
        Assert.Contains(code, target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void T179_ANodeCountThatLiesIsFlagged()
    {
        string text = Encoding.UTF8.GetString(RealFiles.Of("xgboost-bin.json"));
        int at = text.IndexOf("\"num_nodes\":\"", StringComparison.Ordinal) + 13;
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text[..at] + "2147483647" + text[text.IndexOf('"', at)..]), "model.json");
        Assert.Contains("xgboost.count-mismatch", target.Anomalies());
    }

    [Theory]
    [InlineData("categories_sizes")]
    [InlineData("categories_segments")]
    public void T179_CategoriesThatLeadOutAreFlagged(string array)
    {
        string text = Encoding.UTF8.GetString(RealFiles.Of("xgboost-cat.json"));
        int at = text.IndexOf($"\"{array}\":[", StringComparison.Ordinal) + array.Length + 4;
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text[..at] + "9999" + text[at..]), "model.json");
        Assert.Contains("xgboost.categories-outside", target.Anomalies());
    }

    [Theory]
    [InlineData("left_children", new byte[] { 0x7F, 0, 0, 0 }, "xgboost.child-outside")]
    [InlineData("left_children", new byte[] { 0, 0, 0, 0 }, "xgboost.tree-loop")]
    [InlineData("split_indices", new byte[] { 0x10, 0, 0, 0 }, "xgboost.feature-outside")]
    public void T179_WhatDoesNotFitInUbjsonIsFlagged(string array, byte[] number, string code)
    {
        byte[] file = RealFiles.Of("xgboost-bin.ubj");
        int at = file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(array + "[$l#L")) + array.Length + 5 + 8;
        number.CopyTo(file, at);
        TargetReport target = Scans.Of(file, "model.ubj");
        Assert.Contains(code, target.Anomalies());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void T179_ALengthThatLeadsPastTheEndOfUbjsonIsFlagged()
    {
        byte[] file = RealFiles.Of("xgboost-bin.ubj");
        int at = file.AsSpan().IndexOf("left_children[$l#L"u8) + 18;
        BinaryPrimitives.WriteInt64BigEndian(file.AsSpan(at), 1L << 40);
        TargetReport target = Scans.Of(file, "model.ubj");
        Assert.Contains("xgboost.declares-more", target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    /// <summary>Behind the learner's 136 bytes come two names, then the forest's 160 and the first tree's 148.</summary>
    private static int FirstTree(byte[] file)
    {
        int at = 4 + 136;
        at += 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
        at += 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(at));
        return at + 160;
    }

    [Theory]
    [InlineData(4, int.MaxValue, "xgboost.declares-more")] // Nodes.
    [InlineData(148 + 4, 100_000, "xgboost.child-outside")] // Left child of the root.
    [InlineData(148 + 4, 0, "xgboost.tree-loop")]
    [InlineData(148 + 12, 77, "xgboost.feature-outside")]
    public void T179_WhatDoesNotFitInBinaryIsFlagged(int offset, int number, string code)
    {
        byte[] file = RealFiles.Of("xgboost-bin.deprecated");
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(FirstTree(file) + offset), number);
        TargetReport target = Scans.Of(file, "model.bst");
        Assert.Contains(code, target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void AnAttributeThatIsCodeIsSaid()
    {
        string text = Encoding.UTF8.GetString(RealFiles.Of("xgboost-bin.json")).Replace("\"note\":\"hello\"", "\"note\":\"__import__('os').system('id')\"", StringComparison.Ordinal);
        Assert.True(Scanned.Bytes(Encoding.UTF8.GetBytes(text), "model.json").Is("trees-code-in-text"));
    }

    [Fact]
    public void DeepNestingIsReadWithoutRecursion()
    {
        string deep = "{\"learner\":{\"gradient_booster\":" + string.Concat(Enumerable.Repeat("[", 50_000)) + string.Concat(Enumerable.Repeat("]", 50_000)) + "},\"version\":[1,7,4]}";
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(deep), "model.json");
        Assert.Contains("xgboost.deep-nesting", target.Anomalies());
        Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
    }

    [Theory]
    [InlineData("xgboost-bin.json")]
    [InlineData("xgboost-bin.ubj")]
    [InlineData("xgboost-bin.deprecated")]
    public void AModelThatIsCutAnywhereIsNeverPassed(string name)
    {
        byte[] whole = RealFiles.Of(name);
        for (int length = 300; length < whole.Length - 1; length += 53)
        {
            TargetReport target = Scans.Of(whole[..length], "model.ubj");
            Assert.True(target.Verdict != Verdict.Passed, $"{length}");
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }
}
