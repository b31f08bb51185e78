// The indexes of a directory that is converted: what they promise is compared with what was written.
using System.Text.RegularExpressions;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Hosting.Files;

namespace Assay.Cli.Commands;

/// <summary>
/// The indexes of sharded weights. Each is read before anything is written, with all files that it names: one that is missing, lies elsewhere or does not
/// hold what the index says is a reason to convert nothing. Afterwards a new one is made of the new files, and it names all that the old one named.
/// </summary>
internal sealed partial class ConvertIndexes(Host host, string real, ScanLimits limits)
{
    /// <summary>The end of the names of indexes.</summary>
    public const string End = ".index.json";

    private readonly List<(string Relative, string New, string[] Shards, string[] Tensors)> _indexes = [];
    private readonly Dictionary<string, string> _superfluous = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IReadOnlyList<PlannedFile> Files, HashSet<string> Names)> _planned = new(StringComparer.Ordinal);

    /// <summary>Whether a file is one of several that make a model: it becomes one file, however large.</summary>
    public bool IsShard(string relative) => Number().IsMatch(relative) || _indexes.Exists(i => i.Shards.Contains(relative, StringComparer.Ordinal));

    /// <summary>The index whose tensors are those of the files that stay, and to which a file belongs that is therefore left out; null for any other.</summary>
    public string? SuperfluousTo(string relative) => _superfluous.GetValueOrDefault(relative);

    /// <summary>Reads the indexes of the directory.</summary>
    public void Read(IEnumerable<string> paths)
    {
        foreach (string path in paths.Where(p => p.EndsWith(End, StringComparison.Ordinal)))
        {
            string relative = Path.GetRelativePath(real, path);
            using WeightFile? index = Open(path, relative);
            if (index is null || index.Map.Shards.Count == 0)
            {
                continue;
            }

            if (index.Map.Problems is [TensorProblem problem, ..])
            {
                throw new MalformedException(0, $"{relative}: {problem.Name}: {problem.What}");
            }

            string folder = Path.GetDirectoryName(path)!;
            string[] shards = [.. index.Map.Shards.Select(s => Path.GetRelativePath(real, Path.GetFullPath(Path.Join(folder, s))))];
            string name = ConvertNames.OfIndex(relative);
            if (_indexes.Find(i => i.New == name) is { Relative: { } other })
            {
                using WeightFile first = Open(Path.Join(real, other), other)!;
                if (TensorComparison.FirstDifference(first.Map, index.Map, null, host.Cancellation) is { } difference)
                {
                    throw new MalformedException(0, $"{relative} and {other} would both become {name} and are not the same model: {difference.Tensor}: {difference.What}");
                }

                foreach (string shard in shards)
                {
                    _superfluous.TryAdd(shard, other);
                }

                continue;
            }

            _indexes.Add((relative, name, shards, [.. index.Map.Tensors.Select(t => t.Name)]));
        }
    }

    /// <summary>Remembers what a file became.</summary>
    public void Planned(string relative, ConversionPlan plan) =>
        _planned[relative] = (plan.Files, [.. plan.Tensors.Select(t => t.Name), .. plan.Ties.Keys]);

    /// <summary>Writes the new indexes below a folder.</summary>
    public void Write(string folder)
    {
        HashSet<string> named = [.. _indexes.SelectMany(i => i.Shards)];
        foreach ((string relative, string name, string[] shards, string[] tensors) in _indexes)
        {
            Make(folder, relative, name, shards, tensors);
        }

        foreach (IGrouping<string, string> group in _planned.Keys.Where(k => Number().IsMatch(k) && !named.Contains(k)).GroupBy(k => Number().Match(k).Groups[1].Value))
        {
            string[] shards = [.. group.Order(StringComparer.Ordinal)];
            CheckNumbers(group.Key, shards);
            string name = ConvertNames.OfIndex(group.Key + ".bin" + End);
            if (_indexes.Exists(i => i.New == name))
            {
                throw new MalformedException(0, $"{shards[0]} is named by no index, although there is one for {group.Key}.");
            }

            Make(folder, group.Key, name, shards, []);
        }
    }

    private void Make(string folder, string relative, string name, string[] shards, string[] tensors)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        List<PlannedFile> files = [];
        foreach (string shard in shards)
        {
            if (!_planned.TryGetValue(shard, out (IReadOnlyList<PlannedFile> Files, HashSet<string> Names) plan))
            {
                throw new MalformedException(0, $"{relative}: its file {shard} was not converted.");
            }

            foreach (string tensor in plan.Names)
            {
                if (!names.Add(tensor))
                {
                    throw new MalformedException(0, $"{relative}: {tensor} stands in more than one of its files.");
                }
            }

            files.AddRange(plan.Files);
        }

        if (Array.Find(tensors, t => !names.Contains(t)) is { } lost)
        {
            throw new MalformedException(0, $"{relative}: {lost} is in none of the new files.");
        }

        FileOutput.Guard(name, () => File.WriteAllBytes(Path.Join(folder, name), ConversionIndex.Of(files)));
    }

    /// <summary>Files that call themselves one of several must all be there.</summary>
    private static void CheckNumbers(string stem, string[] shards)
    {
        Match[] matches = [.. shards.Select(s => Number().Match(s))];
        string[] totals = [.. matches.Select(m => m.Groups[3].Value).Distinct()];
        if (totals.Length != 1)
        {
            throw new MalformedException(0, $"{stem}: its files are numbered in two ways (of {string.Join(", of ", totals)}).");
        }

        HashSet<int> there = [.. matches.Select(m => int.Parse(m.Groups[2].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))];
        int total = int.Parse(totals[0], System.Globalization.CultureInfo.InvariantCulture);
        // Some number from 0.
        int first = there.Contains(0) ? 0 : 1;
        if (Enumerable.Range(first, Math.Min(total, shards.Length + 1)).FirstOrDefault(n => !there.Contains(n), -1) is >= 0 and int missing && missing < total + first)
        {
            throw new MalformedException(0, $"{stem}: file {missing} of {total} is missing.");
        }

        if (there.Count != total)
        {
            throw new MalformedException(0, $"{stem}: there are {there.Count} files of {total}.");
        }
    }

    private WeightFile? Open(string path, string relative)
    {
        try
        {
            return WeightFile.TryOpen(host, path, limits);
        }
        catch (MalformedException e)
        {
            throw new MalformedException(e.Offset, $"{relative}: {e.Message}");
        }
    }

    [GeneratedRegex(@"^(.*)-(\d{5})-of-(\d{5})\.[A-Za-z0-9_]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Number();
}
