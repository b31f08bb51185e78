// Walks the fields of one protocol-buffer message without a schema.
using Assay.Bytes;

namespace Assay.Formats.Signatures;

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
    public static ProtobufFields Walk(ByteSource source, ByteRange range)
    {
        ProtobufFields fields = new();
        Span<byte> bytes = stackalloc byte[20];
        long at = range.Offset;
        while (at < range.End && fields.Count < MaxFields)
        {
            int got = source.ReadAt(at, bytes[..(int)Math.Min(bytes.Length, range.End - at)]);
            int used = 0;
            if (!TryVarint(bytes[..got], ref used, out ulong key) || key >> 3 is 0 or > int.MaxValue)
            {
                return fields;
            }

            int wire = (int)(key & 7);
            ulong number = 0;
            if (wire is 0 or 2 ? !TryVarint(bytes[..got], ref used, out number) : wire is not (1 or 5))
            {
                return fields;
            }

            long length = wire switch { 1 => 8, 5 => 4, 2 => number > long.MaxValue ? long.MaxValue : (long)number, _ => 0 };
            long left = range.End - at - used;
            fields.Count++;
            fields._first.TryAdd((int)(key >> 3), (wire, number, new ByteRange(at + used, Math.Min(length, left))));
            if (length > left)
            {
                fields.IsWellFormed = fields.Count > 1;
                return fields;
            }

            at += used + length;
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

    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int used, out ulong value)
    {
        value = 0;
        for (int shift = 0; shift < 70 && used < bytes.Length; shift += 7)
        {
            byte part = bytes[used++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
