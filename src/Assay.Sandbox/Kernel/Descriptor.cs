// A file descriptor that is closed when it is no longer needed, and the few ways in which the sandbox gets one.
using System.Runtime.InteropServices;

namespace Assay.Sandbox.Kernel;

/// <summary>A file descriptor of this process. All of them are closed on exec; only <see cref="Spawner"/> and messages pass them on.</summary>
internal sealed unsafe class Descriptor(int number) : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int Unix = 1;
    private const int SeqPacket = 5;
    private const int AddSeals = 1033;
    private const int AllSeals = 0xF;
    private int _number = number;

    /// <summary>The number.</summary>
    public int Number => _number >= 0 ? _number : throw new ObjectDisposedException(nameof(Descriptor));

    /// <summary>A pipe: the end to read from and the end to write to.</summary>
    public static (Descriptor Read, Descriptor Write) Pipe()
    {
        int* pair = stackalloc int[2];
        Check(Native.Pipe(pair, CloseOnExec), "pipe2");
        return (new Descriptor(pair[0]), new Descriptor(pair[1]));
    }

    /// <summary>Two ends of a socket that keeps messages apart.</summary>
    public static (Descriptor Ours, Descriptor Theirs) SocketPair()
    {
        int* pair = stackalloc int[2];
        Check(Native.SocketPair(Unix, SeqPacket | CloseOnExec, 0, pair), "socketpair");
        return (new Descriptor(pair[0]), new Descriptor(pair[1]));
    }

    /// <summary>A file in memory that can no longer be changed; <paramref name="fill"/> writes it.</summary>
    public static Descriptor Sealed(string name, Action<Descriptor> fill)
    {
        Descriptor file = new(Check(Native.MemoryFile(name, 1 | 2), "memfd_create"));
        try
        {
            fill(file);
            Check(Native.FileControl(file.Number, AddSeals, AllSeals), "fcntl(F_ADD_SEALS)");
            _ = Native.Seek(file.Number, 0, 0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Writes all of <paramref name="bytes"/>.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* at = bytes)
        {
            for (int done = 0; done < bytes.Length;)
            {
                nint wrote = Native.Write(Number, at + done, (nuint)(bytes.Length - done));
                if (wrote < 0 && Marshal.GetLastPInvokeError() == Native.Interrupted)
                {
                    continue;
                }

                Check((int)Math.Max(wrote, -1), "write");
                done += (int)wrote;
            }
        }
    }

    /// <summary>Reads what is there; 0 at the end and on errors.</summary>
    public int Read(Span<byte> bytes)
    {
        fixed (byte* at = bytes)
        {
            nint read;
            do
            {
                read = Native.Read(Number, at, (nuint)bytes.Length);
            }
            while (read < 0 && Marshal.GetLastPInvokeError() == Native.Interrupted);
            return (int)Math.Max(read, 0);
        }
    }

    /// <summary>Reads all that is there from the beginning; nothing where it is more than <paramref name="limit"/>.</summary>
    public byte[] ReadToEnd(int limit)
    {
        _ = Native.Seek(Number, 0, 0);
        using MemoryStream all = new();
        byte[] part = new byte[64 << 10];
        for (int read; (read = Read(part)) > 0;)
        {
            if (all.Length + read > limit)
            {
                return [];
            }

            all.Write(part, 0, read);
        }

        return all.ToArray();
    }

    /// <summary>Waits until one of <paramref name="descriptors"/> has something to say; returns what each said, all zero after the time.</summary>
    public static short[] Poll(ReadOnlySpan<int> descriptors, int milliseconds)
    {
        Native.PollEntry* entries = stackalloc Native.PollEntry[descriptors.Length];
        for (int i = 0; i < descriptors.Length; i++)
        {
            // A negative number is passed over by the kernel.
            entries[i] = new Native.PollEntry { Descriptor = descriptors[i], Events = Native.PollIn };
        }

        short[] said = new short[descriptors.Length];
        if (Native.Poll(entries, (nuint)descriptors.Length, milliseconds) > 0)
        {
            for (int i = 0; i < said.Length; i++)
            {
                said[i] = entries[i].Returned;
            }
        }

        return said;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int number = Interlocked.Exchange(ref _number, -1);
        if (number >= 0)
        {
            _ = Native.Close(number);
        }
    }

    internal static int Check(int result, string call) =>
        result >= 0 ? result : throw new IOException($"{call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
