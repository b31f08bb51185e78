// What the speed measurements must reach, input by input.
namespace Assay.Bench;

/// <summary>How CPython reads an input, for comparison.</summary>
internal enum Reference
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By the C unpickler, with the garbage collector off and without tearing the objects down.</summary>
    PickleLoad,
}

/// <summary>One input and its limits; a null limit is only reported.</summary>
internal sealed record SpeedGoal(string Input, Reference Reference = Reference.None, double? Ratio = null, double? Seconds = null, double? Megabytes = null, double? InProcess = null, double? Walk = null)
{
    private const string Bombs = "bombs";

    /// <summary>Whether every byte must have been read; bombs may end at a limit.</summary>
    public bool MustBeComplete => !Input.StartsWith(Bombs, StringComparison.Ordinal);

    /// <summary>All inputs, as <c>make_inputs.py</c> names them.</summary>
    public static IReadOnlyList<SpeedGoal> All { get; } =
    [
        new("million_p2.pkl", Reference.PickleLoad, Ratio: 0.6, Megabytes: 120, InProcess: 0.35, Walk: 0.12),
        new("million_p4.pkl", Reference.PickleLoad, Ratio: 0.6, Megabytes: 120, InProcess: 0.35, Walk: 0.12),
        new("reduce200k.pkl", Reference.PickleLoad, InProcess: 0.5),
        new("none20m.pkl", Reference.PickleLoad, InProcess: 1.0),
        new("memo3m.pkl", Reference.PickleLoad, InProcess: 1.0),
        new("memo3m_from1.pkl", Reference.PickleLoad, InProcess: 1.0),
        new("deep1m.pkl", Reference.PickleLoad),
        new("state1g.pt", Seconds: 0.1),
        new("many20k.pt", InProcess: 0.5),
        new("small2000", Reference.PickleLoad, Seconds: 0.5, InProcess: 1.0),
        new(Bombs, Seconds: 5, Megabytes: 300),
    ];

    /// <summary>The goals for what is there in <paramref name="folder"/>: each bomb is measured by itself.</summary>
    public static IEnumerable<SpeedGoal> In(string folder) => All.SelectMany(goal =>
        goal.Input == Bombs && Directory.Exists(Path.Combine(folder, Bombs))
            ? Directory.GetFiles(Path.Combine(folder, Bombs)).Order(StringComparer.Ordinal).Select(f => goal with { Input = $"{Bombs}/{Path.GetFileName(f)}" })
            : [goal]);
}
