// Finds the pickles of real files for the oracle.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Scanning;

namespace Assay.Tests.Oracle;

/// <summary>Finds the pickles of real files by our own scanner's claims: raw ones, one after the other, and members of archives.</summary>
internal sealed class CorpusPickles
{
    /// <summary>Pickles are handed on up to this length: the recorder's memory is bounded.</summary>
    public const int Longest = 64 << 20;

    /// <summary>Bytes handed on behind a pickle's end.</summary>
    private const int Following = 64 << 10;

    /// <summary>Pickles of one artifact that are tried.</summary>
    private const int MostInOne = 64;

    private static readonly PickleFormat s_format = new();
    private readonly HashSet<string> _seen = [];

    /// <summary>Files in which there was a pickle.</summary>
    public int Files { get; private set; }

    /// <summary>Pickles that were cut at <see cref="Longest"/>.</summary>
    public int TooLarge { get; private set; }

    /// <summary>The pickles of a file, each named by file, member and offset; the same bytes only once.</summary>
    public List<(string Name, byte[] Stream)> Of(string file)
    {
        List<(string, byte[])> found = [];
        try
        {
            using ByteSource bytes = new FileSource(File.OpenHandle(file));
            ScanBudget budget = new(new ScanLimits(), TimeProvider.System);
            ArtifactScanner scanner = new(new FactLog(budget.Limits), budget, new MemoryScratch(), FormatCatalog.All)
            {
                OnArtifact = artifact => Collect(artifact, budget, found),
            };
            scanner.Scan(new Artifact(Path.GetFileName(file), bytes), mustClaim: false);
        }
        catch (Exception e) when (e is ScanStopException or IOException)
        {
            // What was found until then is compared.
        }

        Files += found.Count > 0 ? 1 : 0;
        return found;
    }

    private void Collect(Artifact artifact, ScanBudget budget, List<(string Name, byte[] Stream)> found)
    {
        long offset = 0;
        if (artifact.ReadAs != s_format.Id)
        {
            ByteRange all = new(0, artifact.Bytes.Length);
            if (s_format.Probe(new ProbeView(artifact, all, budget, false)) is not { } claim)
            {
                return;
            }

            offset = claim.Range.Offset;
        }

        PickleMachine machine = PickleMachinePool.Rent();
        try
        {
            for (int i = 0; i < MostInOne && offset < artifact.Bytes.Length; i++)
            {
                // What follows a STOP is there for whoever misses it.
                machine.Open(artifact.Bytes, offset, artifact.Bytes.Length, new Silent(), budget);
                bool stopped = machine.Run() == PickleEnding.Stop;
                long length = Math.Min(artifact.Bytes.Length, stopped ? machine.Position + Following : long.MaxValue) - offset;
                TooLarge += length > Longest ? 1 : 0;
                byte[] stream = artifact.Bytes.ReadUpTo(offset, (int)Math.Min(length, Longest));
                if (_seen.Add(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream))))
                {
                    found.Add(($"{artifact.Path}@{offset}", stream));
                }

                if (!stopped)
                {
                    return;
                }

                offset = machine.Position;
            }
        }
        finally
        {
            PickleMachinePool.Return(machine);
        }
    }

    private sealed class Silent : PickleObserver;
}
