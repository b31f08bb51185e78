// What names, attributes, items and calls in a code object give.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

internal sealed partial class CodeFlow
{
    private const int MostChoices = 4;

    /// <summary>Keys that are kept; behind longer ones anything may lie.</summary>
    private const int LongestKey = 64;
    private CodeSet? _stars;

    private bool Call(string name, int argument)
    {
        switch (name)
        {
            case "CALL_FUNCTION" when version.IsLegacy:
                return Call((argument & 0xFF) + (2 * (argument >> 8)), 1);
            case "CALL_FUNCTION":
                return Call(argument, 1);
            case "CALL_FUNCTION_KW" when !version.IsLegacy:
                Pop(1);
                return Call(argument, 1);
            case "CALL_METHOD" or "CALL":
                return Call(argument, 2);
            case "CALL_KW":
                Pop(1);
                return Call(argument, 2);
            case "CALL_FUNCTION_EX":
                // From Python 3.14 on the place of the keywords is always there, empty or not.
                return Call(IsThree(14) ? 2 : 1 + (argument & 1), IsThree(11) ? 2 : 1, isSpread: true);
            case "CALL_FUNCTION_VAR" or "CALL_FUNCTION_VAR_KW" or "CALL_FUNCTION_KW":
                return Call((argument & 0xFF) + (2 * (argument >> 8)) + (name is "CALL_FUNCTION_VAR_KW" ? 2 : 1), 1);
            case "EXEC_STMT":
                CodeSet[] code = Take(3);
                Tell(CodeValue.At("exec"), code[..1]);
                return true;
            case "PRECALL" or "KW_NAMES":
                return true;
            default:
                return false;
        }
    }

    /// <summary>A call of what lies below its arguments; a method leaves an empty slot or its object beside it.</summary>
    private bool Call(int count, int slots, bool isSpread = false)
    {
        CodeSet[] arguments = Take(Math.Min(count, MaxStack));
        CodeSet[] below = Take(slots);

        // The arguments of a call with a star are the items of a tuple.
        if (isSpread && arguments is [{ Values: [{ Site: { Kind: ShapeKind.Tuple or ShapeKind.List } site }] }, ..])
            arguments = [.. Enumerable.Range(0, MostChoices * 2).Select(site.Place).TakeWhile(p => p is not null)!, .. arguments];

        CodeSet? result = null;
        for (int slot = 0; slot < slots; slot++)
        {
            // Where the slot before is not empty, what stands here is the first argument.
            if (slot == 1 && !below[0].Values.Any(v => v.IsNull))
                break;

            CodeSet[] given = slot == 0 && slots == 2 && below[1].Values.Any(v => !v.IsNull) && below[0].Values.Any(v => !v.IsNull) ? [below[1], .. arguments] : arguments;
            foreach (CodeValue callee in below[slot].Values)
            {
                if (callee.IsNull)
                    continue;

                Tell(callee, given);
                CodeSet returned = Returned(callee, given);
                result = result is null ? returned : result.Join(returned);
            }
        }

        return Push(result ?? CodeSet.Unknown);
    }

    /// <summary>Tells a call with each value of its arguments.</summary>
    private void Tell(CodeValue callee, IReadOnlyList<CodeSet> arguments)
    {
        // A method of a container may put what it gets into it.
        if (callee.Site is { } site)
        {
            foreach (CodeSet argument in arguments)
                site.Add(argument);

            Grown(site);
            return;
        }

        if (!_isTelling || callee.Path?.EndsWith(".__exit__", StringComparison.Ordinal) is true)
            return;

        int choices = Math.Min(MostChoices, arguments.Select(a => a.Values.Count).DefaultIfEmpty(1).Max());
        for (int choice = 0; choice < choices; choice++)
            uses.Call(callee, [.. arguments.Select(a => Shape(a, choice))]);
    }

    private static ValueShape Shape(CodeSet set, int choice)
    {
        CodeValue value = set.Values[Math.Min(choice, set.Values.Count - 1)];
        return value.Site is { } site ? site.Shape(choice) : value.Shape;
    }

