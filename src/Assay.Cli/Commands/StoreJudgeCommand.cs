// assay store judge: everything in a store by new rules. assay store find: which models do this?
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Assay.Detection;
using Assay.Hosting.Packs;
using Assay.Policies;
using Assay.Reports;
using Assay.Scanning;
using Assay.Store.Judging;

namespace Assay.Cli.Commands;

/// <summary><c>assay store judge</c> and <c>assay store find</c>.</summary>
internal static class StoreJudgeCommand
{
    private const int MostShown = 1000;
    private const int DigestDigits = 64;

    /// <summary>The command <c>judge</c>.</summary>
    public static Command CreateJudge(Host host)
    {
        Option<string?> rules = ListingOptions.Rules();
        Option<string[]> effects = ListingOptions.Effects();
        Option<string?> policy = ListingOptions.Policy();
        Option<bool> noPolicy = ListingOptions.NoPolicy();
        Option<string?> decisions = DecisionPlaces.Option();
        Option<string> failOn = ListingOptions.FailOn();
        Option<string> format = ListingOptions.Format();
        Command command = StoreCommand.Simple(host, "judge", "Judge all stored facts by new rules, effects or policy: what changes? No model is read.", (store, output, parsed) =>
        {
            RuleSet set = RulePacks.Load(parsed.GetValue(rules), parsed.GetValue(effects) ?? []);
            Policy decided = ScanRun.PolicyOf(host, set, [], parsed.GetValue(policy), baseline: null, parsed.GetValue(noPolicy));
            Func<ScanResult, ScanResult>? said = parsed.GetValue(noPolicy) ? null
                : TrustedWords.Of(host, parsed.GetValue(decisions))?.Over(set, decided, DateOnly.FromDateTime(store.Time.GetUtcNow().UtcDateTime));
            bool isJson = parsed.GetValue(format) is "json";
            Verdict? mildest = ListingOptions.Mildest(parsed.GetValue(failOn));
            bool fails = false;
            RetroResult result = RetroJudge.Of(store, set, decided, said is null ? null : report => said(new ScanResult(report.Path, report)).Report!).Run(
                change =>
                {
                    fails |= change.IsWorse && change.Decided >= mildest;
                    output.WriteLine(isJson ? Json(change) : Text(change));
                },
                host.Cancellation);
            output.WriteLine(isJson
                ? string.Create(CultureInfo.InvariantCulture, $"{{\"end\":{{\"readings\":{result.Readings},\"judged\":{result.Judged},\"changed\":{result.Changed},\"worse\":{result.Worse}}}}}")
                : string.Create(CultureInfo.InvariantCulture, $"{result.Readings:n0} readings; the change could concern {result.Judged:n0}, {result.Changed:n0} are judged otherwise, {result.Worse:n0} of them worse."));
            return fails ? ExitCode.Findings : ExitCode.Passed;
        });
        foreach (Option option in (Option[])[rules, effects, policy, noPolicy, decisions, failOn, format])
        {
            command.Add(option);
        }

        return command;
    }

