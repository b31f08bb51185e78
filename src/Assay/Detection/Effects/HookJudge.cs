// Judges what a file puts where the interpreter, a loader or a library calls it unasked.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Judges members of classes, states and attributes under names that are called without being asked: special methods, <c>append</c>, <c>close</c>. A class
/// that the file makes has what the file gives it, so a callable there is a use.
/// </summary>
internal sealed class HookJudge(EffectScope scope)
{
    private const int MostParts = 4096;

    /// <summary>So many names and values are kept of no class that a person wrote: who puts more into one hides something behind them.</summary>
    private const int MostMembers = 1024;
    private const int MostCopies = 8;

    /// <summary>Stands for a name that cannot be told.</summary>
    private const string Computed = "(computed)";

    /// <summary>Judges the members of a class that the file makes.</summary>
    public void Members(string maker, ValueShape members, CallableFact fact, bool isMetaclass = false)
    {
        foreach ((string name, ValueShape value) in Entries(members))
        {
            // Making the class goes through its slots.
            if (name is "__slots__" && value.Kind is ShapeKind.Instance or ShapeKind.Result)
                scope.Say(Judgements.HookState, maker, fact, "", $"{name} = {Callables.CallText.Value(value)}");

            if (value.Kind is ShapeKind.Import && scope.IsForeignValue(value.Text))
                scope.Say(Judgements.HookState, maker, fact, "", $"{name} = {Callables.CallText.Value(value)}");

            // Annotations that are texts are evaluated by metaclasses of libraries; picklers write names there.
            if (name is "__annotations__" && Entries(value).FirstOrDefault(e => e.Value.Kind is ShapeKind.Str && scope.Calls.ReachesCode(e.Value)) is { Name: not null } annotation)
                scope.Say(Judgements.HookState, maker, fact, "", $"{name} = {Callables.CallText.Value(annotation.Value)}");

            if (IsMemory(name))
            {
                Memory(maker, name, fact);
                continue;
            }

            if (ActsUnderComputedName(name, value))
                scope.Say(Judgements.HookState, maker, fact, "", $"{name} = {Callables.CallText.Value(value)}");

            // Loaders ask each object for its dictionary and its class: what stands there in their place runs.
            foreach (Meaning.CarriedFunction carried in name is "__dict__" or "__class__" or "__reduce_ex__" && !scope.Finder.IsPlainMethod(value) ? scope.Finder.In(value) : [])
                scope.Carried.MayRun(carried, fact, $"as {name}");

            bool isHook = IsHook(name) || (scope.EntersMade && scope.Table.ContainerMethods.Contains(name)) || ObjectProtocol.Methods.Contains(name) || (isMetaclass && name is "mro");
            foreach (Meaning.CarriedFunction carried in isHook ? Behind(value, members) : [])
                scope.Carried.Planted(name, carried, fact, isMetaclass);

            if (!scope.Finder.IsPlainMethod(value) && ((IsHook(name) && IsCallable(value)) || Waits(value, inClass: true) || IsForeignFunction(value)) && !IsOwn(name, value, members))
                scope.Say(Judgements.HookState, maker, fact, "", $"{name} = {Callables.CallText.Value(value)}");
        }

        foreach (ValueShape part in members.Kind is ShapeKind.Tuple or ShapeKind.List ? members.Items : [members])
            Unknown(maker, part, fact);

        foreach (ValueShape part in members.Kind is ShapeKind.Tuple or ShapeKind.List ? members.Items : [members])
            UnderComputedText(maker, part, fact, isClass: true);

        if (members.Items.Count > MostParts || members is { Kind: ShapeKind.Dict, Elided: true, Items.Count: >= MostMembers })
            scope.Say(Judgements.OddArguments, maker, fact, "", "a class is made with more special members than are looked at");
    }

    /// <summary>The carried functions in a member; where it reads attributes of its object, those that stand under these names.</summary>
    private IEnumerable<Meaning.CarriedFunction> Behind(ValueShape value, ValueShape members)
    {
        foreach (Meaning.CarriedFunction carried in scope.Finder.In(value))
            yield return carried;

        foreach (ValueShape part in value.Items.Where(i => i.Kind is ShapeKind.Result or ShapeKind.Instance))
        {
            string[] read = scope.Meanings.Of(part) is Meaning.Getter getter ? [.. getter.Names.Where(n => n.Kind is ShapeKind.Str).Select(n => n.Text.Split('.')[0])] : [];
            foreach (Meaning.CarriedFunction carried in Entries(members).Where(e => read.Contains(e.Name)).SelectMany(e => scope.Finder.In(e.Value)))
                yield return carried;
        }
    }

