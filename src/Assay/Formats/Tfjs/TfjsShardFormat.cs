// The files that hold the weights of TensorFlow.js.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Tfjs;

/// <summary>
/// A file of weights of TensorFlow.js, such as <c>group1-shard1of2.bin</c>: elements and nothing else, so there is no structure by which it could be told. Its name is how
/// the converter calls such files, and nothing loads it but by the name in a manifest. What begins as another format is read as that, too.
/// </summary>
internal sealed class TfjsShardFormat : IFormat
{
    private const int ProbedBytes = 512;

    public string Id => "tfjs-shard";

    public string Name => "TensorFlow.js weights";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Range.Length > 0 && IsShardName(view.Artifact.Name) && !IsText(view.Head.Span) ? new Claim(view.Range, ClaimStrength.Weak) : null;

    public void Read(Claim claim, ReadContext context) => context.Cover(claim.Range, CoverageKind.Data);

    /// <summary>Whether a name ends in <c>shard</c>, a number, and perhaps <c>of</c> and another.</summary>
    private static bool IsShardName(string path)
    {
        int at = path.LastIndexOf("shard", StringComparison.Ordinal);
        if (at < 0 || path.AsSpan(at).ContainsAny('/', '\\'))
            return false;

        string[] numbers = path[(at + 5)..(path.EndsWith(".bin", StringComparison.Ordinal) ? ^4 : ^0)].Split("of");
        return numbers.Length <= 2 && Array.TrueForAll(numbers, n => n.Length is > 0 and < 6 && n.All(char.IsAsciiDigit));
    }

    private static bool IsText(ReadOnlySpan<byte> head) => head[..Math.Min(head.Length, ProbedBytes)].IndexOfAnyExceptInRange((byte)9, (byte)126) < 0;
}
