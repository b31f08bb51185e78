// Finds what of the standard library has the name of a class that nothing is known of.
using Assay.Artifacts;
using Assay.Detection.Capacity;
using Assay.Effects;
using Assay.Python.Names;

namespace Assay.Detection.Effects;

/// <summary>
/// Modules hand on what they import: <c>package.module.Popen</c> is most often <c>subprocess.Popen</c>. A class of which nothing is known and that is called like one that acts is judged as if it were that one.
/// A word or a number alone selects a member of an enumeration, whatever that is called.
/// </summary>
internal sealed class Namesakes(EffectScope scope)
{
    /// <summary>No honest file calls so many classes of which nothing is known.</summary>
    private const int MostNames = 2048;
    private readonly Dictionary<string, IReadOnlyList<KnownPath>> _known = new(StringComparer.Ordinal);

    /// <summary>What the class may be and does with what it gets, in words; null where nothing acts.</summary>
    public string? Of(KnownPath name, CallValues values)
    {
        string last = name.Path[(name.Path.LastIndexOf('.') + 1)..];
        if (!NameConvention.IsClass(name.Path) || NameConvention.IsException(last) || name.Path.StartsWith("__main__.", StringComparison.Ordinal) || name.Path.IndexOf('.', StringComparison.Ordinal) < 0)
            return null;

        if (values.All is [{ Kind: ShapeKind.Int or ShapeKind.Float or ShapeKind.Bool or ShapeKind.None }] || (values.All is [{ Kind: ShapeKind.Str } word] && TextForms.IsWord(word.Text)))
            return null;

        if (!_known.TryGetValue(last, out IReadOnlyList<KnownPath>? found))
        {
            if (_known.Count == MostNames)
                return "more classes are called of which nothing is known than are looked up";

            _known.Add(last, found = Named(last));
        }

        foreach (KnownPath path in found)
        {
            if (path.Entry!.Call.FirstOrDefault(e => Acts(e, values)) is { } effect)
                return $"the standard library has {path.Path} ({EffectKinds.Capability(effect.Kind)}), which modules hand on";
        }

        return null;
    }

    private static bool Acts(Effect effect, CallValues values) => EffectKinds.IsHarm(effect.Kind) && effect.Kind is EffectKind.Process or EffectKind.Exec or EffectKind.Write or EffectKind.Delete or EffectKind.Network or EffectKind.NativeLoad
        && (effect.Source.Kind is SourceKind.Always || values.Of(effect.Source).Any(Carriage.CanCarry));

    // A pattern says of every name that it acts; only one that stands in the source of its module is there.
    private KnownPath[] Named(string last) => [.. KnownModules.OfStandardLibrary.Order(StringComparer.Ordinal).SelectMany(m => new[] { scope.Names.Of(m, last), scope.Names.Of($"{m}.{last.ToLowerInvariant()}", last) })
        .Where(p => p.IsSink && (!p.IsCoarse || scope.Table.Knowledge.Read(p.Path) is not null))];
}
