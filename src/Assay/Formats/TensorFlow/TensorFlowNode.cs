// One node of a TensorFlow graph, as far as a reader needs it.
using Assay.Artifacts;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>One node of a graph or of a function.</summary>
/// <param name="Scope">The function that it stands in; empty for the graph.</param>
/// <param name="Name">Its name.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Offset">Where it stands.</param>
internal sealed record TensorFlowNode(string Scope, string Name, string Operator, long Offset)
{
    private const int MostInputs = 64;
    private const int LongestName = 1024;
    private const int MostTexts = 8;
    private const int LongestText = 512;

    /// <summary>The names of the nodes that it takes values from, or waits for.</summary>
    public IReadOnlyList<string> Inputs { get; private init; } = [];

    /// <summary>Reads the message without its attributes.</summary>
    public static TensorFlowNode Read(ProtobufMessage message, string scope)
    {
        string name = "";
        string op = "";
        List<string>? inputs = null;
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "name":
                    name = field.Text(LongestName);
                    break;
                case "op":
                    op = field.Text(LongestName);
                    break;
                case "input" when inputs is null || inputs.Count < MostInputs:
                    (inputs ??= []).Add(Source(field.Text(LongestName)));
                    break;
            }
        }

        return new TensorFlowNode(scope, name, op, message.Range.Offset) { Inputs = inputs ?? (IReadOnlyList<string>)[] };
    }

    /// <summary>The texts in the attributes of a node, by the name of the attribute; those that only name things for TensorFlow are left out.</summary>
    public static IEnumerable<OperatorAttribute> Texts(ProtobufMessage message)
    {
        int count = 0;
        foreach (ProtobufMessage entry in message.Messages("attr"))
        {
            string key = entry.Text("key", LongestName);
            if (key.StartsWith('_') || key is "shared_name" or "container" || entry.Message("value") is not { } value)
            {
                continue;
            }

            foreach (ProtobufField field in value)
            {
                if (field.Name == "s" && field.Payload.Length > 0 && count++ < MostTexts)
                {
                    yield return new OperatorAttribute(key, field.Text(LongestText));
                }
                else if (field.Name == "list" && field.Message is { } list)
                {
                    foreach (ProtobufField item in list)
                    {
                        if (item.Name == "s" && count++ < MostTexts)
                        {
                            yield return new OperatorAttribute(key, item.Text(LongestText));
                        }
                    }
                }
            }
        }
    }

    /// <summary>The texts of a constant; none where it holds no texts.</summary>
    public static IReadOnlyList<string> Constant(ProtobufMessage message)
    {
        List<string> texts = [];
        foreach (ProtobufMessage entry in message.Messages("attr"))
        {
            if (entry.Text("key", LongestName) != "value" || entry.Message("value")?.Message("tensor") is not { } tensor)
            {
                continue;
            }

            foreach (ProtobufField field in tensor)
            {
                if (field.Name == "string_val" && texts.Count < MostTexts)
                {
                    texts.Add(field.Text(LongestText));
                }
            }
        }

        return texts;
    }

    /// <summary>The functions that the node's attributes name.</summary>
    public static IEnumerable<string> Functions(ProtobufMessage message)
    {
        foreach (ProtobufMessage entry in message.Messages("attr"))
        {
            if (entry.Message("value") is not { } value)
            {
                continue;
            }

            foreach (ProtobufField field in value)
            {
                if (field.Name == "func" && field.Message is { } function)
                {
                    yield return function.Text("name", LongestName);
                }
                else if (field.Name == "list" && field.Message is { } list)
                {
                    foreach (ProtobufMessage item in list.Messages("func"))
                    {
                        yield return item.Text("name", LongestName);
                    }
                }
            }
        }
    }

    /// <summary>The node that an input names: without its output's number, and without the mark of one that is only waited for.</summary>
    public static string Source(string input)
    {
        string name = input.StartsWith('^') ? input[1..] : input;
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? name : name[..colon];
    }
}
