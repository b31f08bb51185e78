// Walks the value that a pickle makes and finds the tensors in it, by the names that loaders would give them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Joblib;
using Assay.Formats.Numpy;
using Assay.Formats.PyTorch;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Walks the value that a pickle makes. Names are the keys on the way, joined by dots; what <c>torch.nn.Module</c> keeps under
/// <c>_parameters</c>, <c>_buffers</c> and <c>_modules</c> has the names of its <c>state_dict()</c>, and all else in a module is unsaved, as buffers are that
/// are not persistent. Iterative and bounded: a value that is reached by many ways is visited by each, up to a limit.
/// </summary>
internal sealed class WeightWalk
{
    private const int DeepestNesting = 200;
    private const long FreeVisits = 200_000;
    private const int PathPerVisit = 64;
    private const int BytesPerVisit = 16;
    private const int LongestPath = 4096;
    private const int ModuleParts = 3;
    private const string Torch = "torch.";
    private const string NoTensor = "Safetensors holds tensors only.";
    private readonly PickleMachine _machine;
    private readonly ValueRecorder _recorder;
    private readonly TorchStorages _storages;
    private readonly TensorSource _source;
    private readonly TorchRebuilder _rebuilder;
    private readonly NumpyValues _arrays;
    private readonly Dictionary<int, WrappedArray> _wrapped;
    private readonly TorchValues _values;
    private readonly JoblibCompanions _companions;
    private readonly Stack<Node> _open = new();
    private long _visits;
    private long _steps;

    private readonly IReadOnlyDictionary<string, IReadOnlySet<string>> _scripts;

    /// <summary>Prepares a walk.</summary>
    /// <param name="run">The pickle.</param>
    /// <param name="storages">Where its storages lie.</param>
    /// <param name="source">The bytes, and where the tensors go.</param>
    /// <param name="scripts">Classes of TorchScript, with the names of their attributes that <c>state_dict()</c> gives.</param>
    public WeightWalk(PickleRun run, TorchStorages storages, TensorSource source, IReadOnlyDictionary<string, IReadOnlySet<string>>? scripts = null)
    {
        _scripts = scripts ?? new Dictionary<string, IReadOnlySet<string>>();
        _machine = run.Machine;
        _recorder = run.Recorder;
        _storages = storages;
        _source = source;
        _wrapped = run.Arrays;
        PickledBytes bytes = new(_machine, source);
        _values = new TorchValues(_machine, bytes, storages, source);
        _rebuilder = new TorchRebuilder(_machine, _values, source.Tensors);
        _companions = new JoblibCompanions(_machine, source);
        _arrays = new NumpyValues(_machine, bytes, source, _wrapped);
    }

    private TensorGroup Ledger => _source.Tensors;

    /// <summary>Walks from <paramref name="root"/>; its own name is <paramref name="path"/>.</summary>
    public void Run(PickleValue root, string path = "", bool unsaved = false)
    {
        bool before = Ledger.AddsUnsaved;
        _open.Push(new Node(new Found(path, root) { IsUnsaved = unsaved }, null, 0));
        while (_open.TryPop(out Node? node))
        {
            // A value may stand in many places; a file may ask for about as many visits as it has bytes, and long names count as several.
            Spend(1 + (node.Path.Length / PathPerVisit));
            if ((++_steps & 0xFFF) == 0)
            {
                _source.Budget.Poll();
            }

            Ledger.AddsUnsaved = node.Found.IsUnsaved;
            Visit(node);
        }

        Ledger.AddsUnsaved = before;
    }

    private void Spend(long visits)
    {
        _visits += visits;
        if (_visits > FreeVisits + _source.Bytes.Length)
        {
            throw ScanBudget.Spent("visited-values", FreeVisits + _source.Bytes.Length, 0);
        }
    }

    private void Visit(Node node)
    {
        switch (node.Value.Kind)
        {
            case PickleKind.List or PickleKind.Tuple or PickleKind.Set or PickleKind.FrozenSet:
                Enter(node, Elements(node, node.Value));
                break;
            case PickleKind.Dict:
                Enter(node, Pairs(node, Kept(node, node.Value)));
                break;
            case PickleKind.Result or PickleKind.Instance:
                VisitCall(node);
                break;
            case PickleKind.Persistent:
                VisitPersistent(node);
                break;
            case PickleKind.Import:
                Ledger.Leave(node.Path, $"the class or function {_machine.Import(node.Value).Written}", "Code is not carried over.");
                break;
            case PickleKind.Extension or PickleKind.Buffer:
                Ledger.Leave(node.Path, "an object from outside the file", "What it is cannot be told.");
                break;
            default:
                Ledger.Leave(node.Path, "plain values", NoTensor);
                break;
        }
    }

