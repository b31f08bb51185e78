// One reader that is fuzzed.
namespace Assay.Fuzz;

/// <summary>One reader that is fuzzed.</summary>
/// <param name="Name">Its name on the command line, and of its folder under Corpus.</param>
/// <param name="Run">
/// Reads the bytes, and returns a number that differs where the reader took another way: it stands in for coverage where the library is not
/// instrumented. May throw MalformedException and ScanStopException, and nothing else.
/// </param>
/// <param name="Seeds">Small inputs to start from.</param>
internal sealed record FuzzTarget(string Name, Func<byte[], int> Run, Func<IEnumerable<byte[]>> Seeds)
{
    /// <summary>Whether inputs are changed opcode by opcode as well as byte by byte.</summary>
    public bool IsPickle { get; init; }
}

/// <summary>A hash of what a reader did; the same in every process.</summary>
internal struct Signature()
{
    private uint _hash = 2166136261;

    public void Add(long value)
    {
        for (int i = 0; i < 8; i++)
        {
            _hash = (_hash ^ (byte)(value >> (8 * i))) * 16777619;
        }
    }

    public void Add(string text)
    {
        foreach (char c in text)
        {
            _hash = (_hash ^ c) * 16777619;
        }
    }

    /// <summary>Adds the order of magnitude of a count: one more of the same is nothing new.</summary>
    public void AddSize(long count) => Add(64 - long.LeadingZeroCount(count));

    public readonly int Value => (int)_hash;
}
