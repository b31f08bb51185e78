// assay feed: lists of harmful files that a user follows.
using System.CommandLine;
using System.Globalization;
using Assay.Cli.Files;
using Assay.Hosting;
using Assay.Hosting.Files;
using Assay.Reports;
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
    internal static FeedFolder Folder(Host host) => new(Path.Join(host.Home, "feeds"));

    private static Command Add(Host host)
    {
        Argument<string> name = new("NAME") { Description = "What to call it." };
        Argument<string> source = new("SOURCE") { Description = "A file or a folder: OSV, or a SHA-256 a line; signed, unless --unsigned says otherwise." };
        Option<string?> key = new("--key") { Description = "The key that has to have signed it, of those that you trust.", HelpName = "NAME" };
        Option<bool> unsigned = new("--unsigned") { Description = "Take it without a signature: whoever can write it decides what it lists." };
        Command command = new("add", "Follow a list, and take it.") { name, source, key, unsigned };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(key) is null == !parsed.GetValue(unsigned))
            {
                throw new UsageException("Say whose list it is: --key NAME, or --unsigned.");
            }

            Told(host, Folder(host).Add(parsed.GetValue(name)!, parsed.GetValue(source)!, parsed.GetValue(key), DecisionPlaces.Of(host, null).Keys, TimeProvider.System.GetUtcNow()));
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Sync(Host host)
    {
        Command command = new("sync", "Take all lists anew; one that cannot be taken keeps what it had.");
        command.SetAction(_ =>
        {
            int code = ExitCode.Passed;
            FeedFolder folder = Folder(host);
            foreach (Feed feed in folder.All())
            {
                try
                {
                    Told(host, folder.Take(feed, DecisionPlaces.Of(host, null).Keys, TimeProvider.System.GetUtcNow()));
                }
                catch (SettingException e)
                {
                    host.Error.WriteLine("assay: " + Escape.Visible(e.Message));
                    code = ExitCode.Incomplete;
                }
            }

            return code;
        });
        return command;
    }

    private static Command List(Host host)
    {
        Command command = new("list", "The lists that are followed.");
        command.SetAction(_ =>
        {
            foreach (Feed feed in Folder(host).All())
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

            ReportFile target = new(parsed.GetValue(output)!);
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
        writer.WriteLine(Escape.Visible(string.Create(CultureInfo.InvariantCulture, $"{feed.Name}  {feed.Entries.Count:N0} files  {feed.Synced:yyyy-MM-dd HH:mm}  {(feed.Key is null ? "unsigned" : $"signed by {feed.Key}")}  {feed.Source}")));
    }
}
