// What loading a skops tree would import, make and call.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.Json;
using Assay.Python.Names;

namespace Assay.Formats.Skops;

/// <summary>Walks the tree of objects: each class with its loader is a fact, and so is what the loader does with it.</summary>
internal sealed class SkopsTree(ReadContext context)
{
    /// <summary>The numbers that the state of a Mersenne twister holds.</summary>
    private const long Twister = 624;

    private const int MostTypes = 10_000;
    private const int LongestName = 1024;

    /// <summary>What each loader makes where nobody lies.</summary>
    private static readonly Dictionary<string, string[]> s_own = new(StringComparer.Ordinal)
    {
        ["DictNode"] = ["builtins.dict", "collections.OrderedDict"],
        ["ListNode"] = ["builtins.list"],
        ["TupleNode"] = ["builtins.tuple"],
        ["SetNode"] = ["builtins.set"],
        ["SliceNode"] = ["builtins.slice"],
        ["BytesNode"] = ["builtins.bytes"],
        ["BytearrayNode"] = ["builtins.bytearray"],
        ["DefaultDictNode"] = ["collections.defaultdict"],
        ["NdArrayNode"] = ["numpy.ndarray"],
        ["MaskedArrayNode"] = ["numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray"],
        ["DTypeNode"] = ["numpy.dtype"],
        ["PartialNode"] = ["functools.partial"],
    };

    /// <summary>Loaders that make nothing out of the class that the node names.</summary>
    private static readonly HashSet<string> s_inert = ["JsonNode", "CachedNode", "SliceNode", "BytesNode", "BytearrayNode", "SparseMatrixNode", "MaskedArrayNode", "DTypeNode", "TreeNode", "PartialNode"];

    private static readonly HashSet<string> s_known =
    [
        "JsonNode", "CachedNode", "DictNode", "DefaultDictNode", "ListNode", "SetNode", "TupleNode", "BytesNode", "BytearrayNode", "SliceNode", "FunctionNode", "MethodNode", "PartialNode", "TypeNode",
        "ConstructorFromReduceNode", "ObjectNode", "OperatorFuncNode", "NdArrayNode", "MaskedArrayNode", "DTypeNode", "RandomStateNode", "RandomGeneratorNode", "SparseMatrixNode", "TreeNode", "LossNode", "SGDNode",
        "ReduceNode", "_DictWithDeprecatedKeysNode", "QuantileForestNode", "_QuantileForestFastNode",
    ];

    private readonly OddityLog _oddities = new();
    private readonly Dictionary<(string Type, string Loader), (long Offset, long Count)> _types = [];
    private readonly Dictionary<(string Module, string Name, CallableUse Use, string Carrier), (long Offset, long Count)> _uses = [];
    private SkopsNode? _current;

