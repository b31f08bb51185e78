// Every kind of fact that rules can ask, with its fields.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection.Callables;
using Assay.Detection.Intents;
using Assay.Detection.Sources;

namespace Assay.Detection.Facts;

/// <summary>
/// Every kind of fact that rules can ask: what readers report, what detectors derive (<c>judgement</c>, <c>intent</c>), and the findings of
/// other rules.
/// </summary>
internal static class FactKinds
{
    private static readonly string[] s_phases = ["extract", "install", "import", "load", "init", "infer", "cell", "call", "use"];

    public static FactKind Format { get; } = Kind<FormatFact>("format",
        new Fields<FormatFact>()
            .Text("format", f => f.Format, "format")
            .Choice("strength", f => f.Strength, ordered: true)
            .Number("members", f => f.Members == 0 ? null : f.Members)
            .Text("main", f => f.Main)
            .Text("head", f => f.Head));

    public static FactKind Member { get; } = Kind<MemberFact>("member",
        new Fields<MemberFact>()
            .Text("name", f => f.Name)
            .Text("method", f => f.Method)
            .Number("packed", f => Known(f.Packed))
            .Number("size", f => Known(f.Size))
            .Flag("encrypted", f => f.IsEncrypted)
            .Text("crc", f => f.Crc?.ToString("x8", CultureInfo.InvariantCulture)));

    public static FactKind Tensor { get; } = Kind<TensorFact>("tensor",
        new Fields<TensorFact>()
            .Text("name", f => f.Name)
            .Text("type", f => f.ElementType)
            .Number("rank", f => f.Shape.Count)
            .Number("largest-extent", f => f.Shape.Count == 0 ? null : f.Shape.Max())
            .Number("bytes", f => Known(f.Bytes))
            .Text("storage", f => f.Storage));

