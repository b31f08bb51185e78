// What the XML of an OpenVINO model says: layers, constants, edges, paths.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Xml;

namespace Assay.Formats.OpenVino;

/// <summary>A kind of layer, and the set of operators that defines it.</summary>
/// <param name="Version">The set: <c>opset1</c>, <c>extension</c> ...; empty in versions before 10.</param>
/// <param name="Type">The operator.</param>
internal readonly record struct OpenVinoOperator(string Version, string Type)
{
    /// <summary>Where it stands first.</summary>
    public long Offset { get; init; }

    /// <inheritdoc/>
    public bool Equals(OpenVinoOperator other) => Version == other.Version && Type == other.Type;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Type);
}

/// <summary>A constant of the model, in the file beside the document.</summary>
/// <param name="Name">The name of the layer.</param>
/// <param name="Type">The element type as written.</param>
/// <param name="Shape">The shape, or null where it is none.</param>
/// <param name="Range">Where it lies, or null where the numbers are none.</param>
/// <param name="Offset">Where the document says so.</param>
internal sealed record OpenVinoConstant(string Name, string Type, IReadOnlyList<long>? Shape, ByteRange? Range, long Offset);

/// <summary>Collects what the XML of an OpenVINO model says, token by token.</summary>
internal sealed class OpenVinoModel(ScanBudget budget)
{
    private const int MostOperators = 10_000;
    private const int MostPaths = 1_000;
    private const int MostTexts = 1_000;
    private const int EntrySize = 200;

    private static readonly string[] s_libraries = [".so", ".dll", ".dylib", ".pyd", ".ko", ".exe", ".py", ".sh", ".bat", ".ps1", ".jar"];

    private readonly Dictionary<OpenVinoOperator, long> _operators = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly List<string> _path = [];
    private string _layer = "";
    private string _type = "";

    /// <summary>The operators that layers use, with how often.</summary>
    public IReadOnlyDictionary<OpenVinoOperator, long> Operators => _operators;

    /// <summary>The constants.</summary>
    public List<OpenVinoConstant> Constants { get; } = [];

    /// <summary>Libraries and programs that values of layers name.</summary>
    public List<(string Target, long Offset)> Libraries { get; } = [];

    /// <summary>Paths and URLs that values of layers name.</summary>
    public List<(string Target, long Offset)> Paths { get; } = [];

    /// <summary>What the document says of itself.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>How many layers have the number of another one, and where the first stands.</summary>
    public (long Count, long Offset) DuplicateIds { get; private set; }

    /// <summary>How many edges lead to no layer, and where the first stands.</summary>
    public (long Count, long Offset) BrokenEdges { get; private set; }

    /// <summary>Takes the next token.</summary>
    public void Take(XmlTokenReader reader)
    {
        if (reader.Type == XmlTokenType.EndElement)
        {
            if (_path.Count > reader.Depth)
            {
                _path.RemoveRange(reader.Depth, _path.Count - reader.Depth);
            }
        }
        else if (reader.Type == XmlTokenType.StartElement)
        {
            // Deep nesting is no model's; the names of further levels decide nothing.
            if (_path.Count < 64)
            {
                _path.Add(reader.LocalName.ToString());
            }

            Element(reader);
        }
    }

    private void Element(XmlTokenReader reader)
    {
        switch (reader.LocalName)
        {
            case "net" when reader.Depth == 0:
                Metadata["name"] = reader.Attribute("name") ?? "";
                Metadata["version"] = reader.Attribute("version") ?? "";
                break;
            case "layer":
                Layer(reader);
                break;
            case "edge":
                if (reader.Attribute("from-layer") is { } from && reader.Attribute("to-layer") is { } to && !(_ids.Contains(Scope + from) && _ids.Contains(Scope + to)))
                {
                    BrokenEdges = (BrokenEdges.Count + 1, BrokenEdges.Count == 0 ? reader.Offset : BrokenEdges.Offset);
                }

                break;
            default:
                if (_path.Contains("rt_info") || _path.Contains("meta_data"))
                {
                    Describe(reader);
                }
                else if (reader.Attribute("offset") is { } offset && reader.Attribute("size") is { } size)
                {
                    Constant(reader, offset, size);
                }

                break;
        }

        if (!_path.Contains("rt_info") && !_path.Contains("meta_data"))
        {
            foreach (XmlAttribute attribute in reader.Attributes)
            {
                LookForPath(attribute);
            }
        }
    }

