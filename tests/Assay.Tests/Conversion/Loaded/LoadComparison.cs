// Loads the inputs of a scan in the box, and compares the tensors of what was loaded with those that are read as data.
using System.Collections.Concurrent;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Scanning;

namespace Assay.Tests.Conversion.Loaded;

/// <summary>
/// Compares what is read as data with what real libraries load. Files may be hostile: they are loaded in the box only, by every loader that applies until
/// one of them loads.
/// </summary>
internal sealed class LoadComparison : ITestLoad, IDisposable
{
    private readonly TestLoader _loader = new(new SandboxOptions { After = Script("loaded.py") + Script("boxed.py") });
    private readonly ConcurrentBag<ComparedFile> _files = [];

    /// <summary>What this machine lacks, or null.</summary>
    public string? Missing => _loader.Missing;

    /// <summary>Compares files; those that are no kind of file that is read here or loaded there are left out.</summary>
    public static IReadOnlyList<ComparedFile> Run(IReadOnlyList<ScanInput> inputs, CancellationToken cancellation = default)
    {
        using LoadComparison comparison = new();
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default, TestLoad = comparison, Jobs = Math.Min(2, Environment.ProcessorCount) });
        foreach (ScanResult _ in scanner.ScanAsync(inputs, null, cancellation).ToBlockingEnumerable(cancellation))
        {
            // What is compared is collected while each input is loaded.
        }

        return [.. comparison._files.OrderBy(f => f.Path, StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public IReadOnlyList<Fact> Load(string path, ByteSource bytes, IReadOnlyList<Fact> facts, bool named, CancellationToken cancellation)
    {
        ComparedFile? best = null;
        List<string> reasons = [];
        foreach (KnownLoader loader in Loaders(path, bytes, facts))
        {
            LoadResult result = _loader.LoadOnce(path, bytes, loader, LoaderChoice.Libraries(loader, facts), BoxSetting.Usual, cancellation);
            string reason = $"{loader.Name}: {result.End}, {result.Detail}";
            LoadedAnswer? answer = LoadedAnswer.Parse(result.Answer);
            reasons.Add(string.Join("; ", [reason, .. answer?.Errors ?? []]));
            ComparedFile file = ComparedFile.Of(path, bytes, loader.Name, answer, string.Join("; ", reasons));

            // What a later loader takes for its own, such as a pickle's for joblib's stream, counts only when it agrees.
            best = best is null or { End: ComparisonEnd.NotLoaded or ComparisonEnd.Neither } || file.End == ComparisonEnd.Equal ? file : best;
            if (best.End is not (ComparisonEnd.NotLoaded or ComparisonEnd.Neither or ComparisonEnd.EqualStoodIn))
            {
                break;
            }
        }

        if (best is not null)
        {
            _files.Add(best);
        }

        return [];
    }

    /// <inheritdoc/>
    public void Dispose() => _loader.Dispose();

    /// <summary>The loaders that give arrays and tensors, those first that would not take a file of another's for their own.</summary>
    private static KnownLoader[] Loaders(string path, ByteSource bytes, IReadOnlyList<Fact> facts)
    {
        string[] order = ["torch.jit.load", "numpy.load", "joblib.load", "torch.load", "pickle.load", "pandas.read_pickle"];
        KnownLoader[] chosen = [.. LoaderChoice.For(path, facts).Where(l => order.Contains(l.Name)).OrderBy(l => Array.IndexOf(order, l.Name))];

        // No loader of the box reads safetensors; the script behind the load does.
        return chosen.Length == 0 && bytes.ReadUpTo(8, 1) is [(byte)'{'] ? [new KnownLoader("pickle.load", "")] : chosen;
    }

    private static string Script(string name)
    {
        using Stream stream = typeof(LoadComparison).Assembly.GetManifestResourceStream("conversion/" + name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
