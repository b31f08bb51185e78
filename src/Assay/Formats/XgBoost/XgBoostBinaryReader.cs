// The structures of XGBoost's binary form, front to back.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.Trees;

namespace Assay.Formats.XgBoost;

/// <summary>Reads the structures of one model and checks counts, links and indices.</summary>
internal sealed class XgBoostBinaryReader(ByteCursor cursor, ReadContext context)
{
    /// <summary>The bytes of the learner's parameters.</summary>
    public const int LearnerSize = 136;

    private const int ForestSize = 160;
    private const int TreeSize = 148;
    private const int NodeSize = 20;
    private const int StatisticsSize = 16;
    private const int LinearSize = 136;
    private const int KeptText = 4096;
    private const int MostTexts = 1_000;
    private const int Unlinked = -1;

    /// <summary>What stands before the offset of a configuration.</summary>
    public static ReadOnlySpan<byte> Configured => "CONFIG-offset:"u8;

    private long _features;
    private long _outputs;
    private bool _hasAttributes;
    private bool _hasMetrics;

    /// <summary>What is odd.</summary>
    public OddityLog Oddities { get; } = new();

    /// <summary>Reads the model.</summary>
    public void Read()
    {
        long start = cursor.Offset;
        long? configuration = null;
        if (cursor.Left >= 22 && Starts(Configured))
        {
            cursor.Skip(Configured.Length);
            configuration = cursor.I64();
        }

        if (cursor.Left >= 4 && Starts("binf"u8))
        {
            cursor.Skip(4);
        }

        Learner();
        string objective = Name("objective");
        string booster = Name("booster");
        context.Meta("objective", objective);
        context.Meta("gradient_booster", booster);
        if (booster == "gblinear")
        {
            Linear();
        }
        else
        {
            Forest(booster == "dart");
        }

        Attributes(objective);
        if (configuration is { } at)
        {
            // Offsets count from behind the prefix.
            long behind = start + Configured.Length + sizeof(long);
            if (at < 0 || at > cursor.End - behind || behind + at < cursor.Offset)
            {
                Odd("xgboost.declares-more", start, $"The configuration lies outside of the file or in the model.");
            }
            else
            {
                cursor.Skip(behind + at - cursor.Offset);
                context.Submit(new Artifact("config.json", context.Artifact.Bytes.Slice(new ByteRange(cursor.Offset, cursor.Left)), context.Artifact) { MayBeOpaque = true });
                cursor.Skip(cursor.Left);
            }
        }
    }

    private bool Starts(ReadOnlySpan<byte> text) =>
        context.Artifact.Bytes.ReadUpTo(cursor.Offset, text.Length).AsSpan().SequenceEqual(text);

    private void Learner()
    {
        long end = cursor.Offset + LearnerSize;
        cursor.Need(LearnerSize);
        cursor.Skip(4);
        _features = (uint)cursor.I32();
        int classes = cursor.I32();
        _hasAttributes = cursor.I32() != 0;
        _hasMetrics = cursor.I32() != 0;
        cursor.Skip(8);
        int targets = cursor.I32();
        _outputs = Math.Max(Math.Max(1, classes), targets is > 0 and < 1 << 20 ? targets : 1);
        context.Meta("num_feature", _features.ToString(CultureInfo.InvariantCulture));
        cursor.Skip(end - cursor.Offset);
    }

    private string Name(string what)
    {
        long length = cursor.I64();
        if (length < 0 || length > cursor.Left)
        {
            Odd("xgboost.declares-more", cursor.Offset, $"The name of the {what} declares {length} bytes, and {cursor.Left} are left.");
        }

        return length is > 0 and < KeptText ? Encoding.UTF8.GetString(cursor.Keep(length, KeptText))
            : throw new MalformedException(cursor.Offset, $"The name of the {what} has {length} bytes.");
    }

    private void Linear()
    {
        cursor.Skip(LinearSize);
        long weights = Count("weights", 4);
        cursor.Skip(weights * 4);
        if (weights != (_features + 1) * _outputs)
        {
            Odd("xgboost.count-mismatch", cursor.Offset, $"A linear model of {_features} features has {weights} weights.");
        }
    }

