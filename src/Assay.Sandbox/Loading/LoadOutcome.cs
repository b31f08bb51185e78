// Says how a load went, from what the box, the kernel and Python told of it.
using System.Globalization;
using Assay.Artifacts;
using Assay.Sandbox.Observing;

namespace Assay.Sandbox.Loading;

/// <summary>Puts together how a load went.</summary>
internal sealed class LoadOutcome(EventLog log, SandboxOptions options, string label)
{
    /// <summary>The result; what is said about the end is added to the events.</summary>
    public LoadResult Of(string said, SyscallStory calls, PythonStory python, bool inTime)
    {
        string[] status = said.Trim().Split(' ', 3);
        LoadResult Make(LoadEnd end, string detail) => new(label, end, detail, log.Events, calls.Told) { Answer = python.Answer };
        if (!calls.Begun)
        {
            string reason = status is ["failed", ..] ? string.Join(' ', status[1..]) : "the load did not begin";
            return Make(LoadEnd.NotBegun, reason);
        }

        if (log.Has("limit-memory"))
        {
            return Make(LoadEnd.Died, "its processes took more memory than they may");
        }

        if (!inTime)
        {
            log.Add(BehaviourSource.Sandbox, "load-timeout", "", Text($"{options.Time.TotalSeconds} s"));
            return Make(LoadEnd.TimedOut, "it was not done in time");
        }

        int code = status is ["ended", string number, ..] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : -1;
        if (!calls.Ended || code != 0)
        {
            Died(code);
            return Make(LoadEnd.Died, "its process ended before it was done");
        }

        if (!python.Ended)
        {
            // The kernel saw the end and Python did not tell it: somebody closed or changed what it tells with.
            log.Add(BehaviourSource.Sandbox, "events-cut", "", "");
        }

        if (python.Failure is { } failure)
        {
            if (failure.Type is "builtins.SystemExit" or "builtins.KeyboardInterrupt")
            {
                log.Add(BehaviourSource.Sandbox, "load-no-end", failure.Type, "");
                return Make(LoadEnd.Died, failure.Type);
            }

            if (failure.Type is "builtins.MemoryError" or "numpy.core._exceptions._ArrayMemoryError")
            {
                log.Add(BehaviourSource.Sandbox, "limit-memory", failure.Type, Text($"{options.Memory} bytes"));
            }

            return Make(LoadEnd.Failed, failure.Type + ": " + failure.Text);
        }

        return Make(LoadEnd.Loaded, python.Loaded ?? "");
    }

    private void Died(int code)
    {
        int signal = code < 0 ? 0 : code & 0x7F;
        string kind = signal switch
        {
            4 or 6 or 7 or 8 or 11 => "load-crash",
            24 => "limit-processor",
            25 => "limit-file",
            31 => "load-killed",
            _ => "load-no-end",
        };
        log.Add(BehaviourSource.Sandbox, kind, "", signal != 0 ? Text($"signal {signal}") : code >= 0 ? Text($"exit code {code >> 8}") : "");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
