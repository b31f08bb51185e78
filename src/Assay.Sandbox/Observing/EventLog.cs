// The events of one load, in order, bounded.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Collects what was observed. Equal events are one with a count. Of each kind the first ones are kept and the last ones, so that neither a flood of
/// another kind nor one of the same kind hides what a load does in it or behind it; what lies between is counted. Names that an unpickler asks for are kept
/// in larger number, because a rule looks at each.
/// </summary>
internal sealed class EventLog(string path, string loader)
{
    private const int PerKind = 1000;
    private const int LookupsKept = 50_000;
    private const int LastKept = 100;
    private const int Lengths = 4 << 20;
    private readonly List<BehaviourFact> _events = [];
    private readonly Dictionary<string, int> _known = [];
    private readonly Dictionary<string, int> _perKind = [];
    private readonly Dictionary<string, Queue<BehaviourFact>> _last = [];
    private readonly Dictionary<string, long> _between = [];
    private long _length;

    /// <summary>The phase that runs now.</summary>
    public string Phase { get; set; } = "load";

    /// <summary>The loader that runs.</summary>
    public string Loader => loader;

    /// <summary>The events so far.</summary>
    public IReadOnlyList<BehaviourFact> Events => [.. _events, .. _last.Keys.SelectMany(Behind)];

    /// <summary>Whether an event of this kind was seen.</summary>
    public bool Has(string kind) => _perKind.ContainsKey(kind);

    /// <summary>Whether an event of this kind was seen about this.</summary>
    public bool Has(string kind, string subject) => _events.Exists(e => e.Kind == kind && e.Subject == subject);

    /// <summary>Adds an event.</summary>
    public void Add(BehaviourSource source, string kind, string action, string subject, IReadOnlyList<string>? arguments = null,
        int process = 1, int parent = 0, bool refused = false)
    {
        arguments ??= [];
        string key = string.Join('\0', [source.ToString(), kind, action, subject, Phase, process.ToString(CultureInfo.InvariantCulture), .. arguments]);
        if (_known.TryGetValue(key, out int at))
        {
            _events[at] = _events[at] with { Count = _events[at].Count + 1 };
            return;
        }

        BehaviourFact seen = new()
        {
            Path = path,
            Kind = kind,
            Source = source,
            Action = action,
            Subject = subject,
            Arguments = arguments,
            Phase = Phase,
            Loader = loader,
            Process = process,
            Parent = parent,
            Refused = refused,
        };
        int count = _perKind.GetValueOrDefault(kind);
        if (count < (kind == "python-lookup" ? LookupsKept : PerKind) && _length < Lengths)
        {
            _length += key.Length;
            _known.Add(key, _events.Count);
            _perKind[kind] = count + 1;
            _events.Add(seen);
            return;
        }

        _perKind[kind] = count + 1;
        if (!_last.TryGetValue(kind, out Queue<BehaviourFact>? last))
        {
            _last.Add(kind, last = new());
            Add(BehaviourSource.Sandbox, "events-flood", kind, "");
        }

        last.Enqueue(seen);
        if (last.Count > LastKept)
        {
            _ = last.Dequeue();
            _between[kind] = _between.GetValueOrDefault(kind) + 1;
        }
    }

    private IEnumerable<BehaviourFact> Behind(string kind)
    {
        Queue<BehaviourFact> last = _last[kind];
        if (_between.TryGetValue(kind, out long count))
        {
            yield return last.Peek() with { Action = "", Subject = "further ones, not kept one by one", Arguments = [], Count = count };
        }

        foreach (BehaviourFact seen in last)
        {
            yield return seen;
        }
    }
}
