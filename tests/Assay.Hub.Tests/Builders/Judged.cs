// What a scan came to, in a form in which two scans can be compared.
using System.Text;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Hosting.Folders;
using Assay.Hub.Bundles;
using Assay.Hub.Targets;
using Assay.Hub.Tests.Server;
using Assay.Scanning;

namespace Assay.Hub.Tests.Builders;

/// <summary>What a scan of a bundle came to: a text for each file and one for the whole, without the paths of either.</summary>
internal sealed record Judged(IReadOnlyDictionary<string, string> Files, string Whole)
{
    /// <summary>What the report of each file says.</summary>
    public IReadOnlyDictionary<string, TargetReport> Reports { get; private init; } = new Dictionary<string, TargetReport>();

    /// <summary>Scans a bundle.</summary>
    public static async Task<Judged> OfAsync(IBundle bundle)
    {
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default, Jobs = 2 });
        Dictionary<string, string> files = [];
        Dictionary<string, TargetReport> reports = [];
        BundleReport whole = await scanner.ScanBundleAsync(bundle, result =>
        {
            string name = result.Path[(bundle.Path.Length + 1)..];
            files[name] = result.Report is { } report ? Of(report, bundle.Path) : "ignored";
            if (result.Report is { } told)
            {
                reports[name] = told;
            }
        });
        StringBuilder text = new($"{whole.Judgement.Verdict} of {whole.Files}");
        Add(text, whole.Judgement.Findings);
        return new Judged(files, text.ToString()) { Reports = reports };
    }

    /// <summary>Scans a repository of a hub.</summary>
    public static async Task<Judged> OfAsync(TestHub hub, string target, Func<HubOptions, HubOptions>? change = null)
    {
        HubOptions options = Hubs.Options(hub);
        options = change?.Invoke(options) ?? options;
        using RemoteBundle bundle = await RemoteBundle.OpenAsync(RemoteTarget.Parse(target, options), options);
        return await OfAsync(bundle);
    }

    /// <summary>Scans the same files in a folder.</summary>
    public static async Task<Judged> OfAsync(string folder) => await OfAsync(FolderBundle.TryCreate(folder)!);

    /// <summary>Both say the same of every file and of the whole.</summary>
    public void Equals(string name, Judged other)
    {
        Assert.Equal(Files.Keys.Order(StringComparer.Ordinal), other.Files.Keys.Order(StringComparer.Ordinal));
        Assert.All(Files, f => Assert.True(f.Value == other.Files[f.Key], $"{name}/{f.Key}:\n{f.Value}\n--- and ---\n{other.Files[f.Key]}"));
        Assert.Equal(Whole, other.Whole);
    }

    private static string Of(TargetReport report, string path)
    {
        StringBuilder text = new($"{report.Verdict} {report.Size} {string.Join(',', report.Formats)} {report.Bytes}");
        Add(text, report.Findings);
        foreach (UnreadFact unread in report.Unread)
        {
            text.Append($"\n  unread {unread.Path.Replace(path, "", StringComparison.Ordinal)} {unread.Cause} {unread.Offset} {unread.Detail}");
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, IEnumerable<Finding> findings)
    {
        foreach (Finding finding in findings)
        {
            text.Append($"\n  {finding.Rule.Id} {finding.Severity} {finding.Offset} {finding.Key} {finding.ContentKey}");
        }
    }
}
