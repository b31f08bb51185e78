// One object or list of a configuration while it is read.
namespace Assay.Formats.Keras;

/// <summary>A text of a configuration that says what an object is or gets.</summary>
/// <param name="Text">The text.</param>
/// <param name="At">Where it stands.</param>
/// <param name="IsCode">Whether it was read as marshalled code.</param>
/// <param name="IsItem">Whether it is the first item of a list under the key.</param>
internal readonly record struct KerasText(string Text, long At, bool IsCode = false, bool IsItem = false);

/// <summary>
/// One object or list of a configuration while it is read. Of a key that stands twice all values are kept: Python takes the last, others the first.
/// </summary>
internal sealed class KerasNode(bool isObject, string under, long at)
{
    private const int MostOfKey = 8;
    private Dictionary<string, List<KerasText>>? _texts;

    /// <summary>The keys whose texts are kept.</summary>
    private static readonly HashSet<string> s_kept = new(StringComparer.Ordinal)
    {
        "class_name", "module", "registered_name", "config", "name", "function", "function_type", "output_shape", "output_shape_type", "mask", "value", "code", "fn",
        "spec_name", "vocabulary", "idf_weights", "filepath", "attr_name", "cls_ref", "method", "units", "url", "origin",
    };

    /// <summary>Whether it is an object, not a list.</summary>
    public bool IsObject => isObject;

    /// <summary>The key under which it stands, through lists.</summary>
    public string Under => under;

    /// <summary>Where it begins.</summary>
    public long At => at;

    /// <summary>The key whose value comes next.</summary>
    public string Key { get; set; } = "";

    /// <summary>Of a list: how many items were read.</summary>
    public int Items { get; set; }

    /// <summary>What stands under the key <c>config</c>, where that is an object: the last one.</summary>
    public KerasNode? Config { get; set; }

    /// <summary>The key under which what comes next stands.</summary>
    public string Place => isObject ? Key : under;

    /// <summary>Whether a text under that key is kept.</summary>
    public static bool Keeps(string key) => s_kept.Contains(key);

    /// <summary>Keeps a text; true where the key has another one already.</summary>
    public bool Keep(string key, KerasText text)
    {
        _texts ??= new(StringComparer.Ordinal);
        if (!_texts.TryGetValue(key, out List<KerasText>? known))
            _texts.Add(key, known = []);

        bool isSecond = known.Count > 0;
        if (known.Count < MostOfKey)
            known.Add(text);
        else
            known[^1] = text;

        return isSecond;
    }

    /// <summary>The texts of a key.</summary>
    public IReadOnlyList<KerasText> All(string key) => _texts is not null && _texts.TryGetValue(key, out List<KerasText>? known) ? known : [];

    /// <summary>The last text of a key, or null.</summary>
    public KerasText? Last(string key) => All(key) is [.., var last] ? last : null;
}
