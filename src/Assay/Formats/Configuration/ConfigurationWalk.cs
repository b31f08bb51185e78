// Walks the values of a configuration and tells what loaders act on: code, places, commands, templates, patterns.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Jinja;
using Assay.Formats.Requirements;
using Assay.Formats.Shell;
using Assay.Formats.Yaml;

namespace Assay.Formats.Configuration;

/// <summary>
/// Takes the values of a document in whatever language, and makes facts of those that some loader acts on. The rest is stepped over, so a vocabulary of a million words costs no more than
/// reading it.
/// </summary>
internal sealed partial class ConfigurationWalk(ReadContext context) : IValueSink
{
    /// <summary>What entries of a configuration are called.</summary>
    public const string Source = "configuration";

    private const int MostEntries = 4096;
    private const int LongestValue = 512;
    private const int MostItems = 16;
    private const int MostKept = 48;
    private const int MostListed = 64;
    private const int MostCodes = 8;
    private const int LongestCode = 8192;
    private const int MostTemplates = 2048;
    private const int MostKeys = 2_000_000;
    private const int KeySize = 24;
    private static readonly string[] s_libraries = [".so", ".dll", ".dylib", ".pyd"];
    private readonly List<Frame> _open = [];
    private readonly HashSet<string> _rootKeys = new(StringComparer.Ordinal);
    private readonly List<(string Path, ScalarValue Value)> _codes = [];
    private int _entries;
    private int _templates;
    private long _keys;

    private sealed class Frame(bool isMap, string tag)
    {
        public bool IsMap => isMap;

        public string Tag => tag;

        public string Key { get; set; } = "";

        public long Index { get; set; } = -1;

        /// <summary>The first texts of a map by their keys.</summary>
        public Dictionary<string, ScalarValue>? Kept { get; set; }

        public HashSet<ulong>? Keys { get; set; }

        /// <summary>The texts of a list, where there are few.</summary>
        public List<string>? Items { get; set; }

        /// <summary>The list of arguments that stands beside a command.</summary>
        public List<string>? Arguments { get; set; }

        /// <summary>Where the last of them stands.</summary>
        public long ArgumentsAt { get; set; }

        /// <summary>Where the last text of a list stands.</summary>
        public long LastAt { get; set; }

        /// <summary>What the object that a tag makes gets, as far as it is kept.</summary>
        public List<ValueShape>? Shapes { get; set; }
    }

    /// <summary>Whether keys may stand several times in one map, as in settings of older programs.</summary>
    public bool RepeatsKeys { get; init; }

    /// <summary>Whether a text of several lines stands in several lines of the document, as in YAML.</summary>
    public bool IsOfLines { get; init; }

    /// <summary>The keys of the outermost maps.</summary>
    public IReadOnlySet<string> RootKeys => _rootKeys;

    /// <summary>The keys of what lies below them.</summary>
    public HashSet<string> InnerKeys { get; } = new(StringComparer.Ordinal);

