// Adds up what the oracle found.
using System.Globalization;
using System.Text;
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>A stream in which the machine missed what an unpickler would do.</summary>
internal sealed record OracleMiss(string Name, OracleView View, byte[] Stream, IReadOnlyList<string> Missing, OracleTrace Real, OracleTrace Machine)
{
    /// <summary>Misses of one class have one cause, most likely.</summary>
    public string Class => $"{View} {Missing[0].Split(' ')[0]} machine={Machine.Ending} ({Machine.Detail}) real={Comparison.Reason(Real)}";

    public override string ToString() =>
        $"{Name} {View}: {Convert.ToHexStringLower(Stream)}\n  missing: {string.Join(" | ", Missing.Take(5)).Replace('\n', '.')}\n"
        + $"  unpickler: {Real.Ending} {Real.Detail}\n  machine: {Machine.Ending} {Machine.Detail}\n";
}

/// <summary>Adds up what the oracle found; safe to use from several threads.</summary>
internal sealed class OracleTally
{
    private const int KeptMisses = 2_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<OracleView, Figures> _figures = [];
    private readonly List<OracleMiss> _misses = [];

    public long Streams { get; private set; }

    /// <summary>Streams that killed the recorder.</summary>
    public long NotCompared { get; private set; }

    /// <summary>Events of unpicklers that the machine missed.</summary>
    public long MissingEvents { get; private set; }

    /// <summary>The first misses.</summary>
    public IReadOnlyList<OracleMiss> Misses => _misses;

    /// <summary>Adds a stream that killed the recorder.</summary>
    public void AddDead()
    {
        lock (_lock)
        {
            Streams++;
            NotCompared++;
        }
    }

    /// <summary>Adds a stream with one pair of traces for each dialect compared.</summary>
    public void Add(string name, byte[] stream, IReadOnlyList<(OracleView View, OracleTrace Real, OracleTrace Machine, Comparison Difference)> traces)
    {
        lock (_lock)
        {
            Streams++;
            foreach ((OracleView view, OracleTrace real, OracleTrace machine, Comparison difference) in traces)
            {
                Figures figures = _figures.TryGetValue(view, out Figures? known) ? known : _figures[view] = new Figures();
                figures.Streams++;
                figures.Busy += real.Events.Count > 1 ? 1 : 0;
                figures.Stopped += real.Ending == "stop" ? 1 : 0;
                figures.Real += real.Events.Count;
                figures.Counted += machine.Events.Count(Comparison.Counts);
                figures.Disordered += difference.Missing.Count == 0 && !difference.InOrder ? 1 : 0;
                int extra = difference.Extra.Count(Comparison.Counts);
                figures.Extra += extra;
                if (extra > 0)
                {
                    string reason = Comparison.Reason(real);
                    figures.Reasons[reason] = figures.Reasons.GetValueOrDefault(reason) + extra;
                }

                if (difference.Missing.Count > 0)
                {
                    figures.Missing += difference.Missing.Count;
                    MissingEvents += difference.Missing.Count;
                    if (_misses.Count < KeptMisses)
                    {
                        _misses.Add(new OracleMiss(name, view, stream, difference.Missing, real, machine));
                    }
                }
            }
        }
    }

    /// <summary>The greatest share, among the dialects, of imports and calls that no unpickler makes.</summary>
    public double ExtraShare => _figures.Where(f => f.Key.Kind == OracleRunKind.Followed && f.Key.Encoding == PickleEncodings.Latin1).Select(f => f.Value.ExtraShare).DefaultIfEmpty().Max();

    /// <summary>The shares of the streams with more than one event, and of those that run to their STOP, in the first dialect.</summary>
    public (double Busy, double Stopped) Shape =>
        _figures.TryGetValue(new OracleView(OracleDialect.C, OracleRunKind.Followed), out Figures? f) ? ((double)f.Busy / f.Streams, (double)f.Stopped / f.Streams) : default;

    /// <summary>How many events an unpickler had with an encoding.</summary>
    public long Events(OracleDialect dialect, PickleEncodings encoding) =>
        _figures.TryGetValue(new OracleView(dialect, OracleRunKind.Followed, encoding), out Figures? f) ? f.Real : 0;

    /// <summary>How many events an unpickler had with an encoding, as they were compared with the trace.</summary>
    public long Read(OracleDialect dialect, PickleEncodings encoding) =>
        _figures.TryGetValue(new OracleView(dialect, OracleRunKind.Traced, encoding), out Figures? f) ? f.Real : 0;

    /// <summary>Streams whose events were all there, in another order.</summary>
    public long Disordered => _figures.Values.Sum(f => f.Disordered);

    /// <summary>One line for each dialect, and the reasons of the extras.</summary>
    public string Summary(int reasons = 12)
    {
        StringBuilder text = new();
        IFormatProvider plain = CultureInfo.InvariantCulture;
        foreach ((OracleView view, Figures f) in _figures.OrderBy(f => (f.Key.Kind, f.Key.Dialect, f.Key.Encoding)))
        {
            text.AppendLine(plain, $"{view}: {f.Streams} streams ({f.Busy} with several events, {f.Stopped} run to STOP), {f.Real} events, {f.Missing} missed, {f.Disordered} streams in another order, {f.Extra} of {f.Counted} imports and calls extra ({f.ExtraShare:P2})");
            foreach ((string reason, long count) in f.Reasons.OrderByDescending(r => r.Value).Take(view.Kind == OracleRunKind.Followed ? reasons : 0))
            {
                text.AppendLine(plain, $"  {count,8} extra where the unpickler ends with {reason}");
            }
        }

        text.AppendLine(plain, $"{Streams} streams, {NotCompared} not compared, {MissingEvents} events missed");
        return text.ToString();
    }

    private sealed class Figures
    {
        public long Streams;
        public long Busy;
        public long Stopped;
        public long Real;
        public long Counted;
        public long Missing;
        public long Extra;
        public long Disordered;
        public Dictionary<string, long> Reasons { get; } = [];

        public double ExtraShare => Counted == 0 ? 0 : (double)Extra / Counted;
    }
}
