// assay trust: decisions that were made, and who may make them.
using System.CommandLine;
using System.Globalization;
using Assay.Cli.Files;
using Assay.Reports;
using Assay.Store.Databases;
using Assay.Trust.Decisions;
using Assay.Trust.Signing;
using Assay.Hosting.Files;

namespace Assay.Cli.Commands;

/// <summary><c>assay trust list|show|revoke|countersign|export|import|require|key</c>.</summary>
internal static class TrustCommand
{
    private const int Longest = 1 << 20;

    /// <summary>The command.</summary>
    public static Command Create(Host host) => new("trust", "Decisions about files: list, show, revoke, sign as well, give to others; and whose keys are trusted.")
    {
        List(host), Show(host), Revoke(host), Countersign(host), Export(host), Import(host), Require(host), TrustKeys.Create(host),
    };

    private static Argument<string> Id() => new("ID") { Description = "A decision, by the beginning of its id." };

    private static DateOnly Today => DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private static Command List(Host host)
    {
        Option<string?> folder = DecisionPlaces.Option();
        Command command = new("list", "The decisions: id, what, by whom, until when, about which file, and whether each holds.") { folder };
        command.SetAction(parsed =>
        {
            DecisionBook book = DecisionPlaces.Of(host, parsed.GetValue(folder)).Book();
            using StreamWriter writer = host.Writer();
            if (book.Decisions.Count == 0)
            {
                host.Error.WriteLine("assay: There are no decisions; assay verify asks for one.");
            }

            foreach (Decision decision in book.Decisions.OrderBy(d => d.Said.At))
            {
                DecisionStanding standing = book.Of(decision, Today);
                string until = decision.Said.Until is { } day ? string.Create(CultureInfo.InvariantCulture, $"until {day:yyyy-MM-dd}") : "for ever";
                writer.WriteLine(Escape.Visible($"{decision.Id}  {decision.Said.Decision}  {decision.Said.By}  {until}  {decision.Name}  {(standing.Holds ? "holds" : $"does not hold: {standing.Why}")}"));
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Show(Host host)
    {
        Argument<string> id = Id();
        Option<string?> folder = DecisionPlaces.Option();
        Command command = new("show", "A decision in full: what was seen, why, and who signed it.") { id, folder };
        command.SetAction(parsed =>
        {
            DecisionBook book = DecisionPlaces.Of(host, parsed.GetValue(folder)).Book();
            Decision decision = Find(book, parsed.GetValue(id)!);
            DecisionStanding standing = book.Of(decision, Today);
            using StreamWriter writer = host.Writer();
            void Line(string label, string text) => writer.WriteLine($"{label,-10}{Escape.Visible(text)}");
            Line("decision", $"{decision.Id}, to {decision.Said.Decision}");
            Line("file", decision.Name);
            Line("sha256", decision.Sha256);
            Line("by", string.Create(CultureInfo.InvariantCulture, $"{decision.Said.By}, {decision.Said.At:yyyy-MM-dd HH:mm} UTC"));
            Line("reason", decision.Said.Reason);
            Line("until", decision.Said.Until?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "for ever");
            Line("signed", standing.Signers.Count > 0 ? string.Join(", ", standing.Signers) : "by no key that you trust");
            Line("holds", standing.Holds ? "yes" : $"no: {standing.Why}");
            Line("seen", $"{decision.Said.Verdict}, by assay {decision.Said.Version}");
            foreach (DecidedFinding finding in decision.Said.Findings)
            {
                Line("finding", $"{finding.Severity} {finding.Rule} {finding.ContentKey}: {Escape.Cut(finding.Message, 300)}");
            }

            if (decision.Said.Unread.Count > 0)
            {
                Line("unread", string.Join(", ", decision.Said.Unread));
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Revoke(Host host)
    {
        Argument<string> id = Id();
        Option<string> reason = new("--reason") { Description = "Why.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        Option<string?> key = Key();
        Option<string?> passphrase = TrustKeys.PassphraseFile();
        Option<string?> folder = DecisionPlaces.Option();
        Command command = new("revoke", "Take a decision back: it does not hold any more.") { id, reason, key, passphrase, folder };
        Func<ParseResult, StoreAddress?> store = StoreOption.AddTo(host, command);
        command.SetAction(parsed =>
        {
            using DecisionMemory? memory = DecisionMemory.Of(host, store(parsed));
            DecisionPlaces places = DecisionPlaces.Of(host, parsed.GetValue(folder));
            DecisionBook book = places.Book();
            Decision decision = Find(book, parsed.GetValue(id)!);
            if (memory is null && book.IsRevoked(decision))
            {
                throw new UsageException($"{decision.Id} is revoked already.");
            }

            using SigningKey signing = TrustKeys.OpenToSign(host, places.Keys, parsed.GetValue(key), parsed.GetValue(passphrase));
            Envelope envelope = Revocation.Write(decision, new RevocationPredicate { By = signing.Public.Name, At = TimeProvider.System.GetUtcNow(), Reason = parsed.GetValue(reason)! }).Signed(signing);
            places.New.Keep(Revocation.Read(envelope)!);
            memory?.Keep(decision, Revocation.Read(envelope)!);
            using StreamWriter writer = host.Writer();
            writer.WriteLine(places.Book().Of(decision, Today).Holds ? $"{decision.Id} holds still: to take a denial back takes whoever made it, or as many as it takes to allow." : $"{decision.Id} is revoked.");
            return memory?.HasFailed == true ? ExitCode.Incomplete : ExitCode.Passed;
        });
        return command;
    }

    private static Command Countersign(Host host)
    {
        Argument<string> id = Id();
        Option<string?> key = Key();
        Option<string?> passphrase = TrustKeys.PassphraseFile();
        Option<string?> folder = DecisionPlaces.Option();
        Command command = new("countersign", "Sign a decision of somebody else as well, where it takes several people.") { id, key, passphrase, folder };
        command.SetAction(parsed =>
        {
            DecisionPlaces places = DecisionPlaces.Of(host, parsed.GetValue(folder));
            Decision decision = Find(places.Book(), parsed.GetValue(id)!);
            using SigningKey signing = TrustKeys.OpenToSign(host, places.Keys, parsed.GetValue(key), parsed.GetValue(passphrase));
            Decision signed = Decision.Read(decision.Envelope.Signed(signing))!;
            places.New.Keep(signed);
            DecisionStanding standing = places.Book().Of(signed, Today);
            using StreamWriter writer = host.Writer();
            writer.WriteLine(Escape.Visible($"{signed.Id} is signed by {string.Join(", ", standing.Signers)}{(standing.Holds ? " and holds." : $"; it does not hold: {standing.Why}.")}"));
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Export(Host host)
    {
        Argument<string> id = Id();
        Option<string?> output = new("--output", "-o") { Description = "Write it to this file instead of standard output.", HelpName = "FILE" };
        Option<string?> folder = DecisionPlaces.Option();
        Command command = new("export", "Write a decision with its signatures, for somebody who trusts your key.") { id, output, folder };
        command.SetAction(parsed =>
        {
            Decision decision = Find(DecisionPlaces.Of(host, parsed.GetValue(folder)).Book(), parsed.GetValue(id)!);
            byte[] text = decision.Envelope.Write();
            if (parsed.GetValue(output) is { } file)
            {
                new ReportFile(file, CommandInputs.Of(host, parsed, null, output), "\"payloadType\"").Write(stream => stream.Write(text));
            }
            else
            {
                host.Output.Write(text);
            }

            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Import(Host host)
    {
        Argument<string> file = new("FILE") { Description = "What assay trust export has written." };
        Option<string?> folder = DecisionPlaces.Option();
        Command command = new("import", "Take over a decision that somebody has signed whose key you trust.") { file, folder };
        command.SetAction(parsed =>
        {
            DecisionPlaces places = DecisionPlaces.Of(host, parsed.GetValue(folder), mayBeMissing: true);
            string path = parsed.GetValue(file)!;
            byte[] text;
            using (FileStream stream = SettingFile.Open("decision", path))
            {
                text = stream.Length <= Longest ? new byte[stream.Length] : throw new UsageException($"The decision {path} cannot be used: it is too long for one.");
                stream.ReadExactly(text);
            }

            Envelope? envelope = Envelope.Read(text);
            bool Trusted() => envelope is not null && places.Keys.Trusted().Any(k => envelope.IsSignedBy(k));
            if (Decision.Read(envelope) is { } decision)
            {
                places.New.Keep(Trusted() ? decision : throw Untrusted(path));
            }
            else if (Revocation.Read(envelope) is { } revocation)
            {
                places.New.Keep(Trusted() ? revocation : throw Untrusted(path));
            }
            else
            {
                throw new UsageException($"The decision {path} cannot be used: it is not what assay trust export has written.");
            }

            using StreamWriter writer = host.Writer();
            writer.WriteLine($"{envelope!.Id} is taken over.");
            return ExitCode.Passed;
        });
        return command;
    }

    private static Command Require(Host host)
    {
        Argument<int> need = new("N") { Description = "How many have to sign before something is allowed; 0 for the rule to go." };
        Option<string[]> of = new("--of") { Description = "The keys of which they have to be; may be repeated.", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
        Command command = new("require", "Let it take several people to allow something: N of the named keys. One is enough to deny.") { need, of };
        command.SetAction(parsed =>
        {
            int count = parsed.GetValue(need);
            string[] names = [.. (parsed.GetValue(of) ?? []).SelectMany(n => n.Split(',')).Distinct()];
            if (count < 0 || (count > 0) != (names.Length > 0))
            {
                throw new UsageException("assay trust require takes a number and the names of keys: assay trust require 2 --of ada --of grace.");
            }

            DecisionPlaces.Of(host, null).Keys.Require(count == 0 ? null : new TrustRule(count, names));
            return ExitCode.Passed;
        });
        return command;
    }

    private static Option<string?> Key() => new("--key") { Description = "The key that signs; without it the only one there is.", HelpName = "NAME" };

    private static UsageException Untrusted(string path) => new($"The decision {path} is signed by no key that you trust; assay trust key import trusts one.");

    private static Decision Find(DecisionBook book, string id) => book.Decisions.Where(d => id.Length > 0 && d.Id.StartsWith(id, StringComparison.Ordinal)).ToArray() switch
    {
        [] => throw new UsageException($"There is no decision {id}; assay trust list names what there is."),
        [var only] => only,
        var several => throw new UsageException($"{id} could be {string.Join(" or ", several.Select(d => d.Id))}."),
    };
}
