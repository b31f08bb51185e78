// Judges what a callable does with objects that it gets by entering them.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Whoever gets an object iterates over it, compares it, shows it or copies it, and so enters methods of its class. What is known of these methods is judged with what the object was made
/// of: a loader of data calls the function that it was given when somebody goes through it.
/// </summary>
internal sealed class ProtocolJudge(EffectScope scope, EffectJudge judge)
{
    private const int MostObjects = 1024;
    private const int MostClasses = 1024;
    private readonly Dictionary<string, IReadOnlyList<KnownPath>> _methods = new(StringComparer.Ordinal);

    /// <summary>Judges the objects among the values that a callable gets.</summary>
    public void Consumed(string callee, IReadOnlyList<ValueShape> values, UseContext at)
    {
        int entered = 0;
        HashSet<string> classes = new(StringComparer.Ordinal);
        foreach (ValueShape value in values.SelectMany(v => v.Kind is ShapeKind.Tuple or ShapeKind.List or ShapeKind.Set or ShapeKind.FrozenSet ? v.Items : [v]))
        {
            if (value.Kind is not (ShapeKind.Result or ShapeKind.Instance) || scope.Meanings.Of(value) is not Meaning.Instance made)
                continue;

            // Where there are many, each class is entered once more.
            bool isOneOfMany = entered++ >= MostObjects;
            foreach (KnownPath owner in scope.ClassesOf(made))
            {
                if (!classes.Add(owner.Path) && isOneOfMany)
                {
                    if (Methods(owner).Count > 0)
                        scope.Cut("the objects in what it gets");

                    continue;
                }

                foreach (KnownPath method in Methods(owner))
                    judge.Enter(method, value, [], at.Through(callee));
            }
        }
    }

    /// <summary>The methods of a class by which Python enters its objects and of which it is known that they do something.</summary>
    private IReadOnlyList<KnownPath> Methods(KnownPath owner)
    {
        // What is listed of a library's class is listed for what a loader does with it; of the standard library an analysis tells what rules do not say.
        if (owner.Path.Length == 0 || owner.IsHarmful || (owner.Entry is { IsDerived: false } && !scope.Table.Knowledge.IsListed(owner.Path)))
            return [];

        if (_methods.TryGetValue(owner.Path, out IReadOnlyList<KnownPath>? known))
            return known;

        List<KnownPath> methods = [];
        foreach (string name in ObjectProtocol.Methods)
        {
            KnownPath method = scope.Names.Of(owner.Path, name).AsRead();
            if (!method.IsCoarse && (method.Entry ?? method.Told) is { IsDerived: true, Call.Count: > 0 })
                methods.Add(method);
        }

        if (_methods.Count < MostClasses)
            _methods.Add(owner.Path, methods);

        return methods;
    }
}
