// How the coders of a 7z folder hang together.
using Assay.Codecs;

namespace Assay.Containers.SevenZip;

/// <summary>How the coders of a folder hang together: each has inputs and outputs, and outputs are bound to inputs.</summary>
internal sealed class SevenZipFolderShape
{
    private readonly List<(ulong Method, byte[] Properties, int FirstInput, int FirstOutput)> _coders = [];
    private readonly Dictionary<long, long> _outputToInput = [];

    public List<long> Sizes { get; } = [];

    public int Inputs { get; private set; }

    public int Outputs { get; private set; }

    public int PackedStreams { get; set; }

    public void Add(ulong method, byte[] properties, int inputs, int outputs)
    {
        _coders.Add((method, properties, Inputs, Outputs));
        Inputs += inputs;
        Outputs += outputs;
    }

    /// <summary>The unpacked output with number <paramref name="output"/> feeds input <paramref name="input"/>.</summary>
    public void Bind(long input, long output) => _outputToInput.TryAdd(output, input);

    /// <summary>
    /// The coders in the order in which the packed bytes pass them; <paramref name="simple"/> is false when they do not form a single
    /// line (BCJ2 does not).
    /// </summary>
    public IReadOnlyList<Coder> Chain(out bool simple)
    {
        simple = Inputs == _coders.Count && Outputs == _coders.Count && PackedStreams == 1;
        if (!simple)
        {
            return [.. _coders.Select((c, i) => new Coder(c.Method, c.Properties, Sizes[Math.Min(i, Sizes.Count - 1)]))];
        }

        // The first coder is the one whose input no output feeds.
        HashSet<long> fed = [.. _outputToInput.Values];
        long at = Enumerable.Range(0, _coders.Count).FirstOrDefault(i => !fed.Contains(i));
        List<Coder> chain = [];
        while (chain.Count < _coders.Count)
        {
            chain.Add(new Coder(_coders[(int)at].Method, _coders[(int)at].Properties, Sizes[(int)at]));
            if (!_outputToInput.TryGetValue(at, out at) || at >= _coders.Count)
            {
                break;
            }
        }

        simple = chain.Count == _coders.Count;
        return chain;
    }
}
