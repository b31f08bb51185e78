// Whether the code of a traced graph that a file carries only computes with tensors.
using Assay.Artifacts;
using Assay.Detection.Capacity;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Judges the code of a traced graph (torch.fx). Who rebuilds it runs its imports and its function, with the module that the file holds as <c>self</c>. It is ordinary where all that it calls computes with
/// tensors and numbers, and where nothing lies in the module that such a call could reach and that is more than a module or data.
/// </summary>
internal sealed class GraphCode(EffectScope scope)
{
    private const int MostValues = 1 << 16;
    private static readonly string[] s_sources = ["_code", "code"];

    /// <summary>Whether a callable rebuilds graphs, and the one that it gets is ordinary.</summary>
    public bool IsOrdinary(KnownPath name, CallValues values, UseContext at)
    {
        if (!scope.Table.GraphMakers.Contains(name.Path) || values.IsLoose || values.Positional is not [{ Kind: ShapeKind.Dict, Elided: false } body, { Kind: ShapeKind.Str, Elided: false } imports] || at.Fact.Keywords is not null)
            return false;

        if (SourceOf(body) is not { } text || GraphSource.Of(imports.Text + text) is not { } source || !source.Called.All(Computes) || !source.Read.All(IsOfGraphs))
            return false;

        if (source.Attributes.Any(a => scope.Table.WritingMethods.Contains(a) || (scope.Table.Capacity.IsPowerful(a) && !scope.Table.Capacity.IsMode(a)) || scope.Table.DangerousAttributes.Contains(a)))
            return false;

        // An equation is no word, and a device is known.
        if (source.Named.Any(n => TextForms.IsWord(n.Text) && scope.Names.Of(n.Callee).Entry is null))
            return false;

        return !source.Texts.Any(Acts) && !source.Modules.Any(IsForeign) && IsPlainModule(body);
    }

    /// <summary>The only text under the names that a graph's source has; null where there is none, or more than one.</summary>
    private static string? SourceOf(ValueShape body)
    {
        string? found = null;
        for (int i = 0; i + 1 < body.Items.Count; i += 2)
        {
            if (body.Items[i] is not { Kind: ShapeKind.Str, Elided: false } key)
                return null;

            if (!s_sources.Contains(key.Text, StringComparer.Ordinal))
                continue;

            if (found is not null || body.Items[i + 1] is not { Kind: ShapeKind.Str, Elided: false, Text.Length: > 0 } source)
                return null;

            found = source.Text;
        }

        return found;
    }

    private bool Acts(string text) => text.Length > 1 && scope.Calls.Danger("", [new ValueShape(ShapeKind.Str, text)], onlyStrong: true) is not null;

    private bool IsForeign(string module) => scope.Names.Of(module, "") is var found && (found.Entry is { Kind: NameKind.Module, IsHarmful: true } or { Imported: ReferenceWeight.Harmful } || found.Path.EndsWith("__main__", StringComparison.Ordinal)
        || (found.Entry is null && !IsOfGraphs(module)));

    /// <summary>Whether a name lies where nothing is but what computes, and types and settings for it.</summary>
    private bool IsOfGraphs(string path) => !path.Contains("__", StringComparison.Ordinal) && scope.Names.Of(path) is { IsHarmful: false, Told: null }
        && scope.Table.GraphModules.Any(m => IsIn(path, m));

    // A pattern that ends in a star stands for all below, any other for itself and its members; what stands above is only on the way.
    private static bool IsIn(string path, string listed)
    {
        string owner = listed.TrimEnd('*');
        return path == owner || owner.StartsWith($"{path}.", StringComparison.Ordinal)
            || (path.Length > owner.Length && path.StartsWith(owner, StringComparison.Ordinal) && path[owner.Length] == '.' && (listed != owner || path.IndexOf('.', owner.Length + 1) < 0));
    }

    /// <summary>Whether a call only computes: nothing harmful is known of it, and it calls, keeps and finds nothing.</summary>
    private bool Computes(string path) => IsOfGraphs(path) && !scope.Table.GraphWords.Any(w => path[(path.LastIndexOf('.') + 1)..].Contains(w, StringComparison.Ordinal)) && (scope.Names.Of(path).Entry is not { } known
        || (known.Call.All(e => e.Kind is EffectKind.Odd or EffectKind.Unknown || (known.IsDerived && !EffectKinds.IsHarm(e.Kind))) && known.Returns.Kind is ReturnKind.Data or ReturnKind.Text or ReturnKind.Unknown or ReturnKind.Instance or ReturnKind.Argument));

    /// <summary>Whether a module holds modules, tensors and data only.</summary>
    private bool IsPlainModule(ValueShape body)
    {
        Queue<ValueShape> open = new();
        for (int i = 0; i + 1 < body.Items.Count; i += 2)
        {
            ValueShape value = body.Items[i + 1];
            bool isPlain = body.Items[i].Text switch
            {
                "_code" or "code" or "_graphmodule_cls_name" => value.Kind is ShapeKind.Str,
                "_tracer_cls" => value is { Kind: ShapeKind.None } || (value.Kind is ShapeKind.Import && scope.Names.Of(value.Text) is { IsHarmful: false, IsStrict: false, Path: var tracer } && tracer.EndsWith("Tracer", StringComparison.Ordinal)),
                "_tracer_extras" => value.Kind is ShapeKind.Dict && value.Items.All(v => v.IsPlain),
                _ => true,
            };

            if (!isPlain)
                return false;

            if (body.Items[i].Text is not ("_code" or "code" or "_tracer_cls"))
                open.Enqueue(value);
        }

        for (int seen = 0; open.TryDequeue(out ValueShape? value); seen++)
        {
            bool isKnown = value.Kind switch
            {
                ShapeKind.Import => IsHeld(value.Text),
                ShapeKind.Result or ShapeKind.Instance => IsObject(value),
                ShapeKind.Str => !value.Elided && scope.Calls.Danger("", [value], onlyActs: true) is null,
                ShapeKind.Extension or ShapeKind.Unknown => false,
                _ => !value.Elided,
            };

            if (!isKnown || seen == MostValues)
                return false;

            foreach (ValueShape part in value.Items)
                open.Enqueue(part);

            if (value.State is { } state)
                open.Enqueue(state);
        }

        return true;
    }

    private bool IsHeld(string path) => scope.Names.Of(path) is { IsHarmful: false, Told: null } name
        && (IsOfGraphs(path) || (name.Entry is { Kind: NameKind.Class } or null && NameConvention.IsClass(name.Path)) || name.Entry is { Kind: NameKind.Value or NameKind.Class } or { IsDerived: false, Call.Count: 0 });

    /// <summary>Whether a value is an object of a named class, or data that a callable of which harm is not known made.</summary>
    private bool IsObject(ValueShape value) => !value.Elided && scope.Meanings.Of(value) switch
    {
        Meaning.Instance { Class: Meaning.Named { Name: { IsHarmful: false } type } } => !scope.Table.Knowledge.IsListed(type.Path) || type.Path.Split('.')[0] is "builtins" or "collections" or "enum" or "typing",
        Meaning.Literal => true,
        Meaning.Unknown => scope.Names.Of(value.Text) is { IsHarmful: false, Entry: { IsDerived: false, Call.Count: 0 } },
        _ => false,
    };
}
