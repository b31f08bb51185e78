// Compares the tensors that are read as data with those that real libraries load, over a labelled corpus.
using System.Diagnostics;
using Assay.Bytes;
using Assay.Scanning;
using Assay.Tests.Conversion.Loaded;

namespace Assay.Bench;

/// <summary>The measurement <c>compare</c>: every file of a label, read as data and loaded for real in the box; the tensors must be equal bit by bit.</summary>
internal static class CompareBench
{
    private const int ReasonWords = 8;
    private const int LongestDetail = 400;
    private static readonly ComparisonEnd[] s_listed =
        [ComparisonEnd.Different, ComparisonEnd.NotFound, ComparisonEnd.Refused, ComparisonEnd.ClassDiffers];

    /// <summary>Compares; 1 when a file differs, 5 when there is no sandbox.</summary>
    public static int Run(string folder, Options options)
    {
        string label = options["--label"] ?? "benign";
        string beginning = options["--only"] ?? "";
        using (LoadComparison comparison = new())
        {
            if (comparison.Missing is { } missing)
            {
                Console.Error.WriteLine("Not compared: " + missing);
                return 5;
            }
        }

        ScanInput[] inputs = [.. CorpusLabel.Read(folder)
            .Where(l => l.Label == label && l.Path.StartsWith(beginning, StringComparison.Ordinal) && File.Exists(Path.Combine(folder, l.Path)))
            .Select(l => new ScanInput { Path = l.Path, Open = () => new FileSource(File.OpenHandle(Path.Combine(folder, l.Path))), Named = true })];
        long begun = Stopwatch.GetTimestamp();
        IReadOnlyList<ComparedFile> files = LoadComparison.Run(inputs);
        Print(files, inputs.Length, label, Stopwatch.GetElapsedTime(begun), options.Has("--all"));
        return files.Count == 0 || files.Any(f => f.End is ComparisonEnd.Different or ComparisonEnd.NotFound) ? 1 : 0;
    }

    private static void Print(IReadOnlyList<ComparedFile> files, int asked, string label, TimeSpan wall, bool all)
    {
        Say($"{label}: {asked} files, {files.Count} that a loader of the box or the reader takes, {wall.TotalSeconds:F0} s");
        foreach (IGrouping<ComparisonEnd, ComparedFile> group in files.GroupBy(f => f.End).OrderBy(g => g.Key))
        {
            string formats = string.Join(", ", group.GroupBy(f => f.Format.Length > 0 ? f.Format : "-").OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key} {g.Count()}"));
            Say($"{group.Key,-14} {group.Count(),5} files {group.Sum(f => f.Tensors),7} tensors   {formats}");
        }

        foreach (ComparisonEnd end in all ? Enum.GetValues<ComparisonEnd>() : s_listed)
        {
            ComparedFile[] listed = [.. files.Where(f => f.End == end)];
            if (listed.Length > 0)
            {
                Say($"\n{end}:");
            }

            foreach (ComparedFile file in listed)
            {
                Say($"  {file.Path} [{file.Format}, {file.Loader}] {Shown(file.Detail)}");
            }
        }

        Say($"\nReasons of what was not loaded:");
        foreach (IGrouping<string, ComparedFile> group in files.Where(f => f.End == ComparisonEnd.NotLoaded)
            .GroupBy(f => string.Join(' ', f.Detail.Split(' ').Take(ReasonWords))).OrderByDescending(g => g.Count()))
        {
            Say($"  {group.Count(),5}  {Shown(group.Key)}");
        }
    }

    // Messages quote the files: nothing in them may steer the terminal.
    private static string Shown(string text)
    {
        string plain = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return plain.Length <= LongestDetail ? plain : plain[..LongestDetail] + " ...";
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
