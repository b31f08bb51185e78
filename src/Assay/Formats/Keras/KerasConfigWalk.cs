// Walks a configuration of Keras and says what loading it would make, name, open and run.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Keras;

/// <summary>
/// Walks a configuration without recursion. What is an object of Keras is told by its class name alone, at any depth and under any key: loaders
/// make all of them, also those that no layer leads to, and each version looks in other places.
/// </summary>
internal sealed class KerasConfigWalk(ByteSource text, long start, ReadContext context)
{
    /// <summary>Python's own reader gives up at about this depth.</summary>
    private const int MaxDepth = 1000;

    private const int MostPayloads = 64;
    private const long Huge = 1L << 31;
    private readonly JsonTokenReader _json = new(text, new ByteRange(0, text.Length), context.Budget, MaxDepth);
    private readonly KerasUses _uses = new(context);
    private readonly Stack<KerasNode> _open = new();
    private readonly HashSet<string> _odd = new(StringComparer.Ordinal);
    private int _payloads;

    /// <summary>Walks the document.</summary>
    /// <exception cref="MalformedException">It is no JSON; what came before was taken.</exception>
    public void Run()
    {
        while (_json.Read())
        {
            switch (_json.Type)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Item();
                    _open.Push(new KerasNode(_json.Type == JsonTokenType.StartObject, _open.TryPeek(out KerasNode? outer) ? outer.Place : "", start + _json.Offset));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Close(_open.Pop());
                    break;
                case JsonTokenType.PropertyName:
                    _open.Peek().Key = _json.LooseText();
                    break;
                case JsonTokenType.String:
                    Text(_json.LooseText(), start + _json.Offset);
                    Item();
                    break;
                case JsonTokenType.Number:
                    Number();
                    Item();
                    break;
                default:
                    Item();
                    break;
            }
        }
    }

    /// <summary>Says what was found, also where the document broke.</summary>
    public void Tell()
    {
        // What was still open when the document broke is said as well.
        while (_open.TryPop(out KerasNode? node))
            Close(node);

        _uses.Tell();
    }

    private void Item()
    {
        if (_open.TryPeek(out KerasNode? node))
            node.Items++;
    }

    private void Text(string value, long at)
    {
        if (!_open.TryPeek(out KerasNode? node))
            return;

        string key = node.Place;
        byte[]? code = KerasCode.Marshalled(value);
        if (code is not null)
            _uses.Code(code, at);
        else if (_payloads < MostPayloads && KerasCode.File(value) is { } file)
            Submit(file, at, key);

        if (node.IsObject && KerasNode.Keeps(key))
        {
            if (node.Keep(key, new KerasText(value, at, code is not null)) && key is "class_name" or "module" or "registered_name" or "config")
                Odd("keras.duplicate-key", at, $"The key {key} stands twice in one object; readers take the last or the first.");
        }
        else if (!node.IsObject && node.Items == 0)
        {
            node.Keep("", new KerasText(value, at, code is not null, IsItem: true));
        }

        if (code is null && key is not ("name" or "class_name" or "module" or "registered_name" or "config"))
            _uses.Mention(value, at);

        if (key is "keras_version" or "backend")
            context.Meta(key, value.Length > 64 ? value[..64] : value);

        if (node.IsObject && key is "name" && LeadsOut(value))
            Odd("keras.name-traversal", at, $"A name is \"{Shown(value)}\": names become names of groups and files.");
    }

    private void Number()
    {
        if (_open.TryPeek(out KerasNode? node) && node.Place is "units" or "filters" or "input_dim" or "output_dim" or "batch_input_shape" or "batch_shape" or "vocabulary_size"
            && _json.TryNumber(out long number) && number >= Huge)
        {
            Odd("keras.huge-size", start + _json.Offset, $"{node.Place} is {number.ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    private void Submit(byte[] file, long at, string key)
    {
        _payloads++;
        context.Held.Add(file.Length);
        string name = string.Create(CultureInfo.InvariantCulture, $"{(key.Length is > 0 and < 40 ? key : "text")}@0x{at:x}");
        context.Submit(new Artifact(name, new MemorySource(file), context.Artifact) { MayBeOpaque = true, IsLoaded = true });
    }

    private void Close(KerasNode node)
    {
        if (_open.TryPeek(out KerasNode? outer))
        {
            if (node.IsObject && outer.IsObject && outer.Key == "config")
                outer.Config = node;
            else if (!node.IsObject && outer.IsObject && KerasNode.Keeps(outer.Key) && node.Last("") is { } first)
                outer.Keep(outer.Key, first);
        }

        if (!node.IsObject)
            return;

        foreach (KerasText named in node.All("class_name"))
            Object(node, named);

        foreach (KerasText path in node.All("vocabulary").Concat(node.All("idf_weights")).Where(t => !t.IsItem && t.Text.Length > 0))
            context.Refer("vocabulary", path.Text, path.At);
    }

    private void Object(KerasNode node, KerasText named)
    {
        KerasNode config = node.Config ?? node;
        string[] modules = [.. node.All("module").Select(m => m.Text).DefaultIfEmpty("")];
        string registered = node.Last("registered_name")?.Text ?? "";
        switch (named.Text)
        {
            case "function":
                foreach (KerasText function in node.All("config").Concat(node.All("registered_name")))
                    Array.ForEach(modules, m => _uses.Name(m, function.Text, KerasRole.Function, registered, named.At));

                break;
            case "__typespec__":
                foreach (KerasText spec in node.All("spec_name"))
                    Array.ForEach(modules, m => _uses.Name(m, spec.Text, KerasRole.Class, registered, named.At));

                break;
            case "__lambda__":
                Lambda([.. config.All("value"), .. config.All("code")], named.At, mustBeCode: true);
                break;
            case "Lambda":
                _uses.Name(modules[0], "Lambda", KerasRole.Class, registered, named.At);
                LegacyLambda(config, named.At);
                break;
            case "TFOpLambda" or "ClassMethod" or "InstanceMethod" or "InstanceProperty":
                _uses.Name(modules[0], named.Text, KerasRole.Class, registered, named.At);
                foreach (KerasText symbol in config.All("function").Concat(config.All("attr_name")).Concat(config.All("method")))
                    _uses.Name("tensorflow", symbol.Text, KerasRole.Function, "", symbol.At);

                break;
            case ['_', '_', ..]:
                break;
            default:
                Array.ForEach(modules, m => _uses.Name(m, named.Text, KerasRole.Class, registered, named.At));
                if (named.Text is "TFSMLayer")
                {
                    foreach (KerasText path in config.All("filepath"))
                        context.Refer("saved-model", path.Text, path.At);
                }

                break;
        }
    }

    /// <summary>A Lambda of Keras 1 and 2: each of its functions is code, or the name of a function in a module.</summary>
    private void LegacyLambda(KerasNode config, long at)
    {
        bool isCode = config.Last("function_type")?.Text is "lambda";
        foreach (string key in (ReadOnlySpan<string>)["function", "output_shape", "mask", "fn"])
        {
            foreach (KerasText function in config.All(key))
            {
                if (function.IsCode)
                    continue;

                // A list of numbers is a shape; a list that begins with a text is code with its defaults and its closure.
                bool isSaidCode = function.IsItem || (isCode && key == "function");
                if (isSaidCode)
                    Lambda([function], at, mustBeCode: true);
                else if (key != "mask" && function.Text.AsSpan().IndexOfAny(" (:;") >= 0)
                    Odd("keras.lambda-source", function.At, $"The function of a Lambda layer is no name: \"{Shown(function.Text)}\".");
                else if (function.Text.Length > 0 && function.Text.Length < 256)
                    _uses.Name(config.Last("module")?.Text ?? "", function.Text, KerasRole.Function, "", function.At);
            }
        }
    }

    private void Lambda(IReadOnlyList<KerasText> texts, long at, bool mustBeCode)
    {
        foreach (KerasText code in texts.Where(t => mustBeCode && !t.IsCode))
            _uses.Code(KerasCode.Raw(code.Text), code.At);

        if (texts.Count == 0)
            Odd("keras.lambda-without-code", at, "A lambda has no code where Keras looks for it.");
    }

    private static bool LeadsOut(string name) =>
        name.Split('/', '\\').Contains("..") || name.StartsWith('/') || name.Contains('\0', StringComparison.Ordinal);

    private static string Shown(string text) => text.Length > 120 ? text[..120] + "..." : text;

    private void Odd(string code, long at, string detail)
    {
        if (_odd.Add(code))
            context.Anomaly(code, at, 0, detail);
    }
}
