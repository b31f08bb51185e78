// Tells the decompiler where joblib reads arrays in the middle of a pickle.
using System.Globalization;
using Assay.Bytes;
using Assay.Evaluation.Decompiler;
using Assay.Pickle;

namespace Assay.Formats.Joblib;

/// <summary>joblib's in-stream arrays: their bytes follow the BUILD of a <c>NumpyArrayWrapper</c>.</summary>
internal sealed class JoblibEmbeddedArrays : IEmbeddedDataReader
{
    private const int OriginSteps = 8;

    /// <summary>What makes an object of a class gets the class among the first.</summary>
    private const int FirstArguments = 4;

    private const int ShapeBudget = 1 << 16;

    /// <summary>
    /// Whether the object that was filled is an array wrapper of joblib: made of the class, or by something that got the class, such as
    /// <c>copyreg._reconstructor</c>.
    /// </summary>
    public static bool Follows(PickleMachine machine, PickleValue target)
    {
        for (int step = 0; step < OriginSteps && target.Kind is PickleKind.Result or PickleKind.Instance; step++)
        {
            CallRow row = machine.Call(target);
            if (row.IsReplaced)
            {
                return false;
            }

            ReadOnlySpan<PickleValue> arguments = machine.Items(row.Arguments);
            foreach (PickleValue argument in arguments[..Math.Min(arguments.Length, FirstArguments)])
            {
                if (IsWrapper(machine, argument))
                {
                    return true;
                }
            }

            target = row.Callee;
        }

        return IsWrapper(machine, target);
    }

    private static bool IsWrapper(PickleMachine machine, PickleValue value) =>
        value.Kind == PickleKind.Import && machine.Import(value).Resolved is { } name
            && JoblibArrayLayout.IsWrapper(name) && name.Contains("joblib", StringComparison.Ordinal);

    public EmbeddedData? After(PickleMachine machine, PickleValue target, PickleValue state)
    {
        if (!Follows(machine, target))
        {
            return null;
        }

        JoblibArrayLayout layout = JoblibArrayLayout.FromState(machine.WholeShape(state, ShapeBudget));
        if (layout.Error is { } error)
        {
            return new EmbeddedData(-1, false, error);
        }

        if (layout.IsPickle)
        {
            return new EmbeddedData(machine.Position, true, "joblib reads an array of objects here: a pickle of its own");
        }

        bool there = layout.TryLocate(machine.Source, machine.Position, out ByteRange data, out long missing) && missing == 0;
        return new EmbeddedData(
            there ? data.End : -1, false,
            string.Create(CultureInfo.InvariantCulture, $"joblib reads an array here: {layout.ByteCount:N0} bytes{(there ? "" : ", more than are left")}"));
    }
}
