// What calls of braced source do, and what they give.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.BracedSources;

internal sealed partial class BracedReading
{
    private const int MostVariables = 4096;
    private const int MostTexts = 64;
    private const int MostWords = 64;

    /// <summary>What one item of a list costs where lists are gone through.</summary>
    private const long WorkOfItem = 60;

    /// <summary>Items of a list that are gone through without being counted: a name costs no less.</summary>
    private const int FewItems = 8;

    private static readonly Lazy<Dictionary<string, string>> s_c = new(() => Table("c"));
    private static readonly Lazy<Dictionary<string, string>> s_javaScript = new(() => Table("js"));
    private readonly List<(SourceUse Use, BracedFunction Function)> _uses = [];
    private readonly HashSet<(string, int)> _told = [];
    private readonly Dictionary<string, bool> _written = new(StringComparer.Ordinal);

    private static Dictionary<string, string> Table(string language) => EmbeddedTable.Rows("formats/braced-sources.tsv").Where(r => r[0] == language)
        .SelectMany(r => r[1].Split(' ').Select(n => (Name: n, Callable: r[2]))).ToDictionary(r => r.Name, r => r.Callable, StringComparer.Ordinal);

    /// <summary>A name without what stands for the global and the standard namespace.</summary>
    private string Plain(string path)
    {
        string plain = path.TrimStart('.');
        if (_isC)
        {
            return plain.StartsWith("std.", StringComparison.Ordinal) && !plain.StartsWith("std.filesystem", StringComparison.Ordinal) ? plain[4..] : plain;
        }

        foreach (string global in (string[])["globalThis.", "global.", "window.", "self."])
        {
            plain = plain.StartsWith(global, StringComparison.Ordinal) ? plain[global.Length..] : plain;
        }

        return plain.EndsWith(".constructor.constructor", StringComparison.Ordinal) || plain is "?.constructor" ? "Function" : plain;
    }

    private string? Callable(string path) => (_isC ? s_c : s_javaScript).Value.GetValueOrDefault(path) ?? (path.StartsWith("py:", StringComparison.Ordinal) ? path[3..] : null);

    /// <summary>Gives a name a value.</summary>
    private void Bind(BracedFrame frame, BracedValue to, BracedValue value)
    {
        if (to.Kind is BracedValueKind.List)
        {
            // const {exec: run} = require('child_process')
            foreach ((string? key, BracedValue item) in to.Items)
            {
                if (item.Kind is BracedValueKind.Path)
                {
                    Keep(frame.Function, Last(item.Text) is var own && key is not null && item.Text.Contains('.', StringComparison.Ordinal) ? key : own, value.Below(key ?? Last(item.Text)));
                }
            }

            return;
        }

        string name = Last(to.Text).Replace("()", "", StringComparison.Ordinal);
        if (value.Kind is BracedValueKind.Path)
        {
            // Whoever keeps a function may call it later; in a section of starts the loader does.
            BracedFunction at = frame.Function;
            (frame.IsStartSection ? at.Calls : at.Mentions).Add(Last(value.Text));
        }
        else if (value.Kind is BracedValueKind.List)
        {
            foreach ((_, BracedValue item) in Paths(value))
            {
                (frame.IsStartSection ? frame.Function.Calls : frame.Function.Mentions).Add(Last(item.Text));
            }

            value = value.Characters.Length > 0 ? BracedValue.OfText(value.Characters) : value;
        }

        if (frame.Type is { } type)
        {
            frame.Function.Calls.Add(Last(type));
        }

        if (value.Kind is not BracedValueKind.Unknown || value.Layers.Count > 0)
        {
            Keep(frame.Function, name, value);
        }
        else
        {
            frame.Function.Variables.Remove(name);
        }
    }

    /// <summary>The paths in a list: whoever writes its name goes through them again.</summary>
    private IReadOnlyList<(string? Key, BracedValue Value)> Paths(BracedValue list) => list.Paths is var paths && (paths.Count <= FewItems || _folding.May(WorkOfItem * paths.Count)) ? paths : [];

    /// <summary>Remembers what a variable holds.</summary>
    private void Keep(BracedFunction function, string name, BracedValue value)
    {
        if (function.Variables.Count < MostVariables || function.Variables.ContainsKey(name))
        {
            function.Variables[name] = value;
        }
        else
        {
            Cut ??= $"A function of the source has more than {MostVariables} variables.";
        }
    }

