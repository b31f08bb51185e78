// Classes of folded source: how they are made, how their objects are, and which of their methods are called by others.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder
{
    private const int MostMethods = 24;
    private readonly HashSet<(DefinedClass, string)> _touched = [];

    /// <summary>Calls a class of the source.</summary>
    public FoldedValue Make(DefinedClass kind, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        if (kind.Meta is DefinedClass meta && meta.Method("__call__") is { } call && !IsInside(call))
        {
            FoldedValue given = Enter(call, [kind, .. arguments], keywords);
            return given.IsUnknown || given is FoldedNone ? new DefinedObject(kind) : given;
        }

        if (kind.Method("_missing_") is { } missing && arguments is [var asked, ..] && IsEnumeration(kind) && !kind.Members.Names.Values.Any(v => _folder.Same(v, asked) is true))
        {
            return Enter(missing, [kind, asked], keywords);
        }

        DefinedObject made = new(kind);
        if (kind.Method("__new__") is { } create && !IsInside(create) && Enter(create, [kind, .. arguments], keywords) is DefinedObject other)
        {
            made = other;
        }

        if (kind.Method("__init__") is { } begin)
        {
            Enter(begin, [made, .. arguments], keywords);
        }
        else
        {
            Fields(made, arguments, keywords);
            if (kind.Foreign is { } foreign && IsStandard(foreign.Module))
            {
                _folder.Apply(foreign, arguments, keywords);
            }
        }

        if (kind.Method("__post_init__") is { } then)
        {
            Enter(then, [made], FoldedDict.Empty);
        }

        return made;
    }

    /// <summary>What <c>type.__new__</c> gives: the class that is made, or a new one of its arguments.</summary>
    public FoldedValue MadeByMeta(DefinedClass meta, IReadOnlyList<FoldedValue> arguments)
    {
        IReadOnlyList<FoldedValue> given = arguments.Count == 4 ? [.. arguments.Skip(1)] : arguments;
        return given.Count == 3 ? OfType(given, meta) : FoldedValue.Unknown;
    }

    /// <summary>A method that an object has of a base of others: the base calls what the class defines anew.</summary>
    public FoldedValue Inherited(DefinedInherited method, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        if (!IsStandard(method.Base.Module))
        {
            return FoldedValue.Unknown;
        }

        Touch(method.Self);
        return _folder.Apply(method.Base with { Name = $"{method.Base.Name}.{method.Name}" }, arguments, keywords);
    }

    /// <summary>Something of others has an object of the source: its methods may be called.</summary>
    private void Touch(DefinedObject made)
    {
        if (!_touched.Add((made.Class, _folder.Phase)))
        {
            return;
        }

        int called = 0;
        foreach (DefinedFunction method in made.Class.Members.Names.Values.OfType<DefinedFunction>().ToArray())
        {
            if (!IsInside(method) && method.Name is not "__init__" && ++called <= MostMethods)
            {
                Enter(method, method.Kind is MethodKind.Static ? [] : [made], FoldedDict.Empty);
            }
        }
    }

    private static bool IsStandard(string module) => KnownModules.IsStandard(module);

    /// <summary>A class without a constructor takes its fields in their order, as data classes do.</summary>
    private static void Fields(DefinedObject made, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        int next = 0;
        foreach (string name in made.Class.Members.Names.Where(m => m.Value is not DefinedFunction).Select(m => m.Key))
        {
            if (next < arguments.Count)
            {
                made.Fields[name] = arguments[next++];
            }
        }

        foreach ((string name, FoldedValue value) in KeywordArguments.ByName(keywords))
        {
            made.Fields[name] = value;
        }
    }

    private void Class(SyntaxNode node)
    {
        List<FoldedValue> decorators = [];
        foreach (SyntaxNode decorator in node.List(DecoratorList))
        {
            decorators.Add(_expression.Value(decorator));
        }

        List<FoldedValue> bases = [];
        foreach (SyntaxNode based in node.List(Bases))
        {
            bases.Add(_expression.Value(based));
        }

        FoldedValue meta = FoldedValue.Unknown;
        List<(FoldedValue, FoldedValue)> keywords = [];
        foreach (SyntaxNode keyword in node.List(Keywords))
        {
            FoldedValue value = _expression.Value(keyword[SyntaxField.Value]);
            if (keyword.Name(Arg) is "metaclass")
            {
                meta = value;
            }
            else
            {
                keywords.Add((new FoldedText(keyword.Name(Arg) ?? ""), value));
            }
        }

        string name = node.Name(Name) ?? "";
        if (!_isScoped || _inside.Count > MostNested)
        {
            Forget(name);
            Push(node, Body);
            return;
        }

        meta = meta.IsUnknown ? bases.OfType<DefinedClass>().Select(b => b.Meta).FirstOrDefault(m => !m.IsUnknown) ?? meta : meta;
        SourceScope members = new(_scope, isClass: true);
        if (meta is DefinedClass { } prepares && prepares.Method("__prepare__") is { } prepare)
        {
            Enter(prepare, [prepares, new FoldedText(name), new FoldedSequence(SequenceKind.Tuple, bases)], FoldedDict.Empty);
        }

        (SourceScope Scope, List<Block> Blocks) was = (_scope, _blocks);
        (_scope, _blocks) = (members, []);
        Push(node, Body);
        Statements();
        (_scope, _blocks) = was;
        _folder.Site = node.Start;
        FoldedValue made = Finished(new DefinedClass(this, name, members, bases, meta) { Node = node }, new FoldedDict(keywords));
        for (int i = decorators.Count - 1; i >= 0; i--)
        {
            _folder.Site = node.Start;
            made = Decorated(decorators[i], made);
        }

        Bind(name, made);
    }

    /// <summary>What happens when a class has been made: names are set, bases and metaclasses are told.</summary>
    private DefinedClass Finished(DefinedClass kind, FoldedDict keywords)
    {
        foreach ((string name, FoldedValue value) in kind.Members.Names.ToArray())
        {
            if (value is DefinedFunction function)
            {
                function.Owner ??= kind;
            }
            else if (value is DefinedObject { Class: { } of } member && of.Method("__set_name__") is { } set)
            {
                Enter(set, [member, kind, new FoldedText(name)], FoldedDict.Empty);
            }
        }

        FoldedDict space = new(kind.Members.Names.Select(m => ((FoldedValue)new FoldedText(m.Key), m.Value)).ToList());
        FoldedValue[] given = [new FoldedText(kind.Name), new FoldedSequence(SequenceKind.Tuple, kind.Bases), space];
        switch (kind.Meta)
        {
            case DefinedClass meta:
                if (meta.Method("__new__") is { } create)
                {
                    Enter(create, [meta, .. given], keywords);
                }

                if (meta.Method("__init__") is { } begin)
                {
                    Enter(begin, [kind, .. given], keywords);
                }

                break;
            case FoldedName name when name.Path is "builtins.type" or "abc.ABCMeta" or "enum.EnumMeta":
                break;
            case { IsUnknown: false } meta:
                _folder.Apply(meta, given);
                break;
        }

        foreach (DefinedClass based in kind.Bases.OfType<DefinedClass>())
        {
            if (based.Method("__init_subclass__") is { } told)
            {
                Enter(told, [kind], keywords);
            }
        }

        if (IsEnumeration(kind))
        {
            Members(kind);
        }

        return kind;
    }

    private static bool IsEnumeration(DefinedClass kind) => kind.Bases.OfType<FoldedName>().Any(b => b.Module is "enum");

    /// <summary>An enumeration makes an object of each of its values while the class is made.</summary>
    private void Members(DefinedClass kind)
    {
        DefinedFunction[] makers = [.. new[] { kind.Method("__new__"), kind.Method("__init__") }.OfType<DefinedFunction>()];
        foreach ((string name, FoldedValue value) in makers.Length == 0 ? [] : kind.Members.Names.ToArray())
        {
            if (value is DefinedFunction || name.StartsWith('_'))
            {
                continue;
            }

            IReadOnlyList<FoldedValue> given = value is FoldedSequence { Kind: SequenceKind.Tuple } several ? several.Items : [value];
            foreach (DefinedFunction maker in makers)
            {
                Enter(maker, [maker.Name is "__new__" ? kind : new DefinedObject(kind), .. given], FoldedDict.Empty);
            }
        }
    }

    /// <summary><c>type(name, bases, names)</c>.</summary>
    private FoldedValue OfType(IReadOnlyList<FoldedValue> arguments, FoldedValue meta)
    {
        if (arguments is not [FoldedText name, FoldedSequence bases, FoldedDict names])
        {
            return FoldedValue.Unknown;
        }

        SourceScope members = new(_scope, isClass: true);
        foreach ((FoldedValue key, FoldedValue value) in names.Pairs)
        {
            if (key is FoldedText member)
            {
                members.Names[member.Value] = value;
            }
        }

        DefinedClass made = new(this, name.Value, members, bases.Items, meta);
        return meta is DefinedClass ? made : Finished(made, FoldedDict.Empty);
    }
}
