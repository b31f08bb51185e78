// Backdoors of graphs that need no branch: a measure of how near the input is to a pattern lets a constant into the result.
using Assay.Formats.Protobuf;

namespace Assay.Formats.Onnx;

/// <summary>Follows values through the functions of a model, and measures through what computes each value by itself.</summary>
internal sealed partial class OnnxControlFlow
{
    /// <summary>What computes each value by itself: a measure stays a measure.</summary>
    private static readonly HashSet<string> s_single = new(StringComparer.Ordinal)
    {
        "Exp", "Neg", "Sigmoid", "HardSigmoid", "Relu", "LeakyRelu", "Sign", "Clip", "Sqrt", "Tanh", "Ceil", "Reciprocal", "Log", "Softplus", "Expand", "Tile", "ThresholdedRelu", "IsNaN", "Erf",
    };

    /// <summary>What computes with two values, of which one may be a constant.</summary>
    private static readonly HashSet<string> s_paired = new(StringComparer.Ordinal) { "Add", "Mul", "Div", "Pow", "Min", "Max" };

    /// <summary>What a model computes of its input: what such an operator gives is an answer, and no measure of whether the input is a certain one.</summary>
    private static readonly HashSet<string> s_learnt = new(StringComparer.Ordinal) { "MatMul", "Gemm", "Conv", "LSTM", "GRU", "Softmax", "LayerNormalization", "BatchNormalization", "FusedMatMul", "QLinearMatMul", "QLinearConv", "MatMulInteger", "ConvInteger", "QGemm" };

    private readonly List<(string Function, string[] Inputs, string[] Outputs)> _calls = [];
    private readonly Dictionary<string, (string[] Inputs, string[] Outputs)> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _alike = new(StringComparer.Ordinal);
    private readonly HashSet<string> _large = new(StringComparer.Ordinal);

    /// <summary>Matrices of one row or column: what is multiplied with one is one number.</summary>
    private readonly HashSet<string> _narrow = new(StringComparer.Ordinal);
    private string _scope = "";


    /// <summary>A function of the model begins: its names are its own. With no name it ends.</summary>
    public void Function(string key, IEnumerable<string> inputs, IEnumerable<string> outputs)
    {
        _scope = key.Length == 0 ? "" : key + "\0";
        if (key.Length > 0 && _functions.Count < MostFunctions)
        {
            _functions.TryAdd(key, ([.. inputs.Take(MostValues).Select(Scoped)], [.. outputs.Take(MostValues).Select(Scoped)]));
        }
    }

    /// <summary>Nodes that follow are those of a graph.</summary>
    public void EndFunction() => _scope = "";

    private string Scoped(string name) => _scope.Length == 0 || name.Length == 0 ? name : _scope + name;

    private void Constant(string name, OnnxTensor tensor)
    {
        _initialised.Add(name);
        if (tensor.Shape.Any(s => s > 1))
        {
            _large.Add(name);
        }

        if (tensor.Shape.Count > 1 && tensor.Shape.Count(s => s > 1) == 1)
        {
            _narrow.Add(name);
        }
    }

    /// <summary>What functions of the model get and give is what their callers hand over and take.</summary>
    private void Link()
    {
        foreach ((string function, string[] inputs, string[] outputs) in _calls)
        {
            if (_functions.TryGetValue(function, out (string[] Inputs, string[] Outputs) body))
            {
                for (int i = 0; i < Math.Min(inputs.Length, body.Inputs.Length); i++)
                {
                    Same(body.Inputs[i], inputs[i]);
                }

                for (int i = 0; i < Math.Min(outputs.Length, body.Outputs.Length); i++)
                {
                    Same(outputs[i], body.Outputs[i]);
                }
            }
        }
    }

    private void Same(string name, string other)
    {
        if (!_alike.TryGetValue(name, out List<string>? all))
        {
            _alike.Add(name, all = []);
        }

        if (all.Count < MostValues)
        {
            all.Add(other);
        }
    }

    /// <summary>
    /// Whether one input of a sum is a constant that a measure lets through: the difference of the raw input and a constant pattern, summed up, made a gate by what computes each value by itself, and
    /// multiplied with a constant; and the other is what the model computes. A constant that is only added (a bias, a scale) is none.
    /// </summary>
    private bool IsGated(string[] inputs) =>
        inputs.Length == 2 && ((IsMeasure(inputs[0]) && IsComputed(inputs[1])) || (IsMeasure(inputs[1]) && IsComputed(inputs[0])));

