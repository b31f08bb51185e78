// A disassembly of pickles for people.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Pickle;

/// <summary>One line of a listing: an opcode, or the end of a stream.</summary>
/// <param name="Offset">The offset of the opcode.</param>
/// <param name="Name">The opcode's name, or empty for a line that says how a stream ended.</param>
/// <param name="Argument">The decoded argument, cut where long; unescaped.</param>
/// <param name="StackDepth">Values on the stack before the opcode, marks included.</param>
/// <param name="Note">A memo name (<c>memo 3</c>), a resolved global, or how the stream ended.</param>
public readonly record struct PickleListingLine(long Offset, string Name, string Argument, int StackDepth, string Note);

/// <summary>A disassembly of pickles for people.</summary>
public static class PickleListing
{
    private const int ArgumentLimit = 200;

    /// <summary>
    /// The lines of every pickle in <paramref name="source"/>, one after the other. Bytes are read as pickle whatever they look like;
    /// the listing ends where the stream breaks, and its last line says how.
    /// </summary>
    public static IEnumerable<PickleListingLine> Lines(ByteSource source) => Lines(source, new ScanLimits());


    /// <summary>The lines, under the given limits.</summary>
    public static IEnumerable<PickleListingLine> Lines(ByteSource source, ScanLimits limits)
    {
        ArgumentNullException.ThrowIfNull(source);
        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            Notes notes = new();
            ScanBudget budget = new(limits, TimeProvider.System);
            long offset = 0;
            do
            {
                machine.Open(source, offset, source.Length, notes, budget);
                PickleEnding ending = PickleEnding.Suspended;
                while (ending == PickleEnding.Suspended)
                {
                    int depth = machine.Depth;
                    long at = machine.Position;
                    notes.Text = "";
                    ending = machine.Run(1);
                    if (machine.Opcodes > 0 && machine.Position > at)
                    {
                        (string name, string argument, string note) = machine.DescribeLast(ArgumentLimit);
                        yield return new PickleListingLine(at, name, argument, depth, notes.Text.Length > 0 ? notes.Text : note);
                    }
                }

                string left = machine.Leftover > 0 ? $"; {machine.Leftover} values left on the stack" : "";
                string how = ending == PickleEnding.Stop ? "end of pickle" : $"broken: {machine.EndingDetail}";
                yield return new PickleListingLine(machine.EndingOffset, "", "", machine.Depth, string.Create(CultureInfo.InvariantCulture, $"{how}, {machine.Opcodes} opcodes{left}"));
                offset = machine.Ending == PickleEnding.Stop ? machine.Position : source.Length;
            }
            while (offset < source.Length);
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }

    private sealed class Notes : PickleObserver
    {
        public string Text { get; set; } = "";

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
        {
            ImportRow row = machine.Import(import);
            string resolved = row.Resolved;
            Text = row.IsComputed ? "a computed name" : resolved == row.Written ? $"imports {resolved}" : $"imports {resolved} (written {row.Written})";
        }

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode) =>
            Text = $"{(result.Kind == PickleKind.Instance ? "constructs" : "calls")} {machine.Origin(machine.Call(result).Callee, resolved: true)}";

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) =>
            Text = $"puts a state into {machine.Origin(target, resolved: true)}";

        public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode) =>
            Text = $"calls {machine.Origin(target, resolved: true)}.{method}";

        public override void OnOddity(PickleMachine machine, string code, long offset, string detail) =>
            Text = Text.Length == 0 ? $"{code}: {detail}" : $"{Text}; {code}: {detail}";
    }
}
