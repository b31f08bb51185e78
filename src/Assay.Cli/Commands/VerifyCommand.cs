// assay verify: shows what speaks against a file, and writes down what a person decides.
using System.CommandLine;
using System.Globalization;
using Assay.Store.Databases;

namespace Assay.Cli.Commands;

/// <summary><c>assay verify PATH...</c>: the arguments and options; <see cref="VerifyRun"/> does the work.</summary>
internal static class VerifyCommand
{
    /// <summary>The command. <paramref name="arguments"/> tell a path behind <c>--</c> from a mistyped option.</summary>
    public static Command Create(Host host, IReadOnlyList<string> arguments)
    {
        Argument<string[]> paths = new("PATH") { Description = "Files and directories.", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> decide = new("--decide") { Description = "Decide this without asking.", HelpName = "allow|deny|quarantine|detonate|report|skip" };
        decide.AcceptOnlyFromAmong(VerifyChoice.All);
        Option<string?> reason = new("--reason") { Description = "Why; a decision has to have a reason.", HelpName = "TEXT" };
        Option<string?> until = new("--until") { Description = "The last day on which the decision holds; never, for a denial. Without it an allowance holds for 90 days.", HelpName = "DAY" };
        Option<string?> key = new("--key") { Description = "The key that signs; without it the only one there is.", HelpName = "NAME" };
        Option<string?> passphrase = TrustKeys.PassphraseFile();
        Option<string?> decisions = DecisionPlaces.Option();
        Option<bool> all = new("--all") { Description = "Ask about files that pass as well." };
        Option<string?> quarantine = new("--quarantine") { Description = "The folder of the quarantine; otherwise the user's.", HelpName = "DIR" };
        Option<string?> policy = ListingOptions.Policy();
        Option<bool> noPolicy = ListingOptions.NoPolicy();
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        Option<bool> noColour = ListingOptions.NoColour();
        Command command = new("verify", "Show what speaks against files step by step, and write down what you decide.")
        {
            paths, decide, reason, until, key, passphrase, decisions, all, quarantine, policy, noPolicy, rules, effects, noColour,
        };
        Func<ParseResult, StoreAddress?> store = StoreOption.AddTo(host, command, parsed => parsed.GetValue(noPolicy) ? null : ScanRun.HousePolicy(host, parsed.GetValue(paths) ?? [], parsed.GetValue(policy)));
        command.SetAction(parsed => new VerifyRun(host, new VerifyArguments
        {
            Paths = ScanCommand.Paths(parsed.GetValue(paths) ?? [], arguments),
            Decide = parsed.GetValue(decide),
            Reason = parsed.GetValue(reason),
            Until = parsed.GetValue(until) is { } day ? Day(day) : null,
            IsEndless = parsed.GetValue(until) == "never",
            Key = parsed.GetValue(key),
            PassphraseFile = parsed.GetValue(passphrase),
            Decisions = parsed.GetValue(decisions),
            All = parsed.GetValue(all),
            Quarantine = parsed.GetValue(quarantine),
            Store = store(parsed),
            Policy = parsed.GetValue(policy),
            NoPolicy = parsed.GetValue(noPolicy),
            Rules = parsed.GetValue(rules),
            Effects = parsed.GetValue(effects) ?? [],
            Look = ListingOptions.Look(host, parsed.GetValue(noColour)) with { Verbose = true },
        }).Run());
        return command;
    }

    /// <summary>The day that a text says; null for <c>never</c>.</summary>
    internal static DateOnly? Day(string text) =>
        text == "never" ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day
        : throw new UsageException($"--until takes a day such as 2027-01-31, or never, and not {text}.");
}
