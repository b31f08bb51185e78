// The operators of an ONNX model: uses that are alike are one fact with a count.
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>
/// The operators that the graphs and functions of a model use. The attributes of those that the standard does not define are told as far as they
/// are texts or numbers: they decide what foreign code does. An operator that a function of the model defines is the model's own.
/// </summary>
internal sealed class OnnxOperators
{
    /// <summary>Uses with other attributes beyond these are counted without them.</summary>
    private const int MostKinds = 4_096;

    private const int MostAttributes = 8;
    private const int LongestValue = 512;

    /// <summary>The sets of operators that the standard defines; the empty name stands for the first.</summary>
    private static readonly string[] s_standard = ["", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training"];

    private readonly Dictionary<string, Use> _uses = new(StringComparer.Ordinal);
    private readonly HashSet<(string Domain, string Name)> _functions = [];

    /// <summary>Adds a node.</summary>
    public void Add(ProtobufMessage node, string domain, string name)
    {
        List<OperatorAttribute> attributes = [];
        if (!s_standard.Contains(domain))
        {
            Attributes(node, attributes);
        }

        string key = $"{domain}\0{name}\0{string.Join('\0', attributes.Select(a => a.Name + "\0" + a.Value))}";
        if (_uses.Count >= MostKinds && !_uses.ContainsKey(key))
        {
            (attributes, key) = ([], $"{domain.Length} {name.Length}");
        }

        if (_uses.TryGetValue(key, out Use? known))
        {
            known.Count++;
            return;
        }

        _uses.Add(key, new Use(domain, name, node.Range.Offset, attributes));
    }

    /// <summary>Adds a function that the model defines; true where it takes the place of an operator of the standard.</summary>
    public bool Define(string domain, string name)
    {
        _functions.Add((domain, name));
        return domain is "" or "ai.onnx" or "ai.onnx.ml";
    }

    /// <summary>Adds the facts.</summary>
    public void Tell(ReadContext context)
    {
        foreach (Use use in _uses.Values)
        {
            List<OperatorAttribute> attributes = use.Attributes;
            if (_functions.Contains((use.Domain, use.Name)))
            {
                attributes = [new OperatorAttribute("defined-by", "model")];
            }

            context.Add(new OperatorFact
            {
                Path = context.Artifact.Path, Offset = use.Offset, Domain = use.Domain, Name = use.Name, Count = use.Count, Attributes = attributes,
            });
        }
    }

    private static void Attributes(ProtobufMessage node, List<OperatorAttribute> attributes)
    {
        foreach (ProtobufMessage attribute in node.Messages("attribute"))
        {
            if (attributes.Count >= MostAttributes)
            {
                return;
            }

            string name = "";
            string? value = null;
            foreach (ProtobufField field in attribute)
            {
                switch (field.Name)
                {
                    case "name":
                        name = field.Text(LongestValue);
                        break;
                    case "s" or "strings" when value is null && ProtobufPayloads.IsText(field.Bytes(LongestValue)):
                        value = field.Text(LongestValue);
                        break;
                }
            }

            if (value is not null)
            {
                attributes.Add(new OperatorAttribute(name, value));
            }
        }
    }

    private sealed class Use(string domain, string name, long offset, List<OperatorAttribute> attributes)
    {
        public string Domain => domain;

        public string Name => name;

        public long Offset => offset;

        public List<OperatorAttribute> Attributes => attributes;

        public long Count { get; set; } = 1;
    }
}
