// The decompressors.
using Assay.Bytes;
using Assay.Codecs;

namespace Assay.Fuzz;

/// <summary>The decompressors, behind their one door.</summary>
internal static class CodecTargets
{
    // Twice the bytes that may come out must stay below what one input may make a reader allocate.
    private static readonly ScanLimits s_limits = new() { InflatedBytes = 32L << 20, Milliseconds = 60_000 };

    public static int Inflate(CodecKind kind, byte[] input)
    {
        ScanBudget budget = FuzzMeter.Budget(s_limits, input.Length);
        InflatedSoFar soFar = Codec.InflateSoFar(kind, new MemorySource(input), new ByteRange(0, input.Length), budget, new MemoryScratch());
        using ByteSource bytes = soFar.Result.Bytes;
        if (soFar.Result.Consumed < 0 || soFar.Result.Consumed > input.Length)
        {
            throw new FuzzFailure($"{soFar.Result.Consumed} of {input.Length} bytes were consumed.") { Kind = "consumed" };
        }

        Signature signature = new();
        signature.Add(soFar.Result.Error ?? "");
        signature.Add(soFar.Result.Truncated ? 1 : 0);
        signature.AddSize(bytes.Length);
        return signature.Value;
    }
}
