// Calls pure functions on folded values, and says when a call leaves the pure ones.
using System.Text;
using Assay.Bytes;
using Assay.Codecs;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Names;

namespace Assay.Evaluation;

/// <summary>Calls pure functions on folded values. Whatever else is called is reported to <see cref="OnReached"/> and gives unknown.</summary>
internal sealed partial class Folder(ScanBudget? scan, HeldMemory? held = null)
{
    /// <summary>The name that stands for the globals of whoever loads the pickle.</summary>
    public const string Globals = "globals()";

    private const int MaxDepth = 24;
    private const int ArgumentWork = 4;
    private const int AttributeWork = 200;
    private const int InflateWork = 8;
    private const int MaxPath = 4096;
    private const int MaxResult = 80;
    private const int PairWork = 4;
    private const int ShortCompare = 32;

    /// <summary>Characters that are compared or looked at for one unit.</summary>
    private const int CharactersRead = 8;
    private static readonly HashSet<string> s_plainAttributes = ["__doc__", "__file__", "__path__", "__version__", "__annotations__", "__qualname__", "__module__"];
    private readonly Dictionary<string, string> _canonical = new(StringComparer.Ordinal);
    private int _depth;
    private int _site;

    public FoldBudget Budget { get; } = new(scan, held);

    /// <summary>Extension codes that the stream registered itself.</summary>
    public Dictionary<long, FoldedName> Extensions { get; } = [];

    /// <summary>Whether something was called that may have changed a list, dict or set.</summary>
    public bool Mutated { get; private set; }

    /// <summary>Where the call stands that is folded, for source whose places matter.</summary>
    public int Site
    {
        get => _site;
        set => _site = IsPinned ? _site : value;
    }

    /// <summary>Whether what is folded is text that a call runs: all that it does stands where the call does.</summary>
    public bool IsPinned { get; set; }

    /// <summary>The source that is folded; null where only values are.</summary>
    public ISourceHost? Source { get; set; }

    /// <summary>When that happens which is folded, for source whose times matter.</summary>
    public string Phase { get; set; } = "import";

    /// <summary>When what stands at a place happens as far as the text of the source tells.</summary>
    public Func<int, string>? PhaseAt { get; init; }

    /// <summary>What is worth telling; null where everything is followed.</summary>
    public ISourceInterest? Interest { get; init; }

    /// <summary>How many calls were worth telling.</summary>
    public long Told { get; set; }

    /// <summary>What the call that is told gets by name, among its arguments as well.</summary>
    public FoldedDict Named { get; set; } = FoldedDict.Empty;

    /// <summary>Where the calls stand that led to what is folded, the outermost first.</summary>
    public List<int> Callers { get; } = [];

    /// <summary>The bytes of a file beside the source that is folded, by a path from its folder; null where nothing can be opened.</summary>
    public Func<string, byte[]?>? Beside { get; init; }

    /// <summary>Told of each call of something that is not pure, with its arguments.</summary>
    public Action<FoldedName, IReadOnlyList<FoldedValue>>? OnReached { get; set; }

    /// <summary>A folder with the same meter that tells nobody what is called, and opens nothing.</summary>
    public Folder Apart() => new(scan, held);

    /// <summary>Unknown, because it would have cost too much.</summary>
    public FoldedValue GiveUp()
    {
        Budget.Exceed();
        return FoldedValue.Unknown;
    }

    /// <summary>The one name of a callable: twins are replaced, and a walk through modules starts at the last of them.</summary>
    public string Canonical(FoldedName name)
    {
        string path = name.Path;
        if (!_canonical.TryGetValue(path, out string? found))
        {
            _canonical.Add(path, found = CanonicalName.Of(path));
        }

        return found;
    }

    /// <summary>Calls a value, with arguments by position and by name.</summary>
    public FoldedValue Apply(FoldedValue callee, IReadOnlyList<FoldedValue> arguments, FoldedDict? keywords = null)
    {
        FoldedDict named = keywords ?? FoldedDict.Empty;
        if (_depth >= MaxDepth || !Budget.Step() || !Budget.Work(ArgumentWork * (arguments.Count + (long)named.Pairs.Count)))
        {
            return GiveUp();
        }

        _depth++;
        Named = named;
        try
        {
            return callee switch
            {
                FoldedPartial bound => Apply(bound.Target, [.. bound.Arguments, .. arguments], KeywordArguments.Merge(bound.Keywords, named)),
                FoldedGetter getter => ApplyGetter(getter, arguments.At(0)),
                FoldedMethod method => ApplyMethod(method, arguments, named),
                FoldedName name => Given(name, ApplyName(name, arguments, named), arguments, named),
                FoldedDefined defined => defined.Call(arguments, named),
                FoldedChoice choice => ApplyEach(choice, arguments, named),
                FoldedInstanceMethod method => OfInstance(method, KeywordArguments.All(arguments, named)),
                FoldedThunk thunk when arguments.Count == 0 => thunk.Value,
                FoldedFunction function when named.Pairs.Count == 0 => function.Body(arguments),
                _ => FoldedValue.Unknown,
            };
        }
        finally
        {
            _depth--;
        }
    }