    /// <summary>The command <c>find</c>.</summary>
    public static Command CreateFind(Host host)
    {
        Option<string?> calls = Asked("--calls", "Models that call or import this (os.system, os.*).", "NAME");
        Option<string?> named = Asked("--host", "Models that name this host (*.example.org).", "HOST");
        Option<string?> refers = Asked("--refers", "Models that refer to this, as it is written.", "TARGET");
        Option<string?> digest = Asked("--digest", "The model with this SHA-256, and those that hold this digest.", "DIGEST");
        Option<string?> code = Asked("--anomaly", "Models with this oddity (zip.*).", "CODE");
        Option<string?> format = Asked("--read-as", "Models that, or parts of which, were read as this format.", "FORMAT");
        Option<string?> repository = Asked("--repository", "Models that were seen in this repository (hf://owner/*).", "ADDRESS");
        Option<string?> publisher = Asked("--publisher", "Models of this publisher.", "NAME");
        Option<bool> json = new("--json") { Description = "One JSON object a line." };
        Command command = StoreCommand.Simple(host, "find", "Find models in a store by what they do and hold; * stands for anything.", (store, output, parsed) =>
        {
            StoreQuestion question = new()
            {
                Calls = parsed.GetValue(calls),
                Host = parsed.GetValue(named),
                Refers = parsed.GetValue(refers),
                Digest = parsed.GetValue(digest),
                Code = parsed.GetValue(code),
                Format = parsed.GetValue(format),
                Repository = parsed.GetValue(repository),
                Publisher = parsed.GetValue(publisher),
            };
            if (question == new StoreQuestion())
            {
                throw new UsageException("Say what to find: --calls, --host, --refers, --digest, --anomaly, --read-as, --repository or --publisher.");
            }

            if (new[] { question.Calls, question.Host, question.Refers, question.Digest, question.Code, question.Format, question.Repository, question.Publisher }.Any(q => q is { } asked && string.IsNullOrWhiteSpace(asked)))
            {
                throw new UsageException("What is looked for is empty; * stands for anything.");
            }

            if (question.Digest is { } wanted && (wanted.Length != DigestDigits || !wanted.All(char.IsAsciiHexDigit)))
            {
                throw new UsageException($"--digest {wanted} is no SHA-256: that has {DigestDigits} hexadecimal digits, and all of them are asked for.");
            }

            StoreFound found = StoreSearch.Find(store, question, MostShown);
            foreach (StoreHit hit in found.Hits)
            {
                output.WriteLine(parsed.GetValue(json) ? Json(hit) : $"{hit.Sha256}  {(hit.Verdict is { } verdict ? RetroJudge.Word(verdict) : "not judged"),-10}  {Escape.Visible(hit.Path)}");
            }

            if (!parsed.GetValue(json))
            {
                output.WriteLine(found.Hits.Count == MostShown && (found.Readings > MostShown || found.IsMore)
                    ? string.Create(CultureInfo.InvariantCulture, $"{(found.IsMore ? "More than " : "")}{found.Readings:n0} readings fit; {MostShown:n0} models are shown, those read last.")
                    : string.Create(CultureInfo.InvariantCulture, $"{found.Hits.Count:n0} {(found.Hits.Count == 1 ? "model" : "models")}."));
            }

            return found.Hits.Count > 0 ? ExitCode.Passed : ExitCode.Nothing;
        });
        foreach (Option option in (Option[])[calls, named, refers, digest, code, format, repository, publisher, json])
        {
            command.Add(option);
        }

        return command;
    }

    private static Option<string?> Asked(string name, string description, string help) => new(name) { Description = description, HelpName = help };

    private static string Text(JudgementChange change) =>
        $"{(change.IsWorse ? "worse " : change.Decided < change.Before ? "better" : "other ")}  {RetroJudge.Word(change.Before ?? Verdict.Passed)} -> {RetroJudge.Word(change.After)}{(change.Decided != change.After ? $" ({RetroJudge.Word(change.Decided)} by decision)" : "")}  {Escape.Visible(change.Path)}"
        + (change.New.Count > 0 ? "  + " + string.Join(", ", change.New) : "") + (change.Gone.Count > 0 ? "  - " + string.Join(", ", change.Gone) : "");

    private static string Json(JudgementChange change) => JsonText.Line(json =>
    {
        json.WriteString("sha256", change.Sha256.Length > 0 ? change.Sha256 : null);
        json.WriteString("path", change.Path);
        json.WriteString("before", change.Before is { } before ? RetroJudge.Word(before) : null);
        json.WriteString("after", RetroJudge.Word(change.After));
        json.WriteString("decided", RetroJudge.Word(change.Decided));
        Texts(json, "new", change.New);
        Texts(json, "gone", change.Gone);
    });

    private static string Json(StoreHit hit) => JsonText.Line(json =>
    {
        json.WriteString("sha256", hit.Sha256);
        json.WriteNumber("size", hit.Size);
        json.WriteString("path", hit.Path);
        json.WriteString("lastSeen", hit.LastSeen);
        json.WriteString("verdict", hit.Verdict is { } verdict ? RetroJudge.Word(verdict) : null);
    });

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
