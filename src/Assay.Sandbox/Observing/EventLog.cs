// The events of one load, in order, bounded.
using Assay.Artifacts;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Collects what was observed. Equal events are one with a count; what is over the limit of a kind is counted in a last event of that kind,
/// so that a flood of one kind does not hide another.
/// </summary>
internal sealed class EventLog(string path, string loader)
{
    private const int PerKind = 100;
    private readonly List<BehaviourFact> _events = [];
    private readonly Dictionary<string, int> _known = [];
    private readonly Dictionary<string, int> _perKind = [];

    /// <summary>The phase that runs now.</summary>
    public string Phase { get; set; } = "load";

    /// <summary>The loader that runs.</summary>
    public string Loader => loader;

    /// <summary>The events so far.</summary>
    public IReadOnlyList<BehaviourFact> Events => _events;

    /// <summary>Whether an event of this kind was seen.</summary>
    public bool Has(string kind) => _perKind.ContainsKey(kind);

    /// <summary>Adds an event.</summary>
    public void Add(BehaviourSource source, string kind, string action, string subject, IReadOnlyList<string>? arguments = null,
        int process = 1, int parent = 0, bool refused = false)
    {
        arguments ??= [];
        int count = _perKind.GetValueOrDefault(kind);
        bool full = count >= PerKind;
        string key = full
            ? string.Join('\0', source, kind)
            : string.Join('\0', [source.ToString(), kind, action, subject, Phase, process.ToString(System.Globalization.CultureInfo.InvariantCulture), .. arguments]);
        if (_known.TryGetValue(key, out int at))
        {
            _events[at] = _events[at] with { Count = _events[at].Count + 1 };
            return;
        }

        _known.Add(key, _events.Count);
        _perKind[kind] = count + 1;
        _events.Add(new BehaviourFact
        {
            Path = path,
            Kind = kind,
            Source = source,
            Action = action,
            Subject = full ? "further ones, not kept one by one" : subject,
            Arguments = full ? [] : arguments,
            Phase = Phase,
            Loader = loader,
            Process = process,
            Parent = parent,
            Refused = refused,
        });
    }
}
