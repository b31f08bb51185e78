// Decides which loaders come to what a fact tells, from the formats of the artifact and of those around it.
namespace Assay.Artifacts;

/// <summary>
/// Which loaders come to what a fact tells. A loader is handed the input, or something in it that somebody unpacked, and goes its ways from there:
/// it is named where one of them ends at the fact, through every layer between, and where its unpickler and its encodings come there.
/// </summary>
/// <remarks>
/// Of what loaders may be handed, the outermost counts from which any of them gets there: whoever can load a file as it is does not take it apart first.
/// </remarks>
public sealed class LoaderReach
{
    private const string Pickle = "pickle";
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<(Place, FormatFact?), List<Way>> _ways = [];

    /// <summary>Takes the formats from the facts of one input.</summary>
    public LoaderReach(IEnumerable<Fact> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        foreach (FormatFact format in facts.OfType<FormatFact>())
        {
            if (!_places.TryGetValue(format.Path, out Place? place))
            {
                _places.Add(format.Path, place = new Place(format.Path, format.Container));
            }

            place.Formats.Add(format);
        }

        foreach (Place place in _places.Values)
        {
            place.LieIn(place.Container is { } container ? _places.GetValueOrDefault(container) : null);
        }
    }

    /// <summary>The loaders that come to what the fact tells; none where all of them stop before it.</summary>
    public IReadOnlyList<LoaderUse> Of(Fact where)
    {
        ArgumentNullException.ThrowIfNull(where);
        if (where is BehaviourFact seen)
        {
            return Loaders.Named(seen.Loader) is { } loader ? [new LoaderUse(loader.Id)] : [];
        }

        if (where is CallableFact { Reached: false } || !_places.TryGetValue(where.Path, out Place? place))
        {
            return [];
        }

        CallableFact? callable = where as CallableFact;
        int handed = -1;
        List<LoaderUse> uses = [];
        foreach (Way way in Ways(place, place.PickleAt(where)))
        {
            if (handed >= 0 && way.Handed != handed)
            {
                break;
            }

            if (callable is null || way.Comes(callable))
            {
                handed = way.Handed;
                uses.Add(callable is null ? way.Use : way.UseFor(callable));
            }
        }

        return uses;
    }

    /// <summary>The loaders that open the input at <paramref name="path"/> as it is, and read something in it.</summary>
    public IReadOnlyList<Loader> Opening(string path)
    {
        bool Opens(Loader loader) => _places.Values.Any(place => place.IndexOf(path) is int start and >= 0 && loader.Routes.Any(r => Leads(r, place, start, null, true)));
        return [.. Loaders.All.Where(Opens)];
    }

    /// <summary>All ways to a place, those of what is outermost first.</summary>
    private List<Way> Ways(Place place, FormatFact? pickle)
    {
        if (_ways.TryGetValue((place, pickle), out List<Way>? known))
        {
            return known;
        }

        List<Way> ways = [];
        if (place is { IsLoaded: true, Around.Count: > 1 })
        {
            // Whatever unpickler it is that the call hands it to, it is not that of the loader around it.
            Place outer = place.Around[^2];
            ways.AddRange(Ways(outer, outer.First(Pickle)).Select(w => w with { IsHandedOn = true }));
        }

        int handed = ways.Count > 0 ? ways[^1].Handed + 1 : 0;
        for (int start = 0; start < place.Around.Count; start++)
        {
            ways.AddRange(WaysFrom(start, place, handed++, r => Leads(r, place, start, pickle, true)));
            if (pickle is { Offset: > 0 })
            {
                ways.AddRange(WaysFrom(start, place, handed++, r => Leads(r, place, start, null, true, anywhere: true))
                    .Where(w => w.Loader.ReadsOn).Select(w => w with { From = pickle.Offset }));
            }
        }

        if (pickle is null)
        {
            ways = WaysThrough(place, ways);
        }

        _ways.Add((place, pickle), ways);
        return ways;
    }

    /// <summary>The ways of those who open a container, which go on to something in it; where none does, because its members are broken, of all who would open it.</summary>
    private static List<Way> WaysThrough(Place place, List<Way> ending)
    {
        foreach (bool goOn in (ReadOnlySpan<bool>)[true, false])
        {
            List<Way> ways = [.. Enumerable.Range(0, place.Around.Count)
                .SelectMany(start => WaysFrom(start, place, start, r => Leads(r, place, start, null, false) && (!goOn || GoesOn(r, place, start))))];
            if (ways.Count > 0)
            {
                return ways;
            }
        }

        return ending;
    }

    /// <summary>The ways from one of the places around, one for each loader that has any.</summary>
    private static IEnumerable<Way> WaysFrom(int start, Place place, int handed, Predicate<LoaderRoute> leads)
    {
        string of = start == 0 ? "" : place.Around[start].Path;
        foreach (Loader loader in Loaders.All)
        {
            if (loader.Routes.FirstOrDefault(r => leads(r)) is { } route)
            {
                yield return new Way(handed, loader, route, of);
            }
        }
    }

    /// <summary>Whether a route that leads to the place ends there, or goes on to something in it. Routes are a few layers long.</summary>
    private static bool GoesOn(LoaderRoute route, Place place, int start) =>
        route.Layers.Count == place.Around.Count - start
        || place.Inside.Exists(i => Leads(route, i, start, null, false) && GoesOn(route, i, start));

