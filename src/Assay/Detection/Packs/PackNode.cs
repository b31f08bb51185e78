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

    // Its text, items or pairs, by its kind.
    private object? _content;

    /// <summary>Creates a text.</summary>
    public PackNode(PackPlace place, string text)
        : this(place, PackNodeKind.Text) => _content = text;

    /// <summary>Creates a list.</summary>
    public PackNode(PackPlace place, List<PackNode> items)
        : this(place, PackNodeKind.List) => _content = items;

    /// <summary>Creates a map.</summary>
    public PackNode(PackPlace place, List<(PackNode Key, PackNode Value)> pairs)
        : this(place, PackNodeKind.Map) => _content = pairs;

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
    public string? Text => Kind is PackNodeKind.Text ? (string)(_content ??= _unread!.TextAt(_at)) : null;

    /// <summary>The items of a list; null otherwise.</summary>
    public List<PackNode>? Items => Kind is PackNodeKind.List ? (List<PackNode>)(_content ??= _unread!.ItemsAt(_at, File)) : null;

    /// <summary>The pairs of a map, in order; null otherwise.</summary>
    public List<(PackNode Key, PackNode Value)>? Pairs => Kind is PackNodeKind.Map ? (List<(PackNode Key, PackNode Value)>)(_content ??= _unread!.PairsAt(_at, File)) : null;

    public RulePackException Error(string what) => new(File, Line, what);

    /// <summary>The text of a scalar, or an error that names what was expected.</summary>
    public string AsText(string what) => Text ?? throw Error($"{what} must be a text.");

    /// <summary>The pairs of a map with text keys; a key that comes twice is an error.</summary>
    public IEnumerable<(string Key, PackNode Value)> AsMap(string what)
    {
        if (Kind is not PackNodeKind.Map)
            throw Error($"{what} must be a map.");

        return _unread is null ? Checked(Pairs!) : _unread.MapAt(_at, File);
    }

    private static IEnumerable<(string Key, PackNode Value)> Checked(List<(PackNode Key, PackNode Value)> pairs)
    {
        HashSet<string>? seen = null;
        for (int i = 0; i < pairs.Count; i++)
        {
            (PackNode key, PackNode value) = pairs[i];
            string name = key.AsText("a key");
            if (i < FewKeys ? pairs.FindIndex(0, i, p => p.Key.Text == name) >= 0 : !(seen ??= Names(pairs, i)).Add(name))
                throw key.Error($"the key '{name}' comes twice.");

            yield return (name, value);
        }
    }

    private static HashSet<string> Names(List<(PackNode Key, PackNode Value)> pairs, int count) => pairs.Take(count).Select(p => p.Key.Text!).ToHashSet(StringComparer.Ordinal);

    /// <summary>The items of a list.</summary>
    public IReadOnlyList<PackNode> AsList(string what) => Items ?? throw Error($"{what} must be a list.");

    /// <summary>A list of texts, or one text.</summary>
    public IReadOnlyList<string> AsTexts(string what) =>
        Text is not null ? [Text] : AsList(what) is var items && items.Count == 0 ? [] : Texts(items, what);

    private static string[] Texts(IReadOnlyList<PackNode> items, string what)
    {
        string[] texts = new string[items.Count];
        for (int i = 0; i < texts.Length; i++)
            texts[i] = items[i].AsText(what);

        return texts;
    }

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