    /// <summary>Texts of the outermost map.</summary>
    public Dictionary<string, string> Root { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the document is the list of tokens that a tokenizer adds, which is told by its name alone.</summary>
    private bool IsAddedTokens { get; } = context.Artifact.Name.EndsWith("added_tokens.json", StringComparison.Ordinal);

    private Frame? Top => _open.Count > 0 ? _open[^1] : null;

    public void StartMap(long offset, string tag = "") => Open(isMap: true, offset, tag);

    public void StartList(long offset, string tag = "") => Open(isMap: false, offset, tag);

    private void Open(bool isMap, long offset, string tag)
    {
        Step();
        Foreign(tag, offset);
        Frame frame = new(isMap, tag);
        if (tag.StartsWith(YamlTags.Python, StringComparison.Ordinal) || Top?.Shapes is not null)
        {
            frame.Shapes = [];
        }

        _open.Add(frame);
        if (frame.Shapes is not null)
        {
            frame.Kept ??= new(StringComparer.Ordinal);
            frame.Kept["\0offset"] = new ScalarValue(EntryKind.Integer, "", offset);
        }
    }

    public void End(long offset)
    {
        Frame closed = _open[^1];
        _open.RemoveAt(_open.Count - 1);
        if (closed.Shapes is { } shapes)
        {
            Made(closed, shapes);
        }

        if (closed.IsMap)
        {
            EndMap(closed, offset);
        }
        else if (closed.Items is not null && _open is [.., { IsMap: true, Key: "args" or "arguments" } command])
        {
            command.Arguments = closed.Items;
            command.ArgumentsAt = closed.LastAt;
        }
        else if (closed.Items is [var library, var name] && _open is [{ IsMap: true } root] && root.Kept?.ContainsKey("_class_name") is true)
        {
            // A component of a pipeline of diffusers: the library, or a module of the folder, and the class.
            Entry($"component.{root.Key}", $"{library}.{name}", EntryKind.Text, offset, beside: Code($"{root.Key}/{library}", library));
        }
        else if (closed.Items is [var module, var pipeline] && _open is [{ IsMap: true, Key: "_class_name" }])
        {
            Entry("custom_pipeline", $"{module}.{pipeline}", EntryKind.Text, offset, beside: Code(module));
        }

        if (_open.Count == 0)
        {
            Codes();
            Layers();
            Strays();
            Programs();
        }

        context.Budget.Release(KeySize * (long)(closed.Keys?.Count ?? 0));
    }

    public void Key(string key, long offset)
    {
        Frame map = _open[^1];
        map.Key = key;
        if (_open.Count == 1 && _rootKeys.Count < 512)
        {
            _rootKeys.Add(key);
        }
        else if (_open.Count <= 3 && InnerKeys.Count < 512)
        {
            InnerKeys.Add(key);
        }

        if (_keys++ >= MostKeys)
        {
            return;
        }

        context.Budget.Hold(KeySize, offset);
        if (!(map.Keys ??= []).Add(Hash(key)) && key is not "<<" && !RepeatsKeys)
        {
            bool isActedOn = ConfigurationKeys.Of(key) is not ValueRole.None || IsTemplateKey(key) || key is "auto_map";
            context.Anomaly(isActedOn ? "configuration.duplicate-code" : "configuration.duplicate-key", offset, 0, $"The key {Short(key)} stands twice in one map, and readers differ in which they take.");
        }
    }

    public void Scalar(ScalarValue value)
    {
        Frame? top = Top;
        Step();
        if (value.Tag.Length > 0)
        {
            Tagged(value);
        }

        top?.Shapes?.Add(ShapeOf(value));
        if (top is null)
        {
            return;
        }

        string key = KeyOf(out bool isInList);
        if (top.IsMap && (top.Kept?.Count ?? 0) < MostKept && value.Text.Length <= LongestValue)
        {
            (top.Kept ??= new(StringComparer.Ordinal))[top.Key] = value;
        }
        else if (!top.IsMap && (top.Items?.Count ?? 0) < MostItems && value.Kind is EntryKind.Text && value.Text.Length < LongestValue)
        {
            (top.Items ??= []).Add(value.Text);
            top.LastAt = value.Offset;
        }

        if (_open.Count == 1 && top.IsMap && Root.Count < MostKept && value.Text.Length <= LongestValue)
        {
            Root[top.Key] = value.Text;
        }

        ValueRole role = ConfigurationKeys.Of(key);
        if (role is ValueRole.None && Inside("auto_map"))
        {
            role = ValueRole.Code;
        }

        role = role is ValueRole.Code && value.Text.StartsWith("${{", StringComparison.Ordinal) ? ValueRole.None : role;
        if (role is ValueRole.Pattern && value.Kind is EntryKind.Text)
        {
            Pattern(value);
        }
        else if (role is not ValueRole.None and not ValueRole.Pattern && value.Kind is not EntryKind.Null && !IsOneOfMany(role, value, isInList))
        {
            // Which folder a loader's module lies in stands beside it; the map says it when it ends.
            if (key is not LoaderModule || !top.IsMap || top.Kept?.ContainsKey(key) is not true)
            {
                Entry(Path(), value.Text, value.Kind, value.Offset, value.IsCut, role is ValueRole.Switch ? Named(key, value.Text) : "");
            }
        }

        if (value.Kind is EntryKind.Integer && top.IsMap)
        {
            if (_open.Count == 1 && IsAddedTokens)
            {
                Token(key, value);
            }
            else if (Inside("vocab"))
            {
                Word(key, value);
            }
        }

        if (value.Kind is EntryKind.Text)
        {
            Expression(value);
            Pickled(key, value);
            if (value.Text.Length > ShortestSource && value.Text.Contains('\n', StringComparison.Ordinal) && (Inside("nodes") || Inside("template") || Inside("inputs") || Inside("widgets_values")) && PythonSources.PythonLook.IsSource(value.Text))
            {
                Node(value);
            }
            else
            {
                Program(value, role is ValueRole.Command);
            }

            if (_codes.Count < MostCodes && IsCode(value.Text))
            {
                _codes.Add((Path(), value));
            }

            Text(key, value, role, isInList);
        }
    }

    private void Text(string key, ScalarValue value, ValueRole role, bool isInList)
    {
        string text = value.Text;
        if (!isInList && NamesHarm(text))
        {
            context.Anomaly("configuration.names-harm", value.Offset, 0, $"{Path()} is {text}: what takes its functions from the configuration calls it.");
        }

        if (context.Artifact.Extension is ".gyp" or ".gypi" && text.IndexOf("<!", StringComparison.Ordinal) is >= 0 and int expanded)
        {
            // <!(command) and <!@(command) are what the command prints.
            foreach (ShellUse use in ShellLines.Read(text[expanded..].Replace("<!@(", "", StringComparison.Ordinal).Replace("<!(", "", StringComparison.Ordinal), context.Budget))
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = value.Offset, Code = use.Code, Detail = $"{Path()}: {use.Detail}", Line = context.LineAt(value.Offset), When = "install" });
            }
        }

        if (text.Length >= 6 && (HasTag(text) || (IsTemplateKey(key) && (text.Contains("{{", StringComparison.Ordinal) || text.Contains("{%", StringComparison.Ordinal)))))
        {
            Template(key, value);
        }

        if (role is ValueRole.Command && text.Length <= LongestValue * 16)
        {
            OnLine(key, value);
            foreach (ShellUse use in ShellLines.Read(text, context.Budget).Where(u => u.Code is not "shell.hidden-program" || !LiesHere(text)))
            {
                // A block of YAML begins behind the line of its key.
                bool isPublished = use.Code is "shell.download-run" && key is "run" && context.Artifact.Name.Contains(".github/workflows/", StringComparison.Ordinal)
                    && text.Contains("https://raw.githubusercontent.com/", StringComparison.Ordinal) && text.Contains("/install.sh", StringComparison.Ordinal);
                int inner = IsOfLines && text.Contains('\n', StringComparison.Ordinal) ? use.Line : 0;
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = value.Offset, Code = isPublished ? "shell.known-installer" : use.Code, Detail = $"{Path()}: {use.Detail}", Line = context.LineAt(value.Offset) + inner });
            }
        }

        if (role is not ValueRole.Command)
        {
            Stray(value);
        }

        if (isInList && key is "dependencies" or "pip" or "requirements" or "pip_requirements" or "extra_pip_requirements")
        {
            foreach (ShellUse use in RequirementLines.Read(text))
            {
                context.Anomaly(use.Code, value.Offset, 0, $"{Path()}: {use.Detail}");
            }
        }

        if (isInList && key is "channels" && text.Contains("://", StringComparison.Ordinal))
        {
            foreach (ShellUse use in RequirementLines.Read("--index-url " + text))
            {
                context.Anomaly(use.Code, value.Offset, 0, $"{Path()}: {use.Detail}");
            }
        }

        if ((key.Contains("lib", StringComparison.OrdinalIgnoreCase) || key.Contains("plugin", StringComparison.OrdinalIgnoreCase)) && !text.Contains(' ', StringComparison.Ordinal) && text.Length is > 3 and < LongestValue && s_libraries.Any(e => text.EndsWith(e, StringComparison.OrdinalIgnoreCase)))
        {
            context.Refer("native-library", text, value.Offset);
        }

        if (Inside("auto_map") || (key is "impl" && Inside("custom_pipelines")))
        {
            Module(text, value.Offset);
        }
    }

    /// <summary>Whether a tag of a template opens and closes in a text; one that is only opened is none.</summary>
    private static bool HasTag(string text)
    {
        int value = text.IndexOf("{{", StringComparison.Ordinal);

        // The expressions of workflows of GitHub have the same braces with a dollar in front.
        while (value > 0 && text[value - 1] is '$')
        {
            value = text.IndexOf("{{", value + 2, StringComparison.Ordinal);
        }

        int block = text.IndexOf("{%", StringComparison.Ordinal);
        return (value >= 0 && text.IndexOf("}}", value + 2, StringComparison.Ordinal) > 0) || (block >= 0 && text.IndexOf("%}", block + 2, StringComparison.Ordinal) > 0);
    }

    private static bool IsTemplateKey(string key) => key.Contains("template", StringComparison.OrdinalIgnoreCase) || key.Contains("jinja", StringComparison.OrdinalIgnoreCase);

    /// <summary>A text with tags of Jinja: what a key calls a template is one; another is read, and told only where it reaches out.</summary>
    private void Template(string key, ScalarValue value)
    {
        bool isTemplate = IsTemplateKey(key) || (Top is { IsMap: true } && Inside("chat_template"));
        if (!isTemplate && context.Artifact.Extension is ".jsonl")
        {
            // A row of data: nobody takes its texts for templates.
            return;
        }

        if (++_templates > MostTemplates)
        {
            if (_templates == MostTemplates + 1)
            {
                context.Unread(UnreadCause.Limit, value.Offset, 0, $"More than {MostTemplates} texts of the configuration have the tags of templates.");
            }

            return;
        }

        if (value.IsCut)
        {
            context.Unread(UnreadCause.Limit, value.Offset, 0, $"A template is longer than {Json.JsonValueReader.LongestText >> 20} MB.");
        }

        if (!isTemplate)
        {
            JinjaUses uses = JinjaParser.Parse(value.Text, context.Budget, out _);
            isTemplate = uses.All.Exists(u => u.Code is "template.inner-attribute" or "template.built-name" or "template.stored-format" or "template.python-name");
        }

        if (isTemplate)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(value.Text);
            context.Budget.SpendWork(bytes.Length, value.Offset);
            context.Submit(new Artifact(Short(Path()), new MemorySource(bytes), context.Artifact, ChatTemplateFormat.FormatId));
        }
    }

    private void Entry(string path, string value, EntryKind kind, long offset, bool isCut = false, string beside = "")
    {
        if (++_entries == MostEntries)
        {
            context.Unread(UnreadCause.Limit, offset, 0, $"More than {MostEntries} values of the configuration are such that loaders act on.");
        }
        else if (_entries < MostEntries)
        {
            context.Add(new EntryFact
            {
                Path = context.Artifact.Path,
                Offset = offset,
                Source = Source,
                Key = path.Length > LongestValue ? path[..LongestValue] : path,
                Value = value.Length > LongestValue ? value[..LongestValue] : value,
                IsCut = isCut || value.Length > LongestValue,
                Kind = kind,
                Beside = beside,
            });
        }
    }

    /// <summary>The next item of a list has the next number.</summary>
    private void Step()
    {
        if (Top is { IsMap: false } list)
        {
            list.Index++;
        }
    }

    /// <summary>The key of the value that comes: of the map, or of the list that it is an item of.</summary>
    private string KeyOf(out bool isInList)
    {
        isInList = false;
        for (int i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].IsMap)
            {
                return _open[i].Key;
            }

            isInList = true;
        }

        return "";
    }

    /// <summary>Whether the value stands below a key, at most three levels deep.</summary>
    private bool Inside(string key)
    {
        for (int i = _open.Count - 1; i >= Math.Max(0, _open.Count - 3); i--)
        {
            if (_open[i].IsMap && _open[i].Key == key)
            {
                return true;
            }
        }

        return false;
    }

    private string Path()
    {
        string path = "";
        foreach (Frame frame in _open)
        {
            if (path.Length > LongestValue * 2)
            {
                break;
            }

            path = frame.IsMap ? KeyPath.Append(path, Short(frame.Key)) : KeyPath.Append(path, Math.Max(0, frame.Index));
        }

        return path;
    }

    private static string Short(string text) => text.Length <= 120 ? text : text[..117] + "...";

    private static ulong Hash(string key)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in key)
        {
            hash = (hash ^ c) * 1099511628211;
        }

        return hash;
    }

    private static ValueShape ShapeOf(ScalarValue value) => value.Kind switch
    {
        EntryKind.Integer => new ValueShape(ShapeKind.Int, value.Text),
        EntryKind.Number => new ValueShape(ShapeKind.Float, value.Text),
        EntryKind.Boolean => new ValueShape(ShapeKind.Bool, value.Text),
        EntryKind.Null => new ValueShape(ShapeKind.None),
        _ => new ValueShape(ShapeKind.Str, value.Text.Length > 4096 ? value.Text[..4096] : value.Text) { Count = value.Text.Length, Elided = value.Text.Length > 4096 },
    };
}
