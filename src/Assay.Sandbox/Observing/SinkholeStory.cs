// Turns what the network of nothing was asked into events, and opens its ports before a load reaches for them.
using System.Globalization;
using System.Net;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Sandbox.Kernel;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Talks with the sinkhole in the first process of a load's namespaces. What it says of the load's requests is of the load's choosing; that there
/// was a request, the load can neither forge nor hide, because it has no way to this socket.
/// </summary>
internal sealed class SinkholeStory(Descriptor link, EventLog log, LoadPlaces places)
{
    private const int MessageLimit = 16 << 10;
    private const int Patience = 500;
    private readonly HashSet<int> _open = [];

    /// <summary>Whether the other side is still there.</summary>
    public bool Linked { get; private set; } = true;

    /// <summary>Opens the port of an address; the call that names it waits for this.</summary>
    public void Open(string address)
    {
        if (!Linked || !IPEndPoint.TryParse(address, out IPEndPoint? end) || end.Port == 0 || !_open.Add(end.Port))
        {
            return;
        }

        try
        {
            DescriptorMessages.Send(link, System.Text.Encoding.ASCII.GetBytes(end.Port.ToString(CultureInfo.InvariantCulture)));
        }
        catch (IOException)
        {
            // The load is ending.
            Linked = false;
        }

        long until = Environment.TickCount64 + Patience;
        while (Linked && Environment.TickCount64 < until && (Descriptor.Poll([link.Number], Patience)[0] == 0 || !Hear()))
        {
        }
    }

    /// <summary>Reads one message; returns true when it says that a port is open.</summary>
    public bool Hear()
    {
        (byte[] message, _) = DescriptorMessages.Receive(link, MessageLimit);
        Linked = message.Length > 0;
        if (!Linked)
        {
            return false;
        }

        using JsonDocument document = JsonDocument.Parse(message);
        JsonElement root = document.RootElement;
        if (root.TryGetProperty("ready", out _))
        {
            return true;
        }

        string name = Text(root, "name");
        if (Text(root, "asked") == "name")
        {
            Add("sinkhole-name", "DNS " + QueryType(root.GetProperty("kind").GetInt32()), name, []);
            return false;
        }

        string data = Text(root, "data");
        string server = Text(root, "server");
        string to = Text(root, "to") + (name.Length > 0 ? $" ({name})" : "");
        string what = server.Length > 0 ? "TLS for " + server : data;
        Add("sinkhole-request", Text(root, "asked") == "datagram" ? "UDP" : "TCP", to, what.Length > 0 ? [what] : []);
        return false;
    }

    private void Add(string kind, string action, string subject, string[] arguments)
    {
        if (places.HoldsCanary(subject) || Array.Exists(arguments, places.HoldsCanary))
        {
            log.Add(BehaviourSource.Sandbox, "secret-leaves", action, places.Masked(subject), [.. arguments.Select(places.Masked)]);
        }

        log.Add(BehaviourSource.Sandbox, kind, action, places.Masked(subject), [.. arguments.Select(places.Masked)]);
    }

    private static string QueryType(int number) => number switch
    {
        1 => "A",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        _ => "type " + number.ToString(CultureInfo.InvariantCulture),
    };

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
