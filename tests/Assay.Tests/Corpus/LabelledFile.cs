// A labelled corpus beside the repository, where there is one.
using Assay.Tests.Architecture;

namespace Assay.Tests.Corpus;

/// <summary>A row of the corpus's <c>labels.tsv</c>; bench/README.md describes the columns.</summary>
internal sealed record LabelledFile(string Path, string Label, string Family)
{
    /// <summary>
    /// The folder of the corpus: <c>ASSAY_CORPUS</c>, or <c>shared/corpus</c> beside the repository. It is no part of the repository, and
    /// without it these tests have nothing to say.
    /// </summary>
    public static string Folder { get; } = Environment.GetEnvironmentVariable("ASSAY_CORPUS") is { Length: > 0 } told
        ? told
        : System.IO.Path.Combine(Repository.Root, "..", "shared", "corpus");

    public string File => System.IO.Path.Combine(Folder, Path);

    public static List<LabelledFile> All()
    {
        string labels = System.IO.Path.Combine(Folder, "labels.tsv");
        Assert.SkipUnless(System.IO.File.Exists(labels), "There is no labelled corpus beside the repository.");
        string[][] rows = [.. System.IO.File.ReadLines(labels).Where(l => l.Length > 0).Select(l => l.Split('\t'))];
        int path = Array.IndexOf(rows[0], "path"), label = Array.IndexOf(rows[0], "label"), family = Array.IndexOf(rows[0], "family");
        return [.. rows.Skip(1).Select(r => new LabelledFile(r[path], r[label], r[family])).Where(f => System.IO.File.Exists(f.File))];
    }
}
