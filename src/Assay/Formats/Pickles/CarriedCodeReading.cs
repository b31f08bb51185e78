// Reads the code objects that a pickle makes.
using System.Text;
using Assay.Artifacts;
using Assay.Evaluation.Bytecode;
using Assay.Evaluation.Marshalled;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Reads the code objects that a pickle makes, wherever their parts stand among the arguments of a call.</summary>
internal static class CarriedCodeReading
{
    private const int MostValues = 4096;
    private const int MostText = 1 << 17;
    private const int FewestParts = 12;
    private const int MostParts = 24;

    /// <summary>Values that are looked at for marshalled code, in tuples within the arguments.</summary>
    private const int MostNested = 256;
    private const int MarshalledLevels = 2;
    private const int HeaderText = 64;

    /// <summary>Levels whose width only the number of values bounds: the arguments, constants and names.</summary>
    private const int WholeLevels = 3;

    /// <summary>Work for each byte of bytecode.</summary>
    private const int CodeWork = 300;

    /// <summary>The code object among the arguments, or null.</summary>
    public static CarriedCode? Read(PickleMachine machine, PickleValue arguments)
    {
        ReadOnlySpan<PickleValue> items = machine.Items(arguments);
        if (items.Length is < FewestParts or > MostParts || !HasParts(items))
        {
            return Marshalled(machine, items);
        }

        int budget = MostValues;
        ValueShape shape = machine.Shape(arguments, ref budget, MostText, -WholeLevels);
        machine.Budget?.SpendWork(CodeWork * shape.Items.Sum(i => i.Count));
        return CodeReader.Read(shape.Items);
    }

    /// <summary>The marshalled code objects among the arguments, taken together; null where there is none.</summary>
    private static CarriedCode? Marshalled(PickleMachine machine, ReadOnlySpan<PickleValue> arguments)
    {
        List<byte[]> codes = [];
        bool isWhole = true;
        Stack<(PickleValue Value, int Level)> open = new();
        Push(open, arguments, 0);
        for (int seen = 0; open.TryPop(out (PickleValue Value, int Level) next); seen++)
        {
            if (seen == MostNested)
            {
                isWhole = false;
                break;
            }

            if (next.Value.Kind is PickleKind.Tuple && next.Level < MarshalledLevels)
                Push(open, machine.Items(next.Value), next.Level + 1);

            int budget = 2;
            if (next.Value.Kind is not PickleKind.Bytes || !MarshalReader.MayBeCode(Encoding.Latin1.GetBytes(machine.Shape(next.Value, ref budget, HeaderText).Text)))
                continue;

            ValueShape bytes = machine.Shape(next.Value, ref budget, MostText);
            machine.Budget?.SpendWork((MarshalReader.WorkPerByte + CodeWork) * bytes.Text.Length);
            isWhole &= !bytes.Elided;
            codes.Add(Encoding.Latin1.GetBytes(bytes.Text));
        }

        if (codes.Count == 0)
        {
            return null;
        }

        CarriedCode code = CodeReader.ReadMarshalled(codes);
        return isWhole ? code : code with { IsWhole = false };
    }

    private static void Push(Stack<(PickleValue Value, int Level)> open, ReadOnlySpan<PickleValue> values, int level)
    {
        foreach (PickleValue value in values[..Math.Min(values.Length, MostNested + 1)])
        {
            if (value.Kind is PickleKind.Tuple or PickleKind.Bytes)
            {
                open.Push((value, level));
            }
        }
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
