// The whole road from bytes to verdict.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Scanning;

namespace Assay.Fuzz;

/// <summary>The whole engine with the rules that ship: a fault that its fence caught is a failure here.</summary>
internal static class ScanTargets
{
    private static readonly Scanner s_engine = new(new ScanOptions
    {
        Rules = RuleSet.Default,
        Limits = new ScanLimits { InflatedBytes = 32L << 20, Milliseconds = 60_000 },
        OnSpent = FuzzMeter.Note,
    });

    public static int Scan(byte[] input) => Scan("input", input);

    /// <summary>The same under a name by which texts of its kind are told.</summary>
    public static Func<byte[], int> Named(string name) => input => Scan(name, input);

    private static int Scan(string name, byte[] input)
    {
        ScanInput one = new() { Path = name, Open = () => new MemorySource(input), Named = true };
        Signature signature = new();
        if (s_engine.Scan(one).Report is { } target)
        {
            signature.Add((int)target.Verdict);
            signature.AddSize(target.Artifacts);
            foreach (string format in target.Formats)
            {
                signature.Add(format);
            }

            foreach (Finding finding in target.Findings)
            {
                signature.Add(finding.Rule.Id);
            }

            foreach (UnreadFact unread in target.Unread)
            {
                if (unread.Cause == UnreadCause.Fault)
                {
                    throw new FuzzFailure($"fault: {unread.Detail}") { Kind = "fault " + unread.Detail };
                }

                signature.Add((int)unread.Cause);
                signature.Add(unread.Detail.Length);
            }

            (long parsed, long data, long unknown) = target.Bytes;
            if (parsed < 0 || data < 0 || unknown < 0 || parsed + data + unknown != input.Length)
            {
                throw new FuzzFailure($"The coverage {parsed} + {data} + {unknown} is not {input.Length} bytes.") { Kind = "coverage" };
            }
        }

        return signature.Value;
    }
}
