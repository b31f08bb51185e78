// Judges states that go into what is no object of the file's own.
using Assay.Artifacts;
using Assay.Detection.Capacity;
using Assay.Effects;

namespace Assay.Detection.Effects;

internal sealed partial class ArtifactEffects
{
    private const int MostGiven = 512;

    /// <summary>The methods by which operators enter an object with what stands on their other side.</summary>
    private static readonly string[] s_operators = ["__eq__", "__lt__", "__gt__", "__add__", "__radd__", "__sub__", "__mul__", "__rmul__", "__truediv__", "__pow__", "__mod__", "__and__", "__or__", "__xor__", "__matmul__", "__getitem__", "__contains__"];

    private readonly Dictionary<string, bool> _operators = new(StringComparer.Ordinal);

    /// <summary>
    /// What a call gets. Where a call gives its arguments, and not a tuple of the stream, whatever lies in that may be any of them, and others may come to it.
    /// </summary>
    private static CallValues Given(CallableFact fact)
    {
        if (fact.Pickle is not { ArgumentsComputed: true })
            return new CallValues(fact.Arguments, fact.Keywords);

        List<ValueShape> values = [];
        Queue<ValueShape> open = new(fact.Arguments);
        while (values.Count < MostGiven && open.TryDequeue(out ValueShape? value))
        {
            values.Add(value);
            foreach (ValueShape part in value.Items)
                open.Enqueue(part);
        }

        return new CallValues([.. values, new ValueShape(ShapeKind.Unknown) { Elided = true }], fact.Keywords, true);
    }

    /// <summary>Whether a value is not the file's own: something that a module has, a logger; and, where a callable only picks out of what it gets, a module, class or function.</summary>
    private bool IsForeign(ValueShape value, bool isPicked) => (value.Kind is ShapeKind.Import && (isPicked || _scope.IsForeignValue(value.Text)))
        || value is { Kind: ShapeKind.Result, Text: "logging.getLogger" } || (isPicked && value.Kind is ShapeKind.Result && _scope.Meanings.Of(value) is Meaning.Named);

    /// <summary>
    /// What a library gets it asks for methods and attributes of plain names: <c>numpy.mean(x)</c> is <c>x.mean()</c>, and the loaders of PyTorch read parts of an id. A class that the file makes has
    /// what the file gives it under these.
    /// </summary>
    private void Dispatched(CallableFact fact, KnownPath name, ValueShape given)
    {
        bool isLibrary = name.Entry is { IsDerived: false } && !_scope.Table.KeepingModules.Contains(name.Path.Split('.')[0]);
        foreach (ValueShape part in given.Kind is ShapeKind.Persistent ? given.Items.SelectMany(i => i.Items.Append(i)) : isLibrary ? [given] : [])
        {
            if (part.Kind is not (ShapeKind.Result or ShapeKind.Instance) || _scope.Meanings.Of(part) is not Meaning.Instance { Class: Meaning.MadeClass made })
                continue;

            foreach ((string member, ValueShape value) in HookJudge.Entries(made.Members))
            {
                foreach (Meaning.CarriedFunction carried in member.StartsWith("__", StringComparison.Ordinal) ? [] : _scope.Finder.In(value))
                    _scope.Carried.MayCall(carried, fact, member, name.Path);
            }
        }
    }

    /// <summary>
    /// What an operator gets beside an object goes into a method of the class of that: judged where nothing is known of the class, or where its source says that such a method acts. Whoever compares, sorts or adds
    /// up what lies in containers and arrays uses the same operators.
    /// </summary>
    private void Beside(KnownPath name, CallValues values, CallableFact fact)
    {
        if (name.Path.StartsWith("operator.", StringComparison.Ordinal) && values.All.FirstOrDefault(v => IsStranger(v) || IsRead(v)) is { } stranger)
        {
            Beside(stranger, name, [.. values.All.Where(v => v.Kind is ShapeKind.Str or ShapeKind.Bytes)], fact, onlyActs: false);
            Beside(stranger, name, [.. Within([.. values.All.Where(v => v.Kind is ShapeKind.Tuple or ShapeKind.List or ShapeKind.Dict)]).Where(v => v.Kind is ShapeKind.Str)], fact, onlyActs: true);
        }
        else if (name.Entry is { IsDerived: false } known && !TakesAlong(name) && (known.Kind is NameKind.Function || known.Call.Any(e => e.Kind is EffectKind.Call)) && Within(values.All) is var inside && inside.FirstOrDefault(HasActingOperator) is { } held)
            Beside(held, name, [.. inside.Where(v => v.Kind is ShapeKind.Str)], fact, onlyActs: true);
    }

