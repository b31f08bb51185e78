// Runs pickles through the evaluator and through the whole engine.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Detection.Intents;
using Assay.Evaluation;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Formats;

namespace Assay.Tests.Evaluation;

/// <summary>Runs pickles through the evaluator and through the whole engine.</summary>
internal static class Folded
{
    /// <summary>What the pickle's value comes to.</summary>
    public static FoldedValue Value(byte[] pickle) => Value(pickle, out _);

    public static FoldedValue Value(byte[] pickle, out PickleEvaluator evaluator)
    {
        PickleMachine machine = new();
        ScanBudget budget = new(new ScanLimits(), TimeProvider.System);
        Watcher watcher = new(machine);
        machine.Open(new MemorySource(pickle), 0, pickle.Length, watcher, budget);
        Assert.Equal(PickleEnding.Stop, machine.Run());
        evaluator = watcher.Evaluator;
        return watcher.Evaluator.Evaluate(machine.Result);
    }

    /// <summary>The facts of a pickle, and the artifacts that it submits.</summary>
    public static Recording Read(byte[] pickle) => Recording.Read(new Assay.Formats.Pickles.PickleFormat(), pickle);

    /// <summary>What the texts and callables of a recording are for.</summary>
    public static IEnumerable<IntentFact> Intents(this Recording recording) => new IntentDetector(RuleSet.Default.Intents).Detect(recording.Facts);

    /// <summary>The report on a pickle.</summary>
    public static TargetReport Scan(byte[] pickle) =>
        new Scanner(new ScanOptions { Rules = RuleSet.Default }).Scan(new ScanInput { Path = "input", Open = () => new MemorySource(pickle), Named = true }).Report!;

    public static IEnumerable<string> Callables(this TargetReport report) =>
        report.Findings.Where(f => f.Severity >= Severity.High).SelectMany(f => f.Evidence).Where(e => e.Kind == "callable").Select(e => e.Text);

    /// <summary>module.name(arguments), with each argument put on the stack by its own action.</summary>
    public static PickleBuilder Call(this PickleBuilder builder, string module, string name, params Action<PickleBuilder>[] arguments)
    {
        builder.StackGlobal(module, name).Mark();
        foreach (Action<PickleBuilder> argument in arguments)
        {
            argument(builder);
        }

        return builder.Tuple().Reduce();
    }

    /// <summary>Calls what is on the stack.</summary>
    public static PickleBuilder CallTop(this PickleBuilder builder, params Action<PickleBuilder>[] arguments)
    {
        builder.Mark();
        foreach (Action<PickleBuilder> argument in arguments)
        {
            argument(builder);
        }

        return builder.Tuple().Reduce();
    }

    public static PickleBuilder List(this PickleBuilder builder, params Action<PickleBuilder>[] items)
    {
        builder.Op(Op.EMPTY_LIST).Mark();
        foreach (Action<PickleBuilder> item in items)
        {
            item(builder);
        }

        return builder.Op(Op.APPENDS);
    }

    private sealed class Watcher(PickleMachine machine) : PickleObserver
    {
        public PickleEvaluator Evaluator { get; } = new(machine);

        public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode) => Evaluator.Observe(result);
    }
}