    /// <summary>What calls give back whose meaning is plain: attributes and modules by constant names.</summary>
    private CodeSet Returned(CodeValue callee, CodeSet[] arguments)
    {
        if (callee.Site is not null)
            return Items(CodeSet.Of(callee));

        string path = callee.Path ?? "";
        CodeSet first = arguments.Length > 0 ? arguments[0] : CodeSet.Unknown;
        CodeSet second = arguments.Length > 1 ? arguments[1] : CodeSet.Unknown;
        switch (path)
        {
            case "getattr" or "builtins.getattr" when arguments.Length > 1:
                return Read(first.Select(owner => second.Select(name => Named(owner, name) ?? CodeSet.At(ComputedAttribute))));
            case "__import__" or "importlib.import_module":
                return first.Select(m => m.Constant is { Kind: ShapeKind.Str } module ? CodeSet.At(path[0] == '_' && arguments.Length < 4 ? Head(module.Text) : module.Text, isImported: true) : CodeSet.At("__import__()"));
            case "operator.methodcaller" or "operator.attrgetter":
                return first.Select(n => n.Constant is { Kind: ShapeKind.Str } sought ? CodeSet.Of(new CodeValue(path + "()", callee.IsImported, sought, false)) : CodeSet.At(path + "()", callee.IsImported));
            case "operator.methodcaller()" or "operator.attrgetter()" when arguments.Length > 0:
                if (callee.Constant is not { } member)
                    return CodeSet.At(path is "operator.attrgetter()" ? ComputedAttribute : ".result");

                CodeSet found = Read(first.Select(owner => CodeSet.Of(owner.Attribute(member.Text))));
                return path is "operator.attrgetter()" ? found : CodeSet.Of(CodeValue.Result);
            case "vars" or "builtins.vars" when arguments.Length == 1:
                return first.Select(owner => owner.Path is { Length: > 0 } ? CodeSet.Of(owner.Attribute("__dict__")) : CodeSet.Unknown);
            case "iter" or "reversed" or "sorted" or "list" or "tuple" or "set" or "copy.copy" when first.Values.Any(v => v.Site is not null):
                return first;
            case "next" when arguments.Length > 0:
                return Items(first);
            case "":
                return CodeSet.Of(CodeValue.Result);
        }

        if (path.EndsWith(".__getattribute__", StringComparison.Ordinal) && arguments.Length is 1 or 2)
        {
            CodeSet owners = arguments.Length == 2 ? first : CodeSet.At(path[..^".__getattribute__".Length], callee.IsImported);
            return Read(owners.Select(owner => arguments[^1].Select(name => Named(owner, name) ?? CodeSet.At(ComputedAttribute))));
        }

        if (path.EndsWith(".__enter__", StringComparison.Ordinal) && path.Length > 10)
            return CodeSet.At(path[..^10], callee.IsImported);

        return path[0] == '.' ? CodeSet.Of(CodeValue.Result) : CodeSet.At(path.EndsWith("()()", StringComparison.Ordinal) ? path : path + "()", callee.IsImported);
    }

    /// <summary>How a path begins that leads through an attribute whose name is computed.</summary>
    private const string ComputedAttribute = "getattr()";

    private static CodeSet? Named(CodeValue owner, CodeValue name) => name.Constant is { Kind: ShapeKind.Str } text && name.Path is null ? CodeSet.Of(owner.Attribute(text.Text)) : null;

    private static string Head(string module) => module.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? module[..dot] : module;

    /// <summary>An import gives the module itself where names of it are asked for, and else the package that it is in.</summary>
    private bool Import(string module)
    {
        CodeSet names = Take(2)[1];
        if (_isTelling)
            uses.Import(module);

        CodeSet whole = CodeSet.At(Head(module), isImported: true);
        CodeSet part = CodeSet.At(module, isImported: true);
        return Push(names.Values is [{ Constant.Kind: ShapeKind.Tuple } or { Site: not null }] ? part : lines is not null || names.Values is [{ Path: null, Constant.Kind: ShapeKind.None }] ? whole : whole.Join(part));
    }

    private bool Attribute(string name, bool isMethod)
    {
        CodeSet value = Read(Take(1)[0].Select(v => v.Site is not null ? CodeSet.Of(v) : CodeSet.Of(v.Attribute(name))));
        return (!isMethod || Push(CodeSet.Null)) && Push(value);
    }

    private bool StoreAttribute(string name)
    {
        CodeSet[] taken = Take(2);
        if (!_isTelling)
            return true;

        uses.Store(name, taken[0]);
        foreach (CodeValue owner in taken[1].Values)
        {
            if (owner.Path is { Length: > 0 } path && path[0] != '.')
                Tell(CodeValue.At("builtins.setattr", isImported: true), [CodeSet.Of(owner), CodeSet.Of(CodeValue.Of(new ValueShape(ShapeKind.Str, name))), taken[0]]);
        }

        return true;
    }

    private bool StoreItem()
    {
        CodeSet[] taken = Take(3);
        Added(taken[1], taken[0]);
        if (!_isTelling)
            return true;

        foreach (CodeValue owner in taken[1].Values)
        {
            if (owner.Path is not { Length: > 0 } path)
                continue;

            uses.Store(path[(path.LastIndexOf('.') + 1)..] + "[]", taken[0]);
            if (path[0] != '.')
                Tell(CodeValue.At("operator.setitem", isImported: true), [CodeSet.Of(owner), taken[2], taken[0]]);
        }

        return true;
    }

