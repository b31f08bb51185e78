// Writes facts the way the examples of rules do, so that a test says what it means.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Packs;

namespace Assay.Tests.Builders;

/// <summary>Makes facts from compact YAML: <c>{call: os.system, args: [id]}</c>, or a list of such.</summary>
internal static class FactBuilder
{
    public const string Path = "model.pkl";

    private static readonly Dictionary<string, CallableUse> _uses = new()
    {
        ["call"] = CallableUse.Called,
        ["construct"] = CallableUse.Constructed,
        ["import"] = CallableUse.Imported,
        ["argument"] = CallableUse.Argument,
        ["method"] = CallableUse.Method,
        ["state"] = CallableUse.State,
    };

    public static List<Fact> Facts(string yaml, string path = Path) => Facts(PackNode.Parse("facts", yaml), path);

    public static List<Fact> Facts(PackNode node, string path = Path) =>
        node.Items is not null ? [.. node.Items.SelectMany(i => Facts(i, path))] : [.. One(node, path)];

    public static List<Finding> Judge(IReadOnlyList<Fact> facts, RuleSet? rules = null, params string[] allowed)
    {
        List<Finding> findings = [];
        foreach (IDetector detector in DetectorCatalog.All)
            detector.Detect(facts, new DetectionContext(rules ?? RuleSet.Default, allowed), findings);

        return findings;
    }

    public static List<Finding> Judge(string yaml) => Judge(Facts(yaml));

    private static IEnumerable<Fact> One(PackNode node, string path)
    {
        Dictionary<string, PackNode> fields = node.AsMap("a fact").ToDictionary(f => f.Key, f => f.Value);
        if (fields.TryGetValue("anomaly", out PackNode? anomaly))
        {
            yield return new AnomalyFact { Path = path, Code = anomaly.AsText("anomaly") };
            yield break;
        }

        if (fields.TryGetValue("intent", out PackNode? intent))
        {
            yield return new IntentFact
            {
                Path = path,
                Intent = intent.AsText("intent"),
                Confidence = IntentConfidence.High,
                Words = fields.TryGetValue("words", out PackNode? words) ? words.AsTexts("words") : [],
            };
            yield break;
        }

        if (fields.TryGetValue("behaviour", out PackNode? behaviour))
        {
            yield return new BehaviourFact
            {
                Path = path,
                Kind = behaviour.AsText("behaviour"),
                Source = BehaviourSource.Syscall,
                Subject = fields.TryGetValue("subject", out PackNode? subject) ? subject.AsText("subject") : "",
                Loader = "pickle.load",
            };
            yield break;
        }

        (string verb, CallableUse use) = _uses.Single(u => fields.ContainsKey(u.Key));
        string callee = fields[verb].AsText(verb);
        bool named = callee.Length > 0 && !callee.EndsWith(')');
        int dot = fields.TryGetValue("module", out PackNode? module) ? module.AsText("module").Length : callee.LastIndexOf('.');
        CallableFact fact = new()
        {
            Path = path,
            Callee = callee,
            Resolved = named ? callee : "",
            Module = named && dot > 0 ? callee[..dot] : "",
            Name = named && dot > 0 ? callee[(dot + 1)..] : "",
            Use = use,
            Pickle = new PickleUse { Opcode = "REDUCE" },
            Carrier = fields.TryGetValue("carrier", out PackNode? carrier) ? carrier.AsText("carrier") : "",
            ConstantsElided = fields.ContainsKey("elided"),
            Reached = !fields.ContainsKey("reached"),
            Arguments = fields.TryGetValue("args", out PackNode? args) ? [.. args.AsList("args").Select(Shape)] : [],
        };
        yield return fact;
    }

    private static ValueShape Shape(PackNode node)
    {
        if (node.Items is not null)
            return new(ShapeKind.Tuple) { Items = [.. node.Items.Select(Shape)], Count = node.Items.Count };

        if (node.Pairs is not null)
            return Map(node);

        string text = node.Text!;
        return text is "null" or "~" ? new(ShapeKind.None)
            : long.TryParse(text, out _) ? new(ShapeKind.Int, text)
            : new(ShapeKind.Str, text) { Count = text.Length };
    }

    private static ValueShape Map(PackNode node)
    {
        List<(string Key, PackNode Value)> pairs = [.. node.AsMap("a value")];
        (string key, PackNode value) = pairs.Count > 0 ? pairs[0] : ("", node);
        IReadOnlyList<ValueShape> arguments = pairs.Find(p => p.Key == "args").Value is { } args ? [.. args.AsList("args").Select(Shape)] : [];
        return key switch
        {
            "import" => new(ShapeKind.Import, value.Text!),
            "bytes" => new(ShapeKind.Bytes, value.Text!),
            "result" => new(ShapeKind.Result, value.Text!) { Items = arguments },
            "instance" => new(ShapeKind.Instance, value.Text!) { Items = arguments },
            _ => new(ShapeKind.Dict) { Items = [.. pairs.SelectMany(p => new[] { new ValueShape(ShapeKind.Str, p.Key), Shape(p.Value) })] },
        };
    }
}