    private void Forest(bool drops)
    {
        long end = cursor.Offset + ForestSize;
        cursor.Need(ForestSize);
        int trees = cursor.I32();
        cursor.Skip(end - cursor.Offset);
        if (trees < 0 || trees > cursor.Left / TreeSize)
        {
            Odd("xgboost.declares-more", cursor.Offset, $"The model declares {trees} trees, and {cursor.Left} bytes are left.");
            throw new MalformedException(cursor.Offset, "There is no room for the trees.");
        }

        context.Meta("trees", trees.ToString(CultureInfo.InvariantCulture));
        for (int i = 0; i < trees; i++)
        {
            Tree();
        }

        for (int i = 0; i < trees; i++)
        {
            int output = cursor.I32();
            if (output < 0 || output >= _outputs)
            {
                Odd("xgboost.group-outside", cursor.Offset, $"A tree belongs to output {output}, and the model has {_outputs}.");
            }
        }

        if (drops && trees != 0)
        {
            cursor.Skip(4 * Count("weights of dropped trees", 4));
        }
    }

    private void Tree()
    {
        long start = cursor.Offset;
        cursor.Need(TreeSize);
        cursor.Skip(4);
        int nodes = cursor.I32();
        cursor.Skip(12);
        int leafVector = cursor.I32();
        cursor.Skip(start + TreeSize - cursor.Offset);
        if (nodes <= 0 || nodes > cursor.Left / (NodeSize + StatisticsSize))
        {
            Odd("xgboost.declares-more", start, $"A tree declares {nodes} nodes, and {cursor.Left} bytes are left.");
            throw new MalformedException(start, "There is no room for the nodes of a tree.");
        }

        context.Budget.SpendWork(32L * nodes, start);
        context.Held.Add(8L * nodes);
        int[] left = new int[nodes];
        int[] right = new int[nodes];
        bool parentOutside = false;
        long feature = -1;
        for (int i = 0; i < nodes; i++)
        {
            int parent = cursor.I32();
            left[i] = cursor.I32();
            right[i] = cursor.I32();
            uint split = (uint)cursor.I32();
            cursor.Skip(4);
            bool deleted = split == uint.MaxValue;
            parentOutside |= i > 0 && !deleted && parent != Unlinked && (parent & int.MaxValue) >= nodes;
            feature = left[i] != Unlinked && !deleted ? Math.Max(feature, split & int.MaxValue) : feature;
        }

        cursor.Skip((long)StatisticsSize * nodes);
        // Releases before 0.90 write the outputs of leaves here, where there is more than one; later ones only say how many there would be.
        if (leafVector > 0 && cursor.Left >= sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(context.Artifact.Bytes.ReadUpTo(cursor.Offset, sizeof(long))) == (long)nodes * leafVector)
        {
            cursor.Skip(4 * Count("values of leaves", 4));
        }

        TreeFault fault = TreeLinks.Check(left, right, child => child == Unlinked ? true : false, context.Budget);
        context.Held.Remove(8L * nodes);
        if (fault == TreeFault.Outside || parentOutside)
        {
            Odd("xgboost.child-outside", start, $"A node of a tree has a child or parent that there is not.");
        }
        else if (fault == TreeFault.Shared)
        {
            Odd("xgboost.tree-loop", start, $"A node of a tree hangs below itself or at several places.");
        }

        if (_features > 0 && feature >= _features)
        {
            Odd("xgboost.feature-outside", start, $"A node asks for feature {feature}, and the model has {_features}.");
        }
    }

    private void Attributes(string objective)
    {
        if (_hasAttributes)
        {
            long count = Count("attributes", 16);
            for (long i = 0; i < count; i++)
            {
                long at = cursor.Offset;
                string key = Text();
                string value = Text();
                if (i < MostTexts)
                {
                    context.Add(new EntryFact { Path = context.Artifact.Path, Offset = at, Source = "metadata", Key = KeyPath.Append("attributes", key), Value = value });
                }
            }
        }

        if (objective == "count:poisson" && cursor.Left >= sizeof(long))
        {
            Text();
        }

        if (_hasMetrics)
        {
            long count = Count("metrics", 8);
            for (long i = 0; i < count; i++)
            {
                Text();
            }
        }
    }

    private string Text()
    {
        long length = cursor.I64();
        if (length < 0 || length > cursor.Left)
        {
            Odd("xgboost.declares-more", cursor.Offset, $"A text declares {length} bytes, and {cursor.Left} are left.");
        }

        context.Budget.SpendWork(WorkCosts.NearRead, cursor.Offset);
        return Encoding.UTF8.GetString(cursor.Keep(length, KeptText));
    }

    private long Count(string what, int size)
    {
        long count = cursor.I64();
        if (count < 0 || count > cursor.Left / size)
        {
            Odd("xgboost.declares-more", cursor.Offset, $"The model declares {count} {what}, and {cursor.Left} bytes are left.");
            throw new MalformedException(cursor.Offset, $"There is no room for the {what}.");
        }

        return count;
    }

    private void Odd(string code, long offset, FormattableString detail) => Oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
