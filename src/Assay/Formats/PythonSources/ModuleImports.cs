// What the names of a module stand for that it imports.
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Formats.PythonSources;

/// <summary>The imports of a module; those of the standard library are known and lead nowhere else.</summary>
internal sealed class ModuleImports
{
    private const int MostParts = 8;
    private readonly Dictionary<string, (string Module, string Item)> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _made = new(StringComparer.Ordinal);
    private readonly List<string> _stars = [];

    /// <summary>Collects the imports of a module, wherever they stand.</summary>
    public ModuleImports(SyntaxTree tree)
    {
        for (int number = 1; number < tree.Count; number++)
        {
            SyntaxNode node = tree[number];
            if (node.Kind is SyntaxKind.Import)
            {
                foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                {
                    string module = alias.Name(SyntaxField.Name) ?? "";
                    _names[alias.Name(AsName) ?? module.Split('.')[0]] = (alias.Name(AsName) is null ? module.Split('.')[0] : module, "");
                }
            }
            else if (node.Kind is SyntaxKind.ImportFrom)
            {
                string module = new string('.', Math.Clamp(node.Value(Level), 0, MostParts)) + (node.Name(Module) ?? "");
                foreach (SyntaxNode alias in node.List(SyntaxField.Names))
                {
                    string item = alias.Name(SyntaxField.Name) ?? "";
                    if (item is "*" && _stars.Count < MostParts)
                    {
                        _stars.Add(module);
                    }
                    else
                    {
                        _names[alias.Name(AsName) ?? item] = (module, item);
                    }
                }
            }
            else if (node.Kind is SyntaxKind.Assign && node.List(Targets) is { Count: 1 } targets)
            {
                Made(targets[0], node[SyntaxField.Value]);
            }
            else if (node.Kind is SyntaxKind.WithItem)
            {
                Made(node[OptionalVars], node[ContextExpr]);
            }
        }
    }

    /// <summary>What stands behind the names that the module takes from modules which may lie beside it.</summary>
    public IEnumerable<string> Others => _names.Where(n => n.Value.Item.Length > 0 && !n.Key.StartsWith('_') && IsOther(n.Value.Module)).Select(n => $"{n.Value.Module}:{n.Value.Item}").Order(StringComparer.Ordinal);

    /// <summary>What a name stands for of a module that may lie beside this one: <c>.utils:setup</c>; null where it is none.</summary>
    public string? Of(string name) => _names.TryGetValue(name, out (string Module, string Item) found) && IsOther(found.Module) ? $"{found.Module}:{found.Item}" : null;

    /// <summary>What an attribute of such a module stands for.</summary>
    public string? Of(SyntaxNode attribute)
    {
        List<string> parts = [];
        SyntaxNode at = attribute;
        for (; at.Kind is SyntaxKind.Attribute && parts.Count < MostParts; at = at[SyntaxField.Value])
        {
            parts.Add(at.Name(Attr) ?? "");
        }

        if (at.Kind is not SyntaxKind.Name || at.Name(Id) is not { } root || Of(root) is not { } known)
        {
            return null;
        }

        parts.Reverse();
        return known + (known.EndsWith(':') ? "" : ".") + string.Join('.', parts);
    }

    /// <summary>The dotted name of what an expression stands for that was imported; null where it was not.</summary>
    public string? Path(SyntaxNode node)
    {
        string behind = "";
        for (int steps = 0; node.Kind is SyntaxKind.Attribute && steps < MostParts; steps++, node = node[SyntaxField.Value])
        {
            behind = $".{node.Name(Attr)}{behind}";
        }

        return node.Kind is SyntaxKind.Name && _names.TryGetValue(node.Name(Id) ?? "", out (string Module, string Item) found) ? found.Module + (found.Item.Length > 0 ? "." + found.Item : "") + behind : null;
    }

    /// <summary>What a name may stand for that a star brings in.</summary>
    public string? OfStar(string name) => _stars.Find(IsOther) is { } module ? $"{module}:{name}" : null;

    /// <summary>The module that the first name of an expression stands for; null where it is none that was imported.</summary>
    public string? Root(SyntaxNode node, bool orMaker = false)
    {
        int steps = 0;
        while (node.Kind is SyntaxKind.Attribute or SyntaxKind.Subscript && ++steps < 64)
        {
            node = node[SyntaxField.Value];
        }

        return node.Kind is SyntaxKind.Name && node.Name(Id) is { } name ? _names.TryGetValue(name, out (string Module, string Item) found) ? found.Module : orMaker ? _made.GetValueOrDefault(name) : null : null;
    }

    /// <summary>What a name is made of that a statement outside of functions gives to what a module gave.</summary>
    private void Made(SyntaxNode target, SyntaxNode value)
    {
        if (target.Kind is SyntaxKind.Name && target.Name(Id) is { } name && value.Kind is SyntaxKind.Call && Root(value[Func], orMaker: true) is { } module && !KnownModules.IsStandard(module))
        {
            _made.TryAdd(name, module);
        }
    }

    private static bool IsOther(string module) => module.StartsWith('.') || (module.Length > 0 && !KnownModules.Has(module.Split('.')[0]));
}
