// Starts a program with exactly the descriptors that it is given and nothing else of this process.
using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Assay.Sandbox.Kernel;

/// <summary>
/// Starts a program through <c>posix_spawn</c>: descriptors are given by number and all others closed, signals are as after boot, the
/// environment is what is handed in. .NET's own <c>Process</c> can do none of the three.
/// </summary>
internal static unsafe class Spawner
{
    private const int OpaqueSize = 1024;
    private const short SetSignalDefaults = 4;
    private const short SetSignalMask = 8;
    private const short NewSession = 0x80;

    private static readonly Lazy<BlockingCollection<Action>> s_work = new(StartThread);

    /// <summary>Starts <paramref name="arguments"/>[0], a full path; <paramref name="given"/>[i] becomes descriptor i.</summary>
    public static int Start(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<Descriptor> given)
    {
        // A child that dies with its parent dies with the thread that started it, so that thread must live as long as this process.
        TaskCompletionSource<int> started = new();
        s_work.Value.Add(() =>
        {
            try
            {
                started.SetResult(StartHere(arguments, environment, given));
            }
            catch (Exception e) when (e is IOException or EntryPointNotFoundException or DllNotFoundException)
            {
                started.SetException(e);
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> StartThread()
    {
        BlockingCollection<Action> work = [];
        Thread thread = new(() =>
        {
            foreach (Action one in work.GetConsumingEnumerable())
            {
                one();
            }
        })
        {
            IsBackground = true,
            Name = "sandbox starter",
        };
        thread.Start();
        return work;
    }

    private static int StartHere(IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<Descriptor> given)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* signals = stackalloc byte[OpaqueSize];
        List<nint> owned = [];
        Check(Native.ActionsInit(actions), "posix_spawn_file_actions_init");
        Check(Native.AttributesInit(attributes), "posix_spawnattr_init");
        try
        {
            // First out of the way, then into place: a descriptor may be given under the number of another one.
            int high = Math.Max(given.Max(d => d.Number), given.Count) + 1;
            for (int i = 0; i < given.Count; i++)
            {
                Check(Native.ActionsDuplicate(actions, given[i].Number, high + i), "adddup2");
            }

            for (int i = 0; i < given.Count; i++)
            {
                Check(Native.ActionsDuplicate(actions, high + i, i), "adddup2");
            }

            Check(Native.ActionsCloseFrom(actions, given.Count), "addclosefrom");
            _ = Native.EmptySet(signals);
            Check(Native.AttributesMask(attributes, signals), "setsigmask");
            _ = Native.FillSet(signals);
            Check(Native.AttributesDefaults(attributes, signals), "setsigdefault");
            Check(Native.AttributesFlags(attributes, SetSignalDefaults | SetSignalMask | NewSession), "setflags");
            int process;
            byte** texts = Texts(arguments, owned);
            Check(Native.Spawn(&process, texts[0], actions, attributes, texts, Texts(environment, owned)), "posix_spawn of " + arguments[0]);
            return process;
        }
        finally
        {
            _ = Native.ActionsDestroy(actions);
            _ = Native.AttributesDestroy(attributes);
            owned.ForEach(Marshal.FreeCoTaskMem);
        }
    }

    /// <summary>Waits for a process that ends; kills it when it does not within the time. Returns its status.</summary>
    public static int End(int process, TimeSpan patience)
    {
        int status = 0;
        long until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (Native.WaitFor(process, &status, Native.WaitNoHang) == 0)
        {
            if (Environment.TickCount64 > until)
            {
                _ = Native.Signal(process, Native.SigKill);
                _ = Native.WaitFor(process, &status, 0);
                break;
            }

            Thread.Sleep(2);
        }

        return status;
    }

    private static byte** Texts(IReadOnlyList<string> texts, List<nint> owned)
    {
        byte** array = (byte**)Marshal.AllocCoTaskMem((texts.Count + 1) * sizeof(byte*));
        owned.Add((nint)array);
        for (int i = 0; i < texts.Count; i++)
        {
            nint text = Marshal.StringToCoTaskMemUTF8(texts[i]);
            owned.Add(text);
            array[i] = (byte*)text;
        }

        array[texts.Count] = null;
        return array;
    }

    private static void Check(int error, string call)
    {
        if (error != 0)
        {
            throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }
}
