// Reads the code objects that a pickle makes.
using Assay.Artifacts;
using Assay.Evaluation.Bytecode;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Reads the code objects that a pickle makes, wherever their parts stand among the arguments of a call.</summary>
internal static class CarriedCodeReading
{
    private const int MostValues = 4096;
    private const int MostText = 1 << 17;
    private const int FewestParts = 12;
    private const int MostParts = 24;

    /// <summary>Levels whose width only the number of values bounds: the arguments, constants and names.</summary>
    private const int WholeLevels = 3;

    /// <summary>Work for each byte of bytecode.</summary>
    private const int CodeWork = 30;

    /// <summary>The code object among the arguments, or null.</summary>
    public static CarriedCode? Read(PickleMachine machine, PickleValue arguments)
    {
        ReadOnlySpan<PickleValue> items = machine.Items(arguments);
        if (items.Length is < FewestParts or > MostParts || !HasParts(items))
        {
            return null;
        }

        int budget = MostValues;
        ValueShape shape = machine.Shape(arguments, ref budget, MostText, -WholeLevels);
        machine.Budget?.SpendWork(CodeWork * shape.Items.Sum(i => i.Count));
        return CodeReader.Read(shape.Items);
    }

    private static bool HasParts(ReadOnlySpan<PickleValue> items)
    {
        for (int i = 4; i + 5 < items.Length; i++)
        {
            if (items[i - 1].Kind is PickleKind.Int && items[i - 2].Kind is PickleKind.Int && IsTuple(items[i + 1]) && IsTuple(items[i + 2]) && IsTuple(items[i + 3]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsTuple(PickleValue value) => value.Kind is PickleKind.Tuple or PickleKind.EmptyTuple;
}
