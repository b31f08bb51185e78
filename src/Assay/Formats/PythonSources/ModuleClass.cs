// A class of a module: what it is for loaders, and when its methods run.
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Formats.PythonSources;

/// <summary>A class of a module.</summary>
internal sealed class ModuleClass
{
    private bool _isMeta;
    private bool _isInstaller;

    private ModuleClass(SyntaxNode node)
    {
        Name = node.Name(SyntaxField.Name) ?? "";
        Start = node.Start;
        End = node.End;
        Line = node.Tree.Text.Position(node.Start).Line;
        IsModel = SourceNames.IsEntry(Name);
        List<string> bases = [];
        foreach (SyntaxNode based in node.List(SyntaxField.Bases))
        {
            string? last = based.Kind is SyntaxKind.Name ? based.Name(Id) : based.Kind is SyntaxKind.Attribute ? based.Name(Attr) : null;
            if (last is not null)
            {
                bases.Add(last);
                IsModel |= SourceNames.IsModelBase(last);
                _isMeta |= last is "type" or "ABCMeta" or "EnumMeta";
                _isInstaller |= SourceNames.IsInstallerBase(last);
            }
        }

        Bases = bases;
        foreach (SyntaxNode keyword in node.List(Keywords))
        {
            if (keyword.Name(Arg) is "metaclass" && keyword[SyntaxField.Value] is { Kind: SyntaxKind.Name } meta && meta.Name(Id) is { } name)
            {
                Meta = name;
            }
        }
    }

    public string Name { get; }

    public int Start { get; }

    public int End { get; }

    /// <summary>The line at which it begins.</summary>
    public int Line { get; }

    /// <summary>The last names of its bases.</summary>
    public IReadOnlyList<string> Bases { get; }

    /// <summary>Its metaclass, where it names one.</summary>
    public string? Meta { get; }

    /// <summary>Whether loaders of models make objects of it.</summary>
    public bool IsModel { get; private set; }

    /// <summary>The classes of a module, in the order in which they begin; what a class is, those are that derive from it.</summary>
    public static List<ModuleClass> All(SyntaxTree tree)
    {
        List<ModuleClass> all = [];
        for (int number = 1; number < tree.Count; number++)
        {
            if (tree[number].Kind is SyntaxKind.ClassDef)
            {
                all.Add(new ModuleClass(tree[number]));
            }
        }

        all.Sort((a, b) => a.Start.CompareTo(b.Start));
        Dictionary<string, ModuleClass> byName = new(StringComparer.Ordinal);
        foreach (ModuleClass one in all)
        {
            byName.TryAdd(one.Name, one);
        }

        for (int round = 0; round < 4; round++)
        {
            foreach (ModuleClass one in all)
            {
                foreach (string name in one.Bases)
                {
                    if (byName.TryGetValue(name, out ModuleClass? based))
                    {
                        one.IsModel |= based.IsModel;
                        one._isMeta |= based._isMeta;
                        one._isInstaller |= based._isInstaller;

                        // What a base of a model does, the model does.
                        based.IsModel |= one.IsModel && SourceNames.IsModelBase(based.Name) is false && based.Bases.Count == 0;
                    }
                }

                if (one.Meta is { } meta && byName.TryGetValue(meta, out ModuleClass? made))
                {
                    made._isMeta = true;
                }
            }
        }

        return all;
    }

    /// <summary>The innermost class around a place, or null.</summary>
    public static ModuleClass? Around(List<ModuleClass> classes, int at)
    {
        int low = 0;
        for (int upper = classes.Count; low < upper;)
        {
            int middle = (low + upper) / 2;
            if (classes[middle].Start <= at)
            {
                low = middle + 1;
            }
            else
            {
                upper = middle;
            }
        }

        for (int i = low - 1; i >= Math.Max(0, low - 16); i--)
        {
            if (at < classes[i].End)
            {
                return classes[i];
            }
        }

        return null;
    }

    /// <summary>When a method runs that nobody in the file calls.</summary>
    public string PhaseOf(string method) =>
        method is "__init_subclass__" or "__set_name__" or "__prepare__" or "__class_getitem__" ? "import"
        : _isMeta && (method.StartsWith("__", StringComparison.Ordinal) || method is "mro") ? "import"
        : _isInstaller && method is "run" or "initialize_options" or "finalize_options" or "build_extension" or "build_extensions" or "initialize" ? "install"
        : IsModel && SourceNames.IsLoadMethod(method) ? "load"
        : (IsModel && SourceNames.IsUseMethod(method)) || SourceNames.IsProtocol(method) ? "infer"
        : method.StartsWith("on_", StringComparison.Ordinal) && Bases.Any(SourceNames.IsCallbackBase) ? "use"
        : SourceNames.IsEntry(method) ? "load" : "call";
}
