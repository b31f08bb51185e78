// Follows calls from file to file: what source does that only another file of the same bundle makes run.
using Assay.Artifacts;
using Assay.Detection.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Sources;

/// <summary>
/// Takes what each file of a bundle says of its functions together. A function that another file calls on import runs on import; a class that a configuration names is made and loaded by a loader. What a file does by itself
/// was judged with it; here only what the others add.
/// </summary>
internal sealed class BundleCode
{
    private const int MostSteps = 200_000;
    private const int LongestVia = 160;
    private const int LongestPath = 256;
    private readonly Dictionary<string, CodeFact> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<(string File, string Function), Reached> _reached = [];
    private readonly HashSet<(string, string, bool)> _bases = [];
    private readonly HashSet<(string File, string Item, string Phase, bool IsEntry)> _asked = [];
    private readonly HashSet<(string File, string Class, string Phase, bool IsEntry)> _made = [];
    private readonly Dictionary<string, (SourceFunction Function, int Number)[]> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<(string File, string Function), List<SourceFunction>> _functions = [];
    private readonly HashSet<string> _pickled = new(StringComparer.Ordinal);
    private readonly Queue<(string File, string Function, string Phase, string Via)> _open = new();
    private readonly Queue<(CodeFact Code, SourceFunction Class, string Phase, string Via, bool IsEntry)> _classes = new();

    private sealed record Reached(string Phase, string Via);

    private BundleCode(IReadOnlyList<Fact> facts)
    {
        foreach (CodeFact code in facts.OfType<CodeFact>().Where(IsPart))
        {
            if (_files.TryAdd(code.Path, code))
            {
                foreach (SourceFunction function in code.Functions)
                {
                    if (!_functions.TryGetValue((code.Path, function.Name), out List<SourceFunction>? same))
                    {
                        _functions.Add((code.Path, function.Name), same = []);
                    }

                    same.Add(function);
                }
            }
        }

        foreach (CodeFact code in _files.Values)
        {
            foreach (SourceFunction function in code.Functions.Where(f => f.Phase is not "call" && f.Role is not "class"))
            {
                _open.Enqueue((code.Path, function.Name, function.Phase, ""));
            }

            foreach (SourceFunction model in code.Functions.Where(f => f.Role is "class" && f.Phase is "load"))
            {
                _classes.Enqueue((code, model, "load", "", true));
            }
        }

        foreach (EntryFact entry in facts.OfType<EntryFact>().Where(IsEntry))
        {
            Entry(entry);
        }

        foreach (CallableFact named in facts.OfType<CallableFact>().Where(IsForeign))
        {
            Pickled(named);
        }

        Follow();
    }

    /// <summary>Whether a fact is one that following calls needs.</summary>
    public static bool Wants(Fact fact) => (fact is CodeFact code && IsPart(code)) || (fact is EntryFact entry && IsEntry(entry)) || (fact is CallableFact named && IsForeign(named));

    /// <summary>What the files do together that none of them does by itself.</summary>
    public static IEnumerable<SourceAct> Judge(IReadOnlyList<Fact> facts, CallableTable table)
    {
        BundleCode bundle = new(facts);
        PathKnowledge? names = null;
        foreach (CodeFact code in bundle._files.Values.OrderBy(c => c.Path, StringComparer.Ordinal))
        {
            if (bundle.Raised(code) is not { } raised)
            {
                continue;
            }

            names ??= new PathKnowledge(table);
            Dictionary<long, SourceUse> first = [];
            foreach (SourceUse use in code.Uses)
            {
                first.TryAdd(use.Offset, use);
            }

            HashSet<(string, string, int?)> known = [.. SourceJudge.Judge(code, names).Select(a => (a.Is, a.Callable, a.Line))];
            foreach (SourceAct act in SourceJudge.Judge(raised, names).Where(a => !known.Contains((a.Is, a.Callable, a.Line))))
            {
                string via = first.TryGetValue(act.Offset, out SourceUse? use) && bundle._reached.TryGetValue((code.Path, use.Function), out Reached? reached) ? reached.Via : "";
                yield return via.Length > 0 ? act with { Detail = $"{act.Detail}, called from {via}" } : act;
            }
        }
    }

