// assay pickle: looks into pickles without loading them.
using System.CommandLine;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Hosting.Files;
using Assay.Pickle;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary><c>assay pickle list</c>, <c>trace</c> and <c>decompile</c>: three views of a pickle.</summary>
internal static class PickleCommand
{
    private const string Separator = "!/";

    /// <summary>The command.</summary>
    public static Command Create(Host host) =>
        new("pickle", "Look into a pickle without loading it.") { List(host), Trace(host), Decompile(host) };

    private static Command List(Host host)
    {
        Argument<string> file = FileArgument();
        Command command = new("list", "Disassemble a pickle: offsets, stack depth, opcodes, memo names.") { file };
        command.SetAction(parsed => Visit(host, parsed.GetValue(file)!, bytes =>
        {
            using StreamWriter writer = host.Writer();
            PickleText.Write(JoblibTrace.Lines(bytes, new ScanLimits()), writer);
        }));
        return command;
    }

    private static Command Trace(Host host)
    {
        Argument<string[]> files = new("FILE") { Description = "Pickles, or pickles inside files: model.pt!/archive/data.pkl", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "One JSON object a line and file." };
        Command command = new("trace", "List what each unpickler would import, call and fill with state.") { files, json };
        command.SetAction(parsed =>
        {
            using StreamWriter writer = host.Writer();
            int worst = ExitCode.Passed;
            foreach (string file in parsed.GetValue(files)!)
            {
                worst = Math.Max(worst, parsed.GetValue(json) ? TraceJson(host, file, writer) : TraceText(host, file, writer));
            }

            return worst;
        });
        return command;
    }

    private static int TraceJson(Host host, string file, StreamWriter writer)
    {
        PickleTraceJson json = new(file, writer);
        int code = Visit(host, file, bytes => JoblibTrace.Run(bytes, json, new ScanBudget(new ScanLimits(), TimeProvider.System, host.Cancellation)));
        json.Finish(code == ExitCode.Passed ? null : "The file could not be read.");
        return code;
    }

    private static int TraceText(Host host, string file, StreamWriter writer)
    {
        writer.Write($"{Escape.Visible(file)}\n");
        return Visit(host, file, bytes => JoblibTrace.Run(bytes, new PickleTraceText(writer), new ScanBudget(new ScanLimits(), TimeProvider.System, host.Cancellation)));
    }

    private static Command Decompile(Host host)
    {
        Argument<string> file = FileArgument();
        Option<bool> noColour = ListingOptions.NoColour();
        Command command = new("decompile", "Write what loading a pickle would do, as Python-like code with offsets.") { file, noColour };
        command.SetAction(parsed => Visit(host, parsed.GetValue(file)!, bytes =>
        {
            using StreamWriter writer = host.Writer();
            DecompiledText.Write(bytes, writer, ListingOptions.Look(host, parsed.GetValue(noColour)), cancellation: host.Cancellation);
        }));
        return command;
    }

    private static Argument<string> FileArgument() =>
        new("FILE") { Description = "A pickle, or one inside a file: model.pt!/archive/data.pkl" };

    /// <summary>Hands the bytes that <paramref name="name"/> names, a file or a member of one, to <paramref name="use"/>.</summary>
    private static int Visit(Host host, string name, Action<ByteSource> use)
    {
        (string file, bool member) = Split(name);
        try
        {
            if (!member)
            {
                using ByteSource bytes = FileOpening.Open(file);
                use(bytes);
                return ExitCode.Passed;
            }

            ScanLimits limits = new();
            ScanOptions options = new()
            {
                // Nothing is judged here, so no rule needs to be read.
                Rules = Detection.RuleSet.None,
                Limits = limits,
                Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory),
            };
            ScanInput input = new() { Path = file, Open = () => FileOpening.Open(file), Named = true };
            return host.Visit(options, input, name, (Artifact artifact) => use(artifact.Bytes), host.Cancellation)
                ? ExitCode.Passed
                : Unread(host, name, "there is nothing of that name inside the file.");
        }
        catch (Exception e) when (e is ScanStopException or MalformedException or IOException or UnauthorizedAccessException)
        {
            return Unread(host, name, e.Message);
        }
    }

    /// <summary>
    /// The file's part of a path, and whether a member follows. A directory may be called <c>a!</c>, so the longest part
    /// that is there wins.
    /// </summary>
    private static (string File, bool Member) Split(string name)
    {
        if (Path.Exists(name))
        {
            return (name, false);
        }

        for (int at = name.LastIndexOf(Separator, StringComparison.Ordinal); at > 0; at = name.LastIndexOf(Separator, at - 1, StringComparison.Ordinal))
        {
            if (Path.Exists(name[..at]) && !Directory.Exists(name[..at]))
            {
                return (name[..at], true);
            }
        }

        return (name, false);
    }

    private static int Unread(Host host, string name, string why)
    {
        host.Error.WriteLine($"assay: {Escape.Visible(name)} could not be read: {Escape.Visible(why)}");
        return ExitCode.Incomplete;
    }
}
