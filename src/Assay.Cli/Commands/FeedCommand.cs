// assay feed: lists of harmful files that a user follows.
using System.CommandLine;
using System.Globalization;
using System.Text;
using Assay.Cli.Files;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Hub;
using Assay.Hub.Http;
using Assay.Hub.Targets;
using Assay.Reports;
using Assay.Store;
using Assay.Store.Databases;
using Assay.Store.Judging;
using Assay.Store.Trusted;
using Assay.Trust.Feeds;
using Assay.Trust.Signing;

namespace Assay.Cli.Commands;

/// <summary><c>assay feed add|sync|list|remove|sign</c>.</summary>
internal static class FeedCommand
{
    private const int Largest = 512 << 20;

    /// <summary>The command.</summary>
    public static Command Create(Host host) => new("feed", "Follow lists of harmful files: scans name what they list.") { Add(host), Sync(host), List(host), Remove(host), Sign(host) };

    /// <summary>The feeds of the user.</summary>
    internal static FeedFolder Folder(Host host) => new(Path.Join(host.Home, "feeds"), address =>
    {
        try
        {
            return RemoteDocument.FetchAsync(address, host.Hub(HubSettings.Read(host.Variable)), FeedFolder.LargestFeed, host.Cancellation).GetAwaiter().GetResult();
        }
        catch (RemoteException e)
        {
            throw new SettingException($"The feed {RemoteTarget.Shown(address)} cannot be taken: {e.Message}");
        }
    });

