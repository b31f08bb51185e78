// Runs our machine in the place of an unpickler and writes its events down as the recorder does.
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>Runs our machine in the place of an unpickler and writes its events down as the recorder does.</summary>
internal static class MachineTrace
{
    /// <summary>What the machine sees in the pickle at the start of <paramref name="stream"/>, for everything that is compared.</summary>
    public static List<(OracleView View, OracleTrace Trace)> RunAll(byte[] stream)
    {
        OracleTrace c = Run(stream, OracleDialect.C, out Differential differentials);
        OracleTrace cStream = Run(stream, OracleDialect.CStream, out _);
        OracleTrace python = Run(stream, OracleDialect.Python, out _);
        OracleTrace[] followed = [c, cStream, python];
        List<(OracleView, OracleTrace)> traces = [.. followed.Select((t, i) => (new OracleView((OracleDialect)i, OracleRunKind.Followed), t))];
        if (!differentials.HasFlag(Differential.Frames))
        {
            traces.Add((new OracleView(OracleDialect.CStream, OracleRunKind.Unmarked), c));
        }

        if (!differentials.HasFlag(Differential.Python))
        {
            traces.Add((new OracleView(OracleDialect.Python, OracleRunKind.Unmarked), c));
        }

        FirstStream product = new();
        using MemorySource source = new(stream);
        PickleTrace.Run(source, product, new ScanBudget(new ScanLimits(), TimeProvider.System));
        traces.AddRange(product.Events.Select((e, i) => (new OracleView((OracleDialect)i, OracleRunKind.Traced), new OracleTrace(e, "as traced", ""))));
        return traces;
    }

    private static OracleTrace Run(byte[] stream, OracleDialect dialect, out Differential differentials)
    {
        PickleDialect followed = dialect switch
        {
            OracleDialect.C => PickleDialect.C,
            OracleDialect.CStream => PickleDialect.CStream,
            _ => PickleDialect.Python,
        };
        PickleMachine machine = PickleMachinePool.Rent();
        EventLog log = new();
        try
        {
            using MemorySource source = new(stream);
            machine.Open(source, 0, stream.Length, log, new ScanBudget(new ScanLimits(), TimeProvider.System), followed);
            PickleEnding ending = machine.Run();
            return new OracleTrace(log.Events, ending.ToString(), machine.EndingDetail);
        }
        catch (ScanStopException e)
        {
            return new OracleTrace(log.Events, nameof(PickleEnding.Limit), e.Message);
        }
        finally
        {
            differentials = machine.Differentials;
            PickleMachinePool.Return(machine);
        }
    }

    private sealed class EventLog : PickleObserver
    {
        /// <summary>More than the recorder keeps: it does not write down an extension a second time.</summary>
        private const int Most = 500_000;

        public List<string> Events { get; } = [];

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
        {
            ImportRow row = machine.Import(import);
            Add($"import {row.Module ?? "?"}\n{row.Name ?? "?"}");
        }

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode) =>
            Add("call " + machine.Origin(machine.Call(result).Callee, resolved: false));

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) =>
            Add("build " + machine.Origin(target, resolved: false));

        public override void OnMethod(
            PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
        {
            // The machine reports an opcode once; the unpickler calls add and __setitem__ once for each item.
            int times = method switch { "add" => operands.Length, "__setitem__" => operands.Length / 2, _ => 1 };
            string text = "method " + machine.Origin(target, resolved: false);
            for (int i = 0; i < times; i++)
            {
                Add(text);
            }
        }

        public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode) => Add("persistent");

        public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) =>
            Add($"extension {extension.Payload}");

        private void Add(string text)
        {
            if (Events.Count < Most)
            {
                Events.Add(text);
            }
        }
    }

    /// <summary>The events of the first stream, for each unpickler.</summary>
    private sealed class FirstStream : PickleTraceSink
    {
        private int _streams;

        public List<string>[] Events { get; } = [[], [], []];

        public override void Begin(long offset) => _streams++;

        public override void Add(PickleTraceEvent traced, IReadOnlyList<PickleDialect> dialects)
        {
            if (_streams > 1)
            {
                return;
            }

            string text = traced.Kind switch
            {
                "import" => $"import {traced.Module ?? "?"}\n{traced.Name ?? "?"}",
                "extension" => $"extension {traced.Code}",
                "persistent" => "persistent",
                _ => $"{traced.Kind} {traced.Callee}",
            };
            foreach (PickleDialect dialect in dialects)
            {
                Events[(int)dialect].Add(text);
            }
        }

        public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings)
        {
        }
    }
}
