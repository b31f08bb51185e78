// CatBoost: models whose trees fit pass; splits, trees, leaves and offsets that lead out are flagged.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.CatBoost;

/// <summary>Models are laid out by hand as <c>model.fbs</c> has them: one feature of three borders, two trees of two splits and one.</summary>
public sealed class CatBoostFormatTests
{
    private sealed class Model
    {
        private readonly List<byte> _bytes = [];

        public int[] Splits { get; init; } = [0, 2, 1];

        public int[] Sizes { get; init; } = [2, 1];

        public int[] Starts { get; init; } = [0, 2];

        public int Leaves { get; init; } = 6;

        public string Note { get; init; } = "1.2";

        public byte[] Parts { get; init; } = [];

        public byte[] Build(Action<byte[]>? change = null)
        {
            Int(0);
            int root = Table(4);
            Patch(0, root);
            Offset(root, 0, () => Text("FlabuffersModel_v1"));
            Offset(root, 1, Trees);
            Offset(root, 2, () => Vector(1, at => Patch(at, Pair())));
            if (Parts.Length > 0)
            {
                Offset(root, 3, () => Vector(1, at => Patch(at, Text("static_provider_v1"))));
            }

            byte[] core = [.. _bytes];
            change?.Invoke(core);
            byte[] size = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(size, core.Length);
            return [.. "CBM1"u8, .. size, .. core, .. Parts];
        }

        private int Trees()
        {
            int trees = Table(12);
            Write(trees + 4, 1);
            Slot(trees, 0, 4);
            Offset(trees, 1, () => Numbers(Splits));
            Offset(trees, 2, () => Numbers(Sizes));
            Offset(trees, 3, () => Numbers(Starts));
            Offset(trees, 5, () => Vector(1, at => Patch(at, Feature())));
            Offset(trees, 8, () => Doubles(Leaves));
            return trees;
        }

        private int Feature()
        {
            int feature = Table(4);
            Offset(feature, 3, () => Numbers([1, 2, 3]));
            return feature;
        }

        private int Pair()
        {
            int pair = Table(2);
            Offset(pair, 0, () => Text("note"));
            Offset(pair, 1, () => Text(Note));
            return pair;
        }

        /// <summary>A directory of slots, and behind it a table with room for as many fields.</summary>
        private int Table(int fields)
        {
            int directory = _bytes.Count;
            Short((short)(4 + (2 * fields)));
            Short((short)(4 + (4 * fields)));
            _bytes.AddRange(new byte[2 * fields]);
            int table = _bytes.Count;
            Int(table - directory);
            _bytes.AddRange(new byte[4 * fields]);
            return table;
        }

        private void Slot(int table, int field, int offset) =>
            (_bytes[table - Read(table) + 4 + (2 * field)], _bytes[table - Read(table) + 5 + (2 * field)]) = ((byte)offset, (byte)(offset >> 8));

        private void Offset(int table, int field, Func<int> write)
        {
            int at = table + 4 + (4 * field);
            Slot(table, field, 4 + (4 * field));
            Patch(at, write());
        }

        private int Vector(int count, Action<int> item)
        {
            int vector = _bytes.Count;
            Int(count);
            _bytes.AddRange(new byte[4 * count]);
            for (int i = 0; i < count; i++)
            {
                item(vector + 4 + (4 * i));
            }

            return vector;
        }

        private int Numbers(int[] numbers)
        {
            int vector = _bytes.Count;
            Int(numbers.Length);
            Array.ForEach(numbers, Int);
            return vector;
        }

        private int Doubles(int count)
        {
            int vector = _bytes.Count;
            Int(count);
            _bytes.AddRange(new byte[8 * count]);
            return vector;
        }

        private int Text(string text)
        {
            int at = _bytes.Count;
            Int(text.Length);
            _bytes.AddRange(Encoding.UTF8.GetBytes(text + "\0"));
            return at;
        }

        private void Patch(int at, int target) => Write(at, target - at);

        private void Write(int at, int value)
        {
            for (int i = 0; i < 4; i++)
            {
                _bytes[at + i] = (byte)(value >> (8 * i));
            }
        }

        private int Read(int at) => _bytes[at] | (_bytes[at + 1] << 8) | (_bytes[at + 2] << 16) | (_bytes[at + 3] << 24);

        private void Short(short value) => _bytes.AddRange([(byte)value, (byte)(value >> 8)]);