    private static Command Add(Host host)
    {
        Argument<string> name = new("NAME") { Description = "What to call it." };
        Argument<string> source = new("SOURCE") { Description = "A file, a folder or an address (https://): OSV, or a SHA-256 a line; signed, unless --unsigned says otherwise." };
        Option<string?> publicKey = new("--public-key") { Description = "The public key in PEM that has to have signed it; it is trusted for this list only.", HelpName = "FILE" };
        Option<string?> key = new("--key") { Description = "The key that has to have signed it, of those that you trust for decisions as well.", HelpName = "NAME" };
        Option<bool> unsigned = new("--unsigned") { Description = "Take it without a signature: whoever can write it decides what it lists." };
        Command command = new("add", "Follow a list, and take it.") { name, source, publicKey, key, unsigned };
        command.SetAction(parsed =>
        {
            string? file = parsed.GetValue(publicKey);
            if ((file is null ? 0 : 1) + (parsed.GetValue(key) is null ? 0 : 1) + (parsed.GetValue(unsigned) ? 1 : 0) != 1)
            {
                throw new UsageException("Say whose list it is: --public-key FILE, --key NAME, or --unsigned.");
            }

            string? pem = file is null ? null : Encoding.ASCII.GetString(SettingFile.Read("key", file, 1 << 16));
            Told(host, Folder(host).Add(parsed.GetValue(name)!, parsed.GetValue(source)!, parsed.GetValue(key), pem, DecisionPlaces.Of(host, null).Keys, TimeProvider.System.GetUtcNow()));
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Sync(Host host)
    {
        Command command = new("sync", "Take all lists anew, and hold them to a store; one that cannot be taken keeps what it had.");
        Func<ParseResult, StoreAddress?> at = StoreOption.AddTo(host, command);
        command.SetAction(parsed =>
        {
            int code = ExitCode.Passed;
            FeedFolder folder = Folder(host);
            foreach (Feed feed in folder.All())
            {
                try
                {
                    Feed taken = folder.Take(feed, DecisionPlaces.Of(host, null).Keys, TimeProvider.System.GetUtcNow());
                    Told(host, taken);
                    int gone = feed.Entries.Except(taken.Entries).Count();
                    if (gone > 0)
                    {
                        host.Error.WriteLine(Escape.Visible(string.Create(CultureInfo.InvariantCulture, $"assay: {feed.Name} lists {gone} {(gone == 1 ? "file" : "files")} no longer.")));
                    }
                }
                catch (SettingException e)
                {
                    host.Error.WriteLine("assay: " + Escape.Visible(e.Message));
                    code = ExitCode.Incomplete;
                }
            }

            return at(parsed) is { } place && Seen(host, folder, place) ? ExitCode.Findings : code;
        });
        return command;
    }

    /// <summary>Tells which artifacts of a store are listed; an alert is raised for each that was not told before.</summary>
    private static bool Seen(Host host, FeedFolder folder, StoreAddress place)
    {
        ILookup<string, string> listed = folder.All()
            .SelectMany(f => f.Entries.Select(e => (e.Sha256, Said: $"the feed {f.Name} lists it as {e.Id}{(e.Summary.Length > 0 ? $": {e.Summary}" : "")}")))
            .ToLookup(e => e.Sha256, e => e.Said);
        using ModelStore store = host.OpenStore(place, false);
        using StreamWriter writer = host.Writer();
        IReadOnlyList<(StoreHit Hit, string Said)> found = ListedFiles.Find(store, sha256 => listed[sha256].FirstOrDefault());
        foreach ((StoreHit hit, string said) in found)
        {
            writer.WriteLine(Escape.Visible($"{hit.Sha256[..16]}  {hit.Path}  {said}"));
        }

        return found.Count > 0;
    }

    private static Command List(Host host)
    {
        Command command = new("list", "The lists that are followed.");
        command.SetAction(_ =>
        {
            IReadOnlyList<Feed> feeds = [.. Folder(host).All()];
            if (feeds.Count == 0)
            {
                host.Error.WriteLine("assay: No lists are followed; assay feed add follows one.");
            }

            foreach (Feed feed in feeds)
            {
                Told(host, feed);
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Remove(Host host)
    {
        Argument<string> name = new("NAME") { Description = "What it is called." };
        Command command = new("remove", "Follow a list no longer.") { name };
        command.SetAction(parsed =>
        {
            Folder(host).Remove(parsed.GetValue(name)!);
            using StreamWriter writer = host.Writer();
            writer.WriteLine($"{Escape.Visible(parsed.GetValue(name)!)} is followed no longer.");
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Sign(Host host)
    {
        Argument<string> file = new("FILE") { Description = "A list: OSV, or a SHA-256 a line." };
        Option<string> output = new("--output", "-o") { Description = "Where the signed list goes.", HelpName = "FILE", Required = true };
        Option<string?> key = new("--key") { Description = "The key that signs; without it the only one there is.", HelpName = "NAME" };
        Option<string?> passphrase = TrustKeys.PassphraseFile();
        Command command = new("sign", "Sign a list, for those who follow it.") { file, output, key, passphrase };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(file)!;
            byte[] text;
            using (FileStream stream = SettingFile.Open("list", path))
            {
                text = stream.Length <= Largest ? new byte[stream.Length] : throw new UsageException($"The list {path} cannot be used: it is too long.");
                stream.ReadExactly(text);
            }

            if (Feed.Read(text, path, keys: null).Count == 0)
            {
                throw new UsageException($"The list {path} lists no file.");
            }

            ReportFile target = new(parsed.GetValue(output)!, CommandInputs.Of(host, parsed, null, output));
            using SigningKey signing = TrustKeys.OpenToSign(host, DecisionPlaces.Of(host, null).Keys, parsed.GetValue(key), parsed.GetValue(passphrase));
            byte[] envelope = Feed.Sign(text, path, signing).Write();
            target.Write(stream => stream.Write(envelope));
            return ExitCode.Passed;
        });
        return command;
    }

    private static void Told(Host host, Feed feed)
    {
        using StreamWriter writer = host.Writer();
        writer.WriteLine(Escape.Visible(string.Create(CultureInfo.InvariantCulture, $"{feed.Name}  {feed.Entries.Count:N0} {(feed.Entries.Count == 1 ? "file" : "files")}  {feed.Synced:yyyy-MM-dd HH:mm}  {(feed.Key is { } key ? $"signed by {key}" : feed.IsSigned ? "signed by its own key" : "unsigned")}  {RemoteTarget.Shown(feed.Source)}")));
    }
}
