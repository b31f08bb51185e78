// The facts of a rule's examples, as packs write them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Detection.Facts;
using Assay.Detection.Intents;

namespace Assay.Detection.Packs;

/// <summary>
/// Makes facts from their short form in packs: <c>{call: os.system, args: [id]}</c> for callables, <c>{anomaly: code}</c>, and for any other kind
/// its name with its fields, as in <c>{reference: {kind: shard, target: x, place: outside}}</c>; or a list of such.
/// </summary>
internal static class ExampleFacts
{
    /// <summary>The artifact that examples speak of.</summary>
    public const string DefaultPath = "model.pkl";

    private static readonly Dictionary<string, CallableUse> s_uses = new()
    {
        ["call"] = CallableUse.Called,
        ["construct"] = CallableUse.Constructed,
        ["import"] = CallableUse.Imported,
        ["argument"] = CallableUse.Argument,
        ["method"] = CallableUse.Method,
        ["state"] = CallableUse.State,
    };

    /// <summary>The facts of an example.</summary>
    public static IReadOnlyList<Fact> Read(PackNode node, string path = DefaultPath) =>
        node.Items is not null ? [.. node.Items.SelectMany(i => Read(i, path))] : [One(node, path)];

    private static Fact One(PackNode node, string path)
    {
        Dictionary<string, PackNode> parts = node.AsMap("a fact").ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        string member = parts.Remove("inside", out PackNode? inside) ? $"{path}!/{inside.AsText("inside")}" : path;
        if (s_uses.Keys.FirstOrDefault(parts.ContainsKey) is { } verb)
        {
            return Callable(node, verb, parts, member);
        }

        // Beside the bare value of a kind stand its other fields: {behaviour: process-start, subject: /bin/sh}.
        string kind = FactKinds.All.Select(k => k.Name).FirstOrDefault(parts.ContainsKey)
            ?? throw node.Error($"this is no fact: {string.Join(", ", s_uses.Keys)}, or a kind of fact.");
        PackNode value = parts[kind];
        parts.Remove(kind);
        Fields fields = new(node, kind, value, parts);
        Fact fact = Other(kind, fields, member);
        fields.Done();
        return fact;
    }

