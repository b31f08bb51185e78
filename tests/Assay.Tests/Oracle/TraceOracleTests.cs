// Holds what the program prints against the real unpicklers.
using System.Text;
using System.Text.Json;
using Assay.Pickle;
using Assay.Tests.Builders;
using Assay.Tests.Cli;

namespace Assay.Tests.Oracle;

/// <summary>The same comparison as <see cref="OracleTests"/>, with the JSON that <c>assay pickle trace</c> prints in the machine's place.</summary>
public sealed class TraceOracleTests : IDisposable
{
    private const int Streams = 3_000;
    private const int Batch = 250;
    private const ulong Seed = 77;

    private static readonly (OracleDialect Dialect, string Name)[] s_dialects =
        [(OracleDialect.C, "c"), (OracleDialect.CStream, "c-stream"), (OracleDialect.Python, "python"), (OracleDialect.WeightsOnly, "weights-only")];

    private static readonly (PickleEncodings Encoding, string Name)[] s_encodings =
        [(PickleEncodings.Latin1, "latin1"), (PickleEncodings.Ascii, "ascii"), (PickleEncodings.Utf8, "utf-8"), (PickleEncodings.Bytes, "bytes")];

    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ThePrintedTraceHasAllThatUnpicklersDo()
    {
        Assert.SkipWhen(OracleProcess.Missing is not null, OracleProcess.Missing ?? "");
        StreamGenerator generator = new(Seed, OrdinaryPickles.Make());
        OracleTally tally = new();
        using OracleProcess oracle = new();
        for (int from = 0; from < Streams; from += Batch)
        {
            List<byte[]> streams = [.. Enumerable.Range(from, Batch).Select(i => generator.Make(i))];
            string[] files = [.. streams.Select((s, i) => Save($"{i}", s))];
            string[] lines = [];
            OracleAnswer?[] answers = oracle.Ask(streams, () => lines = PickleTraceCommandTests.Run(["--json", "--raw", .. files]).Lines);
            Assert.Equal(Batch, lines.Length);
            for (int i = 0; i < Batch; i++)
            {
                if (answers[i] is not { } answer)
                {
                    tally.AddDead();
                    continue;
                }

                Printed printed = Read(lines[i]);
                Assert.Equal(files[i], printed.File);
                tally.Add($"#{from + i}", streams[i], Compare(answer, printed));
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(tally.Summary(0));
        Assert.True(tally.Misses.Count == 0, string.Join('\n', tally.Misses.Take(10)));
        Assert.InRange(tally.NotCompared, 0, Streams / 100);
    }

    private static List<(OracleView, OracleTrace, OracleTrace, Comparison)> Compare(OracleAnswer answer, Printed printed)
    {
        List<(OracleView, OracleTrace, OracleTrace, Comparison)> compared = [];
        foreach ((OracleDialect dialect, string name) in s_dialects)
        {
            foreach ((PickleEncodings encoding, string spelled) in s_encodings)
            {
                if (answer[dialect, encoding] is { } real)
                {
                    IEnumerable<string> texts = printed.Events.Where(e => e.Dialects.Contains(name) && (e.Encodings.Count == 0 || e.Encodings.Contains(spelled))).Select(e => e.Text);
                    OracleTrace ours = new([.. dialect == OracleDialect.WeightsOnly ? texts.Select(t => t.Replace('\n', '.')) : texts], printed.Ending, "");
                    compared.Add((new OracleView(dialect, OracleRunKind.Traced, encoding), real, ours, Comparison.Of(real, ours)));
                }
            }
        }

        return compared;
    }

    private string Save(string name, byte[] bytes)
    {
        File.WriteAllBytes(_tree[name], bytes);
        return _tree[name];
    }

    private sealed record PrintedEvent(string Text, List<string> Dialects, List<string> Encodings);

    private sealed record Printed(string File, string Ending, List<PrintedEvent> Events);

    /// <summary>The first stream of a line, token by token: the framework refuses the lone surrogates that names may hold.</summary>
    private static Printed Read(string line)
    {
        Utf8JsonReader json = new(Encoding.UTF8.GetBytes(line));
        string file = "";
        string ending = "";
        List<PrintedEvent> events = [];
        Dictionary<string, string> fields = [];
        List<string> dialects = [];
        List<string> encodings = [];
        string key = "";
        int streams = 0;
        while (json.Read())
        {
            switch (json.TokenType)
            {
                case JsonTokenType.PropertyName:
                    key = RecordedAnswer.Text(ref json);
                    break;
                case JsonTokenType.StartObject when json.CurrentDepth == 2:
                    streams++;
                    break;
                case JsonTokenType.StartObject when json.CurrentDepth == 4:
                    (fields, dialects, encodings) = ([], [], []);
                    break;
                case JsonTokenType.EndObject when json.CurrentDepth == 4 && streams == 1 && fields.ContainsKey("kind"):
                    events.Add(new PrintedEvent(Describe(fields), dialects, encodings));
                    break;
                case JsonTokenType.String when key == "file" && json.CurrentDepth == 1:
                    file = RecordedAnswer.Text(ref json);
                    break;
                case JsonTokenType.String when key == "ending" && streams == 1:
                    ending = RecordedAnswer.Text(ref json);
                    break;
                case JsonTokenType.String when key == "dialects":
                    dialects.Add(RecordedAnswer.Text(ref json));
                    break;
                case JsonTokenType.String when key == "encodings":
                    encodings.Add(RecordedAnswer.Text(ref json));
                    break;
                case JsonTokenType.String or JsonTokenType.Number when json.CurrentDepth == 5:
                    fields[key] = RecordedAnswer.Text(ref json);
                    break;
            }
        }

        return new Printed(file, ending, events);
    }

    private static string Describe(Dictionary<string, string> fields) => fields["kind"] switch
    {
        "import" => $"import {fields.GetValueOrDefault("module", "?")}\n{fields.GetValueOrDefault("name", "?")}",
        "extension" => $"extension {fields["code"]}",
        "persistent" => "persistent",
        string kind => $"{kind} {fields["callee"]}",
    };
}
