// Which functions that nothing is known of are called the way pickles call those that rebuild objects.
using Assay.Artifacts;
using Assay.Effects;

namespace Assay.Detection.Capacity;

/// <summary>
/// Tells functions that rebuild objects from all others. A class that gets a word selects a member; a function that gets one may open, delete or load what the
/// word names, and one that gets nothing does what it does. What pickles of real models call among functions are rebuilders: their names say so, or
/// they get a class, bytes, arrays or the name of an element type.
/// </summary>
internal sealed class FunctionCapacity(CapacityWords words, IStandings standings)
{
    private const int MaxValues = 1024;

    /// <summary>Whether a function of this name may be called with these arguments by an ordinary file: one that gets a class of its own package rebuilds an object of it, unless it gets texts beside and its name does not say so.</summary>
    public bool IsRebuilder(string callee, IReadOnlyList<ValueShape> arguments)
    {
        string name = callee[(callee.LastIndexOf('.') + 1)..];
        if (words.SaysRebuild(name) || (arguments is [{ Kind: ShapeKind.Import } type, ..] && CallCapacity.IsOwn(type.Text, callee) && IsType(type.Text) && (words.SaysMake(name) || (arguments.Count > 1 && !Given([.. arguments.Skip(1)]).Text))))
            return true;

        (bool text, bool number, bool matter, bool other) = Given(arguments);
        if (text)
            return false;

        // numpy.dtype('f8') by another name, a quaternion of four numbers, an array from its bytes.
        return matter ? words.SaysMake(name) : number && !other;
    }

    private bool IsType(string path) => NameConvention.IsClass(path) || standings.Of(path) is Standing.Harmless;

    private (bool Text, bool Number, bool Matter, bool Other) Given(IReadOnlyList<ValueShape> arguments)
    {
        (bool text, bool number, bool matter, bool other) = (false, false, false, false);
        Stack<(ValueShape Value, bool IsKey)> open = new(arguments.Select(a => (a, false)));
        for (int seen = 0; open.TryPop(out (ValueShape Value, bool IsKey) next); seen++)
        {
            if (seen == MaxValues)
                return (true, false, true, true);

            switch (next.Value.Kind)
            {
                case ShapeKind.Str when words.IsElementType(next.Value.Text):
                    number = true;
                    break;
                case ShapeKind.Str when next.Value.Elided || (!next.IsKey && next.Value.Text.Length > 1 && !TextForms.IsNumeric(next.Value.Text)):
                    text = true;
                    break;
                case ShapeKind.Float:
                    number = true;
                    break;
                case >= ShapeKind.Import or ShapeKind.Bytes or ShapeKind.ByteArray:
                    matter = true;
                    break;
                default:
                    other |= next.Value.Kind is not (ShapeKind.Tuple or ShapeKind.List);
                    break;
            }

            for (int i = next.Value.Items.Count - 1; i >= 0 && next.Value.Kind < ShapeKind.Import; i--)
                open.Push((next.Value.Items[i], next.Value.Kind is ShapeKind.Dict && i % 2 == 0));
        }

        return (text, number, matter, other);
    }
}
