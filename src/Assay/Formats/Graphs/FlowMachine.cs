// Runs a graph with what is known of its values in the place of values.
using Assay.Bytes;

namespace Assay.Formats.Graphs;

/// <summary>
/// Goes through a graph once, each node after those it takes values from, with an explicit stack of bodies: functions, branches and the bodies of loops are
/// run where they are called. What a loop hands back to itself is not followed.
/// </summary>
internal sealed class FlowMachine(FlowGraph graph, ScanBudget budget)
{
    private const int MostDepth = 24;
    private const int NodeCost = 2_500;

    private readonly FlowRules _rules = new();
    private readonly List<Frame> _open = [];

    /// <summary>Whether there was no work left to follow the graph to its end.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>The first joins that look like a backdoor's: what is done, and where.</summary>
    public IReadOnlyList<(string Operator, long Offset, string How)> Run()
    {
        Open(graph.Main, [], null);
        while (_open.Count > 0 && _rules.Found.Count < 16)
        {
            Frame top = _open[^1];
            if (top.Next >= top.Order.Count)
            {
                Close(top);
            }
            else if (!budget.TrySpendFolding(NodeCost))
            {
                IsStopped = true;
                break;
            }
            else
            {
                Step(top, top.Order[top.Next]);
            }
        }

        return _rules.Found;
    }

    private void Step(Frame frame, FlowNode node)
    {
        List<FlowValue> inputs = [.. node.Inputs.Select(name => name.Length == 0 ? FlowValue.Constant with { IsShaped = true, Shape = [] } : Find(frame, name))];
        FlowBody? called = node.Function is { } function ? graph.Functions.GetValueOrDefault(function) : null;
        IReadOnlyList<FlowBody> bodies = called is not null ? [called] : node.Bodies;
        if (frame.Results.Count < bodies.Count)
        {
            FlowBody body = bodies[frame.Results.Count];
            if (_open.Count >= MostDepth || _open.Exists(f => f.Body == body))
            {
                frame.Results.Add([]);
                return;
            }

            IEnumerable<FlowValue> given = node.Kind switch
            {
                FlowKind.Branch => inputs.Skip(1),
                FlowKind.Loop => Turn(node, inputs),
                _ => inputs,
            };
            Open(body, [.. given], frame);
            return;
        }

        IReadOnlyList<FlowValue> outputs = called is not null ? frame.Results[0] : _rules.Apply(node, inputs, frame.Results);
        frame.Results = [];
        frame.Next++;
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i].Length > 0)
            {
                FlowValue value = i < outputs.Count ? outputs[i] : outputs.Count > 0 && called is null ? outputs[^1] : FlowValue.Unknown;
                frame.Values[node.Outputs[i]] = node.Shapes is { } shapes && i < shapes.Count && shapes[i] is { } shape ? value with { Shape = shape } : value;
            }
        }
    }

    /// <summary>What the body of a loop gets: the number of the turn and the condition, where there are such, and what it hands on.</summary>
    private static IEnumerable<FlowValue> Turn(FlowNode node, List<FlowValue> inputs) =>
        inputs.Select((value, i) => i < node.Leading && i == 0 ? FlowValue.Constant with { IsShaped = true, Shape = [] } : value);

    private void Open(FlowBody body, IReadOnlyList<FlowValue> inputs, Frame? caller)
    {
        Frame frame = new(body, Order(body), caller);
        for (int i = 0; i < Math.Min(inputs.Count, body.Inputs.Count); i++)
        {
            frame.Values[body.Inputs[i]] = inputs[i];
        }

        _open.Add(frame);
    }

    private void Close(Frame frame)
    {
        _open.RemoveAt(_open.Count - 1);
        frame.Caller?.Results.Add([.. frame.Body.Outputs.Select(name => Find(frame, name))]);
    }

    private static FlowValue Find(Frame frame, string name)
    {
        for (Frame? at = frame; at is not null; at = at.Caller)
        {
            if (at.Values.TryGetValue(name, out FlowValue? value) || at.Body.Given.TryGetValue(name, out value))
            {
                return value;
            }
        }

        return FlowValue.Unknown;
    }

    /// <summary>The nodes, each after those it takes values from; as they stand, where that is so already.</summary>
    private List<FlowNode> Order(FlowBody body)
    {
        budget.SpendWork(NodeCost * (long)body.Nodes.Count);
        Dictionary<string, int> makers = new(StringComparer.Ordinal);
        for (int i = 0; i < body.Nodes.Count; i++)
        {
            foreach (string output in body.Nodes[i].Outputs)
            {
                makers.TryAdd(output, i);
            }
        }

        List<FlowNode> order = new(body.Nodes.Count);
        byte[] state = new byte[body.Nodes.Count];
        Stack<(int Node, int Input)> open = new();
        for (int first = 0; first < state.Length; first++)
        {
            open.Push((first, 0));
            while (open.TryPop(out (int Node, int Input) at))
            {
                if (state[at.Node] == 2 || (at.Input == 0 && state[at.Node] == 1))
                {
                    continue;
                }

                state[at.Node] = 1;
                FlowNode node = body.Nodes[at.Node];
                int next = at.Input;
                while (next < node.Inputs.Count && !(makers.TryGetValue(node.Inputs[next], out int maker) && state[maker] == 0))
                {
                    next++;
                }

                if (next < node.Inputs.Count)
                {
                    open.Push((at.Node, next + 1));
                    open.Push((makers[node.Inputs[next]], 0));
                }
                else
                {
                    state[at.Node] = 2;
                    order.Add(node);
                }
            }
        }

        return order;
    }

    private sealed class Frame(FlowBody body, List<FlowNode> order, Frame? caller)
    {
        public FlowBody Body => body;

        public List<FlowNode> Order => order;

        public Frame? Caller => caller;

        public int Next { get; set; }

        public Dictionary<string, FlowValue> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>What the bodies of the node that is being run gave.</summary>
        public List<IReadOnlyList<FlowValue>> Results { get; set; } = [];
    }
}
