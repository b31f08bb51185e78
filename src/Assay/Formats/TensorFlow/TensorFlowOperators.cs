// The operators of TensorFlow's graphs: which TensorFlow registers itself, and what the model tells those that reach out of it.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.TensorFlow;

/// <summary>
/// The operators that the graphs and functions of a model use. Uses that are alike are one fact with a count. An operator that TensorFlow does not
/// register and that is no function of the model has the domain <c>unregistered</c>: it comes with a native library.
/// </summary>
internal sealed class TensorFlowOperators
{
    /// <summary>The domain of operators that TensorFlow does not register.</summary>
    public const string Unregistered = "unregistered";

    /// <summary>Uses with other attributes beyond these are counted without them.</summary>
    private const int MostKinds = 4_096;

    private static readonly Lazy<Dictionary<string, int[]?>> s_table = new(() => EmbeddedTable.Rows("formats/tensorflow-operators.tsv")
        .ToDictionary(r => r[0], r => r.Length > 1 ? r[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray() : null,
            StringComparer.Ordinal));

    private readonly Dictionary<string, Use> _uses = new(StringComparer.Ordinal);

    /// <summary>Whether TensorFlow registers the operator; names that begin with an underscore are its own, inside a process.</summary>
    public static bool IsRegistered(string name) => name.StartsWith('_') || s_table.Value.ContainsKey(name);

    /// <summary>Which inputs of the operator are told where they are constant texts; null for operators that only compute.</summary>
    public static int[]? Watched(string name) => s_table.Value.GetValueOrDefault(name);

    /// <summary>Adds a use.</summary>
    public void Add(string name, long offset, IReadOnlyList<OperatorAttribute> attributes)
    {
        string key = attributes.Count == 0 ? name : $"{name}\0{string.Join('\0', attributes.Select(a => a.Name + "\0" + a.Value))}";
        if (_uses.Count >= MostKinds && !_uses.ContainsKey(key))
        {
            (key, attributes) = (name, []);
        }

        if (_uses.TryGetValue(key, out Use? known))
        {
            known.Count++;
            return;
        }

        _uses.Add(key, new Use(name, offset, attributes));
    }

    /// <summary>Adds the facts; <paramref name="functions"/> are those that the model defines.</summary>
    public void Tell(ReadContext context, IReadOnlySet<string> functions)
    {
        foreach (Use use in _uses.Values)
        {
            bool isOwn = functions.Contains(use.Name);
            context.Add(new OperatorFact
            {
                Path = context.Artifact.Path,
                Offset = use.Offset,
                Domain = isOwn || IsRegistered(use.Name) ? "" : Unregistered,
                Name = use.Name,
                Count = use.Count,
                Attributes = use.Attributes,
            });
        }
    }

    private sealed class Use(string name, long offset, IReadOnlyList<OperatorAttribute> attributes)
    {
        public string Name => name;

        public long Offset => offset;

        public IReadOnlyList<OperatorAttribute> Attributes => attributes;

        public long Count { get; set; } = 1;
    }
}
