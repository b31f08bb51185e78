// What the speed measurements must reach, input by input.
namespace Assay.Bench;

/// <summary>How CPython reads an input, for comparison.</summary>
internal enum Reference
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By the C unpickler, with the garbage collector off and without tearing the objects down.</summary>
    PickleLoad,

    /// <summary>By <c>joblib.load</c>, in the same way.</summary>
    JoblibLoad,

    /// <summary>By <c>numpy.load</c> with pickles allowed, in the same way.</summary>
    NumpyLoad,
}

/// <summary>One input and its limits; a null limit is only reported.</summary>
internal sealed record SpeedGoal(string Input, Reference Reference = Reference.None, double? Ratio = null, double? Seconds = null, double? Megabytes = null, double? InProcess = null, double? Walk = null)
{
    private const string Bombs = "bombs";
    private const string Costly = "costly";

    /// <summary>Whether every byte must have been read; what is made to cost much may end at a limit.</summary>
    public bool MustBeComplete => !Input.StartsWith(Bombs, StringComparison.Ordinal) && !Input.StartsWith(Costly, StringComparison.Ordinal);

    /// <summary>All inputs, as <c>make_inputs.py</c> names them.</summary>
    public static IReadOnlyList<SpeedGoal> All { get; } =
    [
        new("million_p0.pkl", Reference.PickleLoad, Ratio: 0.6, Megabytes: 120),
        new("million_p2.pkl", Reference.PickleLoad, Ratio: 0.25, Megabytes: 120, InProcess: 0.35, Walk: 0.12),
        new("million_p4.pkl", Reference.PickleLoad, Ratio: 0.25, Megabytes: 120, InProcess: 0.35, Walk: 0.12),
        new("floats_p0.pkl", Reference.PickleLoad, Ratio: 0.7),
        new("reduce200k.pkl", Reference.PickleLoad, Ratio: 0.6, InProcess: 0.5),
        new("states200k.pkl", Reference.PickleLoad),
        new("forest.joblib", Reference.JoblibLoad, Ratio: 0.35),
        new("forest_zlib.joblib", Reference.JoblibLoad, Ratio: 1.0),
        new("forest_xz.joblib", Reference.JoblibLoad, Ratio: 1.0),
        new("forest_bz2.joblib", Reference.JoblibLoad, Ratio: 1.0),
        new("objects300k.npy", Reference.NumpyLoad),
        new("none20m.pkl", Reference.PickleLoad, InProcess: 1.0),
        new("memo3m.pkl", Reference.PickleLoad, InProcess: 1.0),
        new("memo3m_from1.pkl", Reference.PickleLoad, InProcess: 1.0),
        new("deep1m.pkl", Reference.PickleLoad),
        new("state1g.pt", Seconds: 0.1),
        new("many20k.pt", InProcess: 0.5),
        new("small2000", Reference.PickleLoad, Seconds: 0.5, InProcess: 1.0),
        new(Bombs, Seconds: 5, Megabytes: 300),
        new(Costly, Seconds: 2, Megabytes: 300),
    ];

    /// <summary>The goals for what is there in <paramref name="folder"/>: each bomb and costly input is measured by itself.</summary>
    public static IEnumerable<SpeedGoal> In(string folder) => All.SelectMany(goal =>
        goal.Input is Bombs or Costly && Directory.Exists(Path.Combine(folder, goal.Input))
            ? Directory.GetFiles(Path.Combine(folder, goal.Input)).Order(StringComparer.Ordinal).Select(f => goal with { Input = $"{goal.Input}/{Path.GetFileName(f)}" })
            : [goal]);
}