    /// <summary>An item of what holds the names of a module, or of the table of modules, is that name.</summary>
    private CodeSet Item(CodeSet owners, CodeSet keys) => owners.Select(owner => keys.Select(key => Item(owner, key)));

    private CodeSet Item(CodeValue owner, CodeValue key)
    {
        if (key.Path is null && key.Constant is { Kind: ShapeKind.Int } number && int.TryParse(number.Text, out int place) && owner.Site?.Kind is not ShapeKind.Dict)
            return Place(owner, place);

        if (owner.Path is not { Length: > 0 } path)
            return Items(CodeSet.Of(owner));

        if (key.Path is not null || key.Constant is not { Kind: ShapeKind.Str, Text: var name })
            return CodeSet.Of(owner.Item());

        return path switch
        {
            "sys.modules" => CodeSet.At(name, isImported: true),
            "globals()" or "locals()" or "builtins.globals()" => Global(name),
            "__builtins__" => CodeSet.At("builtins." + name, isImported: true),
            _ when path.EndsWith(".sys.modules", StringComparison.Ordinal) => CodeSet.At(name, isImported: true),
            _ when path.EndsWith(".__dict__", StringComparison.Ordinal) => CodeSet.At($"{path[..^9]}.{name}", owner.IsImported),
            _ when name.StartsWith("__", StringComparison.Ordinal) || path.EndsWith("__globals__", StringComparison.Ordinal) || path.EndsWith("__builtins__", StringComparison.Ordinal)
                || path.EndsWith(".f_globals", StringComparison.Ordinal) || path.EndsWith(".f_builtins", StringComparison.Ordinal) => CodeSet.Of(owner.Attribute(name)),
            _ when path[0] == '.' && name.Length <= LongestKey => CodeSet.Of(owner.Item() with { Key = name }),
            _ => CodeSet.Of(owner.Item()),
        };
    }

    /// <summary>Anything that is in a container, or comes out of it one by one.</summary>
    private static CodeSet Items(CodeSet containers) => containers.Select(v => v.Site is { } site ? site.Items()
        : v.Path is not null ? CodeSet.Of(v.Item())
        : v.Constant is { Kind: ShapeKind.Tuple or ShapeKind.FrozenSet or ShapeKind.List or ShapeKind.Set, Items: { Count: > 0 } items } ? CodeSet.Of(CodeValue.Of(items[0])).Join(All(items)) : CodeSet.Unknown);

    private static CodeSet All(IReadOnlyList<ValueShape> items)
    {
        CodeSet all = CodeSet.Of(CodeValue.Of(items[0]));
        for (int i = 1; i < items.Count; i++)
            all = all.Join(CodeSet.Of(CodeValue.Of(items[i])));

        return all;
    }

    private static CodeSet Place(CodeValue owner, int place)
    {
        if (owner.Site?.Place(place) is { } found)
            return found;

        return owner is { Path: null, Constant: { Kind: ShapeKind.Tuple, Items: var items } } && place >= 0 && place < items.Count ? CodeSet.Of(CodeValue.Of(items[place])) : Items(CodeSet.Of(owner));
    }

    private CodeSet Global(string name)
    {
        CodeSet? known = _variables.GetValueOrDefault(name);

        // A function of the module that is read as a whole goes by its name; elsewhere other code may store something under it as well.
        CodeSet value = known is null ? CodeSet.At(name)
            : lines is null ? known.Join(CodeSet.At(name))
            : known.Select(v => v is { Path: null or ".<function>", Constant: null, Site: null } ? CodeSet.At(name) : CodeSet.Of(v));
        if (known is null && _stars is not null)
            value = value.Join(_stars.Select(m => CodeSet.Of(m.Attribute(name))));

        return Read(value);
    }

    private CodeSet Variable(string name, int index)
    {
        CodeSet own = CodeSet.At("." + name);
        return !_variables.TryGetValue(name, out CodeSet? known) ? own : index < parts.Arguments ? known.Join(own) : known;
    }

    /// <summary>A variable of a function around this one goes by its name, as a global does: a module that was imported there.</summary>
    private CodeSet Shared(string name)
    {
        // Where it is an argument of this function, nothing outside of it has a say.
        CodeSet own = parts.Arguments < int.MaxValue && parts.Locals.Take(parts.Arguments).Contains(name) ? CodeSet.At("." + name) : CodeSet.At(name);
        return !_variables.TryGetValue(name, out CodeSet? known) ? own : lines is null ? known.Join(own) : known;
    }

    private CodeSet Read(CodeSet set)
    {
        foreach (CodeValue value in _isTelling ? set.Values : [])
            uses.Read(value);

        return set;
    }
}
