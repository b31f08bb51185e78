// What the messages of a protocol-buffer format hold: a table of their fields, read once when the first file of the format is.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Formats.Protobuf;

/// <summary>What a field holds.</summary>
internal enum ProtobufKind
{
    /// <summary>A whole number of variable length: int32, int64, uint64, bool, enum.</summary>
    Integer,

    /// <summary>Four bytes: float, fixed32.</summary>
    Four,

    /// <summary>Eight bytes: double, fixed64.</summary>
    Eight,

    /// <summary>A text in UTF-8.</summary>
    Text,

    /// <summary>Bytes that somebody may interpret.</summary>
    Bytes,

    /// <summary>Elements of tensors, which are stepped over.</summary>
    Data,

    /// <summary>A message.</summary>
    Message,

    /// <summary>A message that is accounted for and not entered: nothing in it is run, opened or shown.</summary>
    Plain,
}

/// <summary>One field of a message.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name, as the text form writes it.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="IsRepeated">Whether it may stand several times; numbers may then be packed into one payload.</param>
internal sealed record ProtobufFieldType(int Number, string Name, ProtobufKind Kind, bool IsRepeated)
{
    /// <summary>The message that it holds, or null.</summary>
    public ProtobufType? Message { get; init; }

    /// <summary>The names of its values in the text form, where it is an enumeration.</summary>
    public IReadOnlyDictionary<string, long>? Values { get; init; }

    /// <summary>Whether the field, by its schema, may have this wire type.</summary>
    public bool Allows(int wire) => Kind switch
    {
        ProtobufKind.Integer => wire == ProtobufWire.Varint || (IsRepeated && wire == ProtobufWire.Payload),
        ProtobufKind.Four => wire == ProtobufWire.Four || (IsRepeated && wire == ProtobufWire.Payload),
        ProtobufKind.Eight => wire == ProtobufWire.Eight || (IsRepeated && wire == ProtobufWire.Payload),
        // Tensor elements are a packed list of numbers, one number at a time, or bytes.
        ProtobufKind.Data => wire is ProtobufWire.Payload or ProtobufWire.Varint or ProtobufWire.Four or ProtobufWire.Eight,
        _ => wire == ProtobufWire.Payload,
    };
}

/// <summary>A kind of message: its name and its fields.</summary>
internal sealed class ProtobufType(string name)
{
    private readonly Dictionary<int, ProtobufFieldType> _byNumber = [];
    private readonly Dictionary<string, ProtobufFieldType> _byName = new(StringComparer.Ordinal);

    /// <summary>The name.</summary>
    public string Name => name;

    /// <summary>The field with a number, or null.</summary>
    public ProtobufFieldType? Field(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>The field with a name, or null.</summary>
    public ProtobufFieldType? Field(string field) => _byName.GetValueOrDefault(field);

    internal void Add(ProtobufFieldType field)
    {
        _byNumber.Add(field.Number, field);
        _byName.Add(field.Name, field);
    }
}

/// <summary>
/// The messages of a format. An embedded table has a field a line: message, number, name and kind (<c>int</c>, <c>four</c>, <c>eight</c>,
/// <c>text</c>, <c>bytes</c>, <c>data</c>, <c>plain</c>, a message, an enumeration), behind which <c>*</c> says that it is repeated. A line whose
/// number is <c>=</c> gives a value of an enumeration: its name and number.
/// </summary>
internal sealed class ProtobufSchema
{
    private readonly Dictionary<string, ProtobufType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<string, long>> _enumerations = new(StringComparer.Ordinal);

    /// <summary>Reads the rows of a table.</summary>
    public ProtobufSchema(IEnumerable<string[]> rows)
    {
        List<string[]> fields = [];
        foreach (string[] row in rows)
        {
            if (row[1] == "=")
            {
                Enumeration(row[0]).Add(row[2], long.Parse(row[3], CultureInfo.InvariantCulture));
            }
            else
            {
                Type(row[0]);
                fields.Add(row);
            }
        }

        foreach (string[] row in fields)
        {
            bool repeated = row[3].EndsWith('*');
            string kind = repeated ? row[3][..^1] : row[3];
            _types[row[0]].Add(new ProtobufFieldType(int.Parse(row[1], CultureInfo.InvariantCulture), row[2], Kind(kind), repeated)
            {
                Message = _types.GetValueOrDefault(kind),
                Values = _enumerations.GetValueOrDefault(kind),
            });
        }
    }

    /// <summary>The schema in the embedded table of that name.</summary>
    public static ProtobufSchema Load(string resource) => new(EmbeddedTable.Rows(resource));

    /// <summary>The message of a name, which the table must have.</summary>
    public ProtobufType this[string name] => _types[name];

    private ProtobufKind Kind(string kind) => kind switch
    {
        "int" => ProtobufKind.Integer,
        "four" => ProtobufKind.Four,
        "eight" => ProtobufKind.Eight,
        "text" => ProtobufKind.Text,
        "bytes" => ProtobufKind.Bytes,
        "data" => ProtobufKind.Data,
        "plain" => ProtobufKind.Plain,
        _ when _types.ContainsKey(kind) => ProtobufKind.Message,
        _ when _enumerations.ContainsKey(kind) => ProtobufKind.Integer,
        _ => throw new ArgumentException($"No message, enumeration or kind is called '{kind}'.", nameof(kind)),
    };

    private void Type(string name)
    {
        if (!_types.ContainsKey(name))
        {
            _types.Add(name, new ProtobufType(name));
        }
    }

    private Dictionary<string, long> Enumeration(string name) =>
        _enumerations.TryGetValue(name, out Dictionary<string, long>? known) ? known : _enumerations[name] = new(StringComparer.Ordinal);
}