    /// <summary>Whether a member is named as what it is: a function that a wrapper of the standard library writes by its name in its own class.</summary>
    private static bool IsOwn(string name, ValueShape value, ValueShape members) => value.Kind is ShapeKind.Import && Entries(members).Any(e => e is { Name: "__module__", Value: { Kind: ShapeKind.Str, Text: "__main__" } })
        && value.Text.StartsWith("__main__.", StringComparison.Ordinal) && value.Text.EndsWith($".{name}", StringComparison.Ordinal) && value.Text.Split('.') is { Length: > 2 } steps && NameConvention.IsClass(steps[^2]);

    /// <summary>Judges the members of a class that the file makes and calls: the constructor of a base may call those with plain names too (<c>Queue._init</c>, <c>Random.seed</c>).</summary>
    public void Constructed(ValueShape members, CallableFact fact)
    {
        foreach ((string name, ValueShape value) in Entries(members))
        {
            foreach (Meaning.CarriedFunction carried in IsHook(name) ? [] : scope.Finder.In(value))
                scope.Carried.MayConstruct(carried, fact, name);
        }
    }

    /// <summary>Judges a state: what its entries plant, and what harmful names lie in it.</summary>
    public void State(string subject, ValueShape state, CallableFact fact)
    {
        foreach (ValueShape part in state.Kind is ShapeKind.Tuple ? state.Items : [state])
        {
            UnderComputedText(subject, part, fact);
            if (part.Items.Count > MostParts)
                scope.Cut("a state");

            foreach ((string name, ValueShape value) in Entries(part))
            {
                if (IsMemory(name))
                    Memory(subject, name, fact);
                else if (ActsUnderComputedName(name, value))
                    scope.Say(Judgements.HookState, subject, fact, "", $"{name} = {Callables.CallText.Value(value)}");
                else if (scope.Table.ContainerMethods.Contains(name) && scope.Finder.In(value).FirstOrDefault() is { } carried)
                    scope.Carried.MayRun(carried, fact, $"as {name}");
                else if ((IsHook(name) && IsCallable(value)) || Waits(value))
                    scope.Say(Judgements.HookState, subject, fact, "", $"{name} = {Callables.CallText.Value(value)}");
            }
        }
    }

    /// <summary>Judges names and values that are set one by one: <c>setattr(object, name, value)</c>.</summary>
    public void Pairs(string setter, IReadOnlyList<ValueShape> values, CallableFact fact)
    {
        for (int i = 0; i + 1 < values.Count; i++)
        {
            if (values[i] is { Kind: ShapeKind.Str } memory && (IsMemory(memory.Text) || (memory.Text is "data" or "strides" && i > 0 && !Carriage.IsPlain(values[i - 1]))))
                Memory(setter, memory.Text, fact);
            else if (i < 2 && IsComputed(values[i]) && ActsUnderComputedName(Computed, values[i + 1]))
                scope.Say(Judgements.HookState, setter, fact, "", $"{Computed} = {Callables.CallText.Value(values[i + 1])}");
            else if (values[i] is { Kind: ShapeKind.Str } into && values[i + 1].Kind is ShapeKind.Import && scope.IsForeignValue(values[i + 1].Text))
                scope.Say(Judgements.HookState, setter, fact, "", $"{into.Text} = {Callables.CallText.Value(values[i + 1])}");
            else if (values[i] is { Kind: ShapeKind.Str } name && ((IsHook(name.Text) && IsCallable(values[i + 1])) || Waits(values[i + 1], inClass: true)))
                scope.Say(Judgements.HookState, setter, fact, "", $"{name.Text} = {Callables.CallText.Value(values[i + 1])}");
        }

        foreach (ValueShape value in values)
            State(setter, value, fact);
    }

    private void Memory(string subject, string name, CallableFact fact) =>
        scope.Say(Judgements.Reached, subject, fact, EffectKinds.Capability(EffectKind.Memory), "", $"{name} says at which address the memory of an array lies.");

    private void Unknown(string maker, ValueShape members, CallableFact fact)
    {
        if (members.Kind is ShapeKind.Unknown or ShapeKind.Result or ShapeKind.Instance or ShapeKind.Persistent)
            scope.Say(Judgements.OddArguments, maker, fact, "", "a class is made whose members cannot be told");
    }

