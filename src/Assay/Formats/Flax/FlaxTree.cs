// Walks a tree of MessagePack and finds its arrays.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.MessagePack;
using Assay.Tensors;

namespace Assay.Formats.Flax;

/// <summary>Walks a tree of MessagePack without recursion.</summary>
internal sealed class FlaxTree(ReadContext context, ByteRange range)
{
    private const int MaxDepth = 512;
    private const int MostArtifacts = 1000;
    private const int MostTensors = 1_000_000;
    private readonly MessagePackReader _reader = new(context.Artifact.Bytes, range, context.Budget);

    /// <summary>Whether a list or map said that it has more items than there are bytes.</summary>
    public bool DeclaresMore => _reader.DeclaresMore;
    private readonly Stack<Frame> _open = new();
    private readonly List<(string Path, ElementType Type, IReadOnlyList<long> Shape, ByteRange Data)> _tensors = [];
    private readonly Dictionary<string, (long At, long Count)> _odd = new(StringComparer.Ordinal);
    private int _artifacts;

    /// <summary>What is open: a list or a map, how many values it still wants, and where it stands.</summary>
    private sealed class Frame(string path, bool isMap, long left)
    {
        public string Path => path;

        public bool IsMap => isMap;

        public long Left { get; set; } = left;

        public string Key { get; set; } = "";

        /// <summary>The values of an array of msgpack_numpy, by key.</summary>
        public Dictionary<string, ByteRange>? Array { get; set; }

        public List<long>? Shape { get; set; }
    }

    /// <summary>Reads all of it.</summary>
    /// <exception cref="MalformedException">It breaks; what came before was taken.</exception>
    public void Read()
    {
        while (_reader.Read())
        {
            Value();
            Close();
            if (_open.Count == 0)
                break;
        }

        if (_open.Count > 0)
            throw new MalformedException(range.End, "A list or map ends too early.");
    }