    /// <summary>Tells a call, and what it gives.</summary>
    private BracedValue Called(BracedValue target, List<(string? Key, BracedValue Value)> given, int at, BracedFunction function, BracedFrame frame, int first)
    {
        if (target.Kind is BracedValueKind.Text or BracedValueKind.List)
        {
            return BracedValue.Unknown with { Layers = target.Layers };
        }

        string path = Plain(target.Kind is BracedValueKind.Path ? target.Text : "");
        if (frame is { Type: { } type, Assigned: null } && _isC && path.Length > 0 && !(Callable(path) is not null && Callable(Plain(type)) is null) && !path.Contains('.', StringComparison.Ordinal))
        {
            // T x(a): an object of T.
            string made = Plain(type);
            function.Calls.Add(Last(made));
            Keep(function, path, made.EndsWith("string", StringComparison.Ordinal) && given is [{ Value: { Kind: BracedValueKind.Text } text }, ..] ? text : BracedValue.OfPath(made + "()"));
            path = made;
        }

        (string? Key, BracedValue Value)[] arguments = [.. given];
        if ((target.Receiver is { } receiver ? OfReceiver(receiver, Last(path), given) : null) is { } method)
        {
            return method;
        }

        if (Folded(path, given) is { } folded)
        {
            return folded;
        }

        if (_isC && Last(path) is "strcpy" or "strcat" or "strncpy" or "strncat" or "snprintf" or "sprintf" or "memcpy" or "strlcpy" or "strlcat" && first < _tokens.Count && _tokens[first].Kind is BracedKind.Name)
        {
            // The text that comes to lie in a buffer.
            IEnumerable<BracedValue> texts = given.Skip(Last(path).EndsWith("cat", StringComparison.Ordinal) ? 0 : 1).Select(g => g.Value).Where(v => v.Kind is BracedValueKind.Text);
            Keep(function, _tokens[first].Text, BracedValue.OfText(_folding.Join("", texts.Select(t => t.Text))));
        }

        function.Calls.Add(Last(path));
        for (int i = 0; i < arguments.Length; i++)
        {
            Handed(arguments[i].Value, path, at, function);
        }

        // f.call(this, x), f.apply(this, [x]), f.bind(x)
        if (!_isC && path.EndsWith(".call", StringComparison.Ordinal) && Callable(path[..^5]) is not null)
        {
            (path, given) = (path[..^5], given.Count > 0 ? given.GetRange(1, given.Count - 1) : given);
        }
        else if (!_isC && path.EndsWith(".apply", StringComparison.Ordinal) && Callable(path[..^6]) is not null)
        {
            (path, given) = (path[..^6], given is [_, { Value: { Kind: BracedValueKind.List } list }, ..] ? [.. list.Items.Take(MostWords)] : []);
        }
        else if (!_isC && path.EndsWith(".bind", StringComparison.Ordinal) && Callable(path[..^5]) is not null)
        {
            return BracedValue.OfPath(path[..^5]);
        }

        Tell(path, given, at, function);
        return BracedValue.OfPath(path.EndsWith("()", StringComparison.Ordinal) ? path : path + "()") with { Layers = BracedValue.LayersOf(given.Select(g => g.Value)) };
    }

    /// <summary>What is handed to a call: functions that it may call, the environment as a whole.</summary>
    private void Handed(BracedValue value, string path, int at, BracedFunction function)
    {
        foreach ((string? key, BracedValue item) in value.Kind is BracedValueKind.List ? Paths(value) : value.Kind is BracedValueKind.Path ? [(null, value)] : [])
        {
            string name = Plain(item.Text);
            function.Mentions.Add(Last(name));
            if (!_isC)
            {
                function.Calls.Add(Last(name));
                if (name is "process.env" && key is not ("env" or "environment"))
                {
                    Add("os.environ.copy", [], at, function, false);
                }
            }

            if (Callable(name) is "builtins.exec" or "os.system" or "os.popen" && !name.Contains("()", StringComparison.Ordinal) && path.Length > 0 && !(_isC && Last(path) is "decltype" or "sizeof"))
            {
                Tell(name, [(null, BracedValue.Unknown with { Layers = value.Layers })], at, function);
            }
        }
    }