    /// <summary>Reads the tree; what comes before a break is kept.</summary>
    public void Read(JsonTokenReader json)
    {
        while (json.Read())
        {
            switch (json.Type)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    context.Budget.SpendWork(WorkCosts.NearRead, json.Offset);
                    _current = new SkopsNode
                    {
                        Offset = json.Offset, Key = _current is null ? "" : _current.IsObject ? _current.Next : _current.Key, Parent = _current, IsObject = json.Type == JsonTokenType.StartObject,
                    };
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    Close(_current!);
                    _current = _current!.Parent;
                    break;
                case JsonTokenType.PropertyName:
                    _current!.Next = json.Text();
                    if (!_current.Names.Add(_current.Next))
                    {
                        Odd("skops.duplicate-key", json.Offset, $"A name stands twice in an object.");
                    }

                    break;
                case JsonTokenType.String when _current is { IsObject: true }:
                    Text(_current, json.Text());
                    break;
            }
        }
    }

    /// <summary>Adds the facts.</summary>
    public void Tell()
    {
        foreach (((string type, string loader), (long offset, long _)) in _types)
        {
            context.Add(new EntryFact { Path = context.Artifact.Path, Offset = offset, Source = "skops-type", Key = type, Value = loader, Kind = EntryKind.Object });
        }

        foreach (((string module, string name, CallableUse use, string carrier), (long offset, long count)) in _uses)
        {
            context.Add(new CallableFact
            {
                Path = context.Artifact.Path,
                Offset = offset,
                Callee = $"{module}.{name}",
                Resolved = CanonicalName.Of(module, name),
                Module = module,
                Name = name,
                Use = use,
                Carrier = carrier,
                Count = count,
                Offsets = [offset],
                Arguments = use is CallableUse.Called ? [new ValueShape(ShapeKind.Unknown)] : [],
            });
        }

        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    private void Text(SkopsNode node, string text)
    {
        switch (node.Next)
        {
            case "__class__":
                node.Class = text;
                break;
            case "__module__":
                node.Module = text;
                break;
            case "__loader__":
                node.Loader = text;
                break;
            case "file" when text.Contains("..", StringComparison.Ordinal) || text.AsSpan().IndexOfAny("/\\:") >= 0:
                Odd("skops.member-outside", node.Offset, $"An array is said to lie in {Cut(text)}.");
                break;
            case "content":
                node.Content = text;
                break;
            case "func":
                Holder(node).Function = text;
                break;
            case "function":
                Holder(node).Imported = text;
                break;
            case "module_path":
                Holder(node).ImportedFrom = text;
                break;
        }
    }

    /// <summary>The node in whose content an object is: the content of some loaders is an object of its own.</summary>
    private static SkopsNode Holder(SkopsNode node) => node is { Key: "content", Parent: { } parent } ? parent : node;

    private void Close(SkopsNode node)
    {
        if (node.Loader is null && (node.Class is null || node.Module is null))
        {
            return;
        }

        string module = Cut(node.Module ?? "");
        string name = Cut(node.Class ?? "");
        string type = $"{module}.{name}";
        string loader = node.Loader ?? "";
        if (node.Parent is { } parent)
        {
            SkopsNode holder = Holder(parent);
            holder.Object = node.Key == "obj" ? node : holder.Object;
            holder.Callee = node.Key == "func" ? node : holder.Callee;
        }

        if (!s_known.Contains(loader))
        {
            Odd("skops.loader-unknown", node.Offset, $"There is no loader {Cut(loader)}.");
        }

        Count(_types, (type, Cut(loader)), node.Offset);
        Position(node);
        switch (loader)
        {
            case "FunctionNode" or "TypeNode":
                Use(module, name, CallableUse.Imported, node.Offset);
                if (loader == "FunctionNode" && node is { ImportedFrom: { } from, Imported: { } imported })
                {
                    Use(Cut(from), Cut(imported), CallableUse.Imported, node.Offset);
                }

                break;
            case "ObjectNode":
                Use(module, name, CallableUse.Constructed, node.Offset);
                break;
            case "MethodNode":
                if (node.Object is { } held && (held.Class != node.Class || held.Module != node.Module))
                {
                    Odd("skops.method-of-another", node.Offset, $"A method of {type} is taken from a {held.Module}.{held.Class}.");
                }

                Use(module, node.Function is { } method ? $"{name}.{Cut(method)}" : name, CallableUse.Imported, node.Offset);
                break;
            case "OperatorFuncNode":
                if (module != "operator" || name is not ("attrgetter" or "itemgetter" or "methodcaller"))
                {
                    Odd("skops.operator-of-another", node.Offset, $"An operator is {type}; loaders call what has that name in the module operator.");
                }

                Use("operator", name, CallableUse.Called, node.Offset);
                break;
            case "PartialNode" when node.Callee is { Module: { } callee, Class: { } function } called:
                Use(Cut(called.ImportedFrom ?? callee), Cut(called.Imported ?? function), CallableUse.Argument, node.Offset, "functools.partial");
                break;
            default:
                // Arrays and scalars of NumPy are made by their own types.
                bool own = s_inert.Contains(loader) || (s_own.TryGetValue(loader, out string[]? types) && types.Contains(type)) || (loader == "NdArrayNode" && module == "numpy" && name is not ("memmap" or "load" or "fromfile"));
                if (!own)
                {
                    Use(module, name, loader is "RandomStateNode" or "RandomGeneratorNode" or "LossNode" ? CallableUse.Constructed : CallableUse.Called, node.Offset);
                }

                break;
        }
    }

    /// <summary>Where a Mersenne twister stands in its numbers: NumPy reads from there without a check.</summary>
    private void Position(SkopsNode node)
    {
        if (node is { Key: "pos", Loader: "JsonNode", Content: { } text } && (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long position) || position is < 0 or > Twister))
        {
            Odd("skops.random-position", node.Offset, $"A random generator stands at {Cut(text)} of {Twister} numbers.");
        }
    }

    private void Use(string module, string name, CallableUse use, long offset, string carrier = "") => Count(_uses, (module, name, use, carrier), offset);

    private void Count<T>(Dictionary<T, (long Offset, long Count)> of, T key, long offset)
        where T : notnull
    {
        if (of.TryGetValue(key, out (long Offset, long Count) known))
        {
            of[key] = known with { Count = known.Count + 1 };
        }
        else if (of.Count < MostTypes)
        {
            context.Held.Add(512);
            of.Add(key, (offset, 1));
        }
        else
        {
            throw ScanBudget.Spent("entries", MostTypes, offset);
        }
    }

    private static string Cut(string text) => text.Length > LongestName ? text[..LongestName] : text;

    private void Odd(string code, long offset, FormattableString detail) => _oddities.Add(code, offset, 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