    private void VisitPersistent(Node node)
    {
        PickleValue id = _machine.Call(node.Value).Callee;
        if (TorchValues.TryRequest(_machine, node.Value) is not null)
        {
            AddStorage(node.Path, _values.Storage(node.Value));
        }
        else if (_machine.TryText(id) is { } key && _storages.Tensor(key) is { } tensor)
        {
            Ledger.Add(node.Path, tensor.View, tensor.Storage);
        }
        else if (_machine.AllChildren(id) is [PickleValue kind, _, _, .. List<PickleValue> arguments] && _machine.TryText(kind) == "reduce_package")
        {
            Ledger.Leave(node.Path, "an object that a function of the package makes", "Objects and their code are not carried over; tensors in what it is made of are.");
            Enter(node, Indexed(node, arguments));
        }
        else
        {
            Ledger.Leave(node.Path, "an object from outside the pickle", "What it is cannot be told.");
        }
    }

    /// <summary>A storage that stands for itself is one dimension of elements.</summary>
    private void AddStorage(string path, FoundStorage found)
    {
        if (found.Storage is { } storage)
        {
            Ledger.Add(path, TensorView.RowMajor(found.Type, [storage.Range.Length / found.Type.Size()]), storage);
        }
        else
        {
            Ledger.Problem(path, $"The storage cannot be read: {found.Problem}.");
        }
    }

    private void VisitCall(Node node)
    {
        if (_wrapped.TryGetValue(node.Value.Row, out WrappedArray wrapped) && wrapped.IsPickle)
        {
            VisitPickle(node, wrapped.Range);
            return;
        }

        string callee = _machine.CalleeOf(node.Value);
        if (_companions.TryAdd(node.Path, node.Value))
        {
            return;
        }

        if (_arrays.TryAdd(node.Path, node.Value, out PickleValue objects))
        {
            if (!objects.IsEmpty)
            {
                Ledger.Leave(node.Path, "arrays of objects", "Their elements are Python objects; tensors among them are carried over.");
                Enter(node, Elements(node, objects));
            }

            return;
        }

        if (_rebuilder.TryAdd(node.Path, callee, _machine.ArgumentsOf(node.Value), out PickleValue inner))
        {
            List<Found> next = inner.IsEmpty ? [] : [new(node.Path, inner)];
            while (_rebuilder.Parts.TryPop(out (string Path, PickleValue Value) part))
            {
                next.Add(new Found(part.Path, part.Value));
            }

            Enter(node, next);
            return;
        }

        if (callee == "torch.storage._load_from_bytes")
        {
            AddStorage(node.Path, _values.Storage(node.Value));
            return;
        }

        VisitObject(node, callee);
    }

    /// <summary>
    /// The pickle of an array of objects is run once more, so that no more machines are held than pickles lie inside each other; each time
    /// counts as visits.
    /// </summary>
    private void VisitPickle(Node node, ByteRange range)
    {
        Spend(range.Length / BytesPerVisit);
        using PickleRun run = PickleRun.Of(_source, range.Offset, "An array of objects");
        WeightWalk inner = new(run, new NoStorages(), _source) { _visits = _visits };
        inner.Run(run.Value, node.Path, node.Found.IsUnsaved);
        _visits = inner._visits;
    }

