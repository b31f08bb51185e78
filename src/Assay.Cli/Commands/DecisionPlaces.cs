// Where decisions and keys lie for who works here.
using System.CommandLine;
using Assay.Hosting.Packs;
using Assay.Reports;
using Assay.Trust.Decisions;
using Assay.Trust.Signing;

namespace Assay.Cli.Commands;

/// <summary>Where decisions lie: the folder that was named, or that of the house, found as its policy is, and that of the user.</summary>
internal sealed class DecisionPlaces
{
    private readonly string? _root;
    private readonly IReadOnlyList<DecisionFolder> _folders;
    private readonly Host _host;

    private DecisionPlaces(Host host, string? root, IReadOnlyList<DecisionFolder> folders)
    {
        _host = host;
        _root = root;
        _folders = folders;
        Keys = new KeyRing(Path.Join(host.Home, "keys"));
    }

    /// <summary>The keys of the user.</summary>
    public KeyRing Keys { get; }

    /// <summary>Where new decisions go.</summary>
    public DecisionFolder New => _folders[0];

    /// <summary><c>--decisions DIR</c>.</summary>
    public static Option<string?> Option() => new("--decisions") { Description = "A folder of signed decisions; without it assay-decisions is looked for, beside the user's own.", HelpName = "DIR" };

    /// <summary>The places, where <paramref name="named"/> is what <c>--decisions</c> says. A folder that decisions are written to need not be there.</summary>
    public static DecisionPlaces Of(Host host, string? named, bool mayBeMissing = false)
    {
        if (named is not null)
        {
            return Directory.Exists(named) || mayBeMissing
                ? new DecisionPlaces(host, Path.GetDirectoryName(Path.GetFullPath(named)), [new DecisionFolder(named)])
                : throw new UsageException($"There is no folder {named} of decisions.");
        }

        DecisionFolder own = new(Path.Join(host.Home, "decisions"));
        return HouseFile.FindFolder(DecisionFolder.HouseName, host.Directory) is { } house
            ? new DecisionPlaces(host, Path.GetDirectoryName(house), [new DecisionFolder(house), own])
            : new DecisionPlaces(host, null, [own]);
    }

    /// <summary>What is known; what lies there and cannot be used is said on standard error.</summary>
    public DecisionBook Book()
    {
        List<string> broken = [];
        List<Decision> decisions = [];
        List<Revocation> revocations = [];
        foreach (DecisionFolder folder in _folders.Where(f => Directory.Exists(f.Path)))
        {
            (IReadOnlyList<Decision> some, IReadOnlyList<Revocation> ended) = folder.Read(broken);
            decisions.AddRange(some);
            revocations.AddRange(ended);
        }

        foreach (string file in broken)
        {
            _host.Error.WriteLine($"assay: {Escape.Visible(file)} holds no decision and is left aside.");
        }

        return decisions.Count == 0 ? new DecisionBook([], [], [], null) : new DecisionBook(decisions, revocations, Keys.Trusted(), Keys.Rule());
    }

    /// <summary>What a file is called in decisions: below the folder of the house by its place there, elsewhere by its whole path.</summary>
    public string NameOf(string path)
    {
        string full = Path.GetFullPath(path);
        string relative = _root is null ? full : Path.GetRelativePath(_root, full);
        return relative.StartsWith("..", StringComparison.Ordinal) ? full : relative;
    }
}
