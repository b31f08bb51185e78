// Runs our machine in the place of an unpickler and writes its events down as the recorder does.
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;

namespace Assay.Tests.Oracle;

/// <summary>Runs our machine in the place of an unpickler and writes its events down as the recorder does.</summary>
internal static class MachineTrace
{
    private static readonly PickleDialect[] s_dialects = [PickleDialect.C, PickleDialect.CStream, PickleDialect.Python, PickleDialect.WeightsOnly];
    private static readonly PickleEncodings[] s_encodings = [PickleEncodings.Latin1, PickleEncodings.Ascii, PickleEncodings.Utf8, PickleEncodings.Bytes];

    /// <summary>What the machine sees in the pickle at the start of <paramref name="stream"/>, for everything that is compared.</summary>
    public static List<(OracleView View, OracleTrace Trace)> RunAll(byte[] stream)
    {
        List<(OracleView, OracleTrace)> traces = [];
        EventLog[] followed = [.. s_dialects.Select(d => Run(stream, d))];
        Differential met = followed[0].Differentials;
        FirstStream product = new();
        using MemorySource source = new(stream);
        PickleTrace.Run(source, product, new ScanBudget(new ScanLimits(), TimeProvider.System));
        foreach (PickleEncodings encoding in s_encodings)
        {
            for (int i = 0; i < followed.Length; i++)
            {
                OracleDialect dialect = (OracleDialect)i;
                traces.Add((new OracleView(dialect, OracleRunKind.Followed, encoding), followed[i].Trace(encoding, dialect)));
                traces.Add((new OracleView(dialect, OracleRunKind.Traced, encoding), product.Events[i].Trace(encoding, dialect, "as traced", "")));
                if (!IsMarked(dialect, met))
                {
                    traces.Add((new OracleView(dialect, OracleRunKind.Unmarked, encoding), followed[0].Trace(encoding, dialect)));
                }
            }
        }

        return traces;
    }

    /// <summary>What our trace says of joblib's unpickler, which asks for one encoding alone.</summary>
    public static OracleTrace Joblib(byte[] stream)
    {
        FirstStream product = new();
        using MemorySource source = new(stream);
        JoblibTrace.Run(source, product, new ScanBudget(new ScanLimits(), TimeProvider.System));
        return product.Events[(int)PickleDialect.Joblib].Trace(PickleEncodings.None, OracleDialect.Joblib, "as traced", "");
    }

    /// <summary>Whether a scan runs the dialect as well, after what the C run met.</summary>
    private static bool IsMarked(OracleDialect dialect, Differential met) => dialect switch
    {
        OracleDialect.C => true,
        OracleDialect.CStream => met.HasFlag(Differential.Frames),
        OracleDialect.Python => met.HasFlag(Differential.Python),
        _ => (met & (Differential.Python | Differential.WeightsOnly)) != 0,
    };

    private static EventLog Run(byte[] stream, PickleDialect dialect)
    {
        PickleMachine machine = PickleMachinePool.Rent();
        EventLog log = new();
        try
        {
            using MemorySource source = new(stream);
            machine.Open(source, 0, stream.Length, log, new ScanBudget(new ScanLimits(), TimeProvider.System), dialect);
            log.Ending = machine.Run().ToString();
            log.Detail = machine.EndingDetail;
        }
        catch (ScanStopException e)
        {
            (log.Ending, log.Detail) = (nameof(PickleEnding.Limit), e.Message);
        }
        finally
        {
            log.Differentials = machine.Differentials;
            PickleMachinePool.Return(machine);
        }

        return log;
    }

    /// <summary>Events, each with the encodings in which it happens.</summary>
    private sealed class Events
    {
        /// <summary>More than the recorder keeps: it does not write down an extension a second time.</summary>
        private const int Most = 500_000;

        private readonly List<string> _texts = [];
        private readonly List<PickleEncodings> _encodings = [];
        private bool _mixed;

        public void Add(string text, PickleEncodings encodings)
        {
            if (_texts.Count < Most)
            {
                _texts.Add(text);
                _encodings.Add(encodings);
                _mixed |= encodings != PickleEncodings.All;
            }
        }

        /// <summary>Those of one encoding; the restricted unpickler joins module and name by a dot.</summary>
        public OracleTrace Trace(PickleEncodings encoding, OracleDialect dialect, string ending, string detail)
        {
            IReadOnlyList<string> texts = _mixed ? [.. _texts.Where((_, i) => _encodings[i].HasFlag(encoding))] : _texts;
            return new OracleTrace(dialect == OracleDialect.WeightsOnly ? [.. texts.Select(t => t.Replace('\n', '.'))] : texts, ending, detail);
        }
    }
    private sealed class EventLog : PickleObserver
    {
        private readonly Events _events = new();

        public string Ending { get; set; } = "";

        public string Detail { get; set; } = "";

        public Differential Differentials { get; set; }

        public OracleTrace Trace(PickleEncodings encoding, OracleDialect dialect) => _events.Trace(encoding, dialect, Ending, Detail);

        public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
        {
            ImportRow row = machine.Import(import);
            Add(machine, $"import {row.Module ?? "?"}\n{row.Name ?? "?"}");
        }

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode) =>
            Add(machine, "call " + machine.Origin(machine.Call(result).Callee, resolved: false));

        public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset) =>
            Add(machine, "build " + machine.Origin(target, resolved: false));

        public override void OnMethod(
            PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
        {
            // The machine reports an opcode once; the unpickler calls add and __setitem__ once for each item.
            int times = method switch { "add" => operands.Length, "__setitem__" => operands.Length / 2, _ => 1 };
            string text = "method " + machine.Origin(target, resolved: false);
            for (int i = 0; i < times; i++)
            {
                Add(machine, text);
            }
        }

        public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode) => Add(machine, "persistent");

        public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) =>
            Add(machine, $"extension {extension.Payload}");

        private void Add(PickleMachine machine, string text) => _events.Add(text, machine.Encodings);
    }

    /// <summary>The events of the first stream, for each unpickler.</summary>
    private sealed class FirstStream : PickleTraceSink
    {
        private int _streams;

        public Events[] Events { get; } = [.. Enum.GetValues<PickleDialect>().Select(_ => new Events())];

        public override void Begin(long offset) => _streams++;

        public override void Add(PickleTraceEvent traced, PickleTraceReach reach)
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
            foreach (PickleDialect dialect in reach.Dialects)
            {
                Events[(int)dialect].Add(text, reach.Encodings);
            }
        }

        public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings)
        {
        }
    }
}