    private void Beside(ValueShape held, KnownPath name, IReadOnlyList<ValueShape> texts, CallableFact fact, bool onlyActs)
    {
        if (_scope.Calls.Danger(held.Text, texts, onlyStrong: true, onlyActs: onlyActs) is { } danger)
            _scope.Say(Judgements.UnknownCalled, held.Text, fact, "", danger, "", name.Path);
    }

    /// <summary>The values and what lies in them, so far as whoever goes through it comes.</summary>
    private static List<ValueShape> Within(IReadOnlyList<ValueShape> values)
    {
        List<ValueShape> found = [];
        Queue<ValueShape> open = new(values);
        while (found.Count < MostGiven && open.TryDequeue(out ValueShape? value))
        {
            found.Add(value);
            foreach (ValueShape item in value.Items)
                open.Enqueue(item);
        }

        return found;
    }

    /// <summary>Whether the source of the class of an object says that an operator of it runs, loads or opens what stands on its other side.</summary>
    private bool HasActingOperator(ValueShape value)
    {
        if (!IsRead(value) || _scope.Meanings.Of(value) is not Meaning.Instance { Class: Meaning.Named { Name.Path: var type } })
            return false;

        if (_operators.TryGetValue(type, out bool known))
            return known;

        bool acts = s_operators.Select(o => _scope.Names.Of(type, o)).Any(m => (m.Entry ?? m.Told) is { IsDerived: true } told && told.Call.Any(e => EffectKinds.IsHarm(e.Kind) && e.Source is { Kind: not SourceKind.Always } and not { Kind: SourceKind.Argument, Index: 0 }));
        if (_operators.Count < MostShapes)
            _operators.Add(type, acts);

        return acts;
    }

    /// <summary>The functions that carried code gets as its globals, as a notebook has them that imports names from modules.</summary>
    private static HashSet<ValueShape> GlobalsOfCode(KnownPath maker, IReadOnlyList<ValueShape> values)
    {
        HashSet<ValueShape> globals = new(ReferenceEqualityComparer.Instance);
        if (maker.Entry is not { IsDerived: false } entry || !entry.Call.Any(e => e.Kind is EffectKind.Code))
            return globals;

        foreach (ValueShape state in values.SelectMany(v => v.Kind is ShapeKind.Tuple ? v.Items : []))
        {
            if (MeaningReader.Entry(state, "__globals__") is { } held)
                globals.UnionWith(held.Items.Where((v, i) => i % 2 == 1 && v.Kind is ShapeKind.Import));
        }

        return globals;
    }

    private bool IsStranger(ValueShape value) => value.Kind is ShapeKind.Result or ShapeKind.Instance
        && _scope.Meanings.Of(value) is Meaning.Instance { Class: Meaning.Named { Name: { Entry: null } type } } && !_scope.IsAllowed(type);

    private bool IsRead(ValueShape value) => value.Kind is ShapeKind.Result or ShapeKind.Instance && _scope.Meanings.Of(value) is Meaning.Instance { Class: Meaning.Named { Name: { Entry.IsDerived: true } type } } && !_scope.IsAllowed(type);

    /// <summary>A state for what a callable gave back of which it is not known what that is: any object that it got, or one of a class of which nothing is known.</summary>
    private void GivenBack(ValueShape given, ValueShape? state, CallableFact fact)
    {
        bool isPicked = given.Text.EndsWith(')') || _scope.Names.Of(given.Text) is { Entry: { IsDerived: false, Returns.Kind: ReturnKind.Unknown or ReturnKind.Item } };
        UseContext at = new UseContext(fact).Through(given.Text);
        Stack<ValueShape> open = new(given.Items);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            if (seen == MostGiven)
            {
                _scope.Cut("what it gets");
                break;
            }

            if (state is not null && _scope.Meanings.Of(value) is Meaning.Instance got)
                _judge.States.Put(got, value, state, at);

            if (IsForeign(value, isPicked))
                _scope.Say(Judgements.ModuleState, value.Text, fact, "", "", "", given.Text);

            foreach (ValueShape item in value.Items)
                open.Push(item);
        }