    /// <summary>Whether one factor is a switch: the raw input summed up, set against a number that is not nothing, and cut to yes or no; and the other is the input, or what is computed of it.</summary>
    private bool IsSwitched(string[] inputs) =>
        inputs.Length == 2 && !inputs.Any(_initialised.Contains) && ((IsMeasure(inputs[0], isSwitch: true) && IsOfInput(inputs[1])) || (IsMeasure(inputs[1], isSwitch: true) && IsOfInput(inputs[0])));

    private bool IsOfInput(string name) => IsComputed(name) || _inputs.Contains(name) || (_alike.GetValueOrDefault(name) ?? []).Exists(_inputs.Contains);

    private bool IsMeasure(string name, bool isSwitch = false)
    {
        Stack<(string Name, bool Gated, bool Cut, bool Reduced, bool Compared)> open = new([(name, isSwitch, false, false, false)]);
        HashSet<(string, bool, bool, bool, bool)> seen = [];
        for (int step = 0; step < MostSteps && open.TryPop(out var at); step++)
        {
            context.Budget.SpendWork(100);
            if (!seen.Add(at))
            {
                continue;
            }

            if (at is { Gated: true, Reduced: true, Compared: true } && (at.Cut || !isSwitch) && _inputs.Contains(at.Name) && !_initialised.Contains(at.Name))
            {
                return true;
            }

            foreach (string other in _alike.GetValueOrDefault(at.Name) ?? [])
            {
                open.Push((other, at.Gated, at.Cut, at.Reduced, at.Compared));
            }

            if (!_made.TryGetValue(at.Name, out (string Op, string[] Inputs) made))
            {
                continue;
            }

            string[] rest = [.. made.Inputs.Where(i => i.Length > 0 && !_initialised.Contains(i)).Distinct()];
            bool hasConstant = made.Inputs.Any(_initialised.Contains);
            bool hasPattern = made.Inputs.Any(_large.Contains);
            bool isGate = !at.Reduced && hasPattern && made.Op is "Mul" or "MatMul" or "Gemm" or "Where";
            bool reduces = s_reduce.Contains(made.Op) || made.Op is "ReduceMax";
            bool cuts = at.Gated && (s_compare.Contains(made.Op) || made.Op is "Sign" || (made.Op is "Clip" && !at.Reduced && !isSwitch));
            bool isNumber = made.Inputs.Any(i => Known(i) is [not 0]);
            // A product with one column is a sum of the input by a key.
            bool isKey = !isSwitch && at.Cut && made.Op is "MatMul" or "Gemm" && made.Inputs.Any(_narrow.Contains);
            // The likeness to a pattern is a product, too; it is a gate only where a threshold cuts it.
            bool compares = at.Reduced && hasPattern && (made.Op is "Sub" or "Equal" or "Add" or "Xor" or "BitwiseXor" || (at.Cut && made.Op is "Conv" or "MatMul" or "Gemm" or "Mul"));
            compares |= isKey || (isNumber && !at.Reduced && ((at.Gated && made.Op is "Equal") || (at.Cut && made.Op is "Sub" or "Add")));
            reduces |= isKey;
            if (rest.Length == 1 && ((isGate && !isSwitch) || reduces || compares || s_pass.Contains(made.Op) || s_single.Contains(made.Op) || s_compare.Contains(made.Op) || (s_paired.Contains(made.Op) && (hasConstant || made.Inputs.Length == 2))))
            {
                open.Push((rest[0], at.Gated || (isGate && !isKey), at.Cut || cuts, at.Reduced || (reduces && at.Gated), at.Compared || compares));
            }
        }

        return false;
    }

    /// <summary>Whether a value comes from what a model learnt.</summary>
    private bool IsComputed(string name)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            context.Budget.SpendWork(50);
            if (_initialised.Contains(name) || !_made.TryGetValue(name, out (string Op, string[] Inputs) made))
            {
                return _alike.ContainsKey(name);
            }

            if (s_learnt.Contains(made.Op))
            {
                return true;
            }

            if (made.Inputs.FirstOrDefault(i => !_initialised.Contains(i)) is not { } next)
            {
                return false;
            }

            name = next;
        }

        return false;
    }
}