    private void Tell(string path, List<(string? Key, BracedValue Value)> given, int at, BracedFunction function)
    {
        string? callable = Callable(path);
        if (path is "setTimeout" or "setInterval" && given is [{ Value.Kind: BracedValueKind.Text }, ..])
        {
            callable = "builtins.exec";
        }
        else if (path is "fetch" or "undici.fetch" or "node-fetch" && given is [_, { Value: { Kind: BracedValueKind.List } options }, ..] && options.Items.Any(i => i.Key is "body"))
        {
            callable = "requests.post";
        }
        else if (path is "https.request" or "http.request" && given.Exists(g => g.Value.Kind is BracedValueKind.List && g.Value.Items.Any(i => i is { Key: "method", Value.Text: "POST" or "PUT" })))
        {
            callable = "requests.post";
        }
        else if (path is "curl_easy_setopt" && given is [_, { Value: { Kind: BracedValueKind.Path } option }, ..])
        {
            callable = option.Text is "CURLOPT_POSTFIELDS" or "CURLOPT_READDATA" or "CURLOPT_MIMEPOST" or "CURLOPT_COPYPOSTFIELDS" ? "requests.post" : option.Text is "CURLOPT_URL" ? "requests.get" : null;
        }
        else if (path is "syscall" && given is [{ Value: var number }, ..] && number.Text is "SYS_execve" or "__NR_execve" or "59" or "SYS_execveat" or "322" or "221")
        {
            callable = "os.execv";
        }
        else if (_isC && path is "asm" or "__asm__" or "volatile" or "__volatile__" && given is [{ Value: { Kind: BracedValueKind.Text } code }, ..] && (code.Text.Contains("syscall", StringComparison.Ordinal) || code.Text.Contains("int $0x80", StringComparison.Ordinal) || code.Text.Contains("svc #0", StringComparison.Ordinal)))
        {
            callable = "os.execv";
        }

        // A socket is connected to an address of a length; a member or a constructor of that name gets something else.
        if (callable is null || (_isC && path is "connect" && given.Count != 3))
        {
            return;
        }

        bool runsText = callable is "builtins.exec";
        List<BracedValue> values = [.. given.Select(g => g.Value.Characters is { Length: > 0 } text ? BracedValue.OfText(text) : g.Value)];
        if (callable is "builtins.open.write" or "builtins.open" && _isC is false)
        {
            values = [values.Count > 0 ? values[0] : BracedValue.Unknown, BracedValue.OfText(callable is "builtins.open" ? "r" : "w"), .. values.Skip(1)];
            callable = "builtins.open";
        }
        else if (callable is "builtins.open" && Last(path) is "ofstream" or "open" && path.StartsWith("ofstream", StringComparison.Ordinal))
        {
            values = [values.Count > 0 ? values[0] : BracedValue.Unknown, BracedValue.OfText("w")];
        }
        else if (path is "open" or "open64" or "openat" && given.Exists(g => g.Value.Kind is BracedValueKind.Path && g.Value.Text.Contains("O_", StringComparison.Ordinal)) && (IsWritten("O_WRONLY") || IsWritten("O_RDWR") || IsWritten("O_APPEND")))
        {
            values = [values.Find(v => v.Kind is BracedValueKind.Text) ?? BracedValue.Unknown, BracedValue.OfText("w")];
        }
        else if (callable is "subprocess.Popen")
        {
            // spawn('sh', ['-c', x]) is the list of both.
            List<(string? Key, BracedValue Value)> command = [(null, values.Count > 0 ? values[0] : BracedValue.Unknown)];
            command.AddRange(values.Count > 1 && values[1].Kind is BracedValueKind.List ? values[1].Items.Take(MostWords) : []);
            values = [BracedValue.OfList(command), .. values.Skip(2)];
        }

        bool decoded = values.Exists(v => v.Layers.Count > 0);
        Add(callable, values, at, function, given.Count > 0 && !IsWritten(Last(path)));
        if (values.Count > 0)
        {
            string? text = values[0].Kind is BracedValueKind.Text ? values[0].Text : null;
            if (runsText && text is { Length: > 3 })
            {
                Run(_isC || path.EndsWith("kernel.execute", StringComparison.Ordinal) ? "python" : "javascript", text, at, function, decoded);
            }
            else if (callable is "os.system" or "os.popen" or "os.execv" or "subprocess.Popen")
            {
                IEnumerable<string> words = values.SelectMany(v => v.Kind is BracedValueKind.List ? v.Items.Select(i => i.Value.Text) : v.Kind is BracedValueKind.Text ? [v.Text] : [""]);
                Run("shell", _folding.Join("\n", words), at, function, decoded);
            }
        }
    }