        private void Int(int value) => _bytes.AddRange([(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)]);
    }

    [Fact]
    public void AModelWhoseTreesFitPasses()
    {
        foreach (byte[] parts in (byte[][])[[], [1, 0, 0, 0, 0xFF, 0xFE, 7, 7]])
        {
            TargetReport target = Scans.Of(new Model { Parts = parts }.Build(), "model.cbm");
            Assert.True(target.Verdict == Verdict.Passed, target.Describe());
            Assert.Equal(["catboost"], target.Formats);
            target.AssertComplete();
            Assert.Contains(target.Facts.OfType<EntryFact>(), e => e is { Key: "info.note", Value: "1.2" });
        }
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "catboost.split-outside", new Model { Splits = [0, 2, 3] }.Build() },
        { "catboost.split-outside", new Model { Splits = [0, -1, 1] }.Build() },
        { "catboost.split-outside", new Model { Splits = [0, 2_000_000_000, 1] }.Build() },
        { "catboost.tree-outside", new Model { Sizes = [2, 9] }.Build() },
        { "catboost.tree-outside", new Model { Sizes = [-1, 1] }.Build() },
        { "catboost.tree-outside", new Model { Starts = [0, 1_000_000] }.Build() },
        { "catboost.tree-outside", new Model { Starts = [-4, 2] }.Build() },
        { "catboost.count-mismatch", new Model { Leaves = 5 }.Build() },
        { "catboost.count-mismatch", new Model { Starts = [0] }.Build() },
        { "catboost.offset-outside", new Model().Build(core => BinaryPrimitives.WriteInt32LittleEndian(core, 0x7FFFFFF0)) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void T179_WhatLeadsOutIsFlagged(string code, byte[] file)
    {
        TargetReport target = Scans.Of(file, "model.cbm");
        Assert.Contains(code, target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Fact]
    public void T179_ASizeThatLiesIsFlaggedAndNotPassed()
    {
        byte[] file = new Model().Build();
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), int.MaxValue);
        TargetReport target = Scans.Of(file, "model.cbm");
        Assert.Contains("catboost.declares-more", target.Anomalies());
        Assert.Equal([UnreadCause.Truncated], target.Causes());
    }

    [Fact]
    public void APickleBehindTheModelIsExamined()
    {
        Assert.Equal(Verdict.Malicious, Scans.Of([.. new Model().Build(), .. Scans.Canary], "model.cbm").Verdict);
        Assert.Equal(Verdict.Malicious, Scans.Of(new Model { Parts = Scans.Canary }.Build(), "model.cbm").Verdict);
    }

    [Fact]
    public void ANoteThatIsCodeIsSaid() => Assert.True(Scanned.Bytes(new Model { Note = "__import__('os').system('id')" }.Build(), "model.cbm").Is("trees-code-in-text"));

    [Fact]
    public void AModelThatIsCutAnywhereIsNeverPassed()
    {
        byte[] whole = new Model().Build();
        for (int length = 5; length < whole.Length; length++)
        {
            TargetReport target = Scans.Of(whole[..length], "model.cbm");
            Assert.NotEqual(Verdict.Passed, target.Verdict);
            Assert.DoesNotContain(UnreadCause.Fault, target.Causes());
        }
    }

    private const string Json = """
        {"features_info":{"float_features":[{"borders":[0.5],"feature_index":0,"flat_feature_index":0}]},"model_info":{"params":"x"},
         "oblivious_trees":[{"leaf_values":[1,2,3,4],"splits":[{"border":0.5,"float_feature_index":0},{"border":0.5,"float_feature_index":0}]},{"leaf_values":[1,2],"splits":[{"float_feature_index":0}]}],"scale_and_bias":[1,[0]]}
        """;

    [Theory]
    [InlineData("", "", "")]
    [InlineData("\"leaf_values\":[1,2]", "\"leaf_values\":[1]", "catboost.count-mismatch")]
    [InlineData("{\"float_feature_index\":0}]}]", "{\"float_feature_index\":70}]}]", "catboost.split-outside")]
    public void AModelInJsonIsRead(string good, string bad, string code)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(good.Length == 0 ? Json : Json.Replace(good, bad, StringComparison.Ordinal)), "model.json");
        Assert.Equal(code.Length == 0 ? [] : [code], target.Anomalies());
        Assert.True(code.Length == 0 ? target.Verdict == Verdict.Passed : target.Verdict >= Verdict.Suspicious, target.Describe());
    }
}