    /// <summary>Whether a route leads from one of the places around to the place.</summary>
    /// <param name="route">The route.</param>
    /// <param name="place">Where it must lead.</param>
    /// <param name="start">The number of what the loader is handed among those around the place.</param>
    /// <param name="pickle">The one of several pickles in the place to which it must come, or null for any.</param>
    /// <param name="toItsEnd">Whether the route must end at the place, so that the loader reads it and not only opens it.</param>
    /// <param name="anywhere">Whether the last layer may begin anywhere in its artifact.</param>
    private static bool Leads(LoaderRoute route, Place place, int start, FormatFact? pickle, bool toItsEnd, bool anywhere = false)
    {
        int steps = place.Around.Count - start;
        if (route.Layers.Count < steps || (toItsEnd && route.Layers.Count != steps))
        {
            return false;
        }

        for (int step = 0; step < steps; step++)
        {
            LoaderLayer layer = route.Layers[step];
            Place at = place.Around[start + step];
            bool isLast = step == steps - 1;
            string? child = isLast ? null : place.Around[start + step + 1].Name;
            if (!at.Formats.Exists(f => Fits(layer, f, child, at, isLast && anywhere)) || (isLast && pickle is not null && !ReadsTo(layer, at, pickle)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Fits(LoaderLayer layer, FormatFact format, string? child, Place at, bool anywhere) =>
        format.Format == layer.Format
        && (format.Offset == 0 || anywhere)
        && (!layer.Alone || at.Members == 1)
        && (layer.Heads.Count == 0 || layer.Heads.Any(h => at.Head.StartsWith(h, StringComparison.Ordinal)))
        && (child is null || layer.GoesOnWith(child, format));

    /// <summary>Whether the loader reads as far as this one of the pickles, which come one after the other.</summary>
    private static bool ReadsTo(LoaderLayer layer, Place at, FormatFact pickle) =>
        layer.Format == Pickle ? pickle.Offset == 0
        : layer.Streams > 1 ? at.Pickles.IndexOf(pickle) < layer.Streams
        : true;

    /// <summary>A loader that comes to a place, and what it must be handed for that; smaller numbers are further out.</summary>
    private sealed record Way(int Handed, Loader Loader, LoaderRoute Route, string Of)
    {
        /// <summary>The offset at which it must start.</summary>
        public long From { get; init; }

        public LoaderUse Use => new(Loader.Id, Route.Versions, Route.SafeSetting ?? Loader.SafeSetting) { Of = Of, From = From };

        /// <summary>Whether what it loads hands the place to a loader of its own choosing.</summary>
        public bool IsHandedOn { get; init; }

        /// <summary>
        /// Whether the loader comes to what the fact tells. Where the fact names no unpickler or encoding, all come there; a restricted one refuses a
        /// name that is not on its list.
        /// </summary>
        public bool Comes(CallableFact fact) => IsHandedOn
            || fact.Pickle is not { } use
            || ((Route.Layers[^1].ResolvesIds || !use.IsBehindPersistentId)
                && Loader.Dialects.Any(d => use.Dialects.Count == 0 || (use.Dialects.Contains(d) && (d != Loader.SafeDialect || use.AllowedBy.Contains(d))))
                && (Loader.Encodings.Count == 0 || use.Encodings.Count == 0 || Loader.Encodings.Any(use.Encodings.Contains)));

        /// <summary>A safe setting that does not refuse the name is none.</summary>
        public LoaderUse UseFor(CallableFact fact) =>
            !IsHandedOn && Loader.SafeDialect.Length > 0 && fact.Pickle?.AllowedBy.Contains(Loader.SafeDialect) == true ? Use with { SafeSetting = "" } : Use;
    }

    /// <summary>
    /// An artifact: its formats, and those that it lies in. There may be a hundred thousand of them, of which few are asked for, and their names may
    /// be long: what follows from the facts is made when it is first asked for, and once.
    /// </summary>
    private sealed class Place(string path, string? container)
    {
        /// <summary>More than a scan goes down; facts from elsewhere may say that things lie in themselves.</summary>
        private const int Deepest = 1024;

        private Place? _outer;
        private List<Place>? _around;
        private List<Place>? _inside;
        private List<FormatFact>? _pickles;
        private string? _name;

        public string Path => path;

        public string? Container => container;

        public List<FormatFact> Formats { get; } = [];

        /// <summary>The input, what lies in it, and so on to this one.</summary>
        public List<Place> Around => _around ??= FindAround();

        /// <summary>What lies in it.</summary>
        public List<Place> Inside => _inside ??= [];

        /// <summary>The pickles, in the order in which they lie.</summary>
        public List<FormatFact> Pickles => _pickles ??= [.. Formats.Where(f => f.Format == Pickle).OrderBy(f => f.Offset)];

        /// <summary>The name in what holds it.</summary>
        public string Name => _name ??= container is null ? path : path[Math.Min(path.Length, container.Length + "!/".Length)..];

        public bool IsLoaded => Formats.Exists(f => f.IsLoaded);

        public string Head => First(null)?.Head ?? "";

        public long Members => Formats.Max(f => f.Members);

        public FormatFact? First(string? format) => Formats.Find(f => f.Offset == 0 && (format is null || f.Format == format));

        public int IndexOf(string outer) => Around.FindIndex(p => p.Path == outer);

        public void LieIn(Place? outer)
        {
            if (outer is not null && outer != this)
            {
                _outer = outer;
                outer.Inside.Add(this);
            }
        }

        /// <summary>The pickle in which a fact about one lies; null where the artifact is none, or the fact is about something else.</summary>
        public FormatFact? PickleAt(Fact where) => where is CallableFact or TextFact or CodeFact or IndicatorFact ? Pickles.FindLast(p => p.Offset <= where.Offset) : null;

        private List<Place> FindAround()
        {
            List<Place> around = [];
            for (Place? next = this; next is not null && around.Count < Deepest; next = next._outer)
            {
                around.Add(next);
            }

            around.Reverse();
            return around;
        }
    }
}
