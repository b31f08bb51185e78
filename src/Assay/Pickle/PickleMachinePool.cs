// Machines that wait to be used again.
using System.Collections.Concurrent;

namespace Assay.Pickle;

/// <summary>Machines that wait to be used again: their windows and pages are what makes a small pickle cheap.</summary>
internal static class PickleMachinePool
{
    private static readonly ConcurrentStack<PickleMachine> s_idle = [];

    public static PickleMachine Rent() => s_idle.TryPop(out PickleMachine? machine) ? machine : new PickleMachine();

    public static void Return(PickleMachine machine)
    {
        machine.Close();
        s_idle.Push(machine);
    }
}
