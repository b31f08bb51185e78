// Scans repositories in memory as a folder is scanned: each file, and all of them together.
using System.Text;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Scanning;

namespace Assay.Tests.Builders;

/// <summary>What a scan of a repository came to.</summary>
internal sealed record ModelRepository(Verdict Verdict, IReadOnlyList<Finding> Findings, IReadOnlyList<TargetReport> Files)
{
    /// <summary>The findings that decide the verdict.</summary>
    public IEnumerable<Finding> Telling => Findings.Where(f => f.Severity >= Severity.Medium);

    /// <summary>Scans texts as the files of a repository.</summary>
    public static ModelRepository Scan(params (string Name, string Text)[] files) => Scan([.. files.Select(f => (f.Name, Encoding.UTF8.GetBytes(f.Text)))]);

    /// <summary>Scans files as a repository.</summary>
    public static ModelRepository Scan(params (string Name, byte[] Bytes)[] files)
    {
        MemoryBundle bundle = new(files);
        Scanner scanner = new(Scans.Options);
        BundleSheet sheet = new(RuleSet.Default, Policy.None, scanner.Head.Day);
        List<TargetReport> targets = [];
        foreach (ScanResult result in scanner.ScanAsync(bundle.List().Select(e => ScanInput.Of(bundle, e))).ToBlockingEnumerable())
        {
            sheet.Add(result);
            targets.AddRange(result.Report is { } report ? [report] : Array.Empty<TargetReport>());
        }

        BundleReport whole = sheet.End(bundle.Path);
        return new ModelRepository(whole.Judgement.Verdict, [.. targets.SelectMany(t => t.Findings), .. whole.Judgement.Findings], targets);
    }

    /// <summary>One telling finding stands at a line of a file, and says when it happens.</summary>
    public void Names(string file, int line, string when) => Assert.True(
        Telling.Any(f => f.Path == $"folder/{file}" && f.Line == line && f.Phase == when),
        string.Join('\n', Telling.Select(f => $"{f.Path}:{f.Line} {f.Phase} {f.Rule.Id}: {f.Message}").DefaultIfEmpty("nothing was found")));

    /// <summary>Nothing was found that decides a verdict.</summary>
    public void Passes() => Assert.True(Verdict is Verdict.Passed, string.Join('\n', Telling.Select(f => $"{f.Path}:{f.Line} {f.Rule.Id}: {f.Message}").Concat(Files.SelectMany(t => t.Unread.Select(u => $"{u.Path}: {u.Detail}")))));
}
