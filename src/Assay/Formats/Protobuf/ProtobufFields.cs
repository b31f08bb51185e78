// Walks the fields of one protocol-buffer message without a schema.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>
/// The fields of one message as far as a probe looked: which numbers and wire types occur, and where the first of each lies. Payloads
/// are stepped over.
/// </summary>
internal sealed class ProtobufFields
{
    private const int MaxFields = 4096;
    private const int MostUnknown = 8;

    /// <summary>So many fields make a message of bytes that break later.</summary>
    private const int LeastBeforeBreak = 3;

    private const int LongestText = 1024;
    private readonly Dictionary<int, (int Wire, ulong Number, ByteRange Payload)> _first = [];

    private ProtobufFields()
    {
    }

    /// <summary>Whether every byte belongs to a field, up to the end or to the field where the walk stopped looking.</summary>
    public bool IsWellFormed { get; private set; }

    /// <summary>Whether the message's end was reached.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>The number of fields that were seen.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The fields of the outermost message, shared by all probes of a range; null where the artifact is no message. Where some fields are followed by
    /// something else, those count: what follows must not hide what is in front.
    /// </summary>
    public static ProtobufFields? Of(ProbeView view) =>
        view.IsWhole && view.Head.Length > 4 && Begins(view.Head.Span)
        && view.Shared(static v => Walk(v.Artifact.Bytes, v.Range, v.Budget)) is { } fields && (fields.IsWellFormed || fields.Count >= LeastBeforeBreak) ? fields : null;

    /// <summary>
    /// Whether the first fields do not break within the head: most ranges are no message, and are told so without taking memory.
    /// </summary>
    private static bool Begins(ReadOnlySpan<byte> head)
    {
        int at = 0;
        for (int i = 0; i < LeastBeforeBreak && at < head.Length; i++)
        {
            if (!ProtobufWire.TryVarint(head, ref at, out ulong key))
            {
                return at >= head.Length;
            }

            int wire = (int)(key & 7);
            ulong length = wire switch { ProtobufWire.Eight => 8, ProtobufWire.Four => 4, _ => 0 };
            if (key >> 3 is 0 or > 0x1FFF_FFFF || wire is not (ProtobufWire.Varint or ProtobufWire.Eight or ProtobufWire.Payload or ProtobufWire.Four))
            {
                return false;
            }

            if (wire is ProtobufWire.Varint or ProtobufWire.Payload)
            {
                if (!ProtobufWire.TryVarint(head, ref at, out ulong value))
                {
                    return at >= head.Length;
                }

                length = wire == ProtobufWire.Payload ? value : 0;
            }

            if (length > (ulong)(head.Length - at))
            {
                return true;
            }

            at += (int)length;
        }

        return true;
    }

    /// <summary>
    /// Walks the message in <paramref name="range"/>. A last field that runs over the end counts as well formed when others came before
    /// it: the file may be cut.
    /// </summary>
    public static ProtobufFields Walk(ByteSource source, ByteRange range, ScanBudget budget)
    {
        ProtobufFields fields = new();
        ProtobufWire wire = new(source, budget);
        long at = range.Offset;
        while (at < range.End && fields.Count < MaxFields)
        {
            if (wire.TryRead(at, range.End, out ProtobufWireField field) is not null || field.Wire == ProtobufWire.Group)
            {
                return fields;
            }

            fields.Count++;
            fields._first.TryAdd(field.Number, (field.Wire, field.Value, field.Payload));
            if (field.IsCut)
            {
                fields.IsWellFormed = fields.Count > 1;
                return fields;
            }

            at = field.End;
        }

        fields.IsWellFormed = fields.Count > 0;
        fields.IsWhole = at >= range.End;
        return fields;
    }

    /// <summary>
    /// Whether the fields that the message knows have its encodings, and hardly any others are there: newer files have more fields than a schema,
    /// and a file is not hidden by a field that nobody knows.
    /// </summary>
    public bool Fit(ProtobufType type)
    {
        int known = 0;
        foreach ((int number, (int wire, _, _)) in _first)
        {
            if (type.Field(number) is { } field)
            {
                if (!field.Allows(wire))
                {
                    return false;
                }

                known++;
            }
        }

        return known > 0 && _first.Count - known <= MostUnknown;
    }

    /// <summary>Whether the message knows all fields.</summary>
    public bool AreAll(ProtobufType type) => _first.All(f => type.Field(f.Key)?.Allows(f.Value.Wire) == true);

    /// <summary>The first text in the field; null where it is not there, long, or holds anything but printable ASCII.</summary>
    public string? Text(ProbeView view, int number)
    {
        if (Payload(number) is not { Length: > 0 and <= LongestText } at)
        {
            return null;
        }

        byte[] bytes = view.Artifact.Bytes.ReadUpTo(at.Offset, (int)at.Length);
        return bytes.AsSpan().IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0 ? Encoding.ASCII.GetString(bytes) : null;
    }

    /// <summary>The fields of the first message in the field; null where it is not there.</summary>
    public ProtobufFields? Inner(ProbeView view, int number) => Payload(number) is { } at ? Walk(view.Artifact.Bytes, at, view.Budget) : null;

    /// <summary>Whether the field is there.</summary>
    public bool Has(int number) => _first.ContainsKey(number);

    /// <summary>Whether a field with a number from <paramref name="number"/> on is there, and all such fields are payloads.</summary>
    public bool HasPayloadFrom(int number) => _first.Any(f => f.Key >= number) && _first.All(f => f.Key < number || f.Value.Wire == 2);

    /// <summary>The first number in the field, or null when it is not there or no number.</summary>
    public ulong? Number(int number) => _first.TryGetValue(number, out var field) && field.Wire == 0 ? field.Number : null;

    /// <summary>The first payload in the field, or null when it is not there or no payload.</summary>
    public ByteRange? Payload(int number) => _first.TryGetValue(number, out var field) && field.Wire == 2 ? field.Payload : null;
}
