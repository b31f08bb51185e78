// The other end of the filter: hears of system calls and answers whether they run.
using System.Runtime.InteropServices;

namespace Assay.Sandbox.Kernel;

/// <summary>A system call that waits for an answer.</summary>
/// <param name="Id">Names it towards the kernel.</param>
/// <param name="Thread">The thread that waits, as this process numbers it.</param>
/// <param name="Number">The number of the call.</param>
/// <param name="Arguments">The six registers.</param>
internal readonly record struct Notification(ulong Id, uint Thread, int Number, ulong[] Arguments);

/// <summary>A seccomp listener. Structures are those of 64-bit Linux (seccomp_unotify(2)).</summary>
internal sealed unsafe class NotificationListener(Descriptor descriptor) : IDisposable
{
    private const int NotificationSize = 80;
    private const nuint ReceiveRequest = 0xC0502100;
    private const nuint AnswerRequest = 0xC0182101;
    private const nuint ValidRequest = 0x40082102;
    private const uint Continue = 1;

    /// <summary>The number to wait on.</summary>
    public int Number => descriptor.Number;

    /// <summary>The next call, or null when the caller died before it could be told.</summary>
    public Notification? Receive()
    {
        // The kernel refuses a buffer that is not all zero.
        byte* buffer = stackalloc byte[NotificationSize];
        new Span<byte>(buffer, NotificationSize).Clear();
        if (Native.Control(descriptor.Number, ReceiveRequest, buffer) < 0)
        {
            return null;
        }

        ulong[] arguments = new ReadOnlySpan<ulong>(buffer + 32, 6).ToArray();
        return new Notification(*(ulong*)buffer, *(uint*)(buffer + 8), *(int*)(buffer + 16), arguments);
    }

    /// <summary>Whether the caller still waits: only then what was read from its memory is its own.</summary>
    public bool IsWaiting(Notification notification)
    {
        ulong id = notification.Id;
        return Native.Control(descriptor.Number, ValidRequest, &id) == 0;
    }

    /// <summary>Lets the call run, or makes it fail for want of permission.</summary>
    public void Answer(Notification notification, bool run)
    {
        Response response = new() { Id = notification.Id, Error = run ? 0 : -Native.NotPermitted, Flags = run ? Continue : 0 };
        // It fails only when the caller has died.
        _ = Native.Control(descriptor.Number, AnswerRequest, &response);
    }

    /// <summary>Ends the call with a number, without that the kernel does anything.</summary>
    public void Return(Notification notification, int value)
    {
        Response response = new() { Id = notification.Id, Value = value };
        _ = Native.Control(descriptor.Number, AnswerRequest, &response);
    }

    /// <inheritdoc/>
    public void Dispose() => descriptor.Dispose();

    [StructLayout(LayoutKind.Sequential)]
    private struct Response
    {
        public ulong Id;
        public long Value;
        public int Error;
        public uint Flags;
    }
}