    /// <summary>Calls a pure function: what it reads is paid for first.</summary>
    public FoldedValue Call(PureFunction function, IReadOnlyList<FoldedValue> arguments) =>
        Budget.Work(PureFunctions.Cost(function, arguments)) ? function(this, arguments) : GiveUp();

    /// <summary>Calls the pure function of that name.</summary>
    public FoldedValue Call(string path, IReadOnlyList<FoldedValue> arguments) => Call(PureFunctions.Find(path)!, arguments);

    /// <summary><c>getattr(value, name)</c>; the name may be dotted only for <c>attrgetter</c>.</summary>
    public static FoldedValue GetAttribute(FoldedValue value, string name)
    {
        if (name.Length is 0 or > 256)
        {
            return FoldedValue.Unknown;
        }

        switch (value)
        {
            case FoldedName owner when s_plainAttributes.Contains(name):
                return FoldedValue.Unknown;
            case FoldedName { Name.Length: > 0 } owner when name == "__name__":
                return new FoldedText(owner.Name[(owner.Name.LastIndexOf('.') + 1)..]);
            case FoldedName { Module: "builtins", Name.Length: > 0 } when name == "__self__":
                return new FoldedName("builtins", "");
            case FoldedName owner when name == "__builtins__":
                return new FoldedName("builtins", "");
            case FoldedName owner when owner.Path.Length < 1024:
                // An attribute of module.__dict__ that is no method of a dict does not exist; what does is kept as a name.
                return owner with { Name = owner.Name.Length == 0 ? name : $"{owner.Name}.{name}" };
            case FoldedDefined defined:
                return defined.Attribute(name);
            case FoldedChoice choice:
                return choice.Values.Select(v => GetAttribute(v, name)).Aggregate(FoldedChoice.Of);
            case FoldedPath path:
                return Functions.PathObject.Attribute(path, name);
            case FoldedOpened file:
                return name is "name" ? new FoldedText(file.Path) : new FoldedPartial(new FoldedName("builtins", "open()." + name), [file]);
            case FoldedPartial { Target: FoldedDefined } bound when name is "__name__" or "__globals__" or "__func__":
                return GetAttribute(bound.Target, name);
            case FoldedMethod method when name == "__self__":
                return method.Self;
            case FoldedMethod or FoldedPartial or FoldedGetter or FoldedThunk or FoldedFunction when name == "__call__":
                return value;
            case FoldedPartial bound when name == "func":
                return bound.Target;
            case FoldedPartial bound when name == "args":
                return new FoldedSequence(SequenceKind.Tuple, bound.Arguments);
            case FoldedPartial bound when name == "keywords":
                return bound.Keywords;
            case FoldedInstance instance when instance.Class.Path.Length < 1024:
                return new FoldedInstanceMethod(instance.Class, name) { Contents = instance.Contents };
            case FoldedCode code when name == "__code__":
                return code with { IsFunction = false };
            case not null when PureFunctions.TypeName(value) is { } type:
                return name == "__class__" ? new FoldedName("builtins", type) : s_plainAttributes.Contains(name) ? FoldedValue.Unknown : new FoldedMethod(value, name);
            default:
                return FoldedValue.Unknown;
        }
    }

    /// <summary>Decompresses; broken, outsized and multiplied streams are unknown.</summary>
    public FoldedValue Inflate(CodecKind kind, FoldedValue value, string layer)
    {
        if (value is FoldedPacked { Content: { } content } made)
        {
            return made.Codec == layer ? content : FoldedValue.Unknown;
        }

        if (value is not FoldedBytes { Value: { } packed } || scan is null || !Budget.Step())
        {
            return FoldedValue.Unknown;
        }

        // Inflating is the input's own work; a third of it may go into what is folded.
        if (!Budget.Work(InflateWork * (long)packed.Length))
        {
            return GiveUp();
        }

        InflatedSoFar soFar = Codec.InflateSoFar(kind, new MemorySource(packed), new ByteRange(0, packed.Length), scan.ForkFolding(), new MemoryScratch(), FoldBudget.MaxValue);
        using ByteSource inflated = soFar.Result.Bytes;
        if (soFar.Stop is { Reason: not StopReason.Limit })
        {
            throw soFar.Stop;
        }

        if (soFar.Stop is not null)
        {
            // More than a value may have, or what all of the input may cost.
            scan.Poll();
            return GiveUp();
        }

        return soFar.Result.Error is null && Budget.Room(inflated.Length)
            ? new FoldedBytes(inflated.ReadUpTo(0, (int)inflated.Length)) { Layers = Arguments.Through(value, layer) }
            : FoldedValue.Unknown;
    }