    private void Run(string kind, string text, int at, BracedFunction function, bool isDecoded)
    {
        if (Texts.Count < MostTexts)
        {
            Texts.Add((kind, text, at, function, isDecoded));
        }
        else
        {
            Cut ??= $"The source runs more than {MostTexts} texts.";
        }
    }

    /// <summary>Whether the source writes a name out; a macro that joins its parts, or a text that is put together, does not.</summary>
    private bool IsWritten(string name)
    {
        if (name.Length == 0 || name.EndsWith("()", StringComparison.Ordinal))
        {
            return true;
        }

        if (!_written.TryGetValue(name, out bool isWritten))
        {
            _written[name] = isWritten = !_folding.May(100 + (_source.Length / 8)) || _source.Contains(name, StringComparison.Ordinal);
        }

        return isWritten;
    }

    private void Add(string callable, List<BracedValue> values, int at, BracedFunction function, bool isHidden)
    {
        if (_uses.Count >= MostUses)
        {
            Cut ??= $"The source calls more than {MostUses} things that reach beyond it.";
            return;
        }

        if (!_told.Add((callable, at)))
        {
            return;
        }

        string place = function.Name;
        for (BracedFunction? around = function; place.Length == 0 && around is not null; around = around.Around)
        {
            place = around.Name;
        }

        _uses.Add((new SourceUse
        {
            Callee = callable,
            Function = place,
            Line = _line(at),
            Offset = at,
            Arguments = [.. values.Take(6).Select(v => v.Shape())],
            Layers = BracedValue.LayersOf(values),
            IsHidden = isHidden,
        }, function));
    }

    /// <summary>What calls give that only compute: modules, decoded and joined texts, names of functions; null where a call does something else.</summary>
    private BracedValue? Folded(string path, List<(string? Key, BracedValue Value)> given)
    {
        BracedValue first = given.Count > 0 ? given[0].Value : BracedValue.Unknown;
        return _isC ? FoldedOfC(path, first, given) : FoldedOfJavaScript(path, first, given);
    }

    /// <summary>What methods of texts and lists give; null where it is not known.</summary>
    private BracedValue? OfReceiver(BracedValue receiver, string method, List<(string? Key, BracedValue Value)> given)
    {
        BracedValue first = given.Count > 0 ? given[0].Value : BracedValue.Unknown;
        switch (method)
        {
            case "toString" or "c_str" or "data" or "str" or "trim" or "valueOf" or "slice" or "substr" when given.Count == 0 || method is "toString":
                return receiver;
            case "join" when receiver.Kind is BracedValueKind.List && _folding.May(WorkOfItem * receiver.Items.Count):
                return BracedValue.OfText(_folding.Join(first.Kind is BracedValueKind.Text ? first.Text : ",", receiver.Items.Select(i => i.Value.Text))) with { Layers = BracedValue.LayersOf(receiver.Items.Select(i => i.Value)) };
            case "reverse" when receiver.Kind is BracedValueKind.List && _folding.May(WorkOfItem * receiver.Items.Count):
                return receiver with { Items = [.. receiver.Items.Reverse()] };
            case "split" when receiver is { Kind: BracedValueKind.Text, Text.Length: < 4096 } && first.Kind is BracedValueKind.Text && _folding.May(WorkOfItem * 2 * receiver.Text.Length):
                return BracedValue.OfList([.. (first.Text.Length == 0 ? receiver.Text.Select(c => c.ToString()) : receiver.Text.Split(first.Text)).Select(t => ((string?)null, BracedValue.OfText(t)))]) with { Layers = receiver.Layers };
            case "concat" or "append" when receiver.Kind is BracedValueKind.Text:
                return given.Aggregate(receiver, (sum, g) => Sum(sum, g.Value));
            case "replace" or "replaceAll" when receiver.Kind is BracedValueKind.Text && first is { Kind: BracedValueKind.Text, Text.Length: > 0 } && given is [_, { Value: { Kind: BracedValueKind.Text } by }, ..]:
                return BracedValue.OfText(_folding.Replace(receiver.Text, first.Text, by.Text)) with { Layers = receiver.Layers };
            default:
                return null;
        }
    }