    /// <summary>Whether a name is called without being asked.</summary>
    private bool IsHook(string name) => scope.Table.Hooks.Contains(name)
        || (name.Length > 4 && name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) && !scope.Table.PlainAttributes.Contains(name));

    /// <summary>Whether a value waits to be called by whoever comes to its name: a method that does harm, bound to an object, or a descriptor of what is no function of the file.</summary>
    private bool Waits(ValueShape value, bool inClass = false)
    {
        if (scope.Meanings.Of(value) is Meaning.MethodOf method)
            return scope.HarmfulMethod(method) is not null;

        return inClass && IsForeignDescriptor(value);
    }

    /// <summary>
    /// Whether a member is a function of somebody else. A base class or a library calls members of many plain names (<c>seed</c>, <c>keys</c>, <c>swapaxes</c>), so what such a function does happens, with
    /// arguments that are not known. Functions that a class has by itself are carried by the file; what is known and calls nothing may stand there.
    /// </summary>
    private bool IsForeignFunction(ValueShape value) => HoldsForeign(value) || (value.Kind is ShapeKind.Import && scope.Meanings.Of(value) is Meaning.Named { Name: var name }
        && (name.Entry is { } known ? name.IsHarmful || PlantedValues.Opens(known) || known.Call.Any(e => e.Kind is EffectKind.Call or EffectKind.Method || (e.Kind is EffectKind.SetAttribute && !name.IsBuiltInMethod)) : !NameConvention.IsClass(name.Path) && !scope.IsAllowed(name)));

    /// <summary>Whether a value is an alias of a type, or a list of calls, that holds a function of somebody else: its call calls that.</summary>
    private bool HoldsForeign(ValueShape value)
    {
        if (scope.Meanings.Of(value) is not Meaning.Instance { Class: Meaning.Named { Name: { Entry: { } known, Path: not "functools.partial" } } } || !known.Call.Any(e => e.Kind is EffectKind.Keep))
            return false;

        // What keeps all that it gets calls what it gets when it is called.
        if (known.Call.Any(e => e.Kind is EffectKind.Keep && e.Source.Kind is SourceKind.Any))
            return true;

        Stack<ValueShape> open = new(value.Items);
        for (int seen = 0; open.TryPop(out ValueShape? held); seen++)
        {
            if (seen == MostParts || (held.Kind is ShapeKind.Import && IsForeignFunction(held)))
                return true;

            foreach (ValueShape item in held.Kind is ShapeKind.Tuple or ShapeKind.List ? held.Items : [])
                open.Push(item);
        }

        return false;
    }

    /// <summary>
    /// Whether a value is a descriptor of what is no function of the file, perhaps behind copies of it. A copy of what is not shown, or behind more copies than are
    /// followed, may be one.
    /// </summary>
    private bool IsForeignDescriptor(ValueShape value)
    {
        int copies = 0;
        for (; value.Kind is ShapeKind.Result or ShapeKind.Instance; copies++)
        {
            ValueShape[] made = [.. value.Items, .. value.Keywords?.Items ?? []];
            if (scope.Table.Descriptors.Contains(scope.Names.Of(value.Text).Path))
                return made.Any(i => IsForeign(scope.Meanings.Of(i))) || (copies > 0 && made.Length == 0);

            if (scope.Names.Of(value.Text).Entry is not { Returns.Kind: ReturnKind.Argument })
                return false;

            if (copies == MostCopies || value.Items is not [var copied, ..])
                return true;

            value = copied;
        }

        return copies > 0 && value.Kind is ShapeKind.Unknown;
    }

    /// <summary>Whether something is no function that the file carries, and nothing known to be harmless: what a class of the file does is written in it.</summary>
    private static bool IsForeign(Meaning getter) => getter switch
    {
        Meaning.Named { Name: var name } => name.Entry is null ? !NameConvention.IsClass(name.Path) : name.IsHarmful || name.Entry.Call.Any(e => e.Kind is EffectKind.Call or EffectKind.Method or EffectKind.SetAttribute),
        Meaning.Bound bound => bound.Target is not Meaning.CarriedFunction,
        Meaning.MethodOf or Meaning.MethodCaller or Meaning.Unknown => true,
        Meaning.Literal literal => literal.Shape.Kind is ShapeKind.Result,
        _ => false,
    };

    private static bool IsMemory(string name) => name is "__array_interface__" or "__array_struct__" or "__cuda_array_interface__" or "__dlpack__";

    /// <summary>Whether a value is something that acts when it is called.</summary>
    public bool IsCallable(ValueShape value) => scope.Meanings.Of(value) switch
    {
        Meaning.Named { Name: { Entry: { } entry } name } => entry.Call.Any(e => e.Kind is not EffectKind.Odd && !(e.Kind is EffectKind.SetAttribute && name.IsBuiltInMethod)),
        Meaning.Literal literal => literal.Shape.Kind is ShapeKind.Result,
        Meaning.MadeClass or Meaning.Getter => false,
        Meaning.Instance { Class: Meaning.Named { Name: { Entry: { IsDerived: true } } type } } => IsCalled(scope.Names.Of(type.Path, "__call__")),
        Meaning.Instance { Class: Meaning.Named { Name.Entry: { } known } } => known.IsHarmful || known.Call.Any(e => e.Kind is EffectKind.Call or EffectKind.Keep or EffectKind.Method),
        Meaning.Instance { Class: Meaning.MadeClass } => true,
        _ => true,
    };

    // An analysis leaves out what it knows to do nothing.
    private static bool IsCalled(KnownPath call) => (call.Entry ?? call.Told) is { Call.Count: > 0 };

    /// <summary>Whether a name is what a call gave: no pickler writes names that way, and it may be any.</summary>
    private static bool IsComputed(ValueShape name) => name.Kind is ShapeKind.Result or ShapeKind.Unknown;

    /// <summary>What acts under a name that is computed may stand under any that Python calls by itself.</summary>
    private bool ActsUnderComputedName(string name, ValueShape value) => name is Computed && value.Kind is ShapeKind.Import or ShapeKind.Result or ShapeKind.Instance
        && ((IsCallable(value) && scope.Meanings.Of(value) is not (Meaning.Literal or Meaning.Instance)) || scope.Finder.In(value).Any());

    /// <summary>What stands under a text that is put together and that nobody can tell stands under any: under the name of a method that is called, of a description of memory.</summary>
    private void UnderComputedText(string subject, ValueShape members, CallableFact fact, bool isClass = false)
    {
        for (int i = 0; members.Kind is ShapeKind.Dict && i + 1 < Math.Min(members.Items.Count, MostParts); i += 2)
        {
            ValueShape value = members.Items[i + 1];
            // The keys of a class are texts; states may have other keys as well, such as members of enumerations.
            if (!IsComputed(members.Items[i]) || !(isClass || scope.Meanings.Of(members.Items[i]) is not (Meaning.Instance or Meaning.Named or Meaning.MadeClass)))
                continue;

            if (value.Kind is ShapeKind.Instance or ShapeKind.Result && IsCallable(value))
                scope.Say(Judgements.HookState, subject, fact, "", $"{Computed} = {Callables.CallText.Value(value)}");
            else if (value.Kind is ShapeKind.Dict && Entries(value).Any(e => e.Name is "typestr" or "data"))
                Memory(subject, Computed, fact);
        }
    }

    /// <summary>Names and values of members, as dictionaries, pairs and slots hold them.</summary>
    public static IEnumerable<(string Name, ValueShape Value)> Entries(ValueShape members)
    {
        if (members.Kind is ShapeKind.Dict)
        {
            for (int i = 0; i + 1 < Math.Min(members.Items.Count, MostParts); i += 2)
            {
                if (members.Items[i].Kind is ShapeKind.Str)
                    yield return (members.Items[i].Text, members.Items[i + 1]);
                else if (IsComputed(members.Items[i]))
                    yield return (Computed, members.Items[i + 1]);

                // A text of a class of its own, or made of that text, is as good a name.
                foreach (ValueShape text in members.Items[i].Kind is ShapeKind.Result or ShapeKind.Instance ? members.Items[i].Items.Where(t => t.Kind is ShapeKind.Str) : [])
                    yield return (text.Text, members.Items[i + 1]);
            }

            yield break;
        }

        // Pairs: [("name", value), ...]; or the members and what slots hold.
        foreach (ValueShape pair in members.Kind is ShapeKind.List or ShapeKind.Tuple ? members.Items.Take(MostParts) : [])
        {
            if (pair.Kind is ShapeKind.Dict && members.Items.Count <= 2)
            {
                foreach ((string Name, ValueShape Value) entry in Entries(pair))
                    yield return entry;
            }

            if (pair is { Kind: ShapeKind.Tuple or ShapeKind.List, Items: [{ Kind: ShapeKind.Str } name, var value] })
                yield return (name.Text, value);
        }
    }
}