    private void VisitObject(Node node, string callee)
    {
        CallRow call = _machine.Call(node.Value);
        List<Found> next = [];
        bool isDict = callee is "collections.OrderedDict" or "collections.defaultdict" or "builtins.dict" or "collections.Counter";
        if (callee is "builtins.set" or "builtins.frozenset" && _machine.ArgumentsOf(node.Value) is [{ Kind: PickleKind.List } items])
        {
            Enter(node, Elements(node, items));
            return;
        }

        if (callee.StartsWith(Torch, StringComparison.Ordinal) && callee[Torch.Length..] is "Size" or "device" or "serialization._get_layout")
        {
            Ledger.Leave(node.Path, "plain values", NoTensor);
            return;
        }

        if (!isDict)
        {
            Ledger.Leave(node.Path, $"an object of {ClassOf(node.Value, callee)}", "Objects and their code are not carried over; tensors in them are.");
        }

        if (isDict && _machine.ArgumentsOf(node.Value) is [.., { Kind: PickleKind.List or PickleKind.Dict } first])
        {
            // Python 2 wrote an OrderedDict with a list of its pairs.
            List<PickleValue> given = Kept(node, first);
            next.AddRange(Pairs(node, first.Kind == PickleKind.Dict ? given : [.. given.SelectMany(p => _machine.AllChildren(p) is { Count: 2 } pair ? pair : [])]));
        }
        else if (callee == "copyreg._reconstructor" && _machine.ArgumentsOf(node.Value) is [_, _, { IsLeaf: false } content])
        {
            // Protocols 0 and 1: what a subclass of a container holds is the container's.
            next.Add(new Found(node.Path, content));
        }
        else if (!isDict && call.Arguments.Tainted)
        {
            next.AddRange(Arguments(node, _machine.ArgumentsOf(node.Value)));
        }

        next.AddRange(Pairs(node, _recorder.Pairs(node.Value)));
        next.AddRange(Indexed(node, _recorder.Elements(node.Value)));
        if (!call.State.IsEmpty)
        {
            AddState(node, call.State, next, isDict ? null : callee);
        }

        Enter(node, next);
    }

    /// <summary>The class that an object is of, for people.</summary>
    private string ClassOf(PickleValue value, string callee)
    {
        PickleValue type = _machine.Call(value).Callee;
        if (callee is "copyreg._reconstructor" or "copyreg.__newobj__" && _machine.ArgumentsOf(value) is [PickleValue first, ..])
        {
            type = first;
        }

        // Old files name the classes of modules by persistent ids that carry their source.
        if (type.Kind == PickleKind.Persistent && _machine.AllChildren(_machine.Call(type).Callee) is { Count: 4 } id)
        {
            type = id[1];
        }

        return _machine.NameOf(type) is { Length: > 0 } name ? name : _machine.Origin(value, resolved: false);
    }

    /// <summary>What a call was given; a module that is made by a function, such as a traced one, gets its attributes as an argument.</summary>
    private List<Found> Arguments(Node node, IReadOnlyList<PickleValue> arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (arguments[i].Kind == PickleKind.Dict && Kept(node, arguments[i]) is var items && IsModule(items))
            {
                return [.. Indexed(node, arguments).Where(f => f.Value != arguments[i]), .. Attributes(node, items, "")];
            }
        }