    /// <summary>What all sources call, and when it happens where the files are together, with the way that leads there.</summary>
    public static IEnumerable<(CodeFact Code, SourceUse Use, string Via)> Uses(IReadOnlyList<Fact> facts)
    {
        BundleCode bundle = new(facts);
        foreach (CodeFact code in facts.OfType<CodeFact>().Where(c => c.Uses.Count > 0))
        {
            foreach (SourceUse use in (bundle.Raised(code) ?? code).Uses)
            {
                yield return (code, use, bundle._reached.GetValueOrDefault((code.Path, use.Function))?.Via ?? "");
            }
        }
    }

    private static bool IsPart(CodeFact code) => code is { Language: "python" } && (code.Functions.Count > 0 || code.Uses.Count > 0);

    private static bool IsEntry(EntryFact entry) => entry.Value.Contains('.', StringComparison.Ordinal) && entry.Value.Length < 256
        && (entry.Key.Contains("auto_map", StringComparison.Ordinal) || entry.Key.EndsWith("module_type", StringComparison.Ordinal) || entry.Key.StartsWith("component.", StringComparison.Ordinal) || entry.Key is "custom_pipeline" or "entry-point" || NamesDefinition(entry));

    /// <summary>Whatever its key is: what a configuration calls by a module beside it and something that this defines, somebody imports and makes. A file's own name is none.</summary>
    private static bool NamesDefinition(EntryFact entry) => entry.Source is "configuration" && DottedName.IsPlausible(entry.Value) && !entry.Value.EndsWith(".py", StringComparison.Ordinal);

    /// <summary>Whether a pickle names something of a module that is none of Python's and of no package that many have: it may lie beside it.</summary>
    private static bool IsForeign(CallableFact named) => named.Use is CallableUse.Imported or CallableUse.Called or CallableUse.Constructed or CallableUse.State
        && PathOf(named) is { Length: > 0 and < LongestPath } path && !KnownModules.Has(path) && !path.StartsWith("__main__", StringComparison.Ordinal);

    /// <summary>The dotted path of a name, or of the class of an object that gets a state.</summary>
    private static string PathOf(CallableFact named) => named is { Use: CallableUse.State, Target: { Kind: ShapeKind.Result, Items: [{ Kind: ShapeKind.Import, Text: var made }, ..] } } ? made
        : named.Module.Length == 0 ? (named.Resolved.EndsWith("()", StringComparison.Ordinal) ? named.Resolved[..^2] : named.Resolved) : named.Name.Length == 0 ? named.Module : $"{named.Module}.{named.Name}";

    /// <summary>How early a phase is: the earlier one counts.</summary>
    private static int Rank(string phase) => phase switch { "import" => 4, "load" => 3, "install" => 2, "infer" => 1, _ => 0 };

    /// <summary>The source with the phases that it has in the bundle; null where they are the same.</summary>
    private CodeFact? Raised(CodeFact code)
    {
        bool isRaised = false;
        SourceUse[] uses = [.. code.Uses.Select(use =>
        {
            if ((use.Function.Length > 0 || _pickled.Contains(code.Path)) && _reached.TryGetValue((code.Path, use.Function), out Reached? reached) && use.Phase is not "cell" && Rank(reached.Phase) > Rank(use.Phase))
            {
                isRaised = true;
                return use with { Phase = reached.Phase };
            }

            return use;
        })];
        return isRaised ? code with { Uses = uses } : null;
    }

