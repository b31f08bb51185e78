// The readers of pickles, without the engine around them.
using Assay.Bytes;
using Assay.Pickle;
using Assay.Reports;

namespace Assay.Fuzz;

/// <summary>The pickle machine, its listing, and the decompiler.</summary>
internal static class PickleTargets
{
    private static readonly ScanLimits s_limits = new() { Milliseconds = 60_000 };

    /// <summary>Runs every pickle, and asks of every value what detectors and reports ask.</summary>
    public static int Machine(byte[] input)
    {
        Signature signature = new();
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            MemorySource source = new(input);
            ScanBudget budget = FuzzMeter.Budget(s_limits, input.Length);
            Curious observer = new();
            long offset = 0;
            do
            {
                machine.Open(source, offset, input.Length, observer, budget);
                PickleEnding ending = machine.Run();
                observer.Ask(machine, machine.Result);
                signature.Add((int)ending);
                signature.Add(machine.EndingDetail.Length);
                signature.AddSize(machine.Opcodes);
                signature.AddSize(machine.Actions);
                if (machine.Position < offset || machine.Position > input.Length)
                {
                    throw new FuzzFailure($"The machine stands at {machine.Position} of {input.Length} bytes.") { Kind = "position" };
                }

                if (ending != PickleEnding.Stop || machine.Position == offset)
                {
                    break;
                }

                offset = machine.Position;
            }
            while (offset < input.Length);
            signature.Add(observer.Kinds);
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }

        return signature.Value;
    }

    public static int Listing(byte[] input)
    {
        Signature signature = new();
        long lines = 0;
        foreach (PickleListingLine line in PickleListing.Lines(new MemorySource(input), s_limits))
        {
            lines++;
            signature.Add(line.Note.Length > 20 ? 20 : line.Note.Length);
        }

        signature.AddSize(lines);
        return signature.Value;
    }

    /// <summary>Decompiles, and holds the text to what a terminal may be shown.</summary>
    public static int Decompiler(byte[] input)
    {
        Signature signature = new();
        using StringWriter writer = new();
        DecompiledText.Write(new MemorySource(input), writer, new TextReportOptions { Width = 80 }, s_limits);
        string text = writer.ToString();
        foreach (string line in text.Split('\n'))
        {
            signature.Add(line.AsSpan(0, Math.Min(6, line.Length)).ToString());
        }

        int control = text.AsSpan().IndexOfAnyInRange('\0', '\t');
        if (control >= 0 || text.Contains('\e', StringComparison.Ordinal) || text.Contains('\u202e', StringComparison.Ordinal))
        {
            throw new FuzzFailure("A control character reached the text.") { Kind = "control" };
        }

        return text.Length <= 64 << 20 ? signature.Value : throw new FuzzFailure($"{input.Length} bytes gave {text.Length} characters.") { Kind = "size" };
    }

    /// <summary>Asks what a value is, as those do who read values.</summary>
    private sealed class Curious : PickleObserver
    {
        private const int Questions = 2000;
        private int _asked;

        /// <summary>The kinds of events met, one bit each.</summary>
        public long Kinds { get; private set; }

        public void Ask(PickleMachine machine, PickleValue value)
        {
            if (value.IsEmpty || _asked++ >= Questions)
            {
                return;
            }

            int budget = 64;
            machine.Shape(value, ref budget);
            machine.IsTainted(value);
            if (value.Kind is >= PickleKind.EmptyTuple and <= PickleKind.FrozenSet)
            {
                machine.CountOf(value);
                machine.Children(value, 16, out _);
            }

            machine.Origin(value, resolved: true);
            machine.Root(value);
        }

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
        {
            Kinds |= 1;
            Ask(machine, import);
        }

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
        {
            Kinds |= 1L << (2 + ((int)opcode & 31));
            Ask(machine, result);
        }

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
        {
            Kinds |= 2;
            Ask(machine, target);
            Ask(machine, state);
        }

        public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
        {
            Kinds |= 1L << (34 + (method.Length & 15));
            Ask(machine, target);
            Ask(machine, operands[0]);
        }

        public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
        {
            Kinds |= 1L << 50;
            Ask(machine, persistent);
        }

        public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) => Kinds |= 1L << 51;

        public override void OnPayload(PickleMachine machine, PickleValue constant, long offset, long length)
        {
            Kinds |= 1L << 52;
            machine.GetText(constant, 100, out _);
            machine.GetRange(constant);
        }

        public override void OnOddity(PickleMachine machine, string code, long offset, string detail) => Kinds |= 1L << (53 + (code.Length & 7));
    }
}