    /// <summary>What a call gave, with where it stems from.</summary>
    private FoldedValue Given(FoldedName callee, FoldedValue value, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) =>
        Interest is null || value.IsData ? value : Origins.With(value, Interest.OriginsOf(Canonical(callee), KeywordArguments.All(arguments, keywords)));

    /// <summary>What a method of an object of others gives; what it gets may lie in the object afterwards.</summary>
    private FoldedValue OfInstance(FoldedInstanceMethod method, IReadOnlyList<FoldedValue> arguments)
    {
        FoldedName callee = method.Class with { Name = $"{method.Class.Name}.{method.Name}" };
        if (callee.Path is "string.Formatter.get_field" && arguments.Text(0) is { Length: < MaxPath } field)
        {
            return new FoldedSequence(SequenceKind.Tuple, [Field(field, arguments), FoldedValue.Unknown]);
        }

        OnReached?.Invoke(callee, arguments);
        Source?.Handed(Canonical(callee), arguments);
        if (method.Contents is { } contents && Source is not null)
        {
            Source.Put(contents, arguments);
        }

        return Given(callee, Foreign(callee) ? new FoldedInstance(callee with { Name = callee.Name + "()" }) { Contents = method.Contents } : FoldedValue.Unknown, arguments, FoldedDict.Empty);
    }

    /// <summary>Whether what a function or method gives is followed: it is of a package of others, or of one of which that is worth it.</summary>
    private bool Foreign(FoldedName name) => Source is not null && name.Name.Length is > 0 and < MaxResult && !KnownModules.Has(name.Path);

    /// <summary>An object of a class of others, or what a function of others gives.</summary>
    private FoldedInstance Object(FoldedName kind, IReadOnlyList<FoldedValue> arguments) => new(kind) { Contents = Source?.Holding(arguments) };

    /// <summary>Calls each of several values.</summary>
    private FoldedValue ApplyEach(FoldedChoice choice, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        FoldedValue? given = null;
        foreach (FoldedValue value in choice.Values)
        {
            FoldedValue one = Apply(value, arguments, keywords);
            given = given is null ? one : FoldedChoice.Of(given, one);
        }

        return given ?? FoldedValue.Unknown;
    }

    private FoldedValue ApplyGetter(FoldedGetter getter, FoldedValue value)
    {
        if (getter.Kind == "methodcaller")
        {
            return getter.Arguments.Text(0) is { } method ? Apply(GetAttribute(value, method), [.. getter.Arguments.Skip(1)], getter.Keywords) : FoldedValue.Unknown;
        }

        List<FoldedValue> found = [];
        foreach (FoldedValue key in getter.Arguments)
        {
            if (!Budget.Step())
            {
                return FoldedValue.Unknown;
            }

            FoldedValue one = getter.Kind == "itemgetter" ? GetItem(value, key) : value;
            if (getter.Kind == "attrgetter")
            {
                string path = (key as FoldedText)?.Value ?? "";
                if (path.Length > MaxPath)
                {
                    return FoldedValue.Unknown;
                }

                foreach (string step in path.Split('.'))
                {
                    one = Budget.Work(AttributeWork) ? GetAttribute(one, step) : FoldedValue.Unknown;
                }

                // Whatever it is taken of: nobody writes this down for another reason than to start something.
                one = one.IsUnknown && Interest?.IsStarting(path[(path.LastIndexOf('.') + 1)..]) == true ? new FoldedName("?", path[(path.LastIndexOf('.') + 1)..]) : one;
            }

            found.Add(one);
        }

        return found.Count == 1 ? found[0] : new FoldedSequence(SequenceKind.Tuple, found);
    }

    private FoldedValue ApplyMethod(FoldedMethod method, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        if (Source is not null && method.Self is FoldedSequence or FoldedDict && Functions.ChangedContainers.Change(this, method, arguments) is { } changed)
        {
            return changed;
        }

        if (keywords.Pairs.Count > 0)
        {
            string path = $"{PureFunctions.TypeName(method.Self)}.{method.Name}";
            return KeywordArguments.Special(this, path, [method.Self, .. arguments], keywords)
                ?? (KeywordArguments.Bind(path, arguments, keywords) is { } bound ? ApplyMethod(method, bound, FoldedDict.Empty) : FoldedValue.Unknown);
        }

        if (method.Name == "__getattribute__")
        {
            return arguments.Text(0) is { } name ? GetAttribute(method.Self, name) : FoldedValue.Unknown;
        }

        if (PureFunctions.FindMethod(method.Self, method.Name) is { } function)
        {
            return Call(function, [method.Self, .. arguments]);
        }

        Mutated |= method.Self is FoldedDict or FoldedBytes { IsArray: true } or FoldedSequence { Kind: not SequenceKind.Tuple };
        return FoldedValue.Unknown;
    }

