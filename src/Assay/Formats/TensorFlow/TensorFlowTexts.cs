// Which constant texts come to an operator, through the operators that only pass texts on.
namespace Assay.Formats.TensorFlow;

/// <summary>Follows constant texts (paths, addresses) through a graph to those that use them.</summary>
internal sealed class TensorFlowTexts
{
    private const int MostKept = 100_000;
    private const int MostSteps = 64;
    private const int MostTexts = 8;

    /// <summary>What passes texts on, joined or chosen from.</summary>
    private static readonly HashSet<string> s_pass = new(StringComparer.Ordinal)
    {
        "Identity", "IdentityN", "PlaceholderWithDefault", "Reshape", "ExpandDims", "Squeeze", "Pack", "ConcatV2", "StringJoin", "Select", "SelectV2", "ShardedFilename", "StridedSlice",
        "Fill", "Switch", "Merge", "Enter", "Exit", "StopGradient", "EnsureShape", "ReadVariableOp", "TensorSliceDataset", "TensorDataset",
    };

    private readonly Dictionary<(string Scope, string Name), IReadOnlyList<string>> _constants = [];
    private readonly Dictionary<(string Scope, string Name), IReadOnlyList<string>> _passed = [];

    /// <summary>Whether the operator passes texts on.</summary>
    public static bool Passes(string op) => s_pass.Contains(op);

    /// <summary>Notes a constant.</summary>
    public void Constant(TensorFlowNode node, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0 && _constants.Count < MostKept)
        {
            _constants[(node.Scope, node.Name)] = texts;
        }
    }

    /// <summary>Notes an operator that passes texts on.</summary>
    public void Pass(TensorFlowNode node)
    {
        if (_passed.Count < MostKept)
        {
            _passed[(node.Scope, node.Name)] = node.Inputs;
        }
    }

    /// <summary>The constant texts that come to an input of a node in <paramref name="scope"/>.</summary>
    public IReadOnlyList<string> Of(string scope, string input)
    {
        List<string> found = [];
        HashSet<string> seen = new(StringComparer.Ordinal);
        Stack<string> open = new([input]);
        for (int step = 0; step < MostSteps && found.Count < MostTexts && open.TryPop(out string? name); step++)
        {
            if (!seen.Add(name))
            {
                continue;
            }

            if (_constants.TryGetValue((scope, name), out IReadOnlyList<string>? texts))
            {
                found.AddRange(texts);
            }
            else if (_passed.TryGetValue((scope, name), out IReadOnlyList<string>? inputs))
            {
                foreach (string inner in inputs.Reverse())
                {
                    open.Push(inner);
                }
            }
        }

        return found;
    }
}
