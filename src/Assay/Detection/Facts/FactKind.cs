// A kind of fact, as rules ask it.
namespace Assay.Detection.Facts;

/// <summary>A kind of fact under the name by which rules ask for it, with its fields; the first field is the one that a rule means by a bare value.</summary>
internal sealed class FactKind(string name, IReadOnlyList<FactField> fields)
{
    private readonly Dictionary<string, FactField> _byName = fields.ToDictionary(f => f.Name, StringComparer.Ordinal);

    public string Name { get; } = name;

    public IReadOnlyList<FactField> Fields { get; } = fields;

    /// <summary>The field that a bare value is about.</summary>
    public FactField Main => Fields[0];

    public FactField? Find(string field) => _byName.GetValueOrDefault(field);
}