    private FoldedValue ApplyName(FoldedName name, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        string path = Canonical(name);
        if (Source is not null && Source.Special(path, arguments, keywords) is { } own)
        {
            return own;
        }

        if (keywords.Pairs.Count > 0)
        {
            if (KeywordArguments.Special(this, path, arguments, keywords) is { } made)
            {
                return made;
            }

            if (KeywordArguments.Bind(path, arguments, keywords) is { } bound)
            {
                return ApplyName(name, bound, FoldedDict.Empty);
            }

            if (PureFunctions.Find(path) is not null && CallableSinks.Of(path) is null)
            {
                return FoldedValue.Unknown;
            }

            // What something gets by name it gets all the same.
            return Leave(name, path, KeywordArguments.All(arguments, keywords));
        }

        if (PureFunctions.Find(path) is { } function)
        {
            // A constructor of bytes reads them through a decoder's hands: each function adds its own layer.
            Mutated |= path.StartsWith("operator.i", StringComparison.Ordinal) && arguments.At(0) is FoldedSequence or FoldedDict or FoldedBytes { IsArray: true };
            FoldedValue made = Call(function, arguments);
            if (CallableSinks.Of(path) is not null)
            {
                OnReached?.Invoke(name, arguments);
            }

            if (made.IsUnknown)
            {
                Source?.Handed(path, arguments);
            }

            return made;
        }

        int dot = path.LastIndexOf('.');
        string last = path[(dot + 1)..];
        FoldedName owner = dot > 0 ? new FoldedName("", path[..dot]) : name;
        switch (last)
        {
            case "get" or "__getitem__" or "pop" or "setdefault" when IsNamespace(owner.Path):
                return GetItem(owner, arguments.At(0));
            case "__getattribute__" or "__getattr__":
                return arguments.Text(0) is { } attribute ? GetAttribute(owner, attribute) : FoldedValue.Unknown;
            case "__call__":
                return Apply(owner, arguments);
            case "__new__" when arguments.At(0) is FoldedName made:
                return Apply(made, [.. arguments.Skip(1)]);
        }

        return Leave(name, path, arguments);
    }

    /// <summary>A call of what is not pure.</summary>
    private FoldedValue Leave(FoldedName name, string path, IReadOnlyList<FoldedValue> arguments)
    {
        string last = path[(path.LastIndexOf('.') + 1)..];
        Mutated |= CallableSinks.IsMutator(path);
        OnReached?.Invoke(name, arguments);
        Source?.Handed(path, arguments);
        switch (path)
        {
            case "builtins.open" or "io.open" when Beside is not null && arguments.Text(0) is { Length: > 0 and < 256 } file:
                return Sources.BesideFiles.Open(this, file, arguments);
            case "builtins.exec" when arguments.Text(0) is { } statements && Source is not null:
                Source.Execute(statements);
                return FoldedValue.None;
            case "builtins.eval" when arguments.Text(0) is { } text:
                return Source?.Evaluate(text) ?? Sources.SourceFolder.Evaluate(text, this);
            case "IPython.get_ipython" or "IPython.core.getipython.get_ipython":
                return new FoldedName("IPython.shell", "");
            case "builtins.compile":
                // Code is as good as its source here.
                return arguments.At(0);
        }

        return last.Length > 0 && char.IsAsciiLetterUpper(last[0] == '_' && last.Length > 1 ? last[1] : last[0]) ? Object(name, arguments)
            // What a function of others gives: its methods are known by where it comes from.
            : Source is not null && name.Name.Length is > 0 and < MaxResult && (CallableSinks.IsTraced(name.Module) || Foreign(name)) ? Object(name with { Name = name.Name + "()" }, arguments) : FoldedValue.Unknown;
    }

    /// <summary>Whether calling that name only finds something else or hands its arguments on: a namespace's items, <c>__new__</c>, <c>__call__</c>.</summary>
    public static bool Passes(string path)
    {
        int dot = path.LastIndexOf('.');
        return dot > 0 && path[(dot + 1)..] switch
        {
            "__call__" or "__new__" or "__getattribute__" or "__getattr__" => true,
            "get" or "__getitem__" or "pop" or "setdefault" => IsNamespace(path[..dot]),
            _ => false,
        };
    }

    private static bool IsNamespace(string path) =>
        path is "sys.modules" || path.EndsWith("__dict__", StringComparison.Ordinal) || path.EndsWith("__globals__", StringComparison.Ordinal)
        || path.EndsWith("__builtins__", StringComparison.Ordinal) || path.EndsWith(Globals, StringComparison.Ordinal) || path == "builtins";
}
