// What kinds of operators there are, as far as the flow of values through a graph is concerned.
using Assay.Bytes;

namespace Assay.Formats.Graphs;

/// <summary>What an operator does to the flow of values.</summary>
internal enum FlowKind
{
    /// <summary>Nothing is known of it.</summary>
    Opaque,

    /// <summary>Gives the shape of a value, and nothing of what it holds.</summary>
    Shape,

    /// <summary>Makes a value from a shape.</summary>
    Made,

    /// <summary>Hands values on.</summary>
    Move,

    /// <summary>Hands values on to other places: pools, pads, resizes.</summary>
    Warp,

    /// <summary>Gives values another element type.</summary>
    Cast,

    /// <summary>Gives values another shape that an input or attribute says.</summary>
    Reshape,

    /// <summary>Makes a matrix.</summary>
    Flatten,

    /// <summary>Takes extents of one away.</summary>
    Squeeze,

    /// <summary>Adds extents of one.</summary>
    Unsqueeze,

    /// <summary>Exchanges axes.</summary>
    Transpose,

    /// <summary>Computes each element by itself.</summary>
    Each,

    /// <summary>Repeats elements.</summary>
    Expand,

    /// <summary>Cuts values off on one side.</summary>
    OneSided,

    /// <summary>Brings values into a narrow range.</summary>
    Squash,

    /// <summary>Cuts values off on both sides.</summary>
    Clip,

    /// <summary>Gives whole numbers.</summary>
    Round,

    /// <summary>Gives the sign.</summary>
    Sign,

    /// <summary>Compares values.</summary>
    Compare,

    /// <summary>Joins yes and no.</summary>
    Logic,

    /// <summary>A sum or a difference.</summary>
    Add,

    /// <summary>A product or a quotient, element by element.</summary>
    Scale,

    /// <summary>Makes one number of many.</summary>
    Reduce,

    /// <summary>Gives the largest or smallest of many.</summary>
    Extreme,

    /// <summary>Gives where the largest or smallest stands.</summary>
    Index,

    /// <summary>Sums up along an axis.</summary>
    Scan,

    /// <summary>Chooses between two values, element by element.</summary>
    Select,

    /// <summary>Runs one of two graphs.</summary>
    Branch,

    /// <summary>Runs a graph again and again.</summary>
    Loop,

    /// <summary>Sums of products: matrices and convolutions.</summary>
    Contract,

    /// <summary>Computes with much that was learnt.</summary>
    Learnt,

    /// <summary>Takes elements by their numbers.</summary>
    Lookup,

    /// <summary>Makes a row of nothing with one mark.</summary>
    OneHot,

    /// <summary>Cuts a part out.</summary>
    Slice,

    /// <summary>Cuts into parts.</summary>
    Split,

    /// <summary>Puts values one after the other.</summary>
    Concat,

    /// <summary>Writes values into others.</summary>
    Scatter,

    /// <summary>Gives the largest few.</summary>
    Top,

    /// <summary>Runs another graph.</summary>
    Call,

    /// <summary>Hands a value to one of two ways.</summary>
    Switch,

    /// <summary>Takes the value of whichever of two ways was gone.</summary>
    Meet,
}

/// <summary>Kinds of operators by their names.</summary>
internal static class FlowKinds
{
    private static readonly Lazy<Dictionary<string, FlowKind>> s_kinds = new(() =>
    {
        Dictionary<string, FlowKind> kinds = new(StringComparer.Ordinal);
        foreach (string[] row in EmbeddedTable.Rows("formats/flow-operators.tsv"))
        {
            foreach (string name in row[1].Split(' '))
            {
                kinds.Add(name, Enum.Parse<FlowKind>(row[0], ignoreCase: true));
            }
        }

        return kinds;
    });

    /// <summary>The kind of an operator.</summary>
    /// <param name="name">Its name as the graph writes it.</param>
    /// <param name="dialect">Whose operator it is, where that matters.</param>
    public static FlowKind Of(string name, string dialect)
    {
        if (name.Length > 64)
        {
            return FlowKind.Opaque;
        }

        string plain = name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        int length = plain.Length;
        if (length > 2 && char.IsAsciiDigit(plain[^1]) && plain[^2] == 'v')
        {
            plain = plain[..^2];
        }

        return s_kinds.Value.TryGetValue($"{dialect}:{plain}", out FlowKind kind) || s_kinds.Value.TryGetValue(plain, out kind) ? kind : FlowKind.Opaque;
    }

    /// <summary>Whether an operator that compares asks for one certain value.</summary>
    public static bool IsEquality(string name) => name.Contains("qual", StringComparison.OrdinalIgnoreCase)
        ? !name.Contains("ess", StringComparison.OrdinalIgnoreCase) && !name.Contains("reater", StringComparison.OrdinalIgnoreCase)
        : name is "eq" or "ne" or "isin" or "isclose" || name.Contains("Match", StringComparison.Ordinal);
}
