// Messages that carry descriptors from process to process (SCM_RIGHTS).
using System.Runtime.InteropServices;

namespace Assay.Sandbox.Kernel;

/// <summary>Sends and receives messages with descriptors over a socket.</summary>
internal static unsafe class DescriptorMessages
{
    private const int HeaderSize = 16;
    private const int SocketLevel = 1;
    private const int Rights = 1;
    private const int MaxDescriptors = 8;
    private const int NoSignal = 0x4000;
    private const int CloseOnExec = 0x40000000;

    /// <summary>Sends one message.</summary>
    public static void Send(Descriptor socket, ReadOnlySpan<byte> text, params ReadOnlySpan<Descriptor> descriptors)
    {
        byte* control = stackalloc byte[HeaderSize + (4 * MaxDescriptors)];
        int length = HeaderSize + (4 * descriptors.Length);
        *(nuint*)control = (nuint)length;
        *(int*)(control + 8) = SocketLevel;
        *(int*)(control + 12) = Rights;
        for (int i = 0; i < descriptors.Length; i++)
        {
            *(int*)(control + HeaderSize + (4 * i)) = descriptors[i].Number;
        }

        fixed (byte* at = text)
        {
            Native.Vector vector = new() { Base = at, Length = (nuint)text.Length };
            Native.MessageHeader header = new() { Vectors = &vector, VectorCount = 1 };
            if (descriptors.Length > 0)
            {
                header.Control = control;
                header.ControlLength = (nuint)((length + 7) & ~7);
            }

            Descriptor.Check((int)Native.SendMessage(socket.Number, &header, NoSignal), "sendmsg");
        }
    }

    /// <summary>
    /// Receives one message: its bytes, and the descriptors that came with it, which the caller owns. No bytes: the other side is gone.
    /// </summary>
    public static (byte[] Text, IReadOnlyList<Descriptor> Descriptors) Receive(Descriptor socket, int limit = 64 << 10)
    {
        byte[] text = new byte[limit];
        byte* control = stackalloc byte[HeaderSize + (4 * MaxDescriptors)];
        fixed (byte* at = text)
        {
            Native.Vector vector = new() { Base = at, Length = (nuint)limit };
            Native.MessageHeader header = new() { Vectors = &vector, VectorCount = 1, Control = control, ControlLength = HeaderSize + (4 * MaxDescriptors) };
            nint read;
            do
            {
                read = Native.ReceiveMessage(socket.Number, &header, CloseOnExec);
            }
            while (read < 0 && Marshal.GetLastPInvokeError() == Native.Interrupted);

            List<Descriptor> descriptors = [];
            if (read > 0 && header.ControlLength >= HeaderSize + 4 && *(int*)(control + 8) == SocketLevel && *(int*)(control + 12) == Rights)
            {
                int count = Math.Min(MaxDescriptors, ((int)*(nuint*)control - HeaderSize) / 4);
                for (int i = 0; i < count; i++)
                {
                    descriptors.Add(new Descriptor(*(int*)(control + HeaderSize + (4 * i))));
                }
            }

            return (text[..(int)Math.Max(read, 0)], descriptors);
        }
    }
}