    /// <summary>Layers of a body have numbers of their own.</summary>
    private string Scope => _path.Contains("body") || _path.Contains("then_body") || _path.Contains("else_body") ? string.Create(CultureInfo.InvariantCulture, $"{_path.Count}:") : "";

    private void Layer(XmlTokenReader reader)
    {
        _layer = reader.Attribute("name") ?? "";
        _type = reader.Attribute("type") ?? "";
        budget.Hold(EntrySize, reader.Offset);
        OpenVinoOperator use = new(reader.Attribute("version") ?? "", _type) { Offset = reader.Offset };
        if (_operators.Count < MostOperators || _operators.ContainsKey(use))
        {
            _operators[use] = _operators.GetValueOrDefault(use) + 1;
        }
        else
        {
            throw ScanBudget.Spent("operators", MostOperators, reader.Offset);
        }

        // Two bodies of one layer may number alike.
        if (reader.Attribute("id") is { } id && !_ids.Add(Scope + id) && Scope.Length == 0)
        {
            DuplicateIds = (DuplicateIds.Count + 1, DuplicateIds.Count == 0 ? reader.Offset : DuplicateIds.Offset);
        }
    }

    private void Constant(XmlTokenReader reader, string offset, string size)
    {
        budget.Hold(EntrySize, reader.Offset);
        bool ok = long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out long at);
        ok &= long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long length) & (at <= long.MaxValue - length);
        string part = reader.LocalName is "data" ? "" : "." + reader.LocalName.ToString();
        Constants.Add(new OpenVinoConstant(
            _layer + part, reader.Attribute("element_type") ?? reader.Attribute("precision") ?? "", Shape(reader.Attribute("shape")),
            ok ? new ByteRange(at, length) : null, reader.Offset));
    }

    private static List<long>? Shape(string? text)
    {
        if (text is null)
        {
            return null;
        }

        List<long> shape = [];
        foreach (Range part in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> number = text.AsSpan()[part].Trim();
            if (number.IsEmpty && text.Length == 0)
            {
                return shape;
            }

            if (shape.Count >= TensorView.MaxDimensions || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long extent))
            {
                return null;
            }

            shape.Add(extent);
        }

        return shape;
    }

    private void Describe(XmlTokenReader reader)
    {
        if (reader.Attribute("value") is { } value && Metadata.Count < MostTexts && !_path.Contains("layer"))
        {
            Metadata[string.Join('.', _path.Skip(1))] = value;
        }
    }

    /// <summary>A value that is a path or a URL: operators of OpenVINO itself have none.</summary>
    private void LookForPath(XmlAttribute attribute)
    {
        string value = attribute.Value;
        if (value.Length is 0 or > 4096 || attribute.Name is "name" or "names" or "variable_id" || attribute.Name.StartsWith("xmlns", StringComparison.Ordinal) || attribute.Name.StartsWith("xsi:", StringComparison.Ordinal))
        {
            return;
        }

        bool isLibrary = Array.Exists(s_libraries, e => value.EndsWith(e, StringComparison.OrdinalIgnoreCase));
        bool isPath = value.StartsWith('/') || value.StartsWith("\\\\", StringComparison.Ordinal) || value.StartsWith("..", StringComparison.Ordinal)
            || value.Contains("://", StringComparison.Ordinal) || value.Contains("/../", StringComparison.Ordinal)
            || (value.Length > 2 && char.IsAsciiLetter(value[0]) && value[1] == ':' && value[2] is '\\' or '/');
        List<(string, long)> list = isLibrary ? Libraries : Paths;
        if ((isLibrary || isPath) && list.Count < MostPaths)
        {
            list.Add((value, attribute.Offset));
        }
    }
}