    /// <summary>Accounts for what was read, and says what is odd.</summary>
    public void Tell(bool isWhole)
    {
        context.Cover(new ByteRange(range.Offset, _reader.Next - range.Offset), CoverageKind.Parsed);
        if (isWhole && _reader.Next < range.End && Padding.End(context.Artifact.Bytes, new ByteRange(_reader.Next, range.End - _reader.Next)) < range.End)
            context.Anomaly("msgpack.trailing-data", _reader.Next, range.End - _reader.Next, "Bytes follow the tree.");

        foreach ((string code, (long at, long count)) in _odd)
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = code, Offset = at, Count = count, Detail = "" });

        context.Meta("arrays", _tensors.Count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Adds the arrays.</summary>
    public void Fill(TensorGroup group)
    {
        foreach ((string path, ElementType type, IReadOnlyList<long> shape, ByteRange data) in _tensors)
            group.Add(path, TensorView.RowMajor(type, shape), new TensorStorage("", context.Artifact.Bytes, data));
    }

    private void Value()
    {
        Frame? holder = _open.TryPeek(out Frame? frame) ? frame : null;
        bool isKey = holder is { IsMap: true } && holder.Left % 2 == 0;
        if (holder is not null)
            holder.Left--;

        if (isKey)
        {
            holder!.Key = _reader.Type is MessagePackType.Text or MessagePackType.Binary ? _reader.Text(1024) : _reader.Type is MessagePackType.Integer ? _reader.Number.ToString(CultureInfo.InvariantCulture) : "";
            return;
        }

        string path = holder is null ? "" : holder.IsMap ? (holder.Path.Length == 0 ? holder.Key : $"{Short(holder.Path)}.{holder.Key}") : holder.Path;
        switch (_reader.Type)
        {
            case MessagePackType.Map or MessagePackType.List:
                if (_open.Count >= MaxDepth)
                {
                    Odd("msgpack.deep-nesting", _reader.Offset);
                    throw new MalformedException(_reader.Offset, "Lists and maps are nested deeper than readers take.");
                }


                bool isMap = _reader.Type is MessagePackType.Map;
                _open.Push(new Frame(path, isMap, isMap ? 2 * _reader.Count : _reader.Count) { Shape = holder is { IsMap: true, Key: "shape" } ? [] : null });
                break;
            case MessagePackType.Extension when _reader.Extension is 1 or 3:
                Flax(path, _reader.Payload);
                break;
            case MessagePackType.Extension or MessagePackType.Binary or MessagePackType.Text:
                if (holder is { IsMap: true } && holder.Key is "nd" or "type" or "kind" or "data")
                    (holder!.Array ??= new(StringComparer.Ordinal))[holder.Key] = _reader.Payload;

                Examine(path, _reader.Payload, isPickle: false);
                break;
            case MessagePackType.Integer when holder?.Shape is { } shape && shape.Count < TensorView.MaxDimensions:
                shape.Add(_reader.Number);
                break;
            case MessagePackType.Boolean when holder is { IsMap: true, Key: "nd" }:
                holder.Array ??= new(StringComparer.Ordinal);
                break;
            default:
                break;
        }
    }

    private void Close()
    {
        while (_open.TryPeek(out Frame? done) && done.Left <= 0)
        {
            _open.Pop();
            if (_open.TryPeek(out Frame? outer) && done.Shape is { } shape)
                outer.Shape = shape;

            if (done is { IsMap: true, Array: { } array } && array.TryGetValue("data", out ByteRange data))
                Numpy(done, array, data);
        }
    }

    /// <summary>An array of Flax: a list of shape, name of the type, and bytes.</summary>
    private void Flax(string path, ByteRange payload)
    {
        MessagePackReader inner = new(context.Artifact.Bytes, payload, context.Budget);
        List<long> shape = [];
        if (!inner.Read() || inner.Type is not MessagePackType.List || inner.Count != 3 || !inner.Read() || inner.Type is not MessagePackType.List)
        {
            Odd("msgpack.array-broken", payload.Offset);
            return;
        }

        long rank = inner.Count;
        for (long i = 0; i < rank; i++)
        {
            if (!inner.Read() || inner.Type is not MessagePackType.Integer || inner.Number < 0 || i >= TensorView.MaxDimensions)
            {
                Odd("msgpack.array-broken", payload.Offset);
                return;
            }

            shape.Add(inner.Number);
        }

        string type = inner.Read() && inner.Type is MessagePackType.Text or MessagePackType.Binary ? inner.Text(64) : "";
        if (!inner.Read() || inner.Type is not (MessagePackType.Binary or MessagePackType.Text))
        {
            Odd("msgpack.array-broken", payload.Offset);
            return;
        }

        ByteRange data = inner.Payload;
        if (type is "object" or "O" or "|O")
        {
            Odd("msgpack.object-array", payload.Offset);
            Examine(path, data, isPickle: true);
            return;
        }

        Keep(path, Named(type), shape, data);
    }

    private void Numpy(Frame done, Dictionary<string, ByteRange> array, ByteRange data)
    {
        string kind = array.TryGetValue("kind", out ByteRange kinds) ? Text(kinds) : "";
        string type = array.TryGetValue("type", out ByteRange types) ? Text(types) : "";
        if (kind is "O" || type.Contains('O', StringComparison.Ordinal))
        {
            Odd("msgpack.object-array", data.Offset);
            Examine(done.Path, data, isPickle: true);
        }
        else
        {
            Keep(done.Path, Described(type), done.Shape ?? [], data);
        }
    }

    private void Keep(string path, ElementType? type, IReadOnlyList<long> shape, ByteRange data)
    {
        if (type is not { } known)
        {
            Odd("msgpack.type-unknown", data.Offset);
            return;
        }

        ArrayExtent extent = ArrayExtent.Of(shape, known.Size());
        if (extent.Error is not ExtentError.None || extent.Bytes != data.Length)
            Odd("msgpack.shape-mismatch", data.Offset);
        else if (context.Wants(ReadingParts.Tensors) && _tensors.Count < MostTensors)
            _tensors.Add((path, known, shape, data));
    }

    /// <summary>Bytes that begin as a file does are examined as one; those of an array of objects are a pickle in any case.</summary>
    private void Examine(string path, ByteRange data, bool isPickle)
    {
        byte[] head = context.Artifact.Bytes.ReadUpTo(data.Offset, (int)Math.Min(8, data.Length));
        bool isFile = head is [0x80, <= 5, _, ..] or [(byte)'P', (byte)'K', 3, 4, ..] or [0x7F, (byte)'E', (byte)'L', (byte)'F', ..] or [(byte)'M', (byte)'Z', ..] or [0x89, (byte)'H', (byte)'D', (byte)'F', ..]
            or [0x1F, 0x8B, 8, ..] or [(byte)'#', (byte)'!', (byte)'/', ..] or [0x93, (byte)'N', (byte)'U', (byte)'M', ..] or [(byte)'c', _, _, ..] or [(byte)'(', _, _, ..];
        if (data.Length < 3 || !(isPickle || isFile) || (!isPickle && data.Length < 12))
            return;

        if (_artifacts++ < MostArtifacts)
            context.Submit(new Artifact(path.Length == 0 ? "value" : path, context.Artifact.Bytes.Slice(data), context.Artifact, isPickle ? "pickle" : null) { MayBeOpaque = !isPickle, IsLoaded = isPickle });
        else if (_artifacts == MostArtifacts + 1)
            context.Unread(UnreadCause.Limit, data.Offset, 0, $"More than {MostArtifacts} values look like files; those behind were not examined.");
    }

    /// <summary>The type of elements by the name that JAX has for it: NumPy's, and those that NumPy lacks by the names that PyTorch has too.</summary>
    private static ElementType? Named(string type) => type == "V2" ? ElementType.BF16 : Described(type) ?? TorchElementTypes.OfDtype("torch." + type);

    /// <summary>The type of elements by NumPy's description; whoever reads these files takes no other byte order than the machine's.</summary>
    private static ElementType? Described(string type) => NumpyPlainType.OfText(type) is { BigEndian: false } plain ? plain.Type : null;

    private string Text(ByteRange where) => System.Text.Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(where.Offset, (int)Math.Min(64, where.Length)));

    private static string Short(string path) => path.Length > 1024 ? path[..1024] : path;

    private void Odd(string code, long at) => _odd[code] = _odd.TryGetValue(code, out (long At, long Count) known) ? (known.At, known.Count + 1) : (at, 1);
}
