// Makes the entries of the names of modules from what their functions do.
using Assay.Code.Flow;
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Effects;

namespace Assay.Code.Entries;

/// <summary>Makes the entries of all names of the modules that are analysed: functions, classes with the routes into them, and other names of these.</summary>
internal sealed class EntryBuilder(Analysis analysis, IReadOnlyList<CodeModule> targets, Func<string, EffectOrigin> origin)
{
    private readonly SortedDictionary<string, DerivedEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<ClassInfo, IReadOnlyList<DerivedEntry>> _members = [];
    private readonly HashSet<CodeModule> _targets = [.. targets];

    /// <summary>The entries.</summary>
    public DerivedEffects Build()
    {
        // Constructors first: what types fields have is known before their methods are looked at.
        ClassEntries classes = new(analysis, origin);
        foreach (CodeModule module in targets)
        {
            foreach (ClassInfo type in OwnClasses(module))
                classes.AskMakers(type);
        }

        analysis.Drain();
        foreach (CodeModule module in targets)
        {
            foreach (FunctionInfo function in Own(module))
                analysis.UnitOf(function, null, null);

            foreach (ClassInfo type in OwnClasses(module))
                classes.Ask(type);
        }

        analysis.Drain();
        foreach (CodeModule module in targets)
        {
            Put(new DerivedEntry(module.Name, new EffectEntry { Kind = NameKind.Module, Origin = origin(module.Name) }, "", module.Source.File, 1, []));
            foreach (FunctionInfo function in Own(module))
                Put(Function(function));

            foreach (ClassInfo type in OwnClasses(module))
            {
                IReadOnlyList<DerivedEntry> made = classes.Of(type);
                _members[type] = made;
                foreach (DerivedEntry entry in made)
                    Put(entry);
            }
        }

        foreach (CodeModule module in targets)
            Aliases(module);

        return new DerivedEffects([.. _entries.Values], analysis.Code.Modules.Count, analysis.Units, analysis.Evaluations);
    }

    // Of two definitions under one name either may hold: both count.
    private void Put(DerivedEntry entry)
    {
        if (!_entries.TryGetValue(entry.Path, out DerivedEntry? before))
        {
            _entries.Add(entry.Path, entry);
            return;
        }

        _entries[entry.Path] = before.Or(entry);
    }

    private DerivedEntry Function(FunctionInfo function)
    {
        Unit unit = analysis.UnitOf(function, null, null);
        EffectSet effects = new();
        effects.Add(unit, 0);

        // A decorator that could not be read makes something else of it.
        if (function.Module.Scope.Variables.TryGetValue(function.Name, out Variable? variable) && analysis.Read(variable).Has(AtomKind.Unknown))
            effects.Add(new Effect { Kind = EffectKind.Unknown, Source = EffectSource.Any });

        EffectEntry entry = new() { Kind = NameKind.Function, Origin = origin(function.Module.Name), Call = effects.Effects, Returns = Returns.Of(unit, 0) };
        return new DerivedEntry(function.Path, entry, "", function.Module.Source.File, function.Line, effects.Evidence(function.Path, "call"));
    }

    /// <summary>Names under which a module has what is defined elsewhere.</summary>
    private void Aliases(CodeModule module)
    {
        foreach (Variable variable in module.Scope.Variables.Values)
            Alias(module, variable.Name, analysis.Read(variable));

        foreach (string star in module.Stars)
        {
            if (analysis.Code.Module(star) is not { } source)
                continue;

            foreach (Variable variable in source.Scope.Variables.Values)
            {
                if (!module.Scope.Variables.ContainsKey(variable.Name) && analysis.Code.Export(module, variable.Name) == variable)
                    Alias(module, variable.Name, analysis.Read(variable));
            }
        }
    }

    private void Alias(CodeModule module, string name, Value value)
    {
        string path = $"{module.Name}.{name}";
        if (_entries.ContainsKey(path) || value.Has(AtomKind.Container))
            return;

        EffectEntry? all = null;
        DerivedEntry? first = null;
        string byHand = "";
        foreach (Atom atom in value.Atoms)
        {
            EffectEntry? entry = null;
            switch (atom.Kind)
            {
                case AtomKind.Function when atom.SelfClass is not null:
                    // A method that was taken from an object: its arguments are those of the method without the object.
                    entry = Bound(atom, module);
                    break;
                case AtomKind.Function when _targets.Contains(atom.Function.Module) && _entries.TryGetValue(atom.Function.Path, out DerivedEntry? function):
                    entry = function.Entry;
                    first ??= function;
                    break;
                case AtomKind.Class when _targets.Contains(atom.Class.Module) && _entries.TryGetValue(atom.Class.Path, out DerivedEntry? type):
                    entry = type.Entry;
                    first ??= type;
                    Members(path, atom.Class);
                    break;
                case AtomKind.Foreign when analysis.Code.Known(atom.Text) is { Kind: not NameKind.Module } known:
                    entry = known;
                    byHand = atom.Text;
                    break;
                case AtomKind.Function when analysis.Code.Known(atom.Function.Path) is { } known:
                    entry = known;
                    byHand = atom.Function.Path;
                    break;
                case AtomKind.Class when analysis.Code.Known(atom.Class.Path) is { } known:
                    entry = known;
                    byHand = atom.Class.Path;
                    break;
                case AtomKind.Text or AtomKind.Container:
                    break;
                default:
                    return;
            }

            if (entry is not null)
                all = all is null ? entry : EntryUnion.Of(all, entry);
        }

        if (all is not null)
            _entries.Add(path, new DerivedEntry(path, all, first?.Path ?? byHand, first?.File ?? module.Source.File, first?.Line ?? 1, []));
    }

    private EffectEntry Bound(Atom atom, CodeModule module)
    {
        EffectSet effects = new();
        Unit unit = analysis.UnitOf(atom.Function, atom.SelfClass, null);
        analysis.Drain();
        effects.Add(unit, 1, _ => []);
        return new EffectEntry { Kind = NameKind.Function, Origin = origin(module.Name), Call = effects.Effects, Returns = Returns.Of(unit, 1) };
    }

    private void Members(string path, ClassInfo type)
    {
        foreach (DerivedEntry entry in _members.GetValueOrDefault(type) ?? [])
        {
            if (entry.Path.Length > type.Path.Length)
                _entries.TryAdd(path + entry.Path[type.Path.Length..], entry with { Path = path + entry.Path[type.Path.Length..], Definition = entry.Path, Evidence = [] });
        }
    }

    private static IEnumerable<FunctionInfo> Own(CodeModule module) =>
        module.Functions.Values.Where(f => f.Scope.Parent == module.Scope && f.Name is not "<lambda>" && !f.IsOverload).OrderBy(f => f.Node.Start);

    private static IEnumerable<ClassInfo> OwnClasses(CodeModule module) => module.Classes.Values.Where(c => !InFunction(c.Scope)).OrderBy(c => c.Node.Start);

    private static bool InFunction(Scope scope)
    {
        for (Scope? around = scope.Parent; around is not null; around = around.Parent)
        {
            if (around.Kind is ScopeKind.Function)
                return true;
        }

        return false;
    }
}
