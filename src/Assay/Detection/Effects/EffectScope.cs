// What the judges of one artifact share: names and what is known of them, the weighing of values, the judgements.
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Detection.Capacity;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>What the judges of one artifact share.</summary>
internal sealed class EffectScope : IStandings
{
    private const int MostBases = 256;
    private readonly IReadOnlyList<string> _allowed;
    private readonly List<CallableJudgement> _said = [];

    /// <summary>Creates the scope of one artifact.</summary>
    public EffectScope(CallableTable table, IReadOnlyList<string> allowedModules)
    {
        Table = table;
        Names = new PathKnowledge(table);
        Meanings = new MeaningReader(Names);
        Calls = new CallCapacity(table.Capacity, this);
        States = new StateCapacity(table.Capacity, this);
        Functions = new FunctionCapacity(table.Capacity, this);
        Packages = new PackageList(this);
        Hooks = new HookJudge(this);
        Finder = new CarriedFinder(this);
        Planted = new PlantedValues(this);
        Kept = new KeptFunctions(this);
        Namesakes = new Namesakes(this);
        Carried = new CarriedJudge(this);
        Graphs = new GraphCode(this);
        Exhaustion = new Exhaustion(this);
        _allowed = allowedModules;
    }

    /// <summary>So many facts of an artifact are judged also where no more are wanted.</summary>
    public const int AlwaysJudged = 1000;

    /// <summary>When no more judgements are wanted.</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>What the packs say of names.</summary>
    public CallableTable Table { get; }

    public PathKnowledge Names { get; }

    public MeaningReader Meanings { get; }

    /// <summary>Judges calls of what nothing is known of.</summary>
    public CallCapacity Calls { get; }

    /// <summary>Judges states of what nothing is known of.</summary>
    public StateCapacity States { get; }

    /// <summary>Tells functions that rebuild objects from others.</summary>
    public FunctionCapacity Functions { get; }

    /// <summary>Packages that nothing is known of.</summary>
    public PackageList Packages { get; }

    /// <summary>Judges what is put where the interpreter or a loader calls it.</summary>
    public HookJudge Hooks { get; }

    /// <summary>Finds functions that the file carries behind what wraps them.</summary>
    public CarriedFinder Finder { get; }

    /// <summary>Finds what lies in objects.</summary>
    public PlantedValues Planted { get; }

    /// <summary>Tells functions that an object keeps as its settings.</summary>
    public KeptFunctions Kept { get; }

    /// <summary>Finds what of the standard library is called like a class that nothing is known of.</summary>
    public Namesakes Namesakes { get; }

    /// <summary>Judges code that the file carries.</summary>
    public CarriedJudge Carried { get; }

    /// <summary>Finds calls that come to no end.</summary>
    public Exhaustion Exhaustion { get; }

    /// <summary>Judges the code of traced graphs.</summary>
    public GraphCode Graphs { get; }

    /// <summary>Whether the file calls what calls gave back, and so classes and objects that it made.</summary>
    public bool CallsResults { get; set; }

    /// <summary>Whether the file hands an object of a class that it makes to a callable, which enters it by its special methods.</summary>
    public bool EntersMade { get; set; }

    /// <summary>Whether code of the file gets such an object: it enters it by any special method, and calls others by their names.</summary>
    public bool EntersByCode { get; set; }

    /// <summary>Whether the file hands an iterator that calls a function for each item to something that may go through it.</summary>
    public bool EntersLazy { get; set; } = true;

    /// <summary>Where there was more than is looked at, first; null where all was.</summary>
    public string? CutAt { get; private set; }

    /// <summary>Notes that there is more than is looked at.</summary>
    public void Cut(string where) => CutAt ??= where;

    /// <summary>The first of some values; where there are more that is noted.</summary>
    public IEnumerable<T> First<T>(IEnumerable<T> all, int most, string where)
    {
        int seen = 0;
        foreach (T one in all)
        {
            if (seen++ == most)
            {
                Cut(where);
                yield break;
            }

            yield return one;
        }
    }

    /// <summary>The judgements so far.</summary>
    public IReadOnlyList<CallableJudgement> Said => _said;

    /// <summary>Whether the user vouches for what is not known of a name. What is known, and the standard library, cannot be vouched for.</summary>
    public bool IsVouchedFor(KnownPath name) =>
        _allowed.Any(m => name.Path.StartsWith(m, StringComparison.Ordinal) && (name.Path.Length == m.Length || name.Path[m.Length] == '.'))
        && !Table.Knowledge.IsListed(name.Path);

    /// <summary>Whether nothing is known of a name, and the user vouches for it.</summary>
    public bool IsAllowed(KnownPath name) => name.Entry is null && IsVouchedFor(name);

