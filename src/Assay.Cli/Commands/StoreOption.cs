// Which store a command works with.
using System.CommandLine;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Store;
using Assay.Store.Databases;

namespace Assay.Cli.Commands;

/// <summary>
/// <c>--store</c> and <c>--store=WHERE</c>. The value must be joined by an equals sign, so that <c>--store models/</c> scans the folder and does not write into it: what is written is
/// taken apart here, before the options are read.
/// </summary>
internal static class StoreOption
{
    private const string Bare = "--store";
    private const string Joined = "--store=";
    private const string Where = "--store-at";

    /// <summary>Commands in which nothing that is examined follows, so that a word behind <c>--store</c> is meant to be the store.</summary>
    private static readonly string[] s_withoutPaths = ["store", "audit", "feed", "trust"];

    /// <summary>Whether a word is the option, as it was typed or as it was taken apart.</summary>
    public static bool IsOne(string word) => word is Bare or Where || word.StartsWith(Joined, StringComparison.Ordinal);

    /// <summary>The arguments with <c>--store=WHERE</c> as two of them.</summary>
    public static IReadOnlyList<string> Spell(IReadOnlyList<string> arguments)
    {
        if (arguments.Count > 0 && s_withoutPaths.Contains(arguments[0]) && (arguments[0] != "trust" || arguments.Contains("revoke")))
        {
            for (int i = 1; i + 1 < arguments.Count && arguments[i] != "--"; i++)
            {
                if (arguments[i] == Bare && !arguments[i + 1].StartsWith('-'))
                {
                    throw new UsageException($"The store goes behind an equals sign: --store={arguments[i + 1]} (--store alone is the store of the user, and goes last).");
                }
            }
        }

        if (!arguments.Any(a => a.StartsWith(Joined, StringComparison.Ordinal)))
        {
            return arguments;
        }

        List<string> spelled = [];
        bool isLiteral = false;
        foreach (string argument in arguments)
        {
            isLiteral |= argument == "--";
            if (isLiteral || !argument.StartsWith(Joined, StringComparison.Ordinal))
            {
                spelled.Add(argument);
            }
            else if (argument.Length == Joined.Length)
            {
                throw new UsageException("--store= names no store: a path or a connection string goes behind the equals sign.");
            }
            else
            {
                spelled.AddRange([Where, argument[Joined.Length..]]);
            }
        }

        return spelled;
    }

    /// <summary>Adds the options to a command; what is returned says which store is meant: the one that was named, that of the environment, that of the house, or, where one is asked for, that of the user.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="command">The command.</param>
    /// <param name="house">The policy in which the house may name a store; the one that is found where nothing else is said, null for none.</param>
    public static Func<ParseResult, StoreAddress?> AddTo(Host host, Command command, Func<ParseResult, string?>? house = null)
    {
        Option<bool> store = new("--store") { Description = "Remember what is read and judged, and take from memory what is known (docs/store.md): --store, or --store=PATH or a connection string." };
        Option<string?> at = new(Where) { Hidden = true };
        command.Add(store);
        command.Add(at);
        return parsed => parsed.GetValue(at) is { } named ? StoreAddress.Of(named)
            : host.Variable(StoreAddress.Variable) is { Length: > 0 } configured ? StoreAddress.Of(configured)
            : OfHouse(house is null ? HouseFile.Find(HouseFile.Policy, host.Directory) : house(parsed)) is { } own ? own
            : parsed.GetValue(store) ? StoreAddress.Default : null;
    }

    private static StoreAddress? OfHouse(string? policy) =>
        policy is null || RulePacks.ReadStore(policy) is not { } text ? null
        : text == PolicyLoader.UsersStore ? StoreAddress.Default
        : StoreAddress.Of(Path.Join(Path.GetDirectoryName(Path.GetFullPath(policy)), text));

    /// <summary>Keeps the files of a store out of a walk that may come by them.</summary>
    public static void KeepOutOf(FileWalk walk, StoreAddress at)
    {
        if (!at.IsServer && RealPath.Of(at.Text) is { } real)
        {
            foreach (string end in (ReadOnlySpan<string>)["", "-wal", "-shm", "-journal"])
            {
                walk.LeaveOut(real + end);
            }
        }
    }
}
