// The ways in which the files of a repository are taken when its model is used: who takes each, and what happens then.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Sources;
using Assay.Formats;
using Assay.Scanning;

namespace Assay.Inspection;

/// <summary>A file that somebody takes when the model is used, and what happens then.</summary>
/// <param name="File">The file.</param>
/// <param name="More">How many further files are taken in the same way and do the same: shards.</param>
/// <param name="Who">Who takes it, and why.</param>
/// <param name="Does">What happens then.</param>
/// <param name="Severity">How much harm can come of it; null where nothing speaks against it.</param>
public sealed record ReviewWay(string File, int More, string Who, string Does, Severity? Severity)
{
    private const int NamesTold = 4;

    /// <summary>The ways into the files: code that configurations name, source that runs by itself, templates, and whatever a loader opens.</summary>
    internal static IReadOnlyList<ReviewWay> Of(IReadOnlyList<TargetReport> files, IReadOnlyList<ReviewStep> steps, string root)
    {
        ILookup<string, ReviewStep> byFile = steps.ToLookup(s => RepositoryReview.Outer(s.File), StringComparer.Ordinal);
        List<ReviewWay> ways = [];
        HashSet<string> named = [];
        foreach (IGrouping<string, (string File, string Named)> code in Named(files).GroupBy(n => n.File, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            string path = root.Length > 0 ? $"{root}/{code.Key}" : code.Key;
            named.Add(path);
            ways.Add(Way(path, string.Join("; ", code.Select(c => c.Named).Distinct()), "defines things, and does nothing else by itself", byFile));
        }

        foreach (TargetReport file in files.Where(f => !named.Contains(f.Path)).OrderBy(f => f.Path, StringComparer.Ordinal))
        {
            if (file.Facts.OfType<CodeFact>().FirstOrDefault(c => c.Language is "jinja") is { } template)
            {
                ways.Add(Way(file.Path, "its chat template is rendered in each conversation", template.Names.Count == 0 ? "writes the prompt, and calls nothing beyond that" : $"calls {Told(template.Names)}", byFile));
            }
            else if (file.Facts.Any(f => f is CodeFact c && c.Path == file.Path))
            {
                if (byFile[file.Path].Any())
                {
                    ways.Add(Way(file.Path, string.Join("; ", byFile[file.Path].Select(s => Moment(s.When)).Distinct()), "", byFile));
                }
            }
            else if (Opened(file) is { } who)
            {
                string[] called = [.. file.Facts.OfType<CallableFact>().Where(c => c.Use is not CallableUse.Imported && c.Resolved.Length > 0).OrderByDescending(c => c.Count).Select(c => c.Resolved).Distinct()];
                ways.Add(Way(file.Path, who, called.Length > 0 ? $"calls {Told(called)}" : "gives data; nothing of it runs", byFile));
            }
        }

        return ways;
    }

    private static ReviewWay Way(string file, string who, string quiet, ILookup<string, ReviewStep> steps)
    {
        ReviewStep[] here = [.. steps[file].OrderByDescending(s => s.Severity ?? Detection.Severity.Info)];
        Severity? worst = here.FirstOrDefault()?.Severity is >= Detection.Severity.Medium and { } severity ? severity : null;
        string does = here.Length == 0 ? quiet : worst is not null ? here[0].What : $"runs {Told([.. here.Select(s => s.What)])}";
        return new ReviewWay(file, 0, who, does, worst);
    }

    /// <summary>The code that configurations name, and by which key of which file.</summary>
    private static IEnumerable<(string File, string Named)> Named(IReadOnlyList<TargetReport> files)
    {
        foreach (TargetReport file in files)
        {
            string name = file.Path[(file.Path.LastIndexOf('/') + 1)..];
            ILookup<long, EntryFact> entries = file.Facts.OfType<EntryFact>().ToLookup(e => e.Offset);
            foreach (ReferenceFact reference in file.Facts.OfType<ReferenceFact>().Where(r => r is { Kind: "code", Place: ReferencePlace.Inside, Resolved.Length: > 0 }))
            {
                string key = entries[reference.Offset].FirstOrDefault()?.Key ?? "";
                string how = key.StartsWith("auto_map", StringComparison.Ordinal) ? "transformers imports it with trust_remote_code=True" : "a loader imports it";
                yield return (reference.Resolved, key.Length > 0 ? $"{how} ({name}: {key})" : $"{how} ({name} names it)");
            }
        }
    }

    /// <summary>Who opens a file as it is; null for files that promise no model and that nobody opens.</summary>
    private static string? Opened(TargetReport file)
    {
        IReadOnlyList<Loader> loaders = new LoaderReach(file.Facts).Opening(file.Path);
        if (loaders.Count > 0)
        {
            return $"opened by {Told([.. loaders.Select(l => l.Id)])}";
        }

        return FormatCatalog.PromisesModel(Path.GetExtension(file.Path).ToLowerInvariant()) && file.Formats.Count > 0 ? $"opened by what reads {file.Formats[0]}" : null;
    }

    private static string Moment(string when) => when switch
    {
        "install" => "installing or building runs it",
        "extract" => "unpacking brings it to where it runs",
        "import" => "whoever imports it runs it",
        "load" => "loading the model runs it",
        "init" => "starting the model runs it",
        "infer" => "using the model runs it",
        "cell" => "whoever runs the notebook runs it",
        _ => "using the repository runs it",
    };

    private static string Told(IReadOnlyList<string> names)
    {
        string[] told = [.. names.Take(NamesTold)];
        return string.Join(", ", told) + (names.Count > told.Length ? $" and {names.Count - told.Length} more" : "");
    }
}
