// Tells which callable a fact or a value stands for, as far as constants tell it.
using Assay.Artifacts;

namespace Assay.Detection.Callables;

/// <summary>Resolves facts and values to canonical paths. What cannot be told is null, never a guess.</summary>
internal sealed class NameResolver(CallableTable table)
{
    private const int MaxDepth = 8;

    /// <summary>The canonical path of a fact's callee; empty when it is a result or cannot be told.</summary>
    public string PathOf(CallableFact fact)
    {
        if ((fact.Module.Length > 0 || fact.Name.Length > 0) && !fact.Name.EndsWith(')'))
            return table.Canonical(fact.Module, fact.Name);

        return fact.Resolved.Length > 0 && !fact.Resolved.EndsWith(')') ? PathOf(fact.Resolved) : "";
    }

    /// <summary>
    /// The canonical path of a dotted text whose module part is not marked. A walk into another module is believed only where
    /// it leads to something harmful: <c>pandas.io.pickle</c> is no walk into <c>io</c>.
    /// </summary>
    public string PathOf(string dotted)
    {
        string path = table.Canonical(dotted, "");
        if (table.Find(path) is null)
        {
            string walked = table.Canonical("", dotted);
            if (table.Find(walked)?.Kind is CallableKind.Harmful)
                return walked;
        }

        return path;
    }

    /// <summary>The path of the callable that calling <paramref name="group"/> with these arguments returns, or null.</summary>
    public string? Fold(CallableGroup group, IReadOnlyList<ValueShape> arguments, int depth = 0)
    {
        if (arguments.Count == 0 || depth > MaxDepth)
            return null;

        ValueShape first = arguments[0];
        string? text = first is { Kind: ShapeKind.Str, Elided: false, Text.Length: > 0 } ? first.Text : null;
        switch (group.Folding)
        {
            case Folding.Attribute when arguments is [_, { Kind: ShapeKind.Str, Elided: false } name, ..] && Fold(first, depth + 1) is { } owner:
                return table.Canonical(owner, name.Text);
            case Folding.Module or Folding.DottedName when text is not null:
                return PathOf(text.Replace(':', '.'));
            case Folding.TypeName when text is not null:
                return table.Find($"types.{text}") is not null ? $"types.{text}" : $"builtins.{text}";
            case Folding.First:
                return Fold(first, depth + 1);
            default:
                return null;
        }
    }

    /// <summary>The path of the callable, class or module that a value is, or null.</summary>
    public string? Fold(ValueShape value, int depth = 0) => value.Kind switch
    {
        ShapeKind.Import when value.Text.Length > 0 => PathOf(value.Text),
        ShapeKind.Result when table.Find(PathOf(value.Text)) is { } group => Fold(group, value.Items, depth),
        _ => null,
    };
}
