// A trace as one line of JSON.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Reports;

/// <summary>
/// Writes a trace as one JSON object on one line, while it runs. The text is ASCII: everything else, lone surrogates included, is
/// written as <c>\uXXXX</c>.
/// </summary>
public sealed class PickleTraceJson : PickleTraceSink
{
    private readonly TextWriter _writer;
    private bool _firstStream = true;
    private bool _firstEvent = true;

    /// <summary>Begins the object for <paramref name="file"/>, the path exactly as given.</summary>
    public PickleTraceJson(string file, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
        writer.Write("{\"file\":");
        Quote(writer, file);
        writer.Write(",\"streams\":[");
    }

    /// <inheritdoc/>
    public override void Begin(long offset)
    {
        _writer.Write(_firstStream ? "{\"offset\":" : ",{\"offset\":");
        _writer.Write(offset.ToString(CultureInfo.InvariantCulture));
        _writer.Write(",\"events\":[");
        _firstStream = false;
        _firstEvent = true;
    }

    /// <inheritdoc/>
    public override void Add(PickleTraceEvent traced, PickleTraceReach reach)
    {
        ArgumentNullException.ThrowIfNull(traced);
        ArgumentNullException.ThrowIfNull(reach);
        _writer.Write(_firstEvent ? "{" : ",{");
        _firstEvent = false;
        Text("kind", traced.Kind, first: true);
        Number("offset", traced.Offset);
        Text("opcode", traced.Opcode);
        if (traced.Kind == "import")
        {
            Text("module", traced.Module);
            Text("name", traced.Name);
        }

        if (traced.Callee is not null)
        {
            Text("callee", traced.Callee);
        }

        if (traced.Resolved is not null)
        {
            Text("resolved", traced.Resolved);
        }

        if (traced.Method is not null)
        {
            Text("method", traced.Method);
        }

        if (traced.Code is { } code)
        {
            Number("code", code);
        }

        _writer.Write(",\"dialects\":[");
        Names(reach.Dialects.Select(NameOf));
        if (reach.IsReached && reach.Encodings != PickleEncodings.All)
        {
            _writer.Write("],\"encodings\":[");
            Names(NamesOf(reach.Encodings));
        }

        _writer.Write(reach.IsReached ? "],\"reached\":true}" : "],\"reached\":false}");
    }

    /// <inheritdoc/>
    public override void End(long end, PickleEnding ending, long endingOffset, IReadOnlyDictionary<PickleDialect, PickleEnding> endings)
    {
        ArgumentNullException.ThrowIfNull(endings);
        _writer.Write("]");
        Number("end", end);
        Text("ending", NameOf(ending));
        Number("endingOffset", endingOffset);
        if (endings.Count > 0)
        {
            _writer.Write(",\"endings\":{");
            bool first = true;
            foreach ((PickleDialect dialect, PickleEnding how) in endings.OrderBy(e => e.Key))
            {
                Text(NameOf(dialect), NameOf(how), first);
                first = false;
            }

            _writer.Write("}");
        }

        _writer.Write("}");
    }

    /// <summary>Ends the object and the line; with a reason when the file could not be read.</summary>
    public void Finish(string? error = null)
    {
        _writer.Write("]");
        if (error is not null)
        {
            Text("error", error);
        }

        _writer.Write("}\n");
    }

    /// <summary>The names of encodings in reports, as Python spells them: <c>ascii</c>, <c>utf-8</c>, <c>latin1</c>, <c>bytes</c>.</summary>
    public static IReadOnlyList<string> NamesOf(PickleEncodings encodings) => DialectNames.Of(encodings);

    /// <summary>The name of an unpickler in reports: <c>c</c>, <c>c-stream</c>, <c>python</c>, <c>weights-only</c>, <c>joblib</c>.</summary>
    public static string NameOf(PickleDialect dialect) => DialectNames.Of(dialect);

    /// <summary>The name of an ending in reports: <c>stop</c>, <c>end-of-data</c>, <c>unknown-opcode</c>, ...</summary>
    public static string NameOf(PickleEnding ending)
    {
        string name = ending.ToString();
        return string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
    }

    private void Text(string key, string? value, bool first = false)
    {
        _writer.Write(first ? "\"" : ",\"");
        _writer.Write(key);
        _writer.Write("\":");
        if (value is null)
        {
            _writer.Write("null");
        }
        else
        {
            Quote(_writer, value);
        }
    }

    private void Names(IEnumerable<string> names)
    {
        bool first = true;
        foreach (string name in names)
        {
            _writer.Write(first ? "" : ",");
            Quote(_writer, name);
            first = false;
        }
    }

    private void Number(string key, long value)
    {
        _writer.Write(",\"");
        _writer.Write(key);
        _writer.Write("\":");
        _writer.Write(value.ToString(CultureInfo.InvariantCulture));
    }

    private static void Quote(TextWriter writer, string text)
    {
        writer.Write('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\')
            {
                writer.Write('\\');
                writer.Write(c);
            }
            else if (c is < ' ' or >= '\u007f')
            {
                writer.Write("\\u");
                writer.Write(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            }
            else
            {
                writer.Write(c);
            }
        }

        writer.Write('"');
    }
}
