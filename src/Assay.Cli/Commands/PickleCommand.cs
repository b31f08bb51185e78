// assay pickle: looks into pickles without loading them.
using System.CommandLine;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Pickle;
using Assay.Reports;

namespace Assay.Cli.Commands;

/// <summary><c>assay pickle list</c>, <c>trace</c> and <c>decompile</c>: three views of a pickle.</summary>
internal static class PickleCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Host host) =>
        new("pickle", "Look into a pickle without loading it.") { List(host), Trace(host), Decompile(host) };

    private static Command List(Host host)
    {
        Argument<string> file = FileArgument();
        Option<bool> raw = RawOption();
        Command command = new("list", "Disassemble a pickle: offsets, stack depth, opcodes, memo names.") { file, raw };
        command.SetAction(parsed => Visit(host, parsed.GetValue(file)!, parsed.GetValue(raw), bytes =>
        {
            using StreamWriter writer = host.Writer();
            PickleText.Write(JoblibTrace.Lines(bytes, new ScanLimits()), writer);
        }));
        return command;
    }

    private static Command Trace(Host host)
    {
        Argument<string[]> files = new("FILE") { Description = "Pickles, files that hold one, or pickles inside files: model.pt!/archive/data.pkl", Arity = ArgumentArity.OneOrMore };
        Option<bool> json = new("--json") { Description = "One JSON object a line and file." };
        Option<bool> raw = RawOption();
        Command command = new("trace", "List what each unpickler would import, call and fill with state.") { files, json, raw };
        command.SetAction(parsed =>
        {
            using StreamWriter writer = host.Writer();
            int worst = ExitCode.Passed;
            foreach (string file in parsed.GetValue(files)!)
            {
                PickleTarget? target = PickleTarget.Find(host, file, parsed.GetValue(raw), out int code, out string why);
                worst = Math.Max(worst, parsed.GetValue(json) ? TraceJson(host, file, target, code, why, writer) : TraceText(host, target, code, writer));
            }

            return worst;
        });
        return command;
    }

    private static int TraceJson(Host host, string file, PickleTarget? target, int code, string why, StreamWriter writer)
    {
        PickleTraceJson json = new(target?.Name ?? file, writer);
        code = target?.Visit(bytes => JoblibTrace.Run(bytes, json, new ScanBudget(new ScanLimits(), TimeProvider.System, host.Cancellation))) ?? code;
        json.Finish(code == ExitCode.Passed ? null : target is null ? why : "The file could not be read.");
        return code;
    }

    private static int TraceText(Host host, PickleTarget? target, int code, StreamWriter writer)
    {
        if (target is null)
        {
            return code;
        }

        writer.Write($"{Escape.Visible(target.Name)}\n");
        return target.Visit(bytes => JoblibTrace.Run(bytes, new PickleTraceText(writer), new ScanBudget(new ScanLimits(), TimeProvider.System, host.Cancellation)));
    }

    private static Command Decompile(Host host)
    {
        Argument<string> file = FileArgument();
        Option<bool> raw = RawOption();
        Option<bool> noColour = ListingOptions.NoColour();
        Command command = new("decompile", "Write what loading a pickle would do, as Python-like code with offsets.") { file, raw, noColour };
        command.SetAction(parsed => Visit(host, parsed.GetValue(file)!, parsed.GetValue(raw), bytes =>
        {
            using StreamWriter writer = host.Writer();
            DecompiledText.Write(bytes, writer, ListingOptions.Look(host, parsed.GetValue(noColour)), cancellation: host.Cancellation);
        }));
        return command;
    }

    private static Argument<string> FileArgument() =>
        new("FILE") { Description = "A pickle, a file that holds one, or a pickle inside a file: model.pt!/archive/data.pkl" };

    private static Option<bool> RawOption() => new("--raw") { Description = "Take the bytes as a pickle, whatever they look like." };

    /// <summary>Hands the pickle that <paramref name="name"/> means to <paramref name="use"/>, and says which it is where the name does not.</summary>
    private static int Visit(Host host, string name, bool raw, Action<ByteSource> use)
    {
        if (PickleTarget.Find(host, name, raw, out int code, out _) is not { } target)
        {
            return code;
        }

        if (target.Name != name)
        {
            host.Error.WriteLine($"assay: The only pickle in {Escape.Visible(name)} is {Escape.Visible(target.Name)}.");
        }

        return target.Visit(use);
    }
}
