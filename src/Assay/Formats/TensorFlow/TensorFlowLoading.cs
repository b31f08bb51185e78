// What of a saved model runs when it is loaded: its initialisers, and everything that they call.
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.TensorFlow;

/// <summary>
/// What runs on load. A loader of version 1 runs the nodes that the collections <c>saved_model_main_op</c> and <c>legacy_init_op</c> and the
/// signature <c>__saved_model_init_op</c> name; one of version 2 calls the functions that restored objects have as <c>_create_resource</c> and
/// <c>_initialize</c>. Both run everything behind them.
/// </summary>
internal sealed class TensorFlowLoading
{
    private const int MostNodes = 500_000;
    private static readonly string[] s_collections = ["saved_model_main_op", "legacy_init_op", "main_op"];
    private readonly HashSet<string> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<long> _objects = [];
    private readonly Dictionary<long, List<string>> _functionsOf = [];
    private readonly List<ProtobufMessage> _graphs = [];
    private readonly Dictionary<string, ProtobufMessage> _functions = new(StringComparer.Ordinal);
    private long _object = -1;

    /// <summary>The functions that the model defines.</summary>
    public IReadOnlySet<string> Functions { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Notes a message of the model.</summary>
    public void Enter(ProtobufMessage message)
    {
        switch (message.Type.Name)
        {
            case "GraphDef":
                _graphs.Add(message);
                break;
            case "FunctionDef" when message.Message("signature")?.Text("name") is { Length: > 0 } name:
                ((HashSet<string>)Functions).Add(name);
                _functions.TryAdd(name, message);
                break;
            case "CollectionEntry" when s_collections.Contains(message.Text("key")):
                foreach (ProtobufField value in message.Message("value")?.Message("node_list") ?? default)
                {
                    _nodes.Add(TensorFlowNode.Source(value.Text()));
                }

                break;
            case "SignatureEntry" when message.Text("key") == "__saved_model_init_op":
                foreach (ProtobufMessage output in message.Message("value")?.Messages("outputs") ?? [])
                {
                    _nodes.Add(TensorFlowNode.Source(output.Message("value")?.Text("name") ?? ""));
                }

                break;
            case "SavedObjectGraph":
                _object = -1;
                break;
            case "SavedObject":
                Object(message, ++_object);
                break;
        }
    }

    /// <summary>The offsets of the nodes that run on load; empty where nothing is named.</summary>
    public HashSet<long> Reached(ScanBudget budget)
    {
        HashSet<long> reached = [];
        HashSet<string> called = new(StringComparer.Ordinal);
        Stack<string> calls = new(_objects.SelectMany(o => _functionsOf.GetValueOrDefault(o) ?? []));
        foreach (ProtobufMessage graph in _nodes.Count > 0 ? _graphs : [])
        {
            Follow(graph, "node", _nodes, reached, calls, budget);
        }

        while (calls.TryPop(out string? name))
        {
            if (called.Add(name) && _functions.TryGetValue(name, out ProtobufMessage function))
            {
                Follow(function, "node_def", null, reached, calls, budget);
            }
        }

        return reached;
    }

    /// <summary>Marks the nodes that run, all of them where no start is given, and adds the functions that they call.</summary>
    private static void Follow(ProtobufMessage holder, string field, HashSet<string>? starts, HashSet<long> reached, Stack<string> calls, ScanBudget budget)
    {
        Dictionary<string, (TensorFlowNode Node, ProtobufMessage Message)> nodes = new(StringComparer.Ordinal);
        foreach (ProtobufMessage message in holder.Messages(field))
        {
            if (nodes.Count >= MostNodes)
            {
                throw ScanBudget.Spent("entries", MostNodes, message.Range.Offset);
            }

            TensorFlowNode node = TensorFlowNode.Read(message, "");
            nodes.TryAdd(node.Name, (node, message));
        }

        Stack<string> open = new(starts ?? (IEnumerable<string>)nodes.Keys);
        HashSet<string> seen = new(StringComparer.Ordinal);
        while (open.TryPop(out string? name))
        {
            budget.SpendWork(WorkCosts.NearRead);
            if (!seen.Add(name) || !nodes.TryGetValue(name, out var found))
            {
                continue;
            }

            reached.Add(found.Node.Offset);
            calls.Push(found.Node.Operator);
            foreach (string function in TensorFlowNode.Functions(found.Message))
            {
                calls.Push(function);
            }

            foreach (string input in starts is null ? [] : found.Node.Inputs)
            {
                open.Push(input);
            }
        }
    }

    private void Object(ProtobufMessage message, long index)
    {
        foreach (ProtobufField field in message)
        {
            switch (field.Name)
            {
                case "children" when field.Message is { } child && child.Text("local_name", 64) is "_initialize" or "_create_resource" or "_destroy_resource":
                    _objects.Add(field.Message!.Value.Number("node_id") ?? 0);
                    break;
                case "function" when field.Message is { } function:
                    _functionsOf[index] = [.. function.Texts("concrete_functions")];
                    break;
            }
        }
    }
}
