// When what compiled Python calls happens: on import, when a loader makes or uses an object, or only when somebody calls it.
using Assay.Artifacts;
using Assay.Evaluation.Bytecode;
using Assay.Formats.PythonSources;
using Assay.Python.Names;

namespace Assay.Formats.Bytecode;

/// <summary>Tells the calls of a compiled module as those of a source are told, so that one judge judges both.</summary>
internal static class CompiledTimes
{
    /// <summary>What the module calls that reaches beyond it.</summary>
    public static List<SourceUse> Uses(ModuleCode module, long offset)
    {
        Dictionary<string, List<ModuleFunction>> byName = new(StringComparer.Ordinal);
        foreach (ModuleFunction function in module.Functions)
        {
            string[] parts = function.Name.Split('.');
            Add(byName, parts[^1], function);

            // Whoever mentions a class makes an object of it.
            for (int part = 1; part < parts.Length; part++)
            {
                if (parts[part].StartsWith("__", StringComparison.Ordinal))
                {
                    Add(byName, parts[part - 1], function);
                }
            }
        }

        HashSet<string> models = Models(module);
        Dictionary<ModuleFunction, string> phases = new(ReferenceEqualityComparer.Instance);
        HashSet<(string Name, string Phase)> followed = [];
        Queue<(ModuleFunction Function, string Phase)> open = new();
        foreach (ModuleFunction function in module.Functions)
        {
            open.Enqueue((function, Own(function, models)));
        }

        while (open.TryDequeue(out (ModuleFunction Function, string Phase) next))
        {
            if (phases.TryGetValue(next.Function, out string? known) && Rank(known) >= Rank(next.Phase))
            {
                continue;
            }

            phases[next.Function] = next.Phase;
            if (next.Phase is "call")
            {
                continue;
            }

            // What a name leads to is the same for all that call it.
            foreach (string called in next.Function.Uses.SelectMany(Called).Where(c => followed.Add((c, next.Phase))))
            {
                foreach (ModuleFunction function in byName.GetValueOrDefault(called) ?? [])
                {
                    open.Enqueue((function, next.Phase));
                }
            }
        }

        List<SourceUse> uses = [];
        foreach (ModuleFunction function in module.Functions)
        {
            foreach (CodeUse use in function.Uses.Where(u => u.Callee.Length > 1 && u.Callee[0] is not '.').Take(SourceReading.MostUses))
            {
                string callee = CanonicalName.Of(use.IsImported || use.Callee.Contains('.', StringComparison.Ordinal) ? use.Callee : "builtins." + use.Callee);
                if (SourceNames.IsKept(callee) && uses.Count < SourceReading.MostUses)
                {
                    uses.Add(new SourceUse { Callee = callee, Phase = phases.GetValueOrDefault(function) ?? "call", Function = function.Name, Line = use.Line ?? function.Parts.FirstLine, Offset = offset, Arguments = [.. use.Arguments.Take(6)] });
                }
            }
        }

        return uses;
    }

    private static void Add(Dictionary<string, List<ModuleFunction>> byName, string name, ModuleFunction function) =>
        (byName.TryGetValue(name, out List<ModuleFunction>? same) ? same : byName[name] = []).Add(function);

    private static int Rank(string phase) => phase switch { "import" => 4, "load" => 3, "install" => 2, "infer" => 1, _ => 0 };

    /// <summary>The names that a call calls: its own, and those that it hands to something that calls what it gets.</summary>
    private static IEnumerable<string> Called(CodeUse use)
    {
        string last = use.Callee[(use.Callee.LastIndexOf('.') + 1)..];
        yield return last;
        foreach (ValueShape argument in SourceNames.IsStarter(last) || use.Callee is "atexit.register" or "signal.signal" ? use.Arguments : [])
        {
            if (argument.Kind is ShapeKind.Import)
            {
                yield return argument.Text[(argument.Text.LastIndexOf('.') + 1)..];
            }
        }
    }

    /// <summary>The classes of which loaders make objects: those with such a base.</summary>
    private static HashSet<string> Models(ModuleCode module)
    {
        HashSet<string> models = new(StringComparer.Ordinal);
        foreach (CodeUse use in module.Functions.SelectMany(f => f.Uses).Where(u => u.Callee is "__build_class__"))
        {
            if (use.Arguments is [_, { Kind: ShapeKind.Str } name, ..] && use.Arguments.Skip(2).Any(b => b.Kind is ShapeKind.Import && SourceNames.IsModelBase(b.Text[(b.Text.LastIndexOf('.') + 1)..])))
            {
                models.Add(name.Text);
            }
        }

        return models;
    }

    /// <summary>When a code object runs that nobody in the module calls. Bodies of classes run where they stand, unless that is a function.</summary>
    private static string Own(ModuleFunction function, HashSet<string> models)
    {
        bool isBody = true;
        for (CodeParts? at = function.Parts; at is not null && isBody; at = at.Outer)
        {
            isBody = at.IsBody;
        }

        string[] parts = function.Name.Split('.');
        string last = parts[^1];
        return isBody || last is "__init_subclass__" or "__set_name__" or "__prepare__" or "__class_getitem__" || (parts.Length == 1 && last is "__getattr__") ? "import"
            : parts.Length > 1 && models.Contains(parts[^2]) && SourceNames.IsLoadMethod(last) ? "load"
            : parts.Length > 1 && models.Contains(parts[^2]) && SourceNames.IsUseMethod(last) ? "infer"
            : SourceNames.IsEntry(last) ? "load" : "call";
    }
}