        return Indexed(node, arguments);
    }

    /// <summary>BUILD takes a dict, or a pair of dict and slots; <paramref name="callee"/> is null where what is built is itself a dict.</summary>
    private void AddState(Node node, PickleValue state, List<Found> next, string? callee)
    {
        if (state.Kind == PickleKind.Tuple && _machine.AllChildren(state) is { Count: 2 } pair && pair.TrueForAll(p => p.Kind is PickleKind.Dict or PickleKind.None))
        {
            next.AddRange(pair.Where(p => p.Kind == PickleKind.Dict).SelectMany(p => Attributes(node, Kept(node, p), callee)));
        }
        else if (state.Kind == PickleKind.Dict)
        {
            next.AddRange(Attributes(node, Kept(node, state), callee));
        }
        else
        {
            next.Add(new Found(node.Path, state));
        }
    }

    /// <summary>The attributes of an object. Of a module, what <c>state_dict()</c> gives stands under the name of the module, and the rest is unsaved.</summary>
    private List<Found> Attributes(Node node, IReadOnlyList<PickleValue> items, string? callee)
    {
        List<Found> named = Pairs(node, items);
        if (callee is null)
        {
            return named;
        }

        IReadOnlySet<string>? script = _scripts.GetValueOrDefault(callee);
        bool isModule = IsModule(items);
        for (int i = 0; i < named.Count; i++)
        {
            Found found = named[i];
            named[i] = found.Key switch
            {
                "_parameters" or "_modules" => found with { Path = node.Path },
                "_buffers" => found with { Path = node.Path, NotSaved = NotPersistent(node.Path, items) },
                _ when script is not null => found with { IsUnsaved = found.IsUnsaved || !(script.Contains(found.Key) || _scripts.ContainsKey(_machine.CalleeOf(found.Value))) },
                _ => found with { IsUnsaved = found.IsUnsaved || isModule },
            };
        }

        return named;
    }

    private bool IsModule(IReadOnlyList<PickleValue> items)
    {
        int parts = 0;
        for (int i = 0; i + 1 < items.Count; i += 2)
        {
            parts += _machine.TryText(items[i]) is "_parameters" or "_buffers" or "_modules" ? 1 : 0;
        }

        return parts == ModuleParts;
    }

    /// <summary>The names of the buffers of a module that <c>state_dict()</c> leaves out.</summary>
    private HashSet<string> NotPersistent(string path, IReadOnlyList<PickleValue> items)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i + 1 < items.Count; i += 2)
        {
            if (_machine.TryText(items[i]) == "_non_persistent_buffers_set")
            {
                PickleValue set = items[i + 1];
                // Before protocol 4, a set is made of a list.
                set = set.Kind is PickleKind.Result && _machine.ArgumentsOf(set) is [PickleValue list] ? list : set;
                List<PickleValue> children = _machine.Children(set, int.MaxValue - 65, out bool elided);
                Spend(children.Count);
                names.UnionWith(children.Select(c => _machine.TryText(c) ?? ""));
                if (elided)
                {
                    Ledger.Problem(path, "Which buffers of the module are persistent was not kept: there are too many.");
                }
            }
        }

        return names;
    }

    private void Enter(Node node, List<Found> next)
    {
        if (next.Count > 0 && node.Depth >= DeepestNesting)
        {
            Ledger.Leave(node.Path, "what is nested too deep", $"Containers lie inside each other more than {DeepestNesting} levels deep.");
            return;
        }

        for (Node? above = node.Parent; above is not null && next.Count > 0; above = above.Parent)
        {
            if (above.Value == node.Value)
            {
                // A container that holds itself was entered once; its tensors have their names.
                return;
            }
        }

        for (int i = next.Count - 1; i >= 0; i--)
        {
            _open.Push(new Node(next[i] with { IsUnsaved = next[i].IsUnsaved || node.Found.IsUnsaved }, node, node.Depth + 1));
        }
    }

    private List<PickleValue> Kept(Node node, PickleValue container)
    {
        List<PickleValue> children = _machine.Children(container, int.MaxValue - 65, out bool elided);
        if (elided)
        {
            // What the machine does not keep is plain.
            Ledger.Leave(node.Path, "plain values", NoTensor, Math.Max(1, _machine.CountOf(container) - children.Count));
        }

        return children;
    }

    private List<Found> Elements(Node node, PickleValue container) => Indexed(node, Kept(node, container));

    private List<Found> Indexed(Node node, IReadOnlyList<PickleValue> items)
    {
        List<Found> named = [];
        for (int i = 0; i < items.Count; i++)
        {
            if (!IsPlain(node, items[i]))
            {
                named.Add(new Found(Join(node.Path, i.ToString(CultureInfo.InvariantCulture)), items[i]));
            }
        }

        return named;
    }

    private List<Found> Pairs(Node node, IReadOnlyList<PickleValue> items)
    {
        List<Found> named = [];
        for (int i = 0; i + 1 < items.Count; i += 2)
        {
            if (!IsPlain(node, items[i + 1], items[i]))
            {
                string key = _machine.TryText(items[i]) ?? string.Create(CultureInfo.InvariantCulture, $"key{i / 2}");
                named.Add(new Found(Join(node.Path, key), items[i + 1]) { Key = key, IsUnsaved = node.Found.NotSaved?.Contains(key) ?? false });
            }
        }

        return named;
    }

    /// <summary>Leaves are counted where they stand: a list of a million numbers must not cost a million visits.</summary>
    private bool IsPlain(Node node, PickleValue value, PickleValue key = default)
    {
        if (!value.IsLeaf)
        {
            return false;
        }

        string? name = key.IsEmpty || node.Path.Length > 0 ? null : _machine.TryText(key);
        Ledger.Leave(name ?? node.Path, "plain values", NoTensor);
        return true;
    }

    private static string Join(string path, string name)
    {
        string joined = path.Length == 0 ? name : $"{path}.{name}";
        return joined.Length > LongestPath ? joined[..LongestPath] : joined;
    }

    /// <summary>A value on the way, and its name.</summary>
    private readonly record struct Found(string Path, PickleValue Value)
    {
        /// <summary>The last part of its name.</summary>
        public string Key { get; init; } = "";

        /// <summary>Whether it lies in a module outside of what <c>state_dict()</c> gives.</summary>
        public bool IsUnsaved { get; init; }

        /// <summary>Which of its own keys are unsaved.</summary>
        public HashSet<string>? NotSaved { get; init; }
    }

    private sealed class Node(Found found, Node? parent, int depth)
    {
        public Found Found { get; } = found;

        public PickleValue Value => Found.Value;

        public string Path => Found.Path;

        public Node? Parent { get; } = parent;

        public int Depth { get; } = depth;
    }
}
