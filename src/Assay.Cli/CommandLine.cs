// The commands of the program, and what becomes of a command that is wrong.
using System.CommandLine;
using System.CommandLine.Help;
using Assay.Bytes;
using Assay.Cli.Commands;
using Assay.Cli.Files;
using Assay.Hosting;
using Assay.Reports;
using Assay.Store;

namespace Assay.Cli;

/// <summary>The command line of the program <c>assay</c>.</summary>
internal static class CommandLine
{
    /// <summary>Runs the command that <paramref name="arguments"/> spell and returns the exit code.</summary>
    public static int Run(IReadOnlyList<string> arguments, Host host)
    {
        host = host with { Output = new StandardOutput(host.Output) };
        try
        {
            ParseResult parsed = Parse(StoreOption.Spell(arguments), host);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
            {
                throw new UsageException(Complaint(parsed));
            }

            using StreamWriter output = host.Writer();
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = host.Error,
                EnableDefaultExceptionHandler = false,
                // Signals are the door's business; see Program.cs.
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception e) when (e is UsageException or SettingException or StoreException)
        {
            host.Error.WriteLine("assay: " + Escape.Visible(e.Message));
            return ExitCode.Usage;
        }
        catch (OutputException e)
        {
            host.Error.WriteLine("assay: " + e.Message);
            return ExitCode.Usage;
        }
        catch (ScanStopException e) when (e.Reason == StopReason.InputOutput)
        {
            host.Error.WriteLine("assay: " + Escape.Visible(e.Message));
            return ExitCode.Incomplete;
        }
        catch (ArgumentOutOfRangeException e) when (e is { ParamName: "value", ActualValue: null })
        {
            // So the runtime says that the system lets no file grow that large (EFBIG); arguments of our own come with their value.
            host.Error.WriteLine("assay: It cannot be written: the system lets no file here become that large.");
            return ExitCode.Usage;
        }
        catch (Exception e) when (e is OperationCanceledException or ScanStopException { Reason: StopReason.Cancelled } && host.Cancellation.IsCancellationRequested)
        {
            host.Error.WriteLine("assay: Cancelled; there is no report.");
            return ExitCode.Incomplete;
        }
#pragma warning disable CA1031 // The last fence: a defect must neither look like a verdict nor fall silent.
        catch (Exception e)
#pragma warning restore CA1031
        {
            host.Error.WriteLine("assay: This is a defect of Assay, please report it: " + Escape.Visible(e.GetType().Name + ": " + e.Message));
            host.Error.WriteLine(e.StackTrace);
            return ExitCode.Incomplete;
        }
    }

    /// <summary>Runs a command with streams of the caller, as a program without a terminal would see them.</summary>
    public static int Run(IReadOnlyList<string> arguments, Stream input, Stream output, TextWriter error, CancellationToken cancellation = default) =>
        Run(arguments, new Host { Input = input, Output = output, Error = error, Cancellation = cancellation });

    private static ParseResult Parse(IReadOnlyList<string> arguments, Host host)
    {
        RootCommand root = Root(arguments, host);

        // A name that begins with @ is a file like any other: a scanned directory must not be able to add arguments.
        ParserConfiguration configuration = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };
        return arguments.Count == 0 ? root.Parse(["--help"], configuration) : root.Parse(arguments, configuration);
    }

    /// <summary>All commands.</summary>
    internal static RootCommand Root(IReadOnlyList<string> arguments, Host host)
    {
        RootCommand root = new("Examines machine-learning model files that nobody should trust yet: what would each loader run?")
        {
            HelpName = "assay",
        };
        root.Add(ScanCommand.Create(host, arguments));
        root.Add(DetonateCommand.Create(host, arguments));
        root.Add(JudgeCommand.Create(host));
        root.Add(PolicyCommand.Create(host, arguments));
        root.Add(PolicyCommand.CreateBaseline(host, arguments));
        root.Add(VerifyCommand.Create(host, arguments));
        root.Add(TrustCommand.Create(host));
        root.Add(SignCommand.Create(host));
        root.Add(SignCommand.CreateVerify(host));
        root.Add(ReportCommand.Create(host));
        root.Add(FeedCommand.Create(host));
        root.Add(CertificateCommand.Create(host));
        root.Add(QuarantineCommand.Create(host, arguments));
        root.Add(FormatsCommand.Create(host));
        root.Add(RulesCommand.Create(host));
        root.Add(ExplainCommand.Create(host));
        root.Add(EffectsCommand.Create(host));
        root.Add(PickleCommand.Create(host));
        root.Add(ConvertCommand.Create(host));
        root.Add(VerifyConversionCommand.Create(host));
        root.Add(RecipeCommand.Create(host));
        root.Add(InspectCommand.Create(host));
        root.Add(WeightsCommand.Create(host));
        root.Add(PullCommand.Create(host));
        root.Add(StoreCommand.Create(host));
        root.Add(AuditCommand.Create(host));
        root.Add(ReviewCommand.Create(host));
        root.Add(ReviewCommand.CreateDiff(host));
        return root;
    }

    /// <summary>The names of a command and those above it, without that of the program.</summary>
    private static IEnumerable<string> Names(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult above ? Names(above).Append(command.Command.Name) : [];

    private static string Complaint(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is [string unknown, ..])
        {
            if (StoreOption.IsOne(unknown))
            {
                return $"assay {string.Join(' ', Names(parsed.CommandResult))} works with no store: leave --store out.";
            }

            return $"There is no command or option {unknown}; assay --help lists what there is.";
        }

        string message = string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return message.EndsWith('.') ? message : message + ".";
    }
}