        if (state is not null && isPicked && !given.Text.EndsWith(')'))
            _judge.States.Put(KnownPath.None, null, state, at);
    }

    /// <summary>
    /// Whether an object was made over something that a module has and that is neither class nor function, such as its dictionary: a view of it writes there what is put into the view.
    /// </summary>
    /// <param name="target">The object.</param>
    /// <param name="isNew">Whether the state of the object comes into it just now, so that it was not made over that.</param>
    private bool IsOverForeign(ValueShape? target, bool isNew = false)
    {
        Stack<ValueShape> open = new(target is not null && _scope.Meanings.Of(target) is Meaning.Instance ? [target] : []);
        for (int seen = 0; open.TryPop(out ValueShape? value); seen++)
        {
            // What is beyond may be such a thing.
            if (seen == MostShapes || (value.Kind is ShapeKind.Import && _scope.IsForeignValue(value.Text)))
                return true;

            foreach (ValueShape part in value.Items)
                open.Push(part);

            // A state goes into the dictionary of its object, unless it brings another dictionary for it.
            if (value.State is not { } state || (isNew && ReferenceEquals(value, target) && !BringsDictionary(state)))
                continue;

            foreach (ValueShape part in state.Kind is ShapeKind.Dict ? state.Items : state.Items.Append(state))
                open.Push(part);
        }

        return false;
    }

    /// <summary>Of an object that a callable goes through not all was kept: whatever the file has put into any object may be in it.</summary>
    private void Beyond()
    {
        foreach (CallableFact fact in _goesThroughMore ? Wanted().Where(f => f is { Use: CallableUse.State, Arguments.Count: > 0 }) : [])
        {
            ValueShape held = new(ShapeKind.Instance, fact.Callee) { State = fact.Arguments[0] };
            foreach (Meaning planted in _scope.Planted.Harmful(held))
                _judge.MayRun(planted, new CallValues([held], null, true), new UseContext(fact).Through(fact.Callee.TrimEnd('(', ')')));
        }
    }

    /// <summary>Whether a class runs or opens what it gets, and a text is there that is nothing else.</summary>
    private bool OpensText(Meaning what, CallValues values) => what is Meaning.Named { Name: { Entry: { Kind: NameKind.Class } type, Path: var path } } && PlantedValues.Opens(type)
        && _scope.Calls.Danger(path, [.. values.All.Where(v => v.Kind is ShapeKind.Str)], onlyActs: true) is not null;

    /// <summary>
    /// Whether what a function does it does for every user of its package, whatever it gets, and an object of that package keeps it: with the file nothing has to do what happens where somebody uses the object.
    /// </summary>
    private static bool IsOfEveryUser(Effect effect, KnownPath kept, string holder) => effect.Source.Kind is SourceKind.Always && effect.Kind is EffectKind.Process or EffectKind.Network or EffectKind.Write or EffectKind.Delete
        && CallCapacity.IsOwn(kept.Path, holder);

    // What runs something with what it gets; that functions of libraries read and write files is their business.
    private static bool IsTold(EffectKind kind) => kind is EffectKind.Exec or EffectKind.Process or EffectKind.Import or EffectKind.Unpickle or EffectKind.NativeLoad or EffectKind.Network or EffectKind.Write or EffectKind.Delete;

    /// <summary>Whether a callable only takes along what it gets.</summary>
    internal static bool TakesAlong(KnownPath name) => name.Entry is { IsDerived: false } known && ((known.Returns.Kind is ReturnKind.Argument && !known.Call.Any(e => e.Kind is EffectKind.Method))
        || known.Call.Any(e => e.Kind is EffectKind.Code or EffectKind.MarshalledCode or EffectKind.MakeClass or EffectKind.Keep or EffectKind.SetAttribute or EffectKind.NamesModule));

    /// <summary>The names that a state sets one by one.</summary>
    private static IEnumerable<string> Slots(ValueShape? state) => state is { Kind: ShapeKind.Tuple, Items: [_, { Kind: ShapeKind.Dict } slots] }
        ? slots.Items.Where((k, i) => i % 2 == 0 && k.Kind is ShapeKind.Str).Select(k => k.Text) : [];

    private static bool BringsDictionary(ValueShape state) => (state.Kind is ShapeKind.Tuple ? state.Items : [state]).Any(p => MeaningReader.Entry(p, "__dict__") is not null);

    private static bool OnlyMakes(KnownPath name) => name.Entry is { } entry && entry.Call.Any(e => e.Kind is EffectKind.New);

    private static bool DependsOnConstants(KnownPath name) => name.Path.Length == 0 || name.Entry is not { } entry
        || entry.Call.Concat(entry.New).Any(e => e.Source.Kind is not SourceKind.Always && e.Kind is not (EffectKind.Keep or EffectKind.New or EffectKind.Method or EffectKind.Odd));
}
