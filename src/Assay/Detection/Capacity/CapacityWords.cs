// The words by which texts are told apart; rule packs give them.
using Assay.Detection.Packs;

namespace Assay.Detection.Capacity;

/// <summary>The lists of words that <see cref="TextCapacity"/> asks, from the key <c>capacity</c> of rule packs.</summary>
internal sealed class CapacityWords
{
    private readonly Dictionary<string, HashSet<string>> _lists = new(StringComparer.Ordinal)
    {
        ["powerful"] = new(StringComparer.Ordinal),
        ["commands"] = new(StringComparer.Ordinal),
        ["common-commands"] = new(StringComparer.Ordinal),
        ["modules"] = new(StringComparer.Ordinal),
        ["builtins"] = new(StringComparer.Ordinal),
        ["modes"] = new(StringComparer.Ordinal),
        ["letter-modes"] = new(StringComparer.Ordinal),
        ["path-modules"] = new(StringComparer.Ordinal),
        ["labels"] = new(StringComparer.Ordinal),
        ["self-running"] = new(StringComparer.Ordinal),
        ["running-extensions"] = new(StringComparer.OrdinalIgnoreCase),
        ["native-extensions"] = new(StringComparer.OrdinalIgnoreCase),
        ["data-extensions"] = new(StringComparer.OrdinalIgnoreCase),
        ["rebuilding"] = new(StringComparer.OrdinalIgnoreCase),
        ["making"] = new(StringComparer.OrdinalIgnoreCase),
        ["making-privately"] = new(StringComparer.OrdinalIgnoreCase),
        ["element-types"] = new(StringComparer.Ordinal),
        ["resources"] = new(StringComparer.OrdinalIgnoreCase),
    };

    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _commands;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _commonCommands;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _builtins;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _modules;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _extensions;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _natives;

    /// <summary>Reads what stands under the key <c>capacity</c> of packs.</summary>
    /// <exception cref="RulePackException">It is malformed.</exception>
    public CapacityWords(IEnumerable<PackNode> parts)
    {
        foreach (PackNode part in parts)
            Add(part);

        _commands = _lists["commands"].GetAlternateLookup<ReadOnlySpan<char>>();
        _commonCommands = _lists["common-commands"].GetAlternateLookup<ReadOnlySpan<char>>();
        _builtins = _lists["builtins"].GetAlternateLookup<ReadOnlySpan<char>>();
        _modules = _lists["modules"].GetAlternateLookup<ReadOnlySpan<char>>();
        _extensions = _lists["running-extensions"].GetAlternateLookup<ReadOnlySpan<char>>();
        _natives = _lists["native-extensions"].GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Names of functions that do harm wherever a text is looked up: <c>system</c>, <c>eval</c>, <c>loads</c>.</summary>
    public bool IsPowerful(string word) => _lists["powerful"].Contains(word);

    /// <summary>Modes of <c>open</c> that write.</summary>
    public bool IsWriteMode(string word) => _lists["modes"].Contains(word);

    /// <summary>Modes of <c>open</c> that write and are one letter, which beside another text tells what that is.</summary>
    public bool IsLetterMode(string word) => _lists["letter-modes"].Contains(word);

    /// <summary>Whether a class makes paths: it lies in one of the modules for that.</summary>
    public bool MakesPaths(string path) => path.IndexOf('.', StringComparison.Ordinal) is > 0 and int dot && _lists["path-modules"].Contains(path[..dot]);

    /// <summary>Powerful words that are also what models are told to do: <c>Mode('eval')</c> selects.</summary>
    public bool IsMode(string word) => _lists["labels"].Contains(word);

    /// <summary>Names of files that some program runs by itself.</summary>
    public bool RunsByItself(string name) => _lists["self-running"].Contains(name);

    /// <summary>Programs.</summary>
    public bool IsCommand(ReadOnlySpan<char> word) => _commands.Contains(word);

    /// <summary>Programs whose names are words of everyday language as well.</summary>
    public bool IsCommonCommand(ReadOnlySpan<char> word) => _commonCommands.Contains(word);

    /// <summary>Functions of <c>builtins</c>.</summary>
    public bool IsBuiltin(ReadOnlySpan<char> word) => _builtins.Contains(word);

    /// <summary>Top-level modules of the standard library.</summary>
    public bool IsModule(ReadOnlySpan<char> word) => _modules.Contains(word);

    /// <summary>Extensions, without the dot, of files that hold something to run.</summary>
    public bool IsRunning(ReadOnlySpan<char> extension) => _extensions.Contains(extension);

    /// <summary>Extensions, without the dot, of libraries of native code.</summary>
    public bool IsNative(ReadOnlySpan<char> extension) => _natives.Contains(extension);

    /// <summary>Extensions, without the dot, of files that hold data.</summary>
    public bool IsData(string extension) => _lists["data-extensions"].Contains(extension);

    /// <summary>Names of element types, as functions that find types get them.</summary>
    public bool IsElementType(string word) => _lists["element-types"].Contains(word);

    /// <summary>Whether the name of a function says that it rebuilds an object; short words stand in many others (<c>ctor</c> in a factory and a directory) and count only by themselves.</summary>
    public bool SaysRebuild(string name) =>
        _lists["rebuilding"].Any(w => w.Length > 4 ? name.Contains(w, StringComparison.OrdinalIgnoreCase) : name.Split('_').Contains(w, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether a word in the name of a function says that it makes an object; behind an underscore more words do.</summary>
    public bool SaysMake(string name) => name.Split('_').Any(w => _lists["making"].Contains(w) || (name[0] == '_' && _lists["making-privately"].Contains(w)));

    /// <summary>
    /// Whether the name of a class says that its objects are files, connections or processes: what its last word, its head, means. <c>FrameFile</c> is a file, <c>FileFormat</c> is none.
    /// </summary>
    public bool IsResource(string path)
    {
        ReadOnlySpan<char> name = path.AsSpan()[(path.LastIndexOf('.') + 1)..].TrimEnd("_0123456789");
        int start = name.Length - 1;
        while (start > 0 && (!char.IsAsciiLetterUpper(name[start]) || (char.IsAsciiLetterUpper(name[start - 1]) && start + 1 < name.Length && char.IsAsciiLetterUpper(name[start + 1]))) && name[start - 1] is not '_')
            start--;

        return start >= 0 && _lists["resources"].GetAlternateLookup<ReadOnlySpan<char>>().Contains(name[start..]);
    }

    private void Add(PackNode node)
    {
        foreach ((string name, PackNode words) in node.AsMap("capacity"))
        {
            if (!_lists.TryGetValue(name, out HashSet<string>? list))
                throw words.Error($"'{name}' is no list of words: {string.Join(", ", _lists.Keys)}.");

            list.UnionWith(words.AsTexts(name));
        }
    }
}
