// Reads the addresses that system calls name.
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Assay.Sandbox.Observing;

/// <summary>An address of a socket as text, and whether it leaves the machine's own sockets.</summary>
internal readonly record struct SocketAddress(string Text, bool IsNetwork)
{
    private const int Unix = 1;
    private const int Internet = 2;
    private const int Internet6 = 10;

    /// <summary>Reads <c>struct sockaddr</c>.</summary>
    public static SocketAddress Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2)
        {
            return new SocketAddress("", false);
        }

        int family = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        switch (family)
        {
            case Unix:
                ReadOnlySpan<byte> name = bytes[2..];
                bool hidden = name.Length > 0 && name[0] == 0;
                string text = Encoding.UTF8.GetString(hidden ? name[1..] : name).TrimEnd('\0');
                return new SocketAddress("unix:" + (hidden ? "@" : "") + text.Split('\0')[0], false);
            case Internet when bytes.Length >= 8:
                return new SocketAddress(new IPEndPoint(new IPAddress(bytes.Slice(4, 4)), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])).ToString(), true);
            case Internet6 when bytes.Length >= 24:
                return new SocketAddress(new IPEndPoint(new IPAddress(bytes.Slice(8, 16)), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..])).ToString(), true);
            default:
                return new SocketAddress("address family " + family.ToString(CultureInfo.InvariantCulture), family is Internet or Internet6);
        }
    }
}