    public static FactKind Entry { get; } = Kind<EntryFact>("entry",
        new Fields<EntryFact>()
            .Text("key", f => f.Key)
            .Text("source", f => f.Source)
            .Text("value", f => f.Value)
            .Text("beside", f => f.Beside)
            .Choice("type", f => f.Kind)
            .Number("number", f => f.Kind is EntryKind.Integer or EntryKind.List or EntryKind.Map
                && long.TryParse(f.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number : null));

    public static FactKind Reference { get; } = Kind<ReferenceFact>("reference",
        new Fields<ReferenceFact>()
            .Text("kind", f => f.Kind)
            .Text("target", f => f.Target)
            .Choice("place", f => f.Place)
            .Text("resolved", f => f.Resolved));

    public static FactKind Operator { get; } = Kind<OperatorFact>("operator",
        new Fields<OperatorFact>()
            .Text("name", f => f.Name)
            .Text("domain", f => f.Domain)
            .Texts("attributes", f => [.. f.Attributes.Select(a => $"{a.Name}={a.Value}")])
            .Count(f => f.Count));

    public static FactKind Code { get; } = Kind<CodeFact>("code",
        new Fields<CodeFact>()
            .Text("language", f => f.Language)
            .Text("summary", f => f.Summary)
            .Texts("names", f => f.Names)
            .Words("phase", f => f.Phase, s_phases));

    public static FactKind Act { get; } = Kind<SourceAct>("source-act",
        new Fields<SourceAct>()
            .Words("is", a => a.Is, SourceAct.All)
            .Words("when", a => a.When ?? "call", ["import", "install", "load", "infer", "cell", "use", "call"])
            .Text("callable", a => a.Callable)
            .Text("detail", a => a.Detail));

    public static FactKind Text { get; } = Kind<TextFact>("text",
        new Fields<TextFact>()
            .Text("kind", f => f.Kind)
            .Text("language", f => f.Language)
            .Text("text", f => f.Text)
            .Texts("layers", f => f.Layers));

    public static FactKind Callable { get; } = Kind<CallableFact>("callable",
        new Fields<CallableFact>()
            .Text("name", f => f.Resolved.Length > 0 ? f.Resolved : f.Callee)
            .Text("as-written", f => f.Callee)
            .Text("module", f => f.Module)
            .Choice("use", f => f.Use)
            .Words("phase", f => f.Phase, s_phases)
            .Text("carrier", f => f.Carrier)
            .Texts("arguments", f => [.. f.Arguments.Select(CallText.Value)])
            .Text("opcode", f => f.Pickle?.Opcode)
            .Texts("dialects", f => f.Pickle?.Dialects ?? [])
            .Texts("allowed-by", f => f.Pickle?.AllowedBy ?? [])
            .Flag("reached", f => f.Reached)
            .Flag("elided", f => f.ConstantsElided)
            .Count(f => f.Count));

    public static FactKind Judgement { get; } = Kind<CallableJudgement>("judgement",
        new Fields<CallableJudgement>()
            .Words("is", j => j.Is, Judgements.All)
            .Text("capability", j => j.Capability, "capability")
            .Text("callable", j => j.Callable)
            .Choice("use", j => j.Fact.Use)
            .Text("holder", j => j.Holder)
            .Words("phase", j => j.Fact.Phase, s_phases)
            .Flag("reached", j => j.Fact.Reached));

    public static FactKind Anomaly { get; } = Kind<AnomalyFact>("anomaly",
        new Fields<AnomalyFact>()
            .Text("code", f => f.Code, "anomaly")
            .Text("detail", f => f.Detail)
            .Count(f => f.Count));

    public static FactKind Unread { get; } = Kind<UnreadFact>("unread",
        new Fields<UnreadFact>()
            .Choice("cause", f => f.Cause)
            .Text("detail", f => f.Detail));

    public static FactKind Intent { get; } = Kind<IntentFact>("intent",
        new Fields<IntentFact>()
            .Text("intent", f => f.Intent, "intent")
            .Choice("confidence", f => f.Confidence, ordered: true)
            .Texts("words", f => f.Words)
            .Text("text", f => f.Text)
            .Texts("layers", f => f.Layers));

    public static FactKind Indicator { get; } = Kind<IndicatorFact>("indicator",
        new Fields<IndicatorFact>()
            .Words("kind", f => f.Kind, ["url", "host", "ip", "path", "command", "hash"])
            .Text("value", f => f.Value));

    public static FactKind Behaviour { get; } = Kind<BehaviourFact>("behaviour",
        new Fields<BehaviourFact>()
            .Text("kind", f => f.Kind, "behaviour")
            .Choice("source", f => f.Source)
            .Text("action", f => f.Action)
            .Text("subject", f => f.Subject)
            .Texts("arguments", f => f.Arguments)
            .Words("phase", f => f.Phase, ["load", "use"])
            .Text("loader", f => f.Loader)
            .Flag("refused", f => f.Refused)
            .Count(f => f.Count));

    public static FactKind Finding { get; } = new("finding",
        new Fields<Finding>()
            .Text("rule", f => f.Rule.Id, "rule")
            .Choice("severity", f => f.Severity, ordered: true)
            .Choice("confidence", f => f.Confidence, ordered: true)
            .Text("about", f => f.Subject.Kind, "kind")
            .Text("subject", f => f.Subject.Name)
            .Text("capability", f => f.Subject.Capability, "capability")
            .Words("phase", f => f.Phase, s_phases)
            .Words("reached", f => f.Reached, ["yes", "no", "unknown"])
            .Texts("tags", f => f.Rule.Tags)
            .Place(f => f.Path, f => f.Offset, f => f.Length)
            .All);

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<FactKind> All { get; } =
    [
        Format, Member, Tensor, Entry, Reference, Operator, Code, Act, Text, Callable, Judgement, Anomaly, Unread, Intent, Indicator, Behaviour, Finding,
    ];

    /// <summary>The kind of that name, or null.</summary>
    public static FactKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    /// <summary>The kind of a fact.</summary>
    public static FactKind Of(Fact fact) => fact switch
    {
        FormatFact => Format,
        MemberFact => Member,
        TensorFact => Tensor,
        EntryFact => Entry,
        ReferenceFact => Reference,
        OperatorFact => Operator,
        CodeFact => Code,
        SourceAct => Act,
        TextFact => Text,
        CallableFact => Callable,
        CallableJudgement => Judgement,
        AnomalyFact => Anomaly,
        UnreadFact => Unread,
        IntentFact => Intent,
        IndicatorFact => Indicator,
        BehaviourFact => Behaviour,
        _ => throw new NotSupportedException($"Rules do not know {fact.GetType().Name}."),
    };

    private static FactKind Kind<T>(string name, Fields<T> fields)
        where T : Fact => new(name, fields.Place(f => f.Path, f => f.Offset, f => f.Length).All);

    /// <summary>Sizes that are not known are negative in facts.</summary>
    private static long? Known(long number) => number < 0 ? null : number;

    /// <summary>The fields of one kind, in order.</summary>
    private sealed class Fields<T>
        where T : class
    {
        private readonly List<FactField> _all = [];

        public IReadOnlyList<FactField> All => _all;

        public Fields<T> Text(string name, Func<T, string?> read, string vocabulary = "") =>
            Add(new FactField(name, FieldType.Text, o => FieldValue.Of(read((T)o))) { Vocabulary = vocabulary });

        public Fields<T> Texts(string name, Func<T, IReadOnlyList<string>> read) => Add(new FactField(name, FieldType.Texts, o => FieldValue.Of(read((T)o))));

        public Fields<T> Number(string name, Func<T, long?> read) => Add(new FactField(name, FieldType.Number, o => FieldValue.Of(read((T)o))));

        public Fields<T> Flag(string name, Func<T, bool> read) => Add(new FactField(name, FieldType.Flag, o => FieldValue.Of(read((T)o))));

        public Fields<T> Words(string name, Func<T, string> read, IReadOnlyList<string> values) =>
            Add(new FactField(name, FieldType.Text, o => FieldValue.Of(read((T)o))) { Values = values });

        public Fields<T> Choice<TChoice>(string name, Func<T, TChoice> read, bool ordered = false)
            where TChoice : struct, Enum =>
            Add(new FactField(name, FieldType.Text, o => FieldValue.Of(EnumNames<TChoice>.Of(read((T)o)))) { Values = EnumNames<TChoice>.All, IsOrdered = ordered });

        public Fields<T> Count(Func<T, long> read) => Add(new FactField("count", FieldType.Number, o => FieldValue.Of(read((T)o))) { IsPlace = true });

        public Fields<T> Place(Func<T, string> path, Func<T, long> offset, Func<T, long> length) =>
            Add(new FactField("inside", FieldType.Text, o => FieldValue.Of(FindingKey.Inside(path((T)o)))) { IsPlace = true })
                .Add(new FactField("offset", FieldType.Number, o => FieldValue.Of(offset((T)o))) { IsPlace = true })
                .Add(new FactField("length", FieldType.Number, o => FieldValue.Of(length((T)o))) { IsPlace = true });

        private Fields<T> Add(FactField field)
        {
            _all.Add(field);
            return this;
        }
    }
}
