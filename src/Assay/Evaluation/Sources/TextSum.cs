// A sum of texts in recovered source, put together once and not again for each part.
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

/// <summary>A sum of texts: payloads are written as sums of thousands of letters.</summary>
internal sealed class TextSum(FoldedText first)
{
    private readonly StringBuilder _text = new(first.Value);
    private IReadOnlyList<string> _layers = first.Layers;

    /// <summary>What the sum comes to.</summary>
    public FoldedText Value => new(_text.ToString()) { Layers = _layers };

    /// <summary>Adds a text; false when the sum would be too long.</summary>
    public bool TryAdd(FoldedText part)
    {
        if (_text.Length + (long)part.Value.Length > FoldBudget.MaxValue)
        {
            return false;
        }

        _text.Append(part.Value);
        _layers = part.Layers.Count == 0 || ReferenceEquals(part.Layers, _layers) ? _layers : _layers.Count == 0 ? part.Layers : [.. _layers.Union(part.Layers)];
        return true;
    }
}
