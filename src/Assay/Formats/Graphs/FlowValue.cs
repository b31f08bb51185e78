// What is known of one value that flows through a graph.
namespace Assay.Formats.Graphs;

/// <summary>How sharply a value tells one input from another.</summary>
internal enum FlowCut
{
    /// <summary>It is a number like any other.</summary>
    None,

    /// <summary>It is cut off on one side.</summary>
    Soft,

    /// <summary>It lies in a narrow range.</summary>
    Squashed,

    /// <summary>It is a whole number.</summary>
    Whole,

    /// <summary>It is yes or no.</summary>
    Hard,
}

/// <summary>
/// What is known of one value. A <em>measure</em> is what depends on the input only through one number for each sample: a bottleneck. Everything
/// else that depends on the input is on the path of what the model computes.
/// </summary>
internal sealed record FlowValue
{
    private const double Little = 0.01;

    /// <summary>A constant of which nothing is known.</summary>
    public static readonly FlowValue Constant = new();

    /// <summary>What comes from somewhere that was not read: taken as computed from what was learnt.</summary>
    public static readonly FlowValue Unknown = new() { IsReached = true, Depth = 2 };

    /// <summary>Whether what an input of the model holds reaches it; its shape alone does not count.</summary>
    public bool IsReached { get; init; }

    /// <summary>Whether it depends on shapes.</summary>
    public bool IsShaped { get; init; }

    /// <summary>Whether everything that reaches it came through a bottleneck.</summary>
    public bool IsMeasure { get; init; }

    /// <summary>Whether the bottleneck sums many numbers up; otherwise it is one that was cut out.</summary>
    public bool IsSum { get; init; }

    /// <summary>Whether the bottleneck is the largest or smallest of many.</summary>
    public bool IsExtreme { get; init; }

    /// <summary>Whether running sums were made.</summary>
    public bool IsScanned { get; init; }

    /// <summary>How many products with what was learnt lie on the way.</summary>
    public int Depth { get; init; }

    /// <summary>How sharply it tells inputs apart.</summary>
    public FlowCut Cut { get; init; }

    /// <summary>Whether it asks for one certain value.</summary>
    public bool IsEqual { get; init; }

    /// <summary>Whether it was set against constants that inputs do not meet by chance.</summary>
    public bool HasReference { get; init; }

    /// <summary>Whether it differs from place to place, as a mask does.</summary>
    public bool IsSpread { get; init; }

    /// <summary>Whether it lets a constant through.</summary>
    public bool Lets { get; init; }

    /// <summary>Whether the constant that it lets through says something: its elements differ.</summary>
    public bool IsVaried { get; init; }

    /// <summary>Whether it is one of two constants of which neither is nothing.</summary>
    public bool IsChoice { get; init; }

    /// <summary>The condition by which it takes one of two ways, where it does.</summary>
    public FlowValue? Gate { get; init; }

    /// <summary>The shape; -1 is an extent that is not known, null a shape that is not.</summary>
    public IReadOnlyList<long>? Shape { get; init; }

    /// <summary>The elements of a small constant.</summary>
    public IReadOnlyList<double>? Known { get; init; }

    /// <summary>Whether all elements of a constant are the same.</summary>
    public bool IsUniform { get; init; }

    /// <summary>Whether it is on the path of what the model computes.</summary>
    public bool IsPath => IsReached && !IsMeasure;

    /// <summary>Whether a constant has several elements that differ, as far as is known.</summary>
    public bool IsRow => !IsReached && !IsUniform && (Known is { } known ? known.Distinct().Skip(1).Any() : Shape is null ? !IsShaped : Shape.Any(e => e is > 1 or -1) && !IsShaped);

    /// <summary>Whether a constant is one that inputs do not meet by chance, or change by; nothing, and what keeps from dividing by it, are none.</summary>
    public bool IsReference => !IsReached && !IsShaped && (Known is not { } known || known.Any(v => double.IsNaN(v) || Math.Abs(v) > Little));

    /// <summary>Whether it has more than one element for each sample.</summary>
    public bool IsWide => Shape is not { } shape || (shape.Count == 1 ? shape[0] != 1 : shape.Skip(1).Any(e => e != 1));

    /// <summary>An input of a model.</summary>
    public static FlowValue Input(IReadOnlyList<long>? shape) => new() { IsReached = true, Shape = shape };
}
