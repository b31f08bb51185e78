// A trace as text, a line an event.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Reports;

/// <summary>Writes a trace as text, a line an event; text from the file is made visible.</summary>
public sealed class PickleTraceText(TextWriter writer) : PickleTraceSink
{
    private static readonly PickleDialect[] s_ordinary = [PickleDialect.C, PickleDialect.CStream, PickleDialect.Python];

    /// <inheritdoc/>
    public override void Begin(long offset) =>
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"pickle at {offset}\n"));

    /// <inheritdoc/>
    public override void Add(PickleTraceEvent traced, PickleTraceReach reach)
    {
        ArgumentNullException.ThrowIfNull(traced);
        ArgumentNullException.ThrowIfNull(reach);
        string what = traced.Kind switch
        {
            "import" => $"{traced.Module ?? "?"}.{traced.Name ?? "?"}",
            "extension" => string.Create(CultureInfo.InvariantCulture, $"code {traced.Code}"),
            "method" => $"{traced.Callee}.{traced.Method}",
            _ => traced.Callee ?? "",
        };
        string resolved = traced.Resolved is { Length: > 0 } name && name != what && traced.Kind != "method" ? $"  = {name}" : "";
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{traced.Offset,10}  {traced.Opcode,-12}  {traced.Kind,-10}  {Escape.Visible(what + resolved)}{Who(reach)}\n"));
    }

    /// <summary>Who comes to the event, where that is not exactly the ordinary unpicklers.</summary>
    private static string Who(PickleTraceReach reach)
    {
        if (!reach.IsReached)
        {
            return "  not reached";
        }

        bool ordinary = s_ordinary.All(reach.Dialects.Contains);
        string who = !ordinary ? $"  only in {string.Join(", ", reach.Dialects.Select(PickleTraceJson.NameOf))}"
            : reach.Dialects.Contains(PickleDialect.WeightsOnly) ? "  also with weights_only=True" : "";
        return reach.Encodings == PickleEncodings.All ? who : $"{who}  with encoding {string.Join(", ", PickleTraceJson.NamesOf(reach.Encodings))}";
    }

    /// <inheritdoc/>
    public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings)
    {
        ArgumentNullException.ThrowIfNull(endings);
        string all = string.Concat(endings.OrderBy(e => e.Key).Select(e => $"; {PickleTraceJson.NameOf(e.Key)}: {PickleTraceJson.NameOf(e.Value)}"));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{endingOffset,10}  ends: {PickleTraceJson.NameOf(ending)}{all}\n"));
    }
}
