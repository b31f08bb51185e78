// A node of a rule pack or a policy: a small tree that remembers its lines.
using Assay.Detection.Facts;

namespace Assay.Detection.Packs;

/// <summary>What a node is.</summary>
internal enum PackNodeKind : byte
{
    /// <summary>A text.</summary>
    Text = 0,

    /// <summary>A list.</summary>
    List = 1,

    /// <summary>A map.</summary>
    Map = 2,
}

/// <summary>A node of a pack: a text, a list or a map. <see cref="PackYaml"/> reads it from YAML, <see cref="CompiledPacks"/> from the form in the program.</summary>
internal sealed class PackNode
{
    /// <summary>So many keys are compared one by one; a set pays off beyond.</summary>
    private const int FewKeys = 12;

    private readonly CompiledPacks? _unread;
    private readonly int _at;
    private string? _text;
    private List<PackNode>? _items;
    private List<(PackNode Key, PackNode Value)>? _pairs;

    /// <summary>Creates a text.</summary>
    public PackNode(PackPlace place, string text)
        : this(place, PackNodeKind.Text) => _text = text;

    /// <summary>Creates a list.</summary>
    public PackNode(PackPlace place, List<PackNode> items)
        : this(place, PackNodeKind.List) => _items = items;

    /// <summary>Creates a map.</summary>
    public PackNode(PackPlace place, List<(PackNode Key, PackNode Value)> pairs)
        : this(place, PackNodeKind.Map) => _pairs = pairs;

    /// <summary>Creates a node whose content is read when it is asked for.</summary>
    public PackNode(PackPlace place, PackNodeKind kind, CompiledPacks unread, int at)
        : this(place, kind) => (_unread, _at) = (unread, at);

    private PackNode(PackPlace place, PackNodeKind kind) => (Place, Kind) = (place, kind);

    public PackPlace Place { get; }

    public string File => Place.File;

    public long Line => Place.Line;

    public PackNodeKind Kind { get; }

    /// <summary>Whether it is part of the program, and so known to be well-formed.</summary>
    public bool IsCompiled => _unread is not null;

    /// <summary>The text of a scalar; null for a list or a map.</summary>
    public string? Text => Kind is PackNodeKind.Text ? _text ??= _unread!.TextAt(_at) : null;

    /// <summary>The items of a list; null otherwise.</summary>
    public List<PackNode>? Items => Kind is PackNodeKind.List ? _items ??= _unread!.ItemsAt(_at, File) : null;

    /// <summary>The pairs of a map, in order; null otherwise.</summary>
    public List<(PackNode Key, PackNode Value)>? Pairs => Kind is PackNodeKind.Map ? _pairs ??= _unread!.PairsAt(_at, File) : null;

    public RulePackException Error(string what) => new(File, Line, what);

    /// <summary>The text of a scalar, or an error that names what was expected.</summary>
    public string AsText(string what) => Text ?? throw Error($"{what} must be a text.");

    /// <summary>The pairs of a map with text keys; a key that comes twice is an error.</summary>
    public IEnumerable<(string Key, PackNode Value)> AsMap(string what)
    {
        if (Pairs is null)
            throw Error($"{what} must be a map.");

        HashSet<string>? seen = null;
        for (int i = 0; i < Pairs.Count; i++)
        {
            (PackNode key, PackNode value) = Pairs[i];
            string name = key.AsText("a key");
            if (i < FewKeys ? Pairs.FindIndex(0, i, p => p.Key.Text == name) >= 0 : !(seen ??= Names(i)).Add(name))
                throw key.Error($"the key '{name}' comes twice.");

            yield return (name, value);
        }
    }

    private HashSet<string> Names(int count) => Pairs!.Take(count).Select(p => p.Key.Text!).ToHashSet(StringComparer.Ordinal);

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<PackNode> AsList(string what) => Items ?? throw Error($"{what} must be a list.");

    /// <summary>A list of texts, or one text.</summary>
    public IReadOnlyList<string> AsTexts(string what) =>
        Text is not null ? [Text] : [.. AsList(what).Select(i => i.AsText(what))];

    /// <summary>Yes or no.</summary>
    public bool AsFlag(string what) => AsText(what) switch
    {
        "yes" or "true" => true,
        "no" or "false" => false,
        _ => throw Error($"'{what}' is yes or no."),
    };

    /// <summary>A member of an enumeration, by its name in packs.</summary>
    public T AsChoice<T>(string what)
        where T : struct, Enum => EnumNames<T>.Find(AsText(what)) ?? throw Error($"'{Text}' is no {what}: {string.Join(", ", EnumNames<T>.All)}.");
}
