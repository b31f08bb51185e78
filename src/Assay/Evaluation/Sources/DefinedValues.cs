// Functions, classes and objects that the folded source defines itself.
using Assay.Evaluation.Values;
using Assay.Python.Syntax;

namespace Assay.Evaluation.Sources;

/// <summary>How a function of a class is reached.</summary>
internal enum MethodKind
{
    /// <summary>With the object in front.</summary>
    Plain,

    /// <summary><c>staticmethod</c>.</summary>
    Static,

    /// <summary><c>classmethod</c>.</summary>
    OfClass,

    /// <summary><c>property</c> and its like: reading the attribute calls it.</summary>
    Property,
}

/// <summary>A function or lambda of the source, with the names that it sees.</summary>
internal sealed record DefinedFunction(SourceFolder Home, SyntaxNode Node, SourceScope Around, IReadOnlyList<SourceParameter> Parameters) : FoldedDefined
{
    /// <summary>What comprehensions and lambdas around it bind.</summary>
    public object? Captured { get; init; }

    /// <summary>How it is reached through an object.</summary>
    public MethodKind Kind { get; init; }

    /// <summary>The class whose body it stands in.</summary>
    public DefinedClass? Owner { get; set; }

    /// <summary>Its name; empty for a lambda.</summary>
    public string Name => Node.Kind is SyntaxKind.Lambda ? "" : Node.Name(SyntaxField.Name) ?? "";

    public override FoldedValue Attribute(string name) => name switch
    {
        "__globals__" => new FoldedName("builtins", Folder.Globals),
        "__name__" or "__qualname__" => new FoldedText(Name.Length == 0 ? "<lambda>" : Name),
        "__wrapped__" or "__func__" or "__call__" => this,
        "__doc__" or "__defaults__" or "__kwdefaults__" or "__annotations__" => FoldedValue.Unknown,
        _ => Attributes?.GetValueOrDefault(name) ?? FoldedValue.Unknown,
    };

    /// <summary>What the source puts onto the function.</summary>
    public Dictionary<string, FoldedValue>? Attributes { get; set; }

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) => Home.Enter(this, arguments, keywords);

    public bool Equals(DefinedFunction? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Node.Number;
}

/// <summary>A class of the source.</summary>
internal sealed record DefinedClass(SourceFolder Home, string Name, SourceScope Members, IReadOnlyList<FoldedValue> Bases, FoldedValue Meta) : FoldedDefined
{
    private const int MostBases = 64;

    /// <summary>Where it is written; none where it was made by a call.</summary>
    public SyntaxNode Node { get; init; }

    /// <summary>An object of it by which its methods are read that nobody calls.</summary>
    public DefinedObject Typical => field ??= new DefinedObject(this);

    /// <summary>What the class or one of its bases gives a name; null where none of the source does.</summary>
    public FoldedValue? Find(string name)
    {
        Stack<DefinedClass> open = new([this]);
        for (int seen = 0; seen < MostBases && open.TryPop(out DefinedClass? next); seen++)
        {
            if (next.Members.Names.TryGetValue(name, out FoldedValue? found))
            {
                return found;
            }

            for (int i = next.Bases.Count - 1; i >= 0; i--)
            {
                if (next.Bases[i] is DefinedClass based)
                {
                    open.Push(based);
                }
            }
        }

        return null;
    }

    /// <summary>A function of that name which the class or a base of the source defines.</summary>
    public DefinedFunction? Method(string name) => Find(name) as DefinedFunction;

    /// <summary>The first base that is not of the source.</summary>
    public FoldedName? Foreign
    {
        get
        {
            Stack<DefinedClass> open = new([this]);
            for (int seen = 0; seen < MostBases && open.TryPop(out DefinedClass? next); seen++)
            {
                foreach (FoldedValue based in next.Bases)
                {
                    if (based is FoldedName { Name.Length: > 0 } name && name.Path is not "builtins.object")
                    {
                        return name;
                    }

                    if (based is DefinedClass inner)
                    {
                        open.Push(inner);
                    }
                }
            }

            return null;
        }
    }

