// Holds which project may use which, and what of the machine each may touch.
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Assay.Tests.Architecture;

public sealed partial class ProjectTests
{
    /// <summary>The projects of src and the projects of src that each uses.</summary>
    private static readonly Dictionary<string, string[]> s_projects = new()
    {
        ["Assay"] = ["Assay.RuleCompiler"],
        ["Assay.RuleCompiler"] = [],
        ["Assay.Hosting"] = ["Assay"],
        ["Assay.Sandbox"] = ["Assay"],
        ["Assay.Hub"] = ["Assay", "Assay.Hosting"],
        ["Assay.Store"] = ["Assay", "Assay.Hosting"],
        ["Assay.Trust"] = ["Assay", "Assay.Hosting"],
        ["Assay.Cli"] = ["Assay", "Assay.Hosting", "Assay.Hub", "Assay.Sandbox", "Assay.Store", "Assay.Trust"],
    };

    [Fact]
    public void ProjectsUseTheProjectsBelowThem()
    {
        Dictionary<string, string[]> written = Repository.Files
            .Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal))
            .ToDictionary(f => Path.GetFileNameWithoutExtension(f), f => XDocument.Parse(Repository.Read(f)).Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).Order(StringComparer.Ordinal).ToArray());
        Assert.Equal(s_projects.Keys.Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        Assert.All(written, w => Assert.Equal(s_projects[w.Key], w.Value));
    }

    [Fact]
    public void EveryProjectIsInTheSolutionTheDocumentAndTheFreshnessCheck()
    {
        string solution = Repository.Read("Assay.slnx");
        string architecture = Repository.Read("ARCHITECTURE.md");
        string script = Repository.Read("assay");
        Offenders.None(s_projects.Keys.Where(p => !solution.Contains($"src/{p}/{p}.csproj", StringComparison.Ordinal)
            || !architecture.Contains($"| `src/{p}` |", StringComparison.Ordinal)
            || !Regex.IsMatch(script, $@"find .*src/{Regex.Escape(p)} ")));
    }

    [Fact]
    public void FoldersAreNamespacesInEveryProject() =>
        Offenders.None(s_projects.Keys.SelectMany(p => Repository.Sources($"src/{p}")).Where(f =>
            Namespace().Match(SourceText.CodeOnly(Repository.Read(f))) is { Success: true } found
            && found.Groups[1].Value != f["src/".Length..f.LastIndexOf('/')].Replace('/', '.')));

    [Fact]
    public void HostingKnowsNoConsole() =>
        Offenders.None(Repository.Sources("src/Assay.Hosting").Where(f => Console().IsMatch(SourceText.CodeOnly(Repository.Read(f)))));

    /// <summary>Beside the hub, one file speaks to a server: a hook of an audit posts to the address that its user named, reads nothing and follows nothing.</summary>
    [Fact]
    public void OnlyTheHubAsksServers() =>
        Assert.Equal(["src/Assay.Store/Audits/AuditHooks.cs"],
            s_projects.Keys.Where(p => p != "Assay.Hub").SelectMany(p => Repository.Sources($"src/{p}")).Where(f => Servers().IsMatch(SourceText.CodeOnly(Repository.Read(f)))));

    [GeneratedRegex(@"\b(HttpClient|WebClient|WebRequest|SocketsHttpHandler)\b")]
    private static partial Regex Servers();

    [GeneratedRegex(@"^namespace\s+([\w.]+)\s*;", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\b(Console|Spectre|CommandLine|Process|Socket|HttpClient)\b")]
    private static partial Regex Console();
}
