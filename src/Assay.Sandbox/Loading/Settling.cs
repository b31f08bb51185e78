// Waits at the end of a step for what the load left running, and tells what is still there.
using Assay.Artifacts;
using Assay.Sandbox.Kernel;
using Assay.Sandbox.Observing;

namespace Assay.Sandbox.Loading;

/// <summary>
/// The harness waits in a call that nobody has answered yet. Meanwhile threads and processes that the load started run on, and the kernel says whether there
/// are any: Python is not asked. Threads that a library started by itself and that Python does not know of are told, and not waited for.
/// </summary>
internal sealed class Settling
{
    private readonly uint _first;
    private readonly int _foreign;
    private readonly long _until;

    public Settling(Notification call, uint first, int pythonThreads, TimeSpan linger)
    {
        Call = call;
        _first = first;
        _foreign = Math.Max(0, ProcessLook.Threads(call.Thread) - Math.Max(1, pythonThreads));
        _until = Environment.TickCount64 + (long)linger.TotalMilliseconds;
    }

    /// <summary>The call in which the harness waits.</summary>
    public Notification Call { get; }

    /// <summary>Whether nothing runs any more, or the time for it is over; what is left then is told.</summary>
    public bool IsDone(EventLog log)
    {
        int threads = ProcessLook.Threads(Call.Thread) - 1 - _foreign;
        IReadOnlyList<string> processes = ProcessLook.Others(_first, Call.Thread);
        bool rests = threads <= 0 && processes.Count == 0;
        if (!rests && Environment.TickCount64 < _until)
        {
            return false;
        }

        if (processes.Count > 0)
        {
            log.Add(BehaviourSource.Sandbox, "left-running", "", "processes", [.. processes.Distinct().Take(8)]);
        }

        if (threads > 0)
        {
            log.Add(BehaviourSource.Sandbox, "left-running", "", "threads");
        }

        if (_foreign > 0)
        {
            log.Add(BehaviourSource.Sandbox, "native-threads", "", "threads that Python does not know of");
        }

        return true;
    }
}
