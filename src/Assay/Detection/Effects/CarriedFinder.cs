// Finds functions that the file carries behind whatever wraps them.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Effects;

/// <summary>
/// Finds the functions that a file carries in what stands under a name: behind static and class methods, properties, partial functions, caches, copies, and objects of classes of the file that
/// act when they are read, set or called. Whatever wraps a function of the file is there to have it called.
/// </summary>
internal sealed class CarriedFinder(EffectScope scope)
{
    private const int MostValues = 1024;
    private static readonly string[] s_access = ["__get__", "__set__", "__delete__", "__call__", "__set_name__"];

    /// <summary>The carried functions in a value; of what is not shown one that may be any.</summary>
    public IEnumerable<Meaning.CarriedFunction> In(ValueShape value)
    {
        if (value.Kind is not (ShapeKind.Result or ShapeKind.Instance))
            yield break;

        HashSet<ValueShape> met = new(ReferenceEqualityComparer.Instance);
        Stack<ValueShape> open = new([value]);
        while (open.TryPop(out ValueShape? next))
        {
            if (!met.Add(next))
                continue;

            if (met.Count > MostValues)
            {
                yield return new Meaning.CarriedFunction(value.Text, new ValueShape(ShapeKind.Unknown) { Elided = true });
                yield break;
            }

            if (next.Kind is ShapeKind.Result or ShapeKind.Instance)
            {
                Meaning what = scope.Meanings.Of(next);
                if (what is Meaning.CarriedFunction carried)
                {
                    yield return carried;
                    continue;
                }

                if (what is Meaning.Instance { Class: Meaning.MadeClass type })
                {
                    foreach (string access in s_access)
                    {
                        foreach (ValueShape member in scope.Meanings.Classes.Named(type, access))
                            open.Push(member);
                    }

                    continue;
                }

                // A wrapper of which nothing is shown may wrap any function.
                if (next is { Elided: true, Items.Count: 0, State: null } && Wraps(what))
                    yield return new Meaning.CarriedFunction(next.Text, next);
            }

            foreach (ValueShape item in next.Kind is ShapeKind.Dict or ShapeKind.Result or ShapeKind.Instance or ShapeKind.Tuple or ShapeKind.List ? next.Items : [])
                open.Push(item);

            if (next.State is { } state)
                open.Push(state);

            if (next.Keywords is { } keywords)
                open.Push(keywords);
        }
    }

    /// <summary>The carried functions that run when somebody reads an attribute of an object, or of a class, that the file makes: those of properties and other descriptors. A plain function is only bound.</summary>
    public IEnumerable<Meaning.CarriedFunction> Read(Meaning owner, string attribute)
    {
        Meaning? type = owner switch
        {
            Meaning.Instance { Class: Meaning.MadeClass made } => made,
            Meaning.MadeClass { Shape: not null } made => scope.Meanings.Classes.MetaclassOf(made),
            _ => null,
        };
        foreach (ValueShape member in type is null ? [] : scope.Meanings.Classes.Named(type, attribute))
        {
            if (!IsPlainMethod(member))
            {
                foreach (Meaning.CarriedFunction carried in In(member))
                    yield return carried;
            }
        }
    }

    /// <summary>What a property, or another descriptor, of an object or class that the file makes calls when somebody reads it, where the file does not carry that.</summary>
    public IEnumerable<ValueShape> Getters(Meaning owner, string attribute)
    {
        Meaning? type = owner switch
        {
            Meaning.Instance { Class: Meaning.MadeClass made } => made,
            Meaning.MadeClass { Shape: not null } made => scope.Meanings.Classes.MetaclassOf(made),
            _ => null,
        };
        return (type is null ? [] : scope.Meanings.Classes.Named(type, attribute)).Where(m => scope.Meanings.CalleeOf(m) is Meaning.Named { Name: var wrapper } && scope.Table.Descriptors.Contains(wrapper.Path) && !In(m).Any())
            .SelectMany(m => m.Items.Where(i => i.Kind is ShapeKind.Import or ShapeKind.Result or ShapeKind.Instance));
    }

    /// <summary>Whether a member is a function, or a static or class method of one: reading it calls nothing.</summary>
    public bool IsPlainMethod(ValueShape member) => scope.Meanings.Of(member) switch
    {
        Meaning.CarriedFunction => true,
        Meaning.Bound { Target: Meaning.CarriedFunction } => scope.Meanings.CalleeOf(member) is Meaning.Named { Name: var binder } && !scope.Table.Descriptors.Contains(binder.Path),
        Meaning.Instance { Class: Meaning.Named { Name.Path: "builtins.classmethod" } } => member.Items is [var only] && scope.Meanings.Of(only) is Meaning.CarriedFunction,
        _ => false,
    };

    private bool Wraps(Meaning what) => what is Meaning.Bound or Meaning.Unknown || (what is Meaning.Instance { Class: Meaning.Named { Name: var type } } && scope.Table.Descriptors.Contains(type.Path));
}
