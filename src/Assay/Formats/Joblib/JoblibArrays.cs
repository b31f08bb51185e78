// What joblib's unpickler reads in place of the wrappers of arrays: the one predicate and the one layout.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Joblib;

/// <summary>
/// joblib's arrays: after the BUILD of a <c>NumpyArrayWrapper</c> their bytes follow in the stream, after that of an
/// <c>NDArrayWrapper</c> or <c>ZNDArrayWrapper</c> a file of its own is opened. Specification: <c>joblib/numpy_pickle.py</c>,
/// <c>NumpyUnpickler.load_build</c>.
/// </summary>
internal sealed class JoblibArrays : PickleArrays
{
    private const int OriginSteps = 8;

    /// <summary>What makes an object of a class gets the class among the first.</summary>
    private const int FirstArguments = 4;

    private const int ShapeBudget = 1 << 16;

    private JoblibArrays()
    {
    }

    public static JoblibArrays Instance { get; } = new();

    public override string Loader => "joblib";

    /// <summary>
    /// The class of the wrapper that an object is, or null: it was made of the class, or by something that got the class, such as
    /// <c>copyreg._reconstructor</c> in protocols 0 and 1.
    /// </summary>
    public static string? WrapperOf(PickleMachine machine, PickleValue target)
    {
        for (int step = 0; step < OriginSteps && target.Kind is PickleKind.Result or PickleKind.Instance; step++)
        {
            CallRow row = machine.Call(target);
            if (row.IsReplaced)
            {
                return null;
            }

            if (NameOf(machine, row.Callee) is { } made)
            {
                return made;
            }

            ReadOnlySpan<PickleValue> arguments = machine.Items(row.Arguments);
            foreach (PickleValue argument in arguments[..Math.Min(arguments.Length, FirstArguments)])
            {
                if (NameOf(machine, argument) is { } given)
                {
                    return given;
                }
            }

            target = row.Callee;
        }

        return null;
    }

    public override ArrayPlace After(PickleMachine machine, PickleValue target) => WrapperOf(machine, target) switch
    {
        null => ArrayPlace.None,
        string name when JoblibArrayLayout.IsWrapper(name) =>
            name.Contains("joblib", StringComparison.Ordinal) ? ArrayPlace.InStream : ArrayPlace.MaybeInStream,
        _ => ArrayPlace.InFile,
    };

    public override PickleArray Locate(PickleMachine machine, PickleValue state, long at, bool turned)
    {
        JoblibArrayLayout layout = JoblibArrayLayout.FromState(machine.WholeShape(state, ShapeBudget));
        if (turned && layout.IsDisputed)
        {
            layout = layout.Turned();
        }

        PickleArray array = new() { At = at, Start = at, End = at, IsDisputed = layout.IsDisputed, IsPickle = layout.IsPickle, Declared = layout.ByteCount, Error = layout.Error };
        return layout.TryLocate(machine.Source, at, out ByteRange data, out long missing)
            ? array with { Start = data.Offset, End = data.End, Missing = missing }
            : array;
    }

    private static string? NameOf(PickleMachine machine, PickleValue value) =>
        value.Kind == PickleKind.Import && machine.Import(value).Resolved is { } name && (JoblibArrayLayout.IsWrapper(name) || JoblibCompanion.IsWrapper(name))
            ? name
            : null;
}