    public override FoldedValue Attribute(string name) => Find(name) switch
    {
        DefinedFunction { Kind: MethodKind.OfClass } method => new FoldedPartial(method, [this]),
        DefinedObject { Class: { } kind } descriptor when kind.Method("__get__") is { } get => Home.Enter(get, [descriptor, FoldedValue.None, this], FoldedDict.Empty),
        { } found => found,
        null when name is "__name__" or "__qualname__" => new FoldedText(Name),
        null when name is "__bases__" => new FoldedSequence(SequenceKind.Tuple, Bases),
        null when name is "__class__" => Meta,
        null when Meta is DefinedClass meta && meta.Find(name) is { } found => found is DefinedFunction { Kind: MethodKind.Property } read ? Home.Enter(read, [this], FoldedDict.Empty) : found is DefinedFunction method ? new FoldedPartial(method, [this]) : found,
        null when Meta is DefinedClass meta && meta.Method("__getattr__") is { } asked => Home.Enter(asked, [this, new FoldedText(name)], FoldedDict.Empty),
        _ => Foreign is { } foreign && !name.StartsWith("__", StringComparison.Ordinal) ? foreign with { Name = $"{foreign.Name}.{name}" } : FoldedValue.Unknown,
    };

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) => Home.Make(this, arguments, keywords);

    public bool Equals(DefinedClass? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary>An object of a class of the source.</summary>
internal sealed record DefinedObject(DefinedClass Class) : FoldedDefined
{
    /// <summary>The attributes of the object itself.</summary>
    public Dictionary<string, FoldedValue> Fields { get; } = new(StringComparer.Ordinal);

    public override FoldedValue Attribute(string name)
    {
        SourceFolder home = Class.Home;
        if (name is "__class__")
        {
            return Class;
        }

        if (name is "__dict__")
        {
            return new FoldedDict([.. Fields.Select(f => ((FoldedValue)new FoldedText(f.Key), f.Value))]);
        }

        if (Class.Method("__getattribute__") is { } always && !home.IsInside(always))
        {
            return home.Enter(always, [this, new FoldedText(name)], FoldedDict.Empty);
        }

        FoldedValue? found = Fields.GetValueOrDefault(name) ?? Class.Find(name);
        return found switch
        {
            DefinedFunction function when !Fields.ContainsKey(name) => function.Kind switch
            {
                MethodKind.Property => home.Enter(function, [this], FoldedDict.Empty),
                MethodKind.Static => function,
                MethodKind.OfClass => new FoldedPartial(function, [Class]),
                _ => new FoldedPartial(function, [this]),
            },
            DefinedObject { Class: { } kind } descriptor when !Fields.ContainsKey(name) && kind.Method("__get__") is { } get => home.Enter(get, [descriptor, this, Class], FoldedDict.Empty),
            { } value => value,
            null when Class.Method("__getattr__") is { } asked => home.Enter(asked, [this, new FoldedText(name)], FoldedDict.Empty),
            null when Class.Foreign is { } foreign => new DefinedInherited(this, foreign, name),
            _ => FoldedValue.Unknown,
        };
    }

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) =>
        Class.Method("__call__") is { } call ? Class.Home.Enter(call, [this, .. arguments], keywords) : Class.Foreign is { } foreign ? new DefinedInherited(this, foreign, "__call__").Call(arguments, keywords) : FoldedValue.Unknown;

    public bool Equals(DefinedObject? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Class.GetHashCode();
}

/// <summary>A method that an object has of a base which is not of the source: the base calls the methods that the class defines anew.</summary>
internal sealed record DefinedInherited(DefinedObject Self, FoldedName Base, string Name) : FoldedDefined
{
    public override FoldedValue Attribute(string name) => FoldedValue.Unknown;

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) => Self.Class.Home.Inherited(this, arguments, keywords);

    public bool Equals(DefinedInherited? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}

/// <summary><c>super()</c> in a method.</summary>
internal sealed record DefinedSuper(DefinedClass Class, FoldedValue Self) : FoldedDefined
{
    public override FoldedValue Attribute(string name)
    {
        foreach (FoldedValue based in Class.Bases)
        {
            if (based is DefinedClass defined && defined.Find(name) is { } found)
            {
                return found is DefinedFunction { Kind: MethodKind.Static } ? found
                    : found is DefinedFunction { Kind: MethodKind.Property } read ? Class.Home.Enter(read, [Self], FoldedDict.Empty)
                    : found is DefinedFunction method ? new FoldedPartial(method, [Self]) : found;
            }
        }

        return Class.Foreign is { } foreign && name is not ("__new__" or "__init_subclass__" or "__setattr__" or "__getattribute__" or "__delattr__") ? name is "__init__" ? foreign : new FoldedInstanceMethod(foreign, name)
            : name is "__new__" ? new FoldedFunction(a => a.Count > 0 && a[0] is DefinedClass made ? new DefinedObject(made) : Class.Home.MadeByMeta(Class, a)) : FoldedValue.Unknown;
    }

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) => FoldedValue.Unknown;
}
