// Takes the nodes of a tree as they are found, children first.
using Assay.Bytes;

namespace Assay.Python.Syntax;

/// <summary>
/// The nodes and lists of a tree that grows. Node 0 is none, and the list at 0 is empty. The arrays come from the runtime's pool;
/// the tree gets copies of the right size.
/// </summary>
internal sealed class TreeBuilder : IDisposable
{
    private SyntaxNodeData[] _nodes = PooledArrays.Rent<SyntaxNodeData>(1024);
    private int[] _slots = PooledArrays.Rent<int>(4096);
    private int _count = 1;
    private int _used = 1;

    public TreeBuilder()
    {
        _nodes[0] = default;
        _slots[0] = 0;
    }

    /// <summary>How many nodes there are, and none.</summary>
    public int Count => _count;

    /// <summary>A node that was added; its detail may still change.</summary>
    public ref SyntaxNodeData this[int number] => ref _nodes[number];

    /// <summary>Adds a node without fields, or with one.</summary>
    public int Add(SyntaxKind kind, int start, int end, int value = 0, byte detail = 0)
    {
        if (_count == _nodes.Length)
        {
            Grow(ref _nodes, _count);
        }

        ref SyntaxNodeData node = ref _nodes[_count];
        node.Start = start;
        node.End = end;
        node.Slot = value;
        node.Kind = kind;
        node.Detail = detail;
        return _count++;
    }

    /// <summary>Adds a node with several fields, in the order of the schema.</summary>
    public int Add(SyntaxKind kind, int start, int end, byte detail, params ReadOnlySpan<int> values)
    {
        int slot = Reserve(values.Length);
        values.CopyTo(_slots.AsSpan(slot));
        return Add(kind, start, end, slot, detail);
    }

    /// <summary>Adds a list, and gives its place.</summary>
    public int List(ReadOnlySpan<int> values)
    {
        int list = NewList(values.Length, out Span<int> elements);
        values.CopyTo(elements);
        return list;
    }

    /// <summary>Adds a list that the caller fills before anything else is added, and gives its place.</summary>
    public int NewList(int count, out Span<int> elements)
    {
        if (count == 0)
        {
            elements = [];
            return 0;
        }

        int list = Reserve(count + 1);
        _slots[list] = count;
        elements = _slots.AsSpan(list + 1, count);
        return list;
    }

    /// <summary>The list at a place.</summary>
    public ReadOnlySpan<int> ListAt(int list) => _slots.AsSpan(list + 1, _slots[list]);

    /// <summary>A field of a node that was added.</summary>
    public int Value(int number, SyntaxField field)
    {
        ref SyntaxNodeData node = ref _nodes[number];
        int slot = SyntaxSchema.Slot(node.Kind, field);
        return SyntaxSchema.IsInline(node.Kind) ? node.Slot : _slots[node.Slot + slot];
    }

    /// <summary>The tree of all that was added.</summary>
    public SyntaxTree Build(SourceText text, NameTable names, int root, IReadOnlyList<SyntaxError> errors, long work) =>
        new(text, names, _nodes.AsSpan(0, _count).ToArray(), _count, _slots.AsSpan(0, _used).ToArray(), root, errors, work);

    public void Dispose()
    {
        PooledArrays.Return(_nodes);
        PooledArrays.Return(_slots);
        _nodes = [];
        _slots = [];
    }

    private int Reserve(int count)
    {
        while (_used + count > _slots.Length)
        {
            Grow(ref _slots, _used);
        }

        int at = _used;
        _used += count;
        return at;
    }

    private static void Grow<T>(ref T[] array, int used)
    {
        T[] larger = PooledArrays.Rent<T>(checked(array.Length * 2));
        array.AsSpan(0, used).CopyTo(larger);
        PooledArrays.Return(array);
        array = larger;
    }
}