    /// <summary>
    /// What a pickle names of a file beside it: the load imports the file, so that what stands in it outside of functions runs, and calls or fills what the pickle says.
    /// </summary>
    private void Pickled(CallableFact named)
    {
        string path = PathOf(named);
        string place = named.Path.IndexOf("!/", StringComparison.Ordinal) is > 0 and int inner ? named.Path[..inner] : named.Path;
        for (int dot = path.Length; dot > 0; dot = path.LastIndexOf('.', dot - 1))
        {
            if (File(place, path[..dot]) is not { } code)
            {
                continue;
            }

            string via = Name(place);
            if (_pickled.Add(code.Path))
            {
                _open.Enqueue((code.Path, "", "load", via));
            }

            string item = dot < path.Length ? path[(dot + 1)..] : "";
            switch (named.Use)
            {
                case CallableUse.Called:
                    Reach(code, item, "load", via, isEntry: false);
                    break;
                case CallableUse.Constructed:
                    _open.Enqueue((code.Path, item + ".__new__", "load", via));
                    break;
                case CallableUse.State:
                    _open.Enqueue((code.Path, item + ".__setstate__", "load", via));
                    break;
            }

            return;
        }
    }

    /// <summary>A class or function that a configuration names.</summary>
    private void Entry(EntryFact entry)
    {
        int dot = entry.Value.LastIndexOf('.');
        string module = entry.Value[..dot];
        if (module.Contains("--", StringComparison.Ordinal))
        {
            return;
        }

        // A component of a pipeline lies in a folder of its own name.
        string folder = entry.Key.StartsWith("component.", StringComparison.Ordinal) ? entry.Key["component.".Length..] + "." : "";
        string via = Name(entry.Path);
        string place = entry.Path.Contains("!/", StringComparison.Ordinal) ? entry.Path[..entry.Path.IndexOf("!/", StringComparison.Ordinal)] : entry.Path;
        if ((File(place, "." + module) ?? (NamesDefinition(entry) ? File(place, module) : null) ?? (folder.Length > 0 ? File(place, "." + folder + module) : null) ?? (entry.Key is "entry-point" ? File(place, ".src." + module) : null)) is { } code)
        {
            Reach(code, entry.Value[(dot + 1)..], "load", via, isEntry: true);
        }
    }

    private void Follow()
    {
        for (int steps = 0; steps < MostSteps; steps++)
        {
            if (_classes.TryDequeue(out (CodeFact Code, SourceFunction Class, string Phase, string Via, bool IsEntry) made))
            {
                Class(made.Code, made.Class, made.Phase, made.Via, made.IsEntry);
            }
            else if (_open.TryDequeue(out (string File, string Function, string Phase, string Via) next))
            {
                Function(next.File, next.Function, next.Phase, next.Via);
            }
            else
            {
                break;
            }
        }
    }

    private void Function(string file, string name, string phase, string via)
    {
        if (_reached.TryGetValue((file, name), out Reached? known) && Rank(known.Phase) >= Rank(phase))
        {
            return;
        }

        _reached[(file, name)] = new Reached(phase, via);
        CodeFact code = _files[file];
        foreach (SourceFunction function in Functions(code, name).Where(f => f.Role is not "class"))
        {
            foreach (string called in function.Calls)
            {
                _open.Enqueue((file, called, phase, via));
            }

            foreach (SourceLink link in function.Links)
            {
                int colon = link.Target.IndexOf(':', StringComparison.Ordinal);
                string by = via.Length is > 0 and < LongestVia ? ", by " + via : "";
                Link(code, link.Target[..colon], link.Target[(colon + 1)..], phase, $"{Name(code.Path)}, line {link.Line}{by}");
            }
        }
    }

    private List<SourceFunction> Functions(CodeFact code, string name) => _functions.GetValueOrDefault((code.Path, name)) ?? [];

    /// <summary>What a link leads to: a function or a class of a module, or a module and an attribute of it.</summary>
    private void Link(CodeFact from, string module, string item, string phase, string via)
    {
        if (File(from.Path, module) is { } code && item.Length > 0)
        {
            Reach(code, item, phase, via, isEntry: false);
        }

        int dot = item.IndexOf('.', StringComparison.Ordinal);
        string first = dot < 0 ? item : item[..dot];
        if (dot > 0 && File(from.Path, module.EndsWith('.') ? module + first : $"{module}.{first}") is { } deeper)
        {
            Reach(deeper, item[(dot + 1)..], phase, via, isEntry: false);
        }
    }