    private static BracedValue? FoldedOfC(string path, BracedValue first, List<(string? Key, BracedValue Value)> given)
    {
        string last = Last(path);
        BracedValue second = given.Count > 1 ? given[1].Value : BracedValue.Unknown;
        return last switch
        {
            "dlsym" or "GetProcAddress" when given.Count > 1 => second.Kind is BracedValueKind.Text ? BracedValue.OfPath(second.Text) : BracedValue.Unknown,
            "string" or "strdup" or "_T" or "TEXT" or "to_string" or "quoted" when first.Kind is BracedValueKind.Text => first,
            "PyImport_ImportModule" or "import" or "import_" when first.Kind is BracedValueKind.Text => BracedValue.OfPath("py:" + first.Text),
            "PyObject_GetAttrString" when first.Kind is BracedValueKind.Path && second.Kind is BracedValueKind.Text => first.Below(second.Text),
            "attr" when path.StartsWith("py:", StringComparison.Ordinal) && first.Kind is BracedValueKind.Text => BracedValue.OfPath(path[..^5]).Below(first.Text),
            _ => null,
        };
    }

    private BracedValue? FoldedOfJavaScript(string path, BracedValue first, List<(string? Key, BracedValue Value)> given)
    {
        switch (Last(path))
        {
            case "require" or "import" when first.Kind is BracedValueKind.Text:
                return Module(first.Text);
            case "require" when first.Kind is BracedValueKind.Unknown && given.Count > 0 && path is "require":
                return BracedValue.OfPath("?");
            case "createRequire" or "promisify":
                return path.EndsWith("createRequire", StringComparison.Ordinal) ? BracedValue.OfPath("require") : first;
            case "atob":
                return Decoded(first, "base64");
            case "from" when path is "Buffer.from" && given is [_, { Value: { Kind: BracedValueKind.Text } encoding }, ..]:
                return encoding.Text is "base64" or "base64url" or "hex" ? Decoded(first, encoding.Text is "hex" ? "hex" : "base64") : first;
            case "from" when path is "Buffer.from":
                return first.Kind is BracedValueKind.Text ? first : null;
            case "fromCharCode" when given.TrueForAll(g => g.Value.Kind is BracedValueKind.Number):
                return BracedValue.OfText(string.Concat(given.Select(g => Number(g.Value.Text) is >= 0 and <= 0xFFFF and int code ? ((char)code).ToString() : ""))) with { Layers = ["chr"] };
            case "decodeURIComponent" or "unescape" when first.Kind is BracedValueKind.Text && _folding.May(4L * first.Text.Length):
                return BracedValue.OfText(Uri.UnescapeDataString(first.Text));
            case "inflateSync" or "gunzipSync" or "brotliDecompressSync" or "inflateRawSync":
                return BracedValue.Unknown with { Layers = BracedValue.Both(first.Layers, ["zlib"]) };
            case "join" or "resolve" when path is "path.join" or "path.resolve":
                return BracedValue.OfText(_folding.Join("/", given.Where(g => g.Value.Kind is BracedValueKind.Text).Select(g => g.Value.Text.Trim('/')))) with { Layers = [] };
            default:
                return null;
        }
    }

    private static int? Number(string text) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? int.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int hex) ? hex : null
        : int.TryParse(text, CultureInfo.InvariantCulture, out int value) ? value : null;

    private BracedValue Decoded(BracedValue value, string layer)
    {
        IReadOnlyList<string> layers = BracedValue.Both(value.Layers, [layer]);
        if (value.Kind is not BracedValueKind.Text || !_folding.May(8L * value.Text.Length))
        {
            return BracedValue.Unknown with { Layers = layers };
        }

        string text = layer is "base64" ? value.Text.Replace('-', '+').Replace('_', '/').TrimEnd('=') : value.Text;
        byte[] room = new byte[text.Length];
        if (layer is "base64" && Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), room, out int read))
        {
            return BracedValue.OfText(Encoding.UTF8.GetString(room, 0, read)) with { Layers = layers };
        }

        return layer is "hex" && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? BracedValue.OfText(Encoding.UTF8.GetString(Convert.FromHexString(text))) with { Layers = layers } : BracedValue.Unknown with { Layers = layers };
    }
}
