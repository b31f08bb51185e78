// Walks the fields of one protocol-buffer message without a schema.
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>
/// The fields of one message as far as a probe looked: which numbers and wire types occur, and where the first of each lies. Payloads
/// are stepped over.
/// </summary>
internal sealed class ProtobufFields
{
    private const int MaxFields = 256;
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

    /// <summary>Whether all fields are among those that <paramref name="wires"/> allows, by number and wire type.</summary>
    public bool AreAmong(IReadOnlyDictionary<int, int> wires) => _first.All(f => wires.TryGetValue(f.Key, out int wire) && wire == f.Value.Wire);

    /// <summary>Whether the field is there.</summary>
    public bool Has(int number) => _first.ContainsKey(number);

    /// <summary>Whether a field with a number from <paramref name="number"/> on is there, and all such fields are payloads.</summary>
    public bool HasPayloadFrom(int number) => _first.Any(f => f.Key >= number) && _first.All(f => f.Key < number || f.Value.Wire == 2);

    /// <summary>The first number in the field, or null when it is not there or no number.</summary>
    public ulong? Number(int number) => _first.TryGetValue(number, out var field) && field.Wire == 0 ? field.Number : null;

    /// <summary>The first payload in the field, or null when it is not there or no payload.</summary>
    public ByteRange? Payload(int number) => _first.TryGetValue(number, out var field) && field.Wire == 2 ? field.Payload : null;
}
