// Traces bytes as a test wants them: a line for each event.
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;
using Assay.Reports;

namespace Assay.Tests.Builders;

/// <summary>Traces bytes and writes each event as <c>kind what [dialects] [encodings]</c>; <c>-</c> stands for nobody.</summary>
internal static class Traced
{
    private static readonly string[] s_ordinary = ["c", "c-stream", "python"];

    public static IReadOnlyList<string> Events(PickleBuilder pickle) => Events(pickle.ToArray());

    public static IReadOnlyList<string> Events(byte[] bytes)
    {
        Lines lines = new();
        using MemorySource source = new(bytes);
        JoblibTrace.Run(source, lines, new ScanBudget(new ScanLimits(), TimeProvider.System));
        return lines.All;
    }

    /// <summary>How the first stream ended in each unpickler, where they differ.</summary>
    public static IReadOnlyDictionary<PickleDialect, PickleEnding> Endings(byte[] bytes)
    {
        Lines lines = new();
        using MemorySource source = new(bytes);
        JoblibTrace.Run(source, lines, new ScanBudget(new ScanLimits(), TimeProvider.System));
        return lines.Endings!;
    }

    private sealed class Lines : PickleTraceSink
    {
        public List<string> All { get; } = [];

        public IReadOnlyDictionary<PickleDialect, PickleEnding>? Endings { get; private set; }

        public override void Begin(long offset)
        {
        }

        public override void Add(PickleTraceEvent traced, PickleTraceReach reach)
        {
            string[] dialects = [.. reach.Dialects.Select(PickleTraceJson.NameOf)];
            IEnumerable<string> named = s_ordinary.All(dialects.Contains) ? dialects.Except(s_ordinary).Prepend("all") : dialects;
            string who = reach.IsReached ? string.Join('+', named) : "-";
            string encodings = reach.Encodings is PickleEncodings.All or PickleEncodings.None ? "" : " " + string.Join('+', PickleTraceJson.NamesOf(reach.Encodings));
            All.Add($"{traced.Kind} {traced.Callee ?? $"{traced.Module}.{traced.Name}"} {who}{encodings}");
        }

        public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings) =>
            Endings ??= endings;
    }
}