    /// <inheritdoc/>
    public Standing Of(string path)
    {
        KnownPath name = Names.Of(path);
        return name.Entry switch
        {
            _ when IsAllowed(name) => Standing.Harmless,
            null => name.IsStrict && !NameConvention.IsClass(name.Path) ? Standing.Harmful : Standing.Unknown,
            { IsHarmful: true } => Standing.Harmful,
            { Returns.Kind: ReturnKind.Text or ReturnKind.TextOf or ReturnKind.BytesOf } => Standing.MakesText,
            { IsDerived: false } entry when Keeps(entry) => Standing.KeepsCallable,

            // Whoever gets it may call it with anything.
            { IsDerived: true, Kind: not NameKind.Module, Call.Count: > 0 } => Standing.Unknown,
            _ => Standing.Harmless,
        };
    }

    /// <inheritdoc/>
    public bool IsSetting(string path) => KeptFunctions.IsSetting(Names.Of(path)) || IsQuiet(Names.Of(path));

    /// <summary>
    /// Whether a name is that of a function of a module of the standard library whose source was read, with no harm found in it. That clears no call of it; lying in a state nobody enters it does nothing.
    /// </summary>
    private bool IsQuiet(KnownPath name) => name is { Entry: null, Told: null } && name.Path.LastIndexOf('.') is > 0 and var dot && !name.Path.Contains("__", StringComparison.Ordinal)
        && Table.Knowledge.IsListed(name.Path) && Table.Knowledge.Read(name.Path[..dot]) is { Kind: NameKind.Module };

    /// <inheritdoc/>
    public bool DoesHarm(string path) => Names.Of(path) is { IsHarmful: true, IsCoarse: false };

    /// <summary>Whether an object that a call makes calls what the call got: a partial function, a map object. Factories without arguments do not count.</summary>
    private static bool Keeps(EffectEntry entry) => entry.Call.Any(e => e.Kind is EffectKind.Keep
        || (e.Kind is EffectKind.Call && entry.Kind is NameKind.Class && e.With is not [{ Kind: SourceKind.Always }]));

    /// <summary>Whether a path is that of something that a module has and that is neither class nor function, such as its dictionary: what is put into it is put into the module.</summary>
    public bool IsForeignValue(string path)
    {
        string name = path[(path.LastIndexOf('.') + 1)..];
        bool isConstant = name.Length > 1 && name.Contains('_', StringComparison.Ordinal) && !name.Any(char.IsAsciiLetterLower);
        return name is "__dict__" || (isConstant && Names.Of(path).Entry is null) || (Names.Of(path) is { Entry: null, IsStrict: true } && Table.Knowledge.IsListed(path) && !NameConvention.IsClass(path));
    }

    /// <summary>
    /// The attribute on a path that leads to code, or null: object.__subclasses__ walks; a lone module.__dict__ is how dill
    /// names the globals of a module.
    /// </summary>
    public string? WalkedStep(KnownPath name)
    {
        if (name.Entry is not null || !name.Path.Contains("__", StringComparison.Ordinal))
            return null;

        string[] steps = name.Path.Split('.');
        string? step = Array.Find(steps, s => s.StartsWith("__", StringComparison.Ordinal) && Table.DangerousAttributes.Contains(s));
        return step is "__dict__" && steps[^1] == step ? null : step;
    }

    /// <summary>The attribute of a dotted name that leads to code, or null.</summary>
    public string? Dangerous(string dotted) => Array.Find(dotted.Split('.'), Table.DangerousAttributes.Contains);

    /// <summary>The named classes that an object is of: its own, or those that a class of the file is made from.</summary>
    public IEnumerable<KnownPath> ClassesOf(Meaning what)
    {
        if (what is not Meaning.Instance { Class: var type })
            yield break;

        Stack<Meaning> open = new([type]);
        for (int seen = 0; open.TryPop(out Meaning? next); seen++)
        {
            if (seen == MostBases)
            {
                Cut("the bases of a class");
                yield break;
            }

            if (next is Meaning.Named { Name: var name })
                yield return name.AsMade();

            foreach (ValueShape parent in next is Meaning.MadeClass made ? First(made.Bases, MostBases, "the bases of a class") : [])
                open.Push(Meanings.Of(parent));
        }
    }

    /// <summary>The method that is bound to an object, where it is known to do harm.</summary>
    public KnownPath? HarmfulMethod(Meaning.MethodOf method) =>
        Meanings.Of(method.Self) is Meaning.Instance { Class: Meaning.Named made } && Names.Of(made.Name.Path, method.Name) is { IsHarmful: true } found ? found : null;

    /// <summary>Notes a judgement.</summary>
    public void Say(string use, string subject, CallableFact fact, string capability = "", string detail = "", string reason = "", string holder = "") =>
        _said.Add(new(use, subject, fact, capability, detail, reason, holder));
}