    private void Reach(CodeFact code, string item, string phase, string via, bool isEntry)
    {
        // Many may lead to one name that many bear: the first way counts, and is followed once.
        if (!_asked.Add((code.Path, item, phase, isEntry)))
        {
            return;
        }

        foreach (SourceFunction function in Functions(code, item))
        {
            if (function.Role is "class")
            {
                _classes.Enqueue((code, function, phase, via, isEntry));
            }
            else
            {
                _open.Enqueue((code.Path, function.Name, phase, via));
            }
        }
    }

    /// <summary>A class that somebody makes; one that a loader makes is loaded and used as well, and so are its bases.</summary>
    private void Class(CodeFact code, SourceFunction model, string phase, string via, bool isEntry)
    {
        // Classes of one name have their methods together.
        foreach (SourceFunction method in _made.Add((code.Path, model.Name, phase, isEntry)) ? Below(code, model.Name + ".") : [])
        {
            string? when = method.Role switch { "made" => phase, "load" when isEntry => phase, "infer" when isEntry => "infer", _ => null };
            if (when is not null)
            {
                _open.Enqueue((code.Path, method.Name, when, via));
            }
        }

        foreach (string based in model.Calls)
        {
            Base(code, based, phase, via, isEntry);
        }

        foreach (SourceLink link in model.Links)
        {
            int colon = link.Target.IndexOf(':', StringComparison.Ordinal);
            if (File(code.Path, link.Target[..colon]) is { } other)
            {
                Base(other, link.Target[(colon + 1)..], phase, via.Length > 0 ? via : $"{Name(code.Path)}, line {link.Line}", isEntry);
            }
        }
    }

    /// <summary>The functions of a file whose names begin with <paramref name="prefix"/>, in the order of the source; a file may have as many classes as functions.</summary>
    private IEnumerable<SourceFunction> Below(CodeFact code, string prefix)
    {
        if (!_byName.TryGetValue(code.Path, out (SourceFunction Function, int Number)[]? sorted))
        {
            sorted = [.. code.Functions.Select((f, i) => (f, i))];
            Array.Sort(sorted, (a, b) => string.CompareOrdinal(a.Function.Name, b.Function.Name));
            _byName.Add(code.Path, sorted);
        }

        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(sorted[middle].Function.Name, prefix) < 0 ? (middle + 1, high) : (low, middle);
        }

        return sorted.Skip(low).TakeWhile(f => f.Function.Name.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(f => f.Number).Select(f => f.Function);
    }

    private void Base(CodeFact code, string name, string phase, string via, bool isEntry)
    {
        foreach (SourceFunction based in Functions(code, name).Where(f => f.Role is "class"))
        {
            if (_bases.Add((code.Path, name, isEntry)))
            {
                _classes.Enqueue((code, based, phase, via, isEntry));
            }
        }
    }

    /// <summary>The file of a module, as a file at <paramref name="from"/> imports it: beside it, or below one of the folders above it.</summary>
    private CodeFact? File(string from, string module)
    {
        string folder = Folder(from);
        int dots = module.Length - module.TrimStart('.').Length;
        for (int up = 1; up < dots; up++)
        {
            folder = Folder(folder);
        }

        string path = module[dots..].Replace('.', '/');
        for (int up = 0; up < 8; up++)
        {
            string whole = folder.Length > 0 && path.Length > 0 ? $"{folder}/{path}" : folder + path;
            if (_files.TryGetValue(whole + ".py", out CodeFact? file) || _files.TryGetValue(whole + "/__init__.py", out file))
            {
                return file;
            }

            if (dots > 0 || folder.Length == 0)
            {
                return null;
            }

            folder = Folder(folder);
        }

        return null;
    }

    private static string Folder(string path) => path.LastIndexOf('/') is >= 0 and int slash ? path[..slash] : "";

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
