// Where requests may go: which schemes, which hosts, which addresses.
using System.Net;
using System.Net.Sockets;

namespace Assay.Hub.Http;

/// <summary>
/// Where requests may go. A server that is asked may lead elsewhere, and so may a name server: to a machine of the private network that only we can reach.
/// So an address is looked at when the connection is made, and what is private is gone to only where the user named the host.
/// </summary>
internal sealed class AddressRules(HubOptions options)
{
    /// <summary>Whether the user has named this host, so that private addresses and plain HTTP are meant.</summary>
    public bool IsNamed(Uri place) => IsNamed(place.Host, place.Port);

    /// <summary>Whether the user has named this host.</summary>
    public bool IsNamed(string host, int port) =>
        (string.Equals(host, options.Endpoint.Host, StringComparison.OrdinalIgnoreCase) && port == options.Endpoint.Port)
        || options.PrivateHosts.Contains(host) || options.PrivateHosts.Contains($"{host}:{port}");

    /// <summary>Throws where no request may go to <paramref name="place"/>.</summary>
    public void Check(Uri place)
    {
        if (!place.IsAbsoluteUri || (place.Scheme != Uri.UriSchemeHttps && place.Scheme != Uri.UriSchemeHttp) || place.UserInfo.Length > 0)
        {
            throw new RemoteException(RemoteFault.Refused, $"{Shown(place)} is no address of a web server, and is not gone to.");
        }

        if (place.Scheme == Uri.UriSchemeHttp && !IsNamed(place))
        {
            throw new RemoteException(RemoteFault.Refused, $"{Shown(place)} is not protected by TLS; only a hub of your own may be (HF_ENDPOINT, ASSAY_PRIVATE_HOSTS).");
        }

        if (IPAddress.TryParse(place.Host.Trim('[', ']'), out IPAddress? address) && !IsNamed(place) && IsPrivate(address))
        {
            throw Private(place.Host);
        }
    }

    /// <summary>Connects to the first address of a host that answers and that may be gone to.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        DnsEndPoint end = context.DnsEndPoint;
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(end.Host, cancellation).ConfigureAwait(false);

        // A proxy is the user's own choice, and lies in the private network as a rule.
        bool named = IsNamed(end.Host, end.Port) || !string.Equals(context.InitialRequestMessage.RequestUri?.Host.Trim('[', ']'), end.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
        IPAddress[] allowed = [.. addresses.Where(a => named || !IsPrivate(a))];
        if (allowed.Length == 0 && addresses.Length > 0)
        {
            throw Private(end.Host);
        }

        Exception? last = null;
        foreach (IPAddress address in allowed)
        {
            Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, end.Port), cancellation).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }

    /// <summary>Whether an address is reached from here only: this machine, a private network, a link, a cloud's description of a machine.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        byte[] bytes = address.GetAddressBytes();
        if (bytes.Length == 4)
        {
            return IsPrivate(bytes);
        }

        // Addresses of IPv4 that are wrapped (RFC 6052, RFC 3056, RFC 4380 is no longer in use) lead where the wrapped one does.
        return IPAddress.IsLoopback(address) || address.Equals(IPAddress.IPv6Any) || address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast || address.IsIPv6Teredo
            || (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x00, 0x64, 0xff, 0x9b]) && IsPrivate(bytes[12..]))
            || (bytes[0] == 0x20 && bytes[1] == 0x02 && IsPrivate(bytes[2..6]))
            || (bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0);
    }

    /// <summary>The registry of special addresses (RFC 6890 and its successors).</summary>
    private static bool IsPrivate(byte[] four) => four[0] switch
    {
        0 or 10 or 127 or >= 224 => true,
        100 => four[1] is >= 64 and <= 127,
        169 => four[1] == 254,
        172 => four[1] is >= 16 and <= 31,
        192 => four[1] == 168 || (four[1] == 0 && four[2] is 0 or 2),
        198 => four[1] is 18 or 19 || (four[1] == 51 && four[2] == 100),
        203 => four[1] == 0 && four[2] == 113,
        _ => false,
    };

    /// <summary>An address as people may see it: what stands behind the path may be a signature.</summary>
    public static string Shown(Uri place) => place.IsAbsoluteUri ? $"{place.Scheme}://{place.Authority[(place.Authority.LastIndexOf('@') + 1)..]}{Short(place.AbsolutePath)}" : Short(place.OriginalString.Split('?')[0]);

    private static string Short(string text) => text.Length <= 200 ? text : text[..200] + "...";

    private static RemoteException Private(string host) =>
        new(RemoteFault.Refused, $"{host} has an address in a private network, and is gone to only where you name it (ASSAY_PRIVATE_HOSTS).");
}
