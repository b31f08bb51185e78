// A trace as text, a line an event.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Reports;

/// <summary>Writes a trace as text, a line an event; text from the file is made visible.</summary>
public sealed class PickleTraceText(TextWriter writer) : PickleTraceSink
{
    /// <inheritdoc/>
    public override void Begin(long offset) =>
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"pickle at {offset}\n"));

    /// <inheritdoc/>
    public override void Add(PickleTraceEvent traced, IReadOnlyList<PickleDialect> dialects)
    {
        ArgumentNullException.ThrowIfNull(traced);
        ArgumentNullException.ThrowIfNull(dialects);
        string what = traced.Kind switch
        {
            "import" => $"{traced.Module ?? "?"}.{traced.Name ?? "?"}",
            "extension" => string.Create(CultureInfo.InvariantCulture, $"code {traced.Code}"),
            "method" => $"{traced.Callee}.{traced.Method}",
            _ => traced.Callee ?? "",
        };
        string resolved = traced.Resolved is { Length: > 0 } name && name != what && traced.Kind != "method" ? $"  = {name}" : "";
        string only = dialects.Count == 3 ? "" : $"  only in {string.Join(", ", dialects.Select(PickleTraceJson.NameOf))}";
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{traced.Offset,10}  {traced.Opcode,-12}  {traced.Kind,-10}  {Escape.Visible(what + resolved)}{only}\n"));
    }

    /// <inheritdoc/>
    public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings)
    {
        ArgumentNullException.ThrowIfNull(endings);
        string all = string.Concat(endings.OrderBy(e => e.Key).Select(e => $"; {PickleTraceJson.NameOf(e.Key)}: {PickleTraceJson.NameOf(e.Value)}"));
        writer.Write(string.Create(CultureInfo.InvariantCulture, $"{endingOffset,10}  ends: {PickleTraceJson.NameOf(ending)}{all}\n"));
    }
}
