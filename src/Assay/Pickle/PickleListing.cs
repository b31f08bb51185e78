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
    public static IEnumerable<PickleListingLine> Lines(ByteSource source) => Lines(source, new ScanLimits(), null);

    /// <summary>The lines, under the given limits.</summary>
    public static IEnumerable<PickleListingLine> Lines(ByteSource source, ScanLimits limits) => Lines(source, limits, null);

    /// <summary>The lines; <paramref name="arrays"/> knows the arrays that a loader reads in the middle of a pickle.</summary>
    internal static IEnumerable<PickleListingLine> Lines(ByteSource source, ScanLimits limits, PickleArrays? arrays)
    {
        ArgumentNullException.ThrowIfNull(source);
        ScanBudget budget = new(limits, TimeProvider.System);
        budget.Admit(source.Length);
        long offset = 0;
        do
        {
            long next = -1;
            foreach (PickleListingLine line in Stream(source, offset, budget, arrays, null, e => next = e))
            {
                yield return line;
            }

            foreach (PickleParting parting in PicklePartings.Of(source, offset, Fresh(), arrays))
            {
                yield return new PickleListingLine(parting.From, "", "", 0, $"only in {parting.Who}: reads the same bytes otherwise, and does more");
                foreach (PickleListingLine line in Stream(source, offset, Fresh(), arrays, parting.Reading, e => next = next < 0 ? e : next).Where(l => l.Offset >= parting.From || l.Name.Length == 0))
                {
                    yield return line;
                }
            }

            offset = next >= 0 ? next : source.Length;
        }
        while (offset < source.Length);

        ScanBudget Fresh()
        {
            ScanBudget fresh = new(limits, TimeProvider.System);
            fresh.Admit(source.Length);
            return fresh;
        }
    }

    /// <summary>The lines of one pickle, as <paramref name="reading"/> reads it, or else as the first reading does; <paramref name="end"/> takes where it ends, or -1 where it breaks.</summary>
    private static IEnumerable<PickleListingLine> Stream(ByteSource source, long offset, ScanBudget budget, PickleArrays? arrays, PickleReading? reading, Action<long> end)
    {
        using PickleSession session = new(source, offset, source.Length, budget, arrays);
        Notes notes = new(arrays?.Loader ?? "");
        if (reading is null)
        {
            session.Begin(notes);
        }
        else
        {
            session.Begin(reading, notes);
        }

        PickleEnding ending = PickleEnding.Suspended;
        while (ending == PickleEnding.Suspended)
        {
            PickleMachine machine = session.Running;
            int depth = machine.Depth;
            long at = machine.Position;
            long before = machine.Opcodes;
            notes.Begin();
            ending = session.Run(1);

            // The machine of an array's pickle is gone once that has ended.
            long opcodes = notes.Ended?.Opcodes ?? machine.Opcodes;
            if (opcodes > before)
            {
                (string name, string argument, string note) = notes.Ended?.Last ?? machine.DescribeLast(ArgumentLimit);
                yield return new PickleListingLine(at, name, argument, depth, notes.Text.Length > 0 ? notes.Text : note);
            }

            if (notes.Array is { } array)
            {
                yield return new PickleListingLine(array.At, "", "", depth, array.Text);
            }
        }

        PickleMachine first = session.First;
        string left = first.Leftover > 0 ? $"; {first.Leftover} values left on the stack" : "";
        string how = ending == PickleEnding.Stop ? "end of pickle" : $"broken: {first.EndingDetail}";
        yield return new PickleListingLine(first.EndingOffset, "", "", first.Depth, string.Create(CultureInfo.InvariantCulture, $"{how}, {first.Opcodes} {(first.Opcodes == 1 ? "opcode" : "opcodes")}{left}"));
        end(first.Ending == PickleEnding.Stop ? first.Position : -1);
    }

    private sealed class Notes(string loader) : PickleObserver
    {
        public string Text { get; private set; } = "";

        public (long At, string Text)? Array { get; private set; }

        public (long Opcodes, (string Name, string Argument, string Note) Last)? Ended { get; private set; }

        public void Begin() => (Text, Array, Ended) = ("", null, null);

        public override void OnArray(PickleMachine machine, PickleValue target, PickleArray array)
        {
            string what = array.IsPickle ? "an array of objects here, a pickle of its own" : string.Create(CultureInfo.InvariantCulture, $"an array of {array.Declared} bytes here");
            Array = (array.At, $"{loader} reads {what}");
        }

        public override void OnNestedEnd(PickleMachine nested) => Ended = (nested.Opcodes, nested.DescribeLast(ArgumentLimit));

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