    private static Fact Other(string kind, Fields fields, string path) => kind switch
    {
        "format" => new FormatFact { Path = path, Format = fields.Text("format", isMain: true), Strength = fields.Choice("strength", ClaimStrength.Certain) },
        "member" => new MemberFact
        {
            Path = path,
            Name = fields.Text("name", isMain: true),
            Method = fields.Text("method", "stored"),
            Packed = fields.Number("packed", -1),
            Size = fields.Number("size", -1),
            IsEncrypted = fields.Flag("encrypted"),
        },
        "tensor" => new TensorFact
        {
            Path = path,
            Name = fields.Text("name", isMain: true),
            ElementType = fields.Text("type", "F32"),
            Shape = [.. fields.Texts("shape").Select(n => long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out long extent) ? extent : throw fields.Error($"'{n}' is no extent."))],
            Bytes = fields.Number("bytes", -1),
            Storage = fields.Text("storage"),
        },
        "entry" => new EntryFact
        {
            Path = path,
            Key = fields.Text("key", isMain: true),
            Source = fields.Text("source", "metadata"),
            Value = fields.Text("value"),
            Beside = fields.Text("beside"),
            Kind = fields.Choice("type", EntryKind.Text),
        },
        "reference" => new ReferenceFact
        {
            Path = path,
            Kind = fields.Text("kind", isMain: true),
            Target = fields.Text("target"),
            Place = fields.Choice("place", ReferencePlace.Inside),
            Resolved = fields.Text("resolved"),
        },
        "operator" => new OperatorFact
        {
            Path = path,
            Name = fields.Text("name", isMain: true),
            Domain = fields.Text("domain"),
            Count = fields.Number("count", 1),
            Attributes = [.. fields.Texts("attributes").Select(a => a.Split('=', 2)).Select(a => new OperatorAttribute(a[0], a.Length > 1 ? a[1] : ""))],
        },
        "code" => new CodeFact
        {
            Path = path,
            Language = fields.Text("language", isMain: true),
            Summary = fields.Text("summary"),
            Names = fields.Texts("names"),
            Phase = fields.Text("phase", "load"),
            Uses = [.. fields.Texts("uses").Select(SourceUseOf)],
        },
        "text" => new TextFact
        {
            Path = path,
            Kind = fields.Text("kind", isMain: true),
            Language = fields.Text("language"),
            Text = fields.Text("text"),
            Layers = fields.Texts("layers"),
        },
        "anomaly" => new AnomalyFact { Path = path, Code = fields.Text("code", isMain: true), Detail = fields.Text("detail"), Count = fields.Number("count", 1) },
        "unread" => new UnreadFact { Path = path, Cause = fields.Choice("cause", UnreadCause.Malformed, isMain: true), Detail = fields.Text("detail") },
        "intent" => new IntentFact
        {
            Path = path,
            Intent = fields.Text("intent", isMain: true),
            Confidence = fields.Choice("confidence", IntentConfidence.High),
            Words = fields.Texts("words"),
            Text = fields.Text("text"),
        },
        "indicator" => new IndicatorFact { Path = path, Kind = fields.Text("kind", isMain: true), Value = fields.Text("value") },
        "behaviour" => new BehaviourFact
        {
            Path = path,
            Kind = fields.Text("kind", isMain: true),
            Source = fields.Choice("source", BehaviourSource.Syscall),
            Action = fields.Text("action"),
            Subject = fields.Text("subject"),
            Arguments = fields.Texts("arguments"),
            Phase = fields.Text("phase", "load"),
            Loader = fields.Text("loader", "pickle.load"),
            Refused = fields.Flag("refused"),
        },
        _ => throw fields.Error($"examples hold no facts of the kind '{kind}': they are derived from others."),
    };

    /// <summary>A call of source as examples write it: when, what, and texts that it gets, with <c>;;</c> between them (<c>import os.system id</c>); what was undone stands behind a plus (<c>import+base64</c>), a question mark before a name that the source does not write; where what it gets and runs stems from behind a <c>+&lt;</c> (<c>call+&lt;network</c>).</summary>
    private static SourceUse SourceUseOf(string written)
    {
        string[] parts = written.Split(' ', 3);
        string[] when = parts[0].Split('+');
        return new SourceUse
        {
            Callee = parts.Length > 1 ? parts[1].TrimStart('?') : "",
            IsHidden = parts.Length > 1 && parts[1].StartsWith('?'),
            Phase = when[0],
            Line = 1,
            Arguments = parts.Length > 2 ? [.. parts[2].Split(" ;; ").Select(p => new ValueShape(ShapeKind.Str, p))] : [],
            Layers = [.. when.Skip(1).Where(w => w[0] is not '<')],
            From = [.. when.Skip(1).Where(w => w[0] is '<').Select(w => w[1..])],
            Runs = [.. when.Skip(1).Where(w => w[0] is '<').Select(w => w[1..])],
        };
    }

    private static CallableFact Callable(PackNode node, string verb, Dictionary<string, PackNode> parts, string path)
    {
        Fields fields = new(node, verb, parts[verb], parts);
        string callee = parts[verb].AsText(verb);
        parts.Remove(verb);
        bool named = callee.Length > 0 && !callee.EndsWith(')');
        string module = fields.Text("module");
        int dot = module.Length > 0 ? module.Length : callee.LastIndexOf('.');
        CallableFact fact = new()
        {
            Path = path,
            Callee = callee,
            Resolved = named ? callee : "",
            Module = named && dot > 0 ? callee[..dot] : "",
            Name = named && dot > 0 && dot < callee.Length ? callee[(dot + 1)..] : "",
            Target = parts.Remove("target", out PackNode? target) ? Shape(target) : null,
            Use = s_uses[verb],
            Pickle = new PickleUse { Opcode = "REDUCE" },
            Carrier = fields.Text("carrier"),
            ConstantsElided = fields.Flag("elided"),
            Reached = fields.Flag("reached", true),
            Arguments = parts.Remove("args", out PackNode? args) ? [.. args.AsList("args").Select(Shape)] : [],
        };
        fields.Done();
        return fact;
    }

    private static ValueShape Shape(PackNode node)
    {
        if (node.Items is not null)
        {
            return new(ShapeKind.Tuple) { Items = [.. node.Items.Select(Shape)], Count = node.Items.Count };
        }

        if (node.Pairs is not null)
        {
            return Map(node);
        }

        string text = node.Text!;
        return text is "null" or "~" ? new(ShapeKind.None)
            : long.TryParse(text, CultureInfo.InvariantCulture, out _) ? new(ShapeKind.Int, text)
            : new(ShapeKind.Str, text) { Count = text.Length };
    }

    private static ValueShape? State(List<(string Key, PackNode Value)> pairs) => pairs.Find(p => p.Key == "state").Value is { } state ? Shape(state) : null;

    private static ValueShape Map(PackNode node)
    {
        List<(string Key, PackNode Value)> pairs = [.. node.AsMap("a value")];
        (string key, PackNode value) = pairs.Count > 0 ? pairs[0] : ("", node);
        IReadOnlyList<ValueShape> arguments = pairs.Find(p => p.Key == "args").Value is { } args ? [.. args.AsList("args").Select(Shape)] : [];
        return key switch
        {
            "import" => new(ShapeKind.Import, value.AsText(key)),
            "bytes" => new(ShapeKind.Bytes, value.AsText(key)),
            "result" => new(ShapeKind.Result, value.AsText(key)) { Items = arguments, State = State(pairs), Callee = pairs.Find(p => p.Key == "callee").Value is { } callee ? Shape(callee) : null },
            "instance" => new(ShapeKind.Instance, value.AsText(key)) { Items = arguments, State = State(pairs) },
            _ => new(ShapeKind.Dict) { Items = [.. pairs.SelectMany(p => new[] { new ValueShape(ShapeKind.Str, p.Key), Shape(p.Value) })] },
        };
    }

    /// <summary>The fields of one fact: those in the map of its kind, or beside its bare value. What is left over is an error.</summary>
    private sealed class Fields
    {
        private readonly PackNode _node;
        private readonly Dictionary<string, PackNode> _left;
        private readonly PackNode? _main;

        public Fields(PackNode node, string kind, PackNode value, Dictionary<string, PackNode> beside)
        {
            _node = node;
            _left = beside;
            if (value.Pairs is null)
            {
                _main = value;
                return;
            }

            foreach ((string name, PackNode field) in value.AsMap(kind))
            {
                _left.TryAdd(name, field);
            }
        }

        public RulePackException Error(string what) => _node.Error(what);

        public string Text(string name, string otherwise = "", bool isMain = false) =>
            _left.Remove(name, out PackNode? node) ? node.AsText(name)
            : !isMain ? otherwise
            : _main is not null ? _main.AsText(name) : throw Error($"the fact has no '{name}'.");

        public IReadOnlyList<string> Texts(string name) => _left.Remove(name, out PackNode? node) ? node.AsTexts(name) : [];

        public long Number(string name, long otherwise) =>
            !_left.Remove(name, out PackNode? node) ? otherwise
            : long.TryParse(node.AsText(name), CultureInfo.InvariantCulture, out long number) ? number : throw node.Error($"'{node.Text}' is no whole number.");

        public bool Flag(string name, bool otherwise = false) => _left.Remove(name, out PackNode? node) ? node.AsFlag(name) : otherwise;

        public T Choice<T>(string name, T otherwise, bool isMain = false)
            where T : struct, Enum
        {
            string text = Text(name, isMain ? "" : EnumNames<T>.Of(otherwise), isMain);
            return EnumNames<T>.Find(text) ?? throw Error($"'{text}' is no {name}: {string.Join(", ", EnumNames<T>.All)}.");
        }

        public void Done()
        {
            foreach ((string name, PackNode node) in _left)
            {
                throw node.Error($"'{name}' is no field of this fact.");
            }
        }
    }
}
