// Follows a code object as one version of CPython runs it: along every branch, with all that each place may hold.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>
/// Follows a code object as one version of CPython runs it. Every instruction that a run can come to is followed, wherever jumps lead, with all that may lie on the stack there; a variable holds whatever
/// any instruction puts into it. When nothing grows any more, what the code calls, reads and stores is told.
/// </summary>
internal sealed partial class CodeFlow(CodeParts parts, BytecodeVersion version, CodeUses uses, CodeLines? lines = null)
{
    private const int MaxStack = 1024;
    private const int MostRounds = 24;
    private const long WorkPerByte = 400;
    private const long LeastWork = 20_000;

    /// <summary>Places on all stacks that are kept together: code that a compiler wrote has few on each, and a branch every few instructions.</summary>
    private const int PlacesPerByte = 4;
    private const int LeastPlaces = 1 << 16;
    private readonly CodeGraph _graph = new(parts, version);
    private readonly Dictionary<int, CodeSet[]> _entries = [];
    private readonly SortedSet<int> _open = [];
    private readonly Dictionary<string, CodeSet> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<(int At, int Nth), CodeSite> _sites = [];
    private readonly List<CodeSet> _stack = [];
    private bool _hasGrown;
    private bool _isTelling;
    private int _at;
    private long _work;
    private long _places;

    /// <summary>Whether a compiler may have written the code: no instruction takes what is not there, and where branches meet the stack is as deep on each.</summary>
    public bool IsRegular { get; private set; } = true;

    /// <summary>Follows the code; false where it is none of this version.</summary>
    public bool Run()
    {
        if (!_graph.Read())
            return false;

        for (int round = 0; round == 0 || (_hasGrown && round < MostRounds); round++)
        {
            _hasGrown = false;
            _entries.TryAdd(0, []);
            _open.UnionWith(_entries.Keys);
            if (!Follow())
                return false;
        }

        uses.IsCut |= _hasGrown;
        _isTelling = true;
        _open.UnionWith(_entries.Keys);
        return Follow();
    }

    private bool Follow()
    {
        while (_open.Count > 0)
        {
            int at = _open.Min;
            _ = _open.Remove(at);
            _stack.Clear();
            _stack.AddRange(_entries[at]);
            if (!Block(at))
                return false;
        }

        return true;
    }

    /// <summary>Follows the instructions from a place at which branches meet to the next one.</summary>
    private bool Block(int start)
    {
        for (int at = start; ;)
        {
            if (_graph.At(at) is not { } step)
                return false;

            _work += 4 + _stack.Count;
            if (_work > LeastWork + (WorkPerByte * parts.Code.Length))
            {
                uses.IsCut = true;
                return true;
            }

            _at = at;
            uses.Line = lines?.Of(at);
            if (_graph.HandlerOf(at) is { } handler)
                Enter(handler.Target, [.. Bottom(handler.Depth), .. Enumerable.Repeat(CodeSet.Unknown, handler.Pushed)]);

            if (!Branch(step) || !Step(step.Op, step.Argument))
                return false;

            Skip(step);
            if (step.Ends)
                return true;

            at = step.Next;
            if (_graph.IsMeeting(at))
            {
                Enter(at, [.. _stack]);
                return true;
            }
        }
    }

    /// <summary>Hands the stack to where a jump leads; what the jump itself takes is done here, what going on takes by the step.</summary>
    private bool Branch(CodeStep step)
    {
        if (step.Target is not { } target)
            return true;

        string name = step.Op.Name;
        int taken = name switch
        {
            "FOR_ITER" => version is { IsLegacy: false, Minor: >= 14 } ? 0 : 1,
            "SEND" => version.Minor >= 12 ? 0 : 1,
            _ when name.StartsWith("POP_JUMP", StringComparison.Ordinal) => 1,
            "JUMP_IF_NOT_EXC_MATCH" => 2,
            _ => 0,
        };
        int pushed = name switch
        {
            "SETUP_FINALLY" or "SETUP_EXCEPT" => _graph.Raised,
            "CALL_FINALLY" => 1,
            _ => 0,
        };
        if (name is "CONTINUE_LOOP")
            return true;

        bool isWith = name is "SETUP_WITH" or "SETUP_ASYNC_WITH";
        CodeSet[] stack = isWith
            ? [.. Bottom(Math.Max(0, _stack.Count - 1)), .. name is "SETUP_WITH" ? [s_exit] : Array.Empty<CodeSet>(), .. Enumerable.Repeat(CodeSet.Unknown, _graph.Raised)]
            : [.. Bottom(Math.Max(0, _stack.Count - taken)), .. Enumerable.Repeat(CodeSet.Unknown, pushed)];
        IsRegular &= taken <= _stack.Count;
        Enter(target, stack);
        return true;
    }

    private void Enter(int at, CodeSet[] stack)
    {
        if (_isTelling)
            return;

        if (_graph.DepthOfHandler(at) is { } depth && stack.Length < depth)
            stack = [.. stack, .. Enumerable.Repeat(CodeSet.Unknown, Math.Min(depth, MaxStack) - stack.Length)];

        _work += stack.Length;
        if (!_entries.TryGetValue(at, out CodeSet[]? known))
        {
            _places += stack.Length;
            if (_places > LeastPlaces + ((long)PlacesPerByte * parts.Code.Length))
            {
                uses.IsCut = true;
                return;
            }

            _entries[at] = stack;
            _ = _open.Add(at);
            return;
        }

        // Finally blocks of old versions are entered with more or less on top; elsewhere depths are the same.
        IsRegular &= known.Length == stack.Length || _graph.HasBlocks;
        CodeSet[] joined = known.Length <= stack.Length ? known : known[..stack.Length];
        bool hasGrown = joined.Length < known.Length;
        joined = hasGrown ? joined : [.. known];
        for (int i = 0; i < joined.Length; i++)
        {
            CodeSet both = joined[i].Join(stack[i]);
            hasGrown |= !ReferenceEquals(both, joined[i]);
            joined[i] = both;
        }

        if (!hasGrown)
            return;

        _entries[at] = joined;
        _ = _open.Add(at);
    }

    /// <summary>Notes how deep the stack is where a handler of an old version begins, so that all that enters it does so with as much.</summary>
    private void Skip(CodeStep step)
    {
        if (step.Target is { } target && step.Op.Name is "SETUP_FINALLY" && _graph.HasBlocks)
            _graph.NoteHandler(target, _stack.Count + _graph.Raised);
    }

    private IEnumerable<CodeSet> Bottom(int depth)
    {
        IsRegular &= depth <= _stack.Count;
        return _stack.Take(depth);
    }

    private CodeSite Site(ShapeKind kind, int nth = 0) => _sites.TryGetValue((_at, nth), out CodeSite? known) ? known : _sites[(_at, nth)] = new CodeSite(kind);

    private CodeSet Built(ShapeKind kind, IReadOnlyList<CodeSet> items)
    {
        CodeSite site = Site(kind);
        site.Build(items);
        Grown(site);
        return CodeSet.Of(new CodeValue { Site = site });
    }

    private void Added(CodeSet containers, CodeSet value)
    {
        foreach (CodeValue container in containers.Values)
        {
            if (container.Site is not { } site)
                continue;

            site.Add(value);
            Grown(site);
        }
    }

    private void Grown(CodeSite site)
    {
        _hasGrown |= site.HasGrown;
        site.HasGrown = false;
    }

    private bool Store(string name, bool isShared = false, bool isGlobal = false)
    {
        CodeSet value = Take(1)[0];
        if (isShared && _isTelling)
            uses.Store(name, value, isGlobal);

        if (!_variables.TryGetValue(name, out CodeSet? known))
        {
            _variables[name] = value;
            _hasGrown = true;
        }
        else if (known.Join(value) is var joined && !ReferenceEquals(joined, known))
        {
            _variables[name] = joined;
            _hasGrown = true;
        }

        return true;
    }

    private CodeSet Peek() => _stack.Count > 0 ? _stack[^1] : Missing();

    private CodeSet Missing()
    {
        IsRegular = false;
        return CodeSet.Unknown;
    }

    private void Pop(int count)
    {
        IsRegular &= count <= _stack.Count;
        _stack.RemoveRange(Math.Max(0, _stack.Count - count), Math.Min(count, _stack.Count));
    }

    private CodeSet[] Take(int count)
    {
        IsRegular &= count <= _stack.Count;
        CodeSet[] taken = new CodeSet[count];
        int kept = Math.Min(count, _stack.Count);
        Array.Fill(taken, CodeSet.Unknown, 0, count - kept);
        _stack.CopyTo(_stack.Count - kept, taken, count - kept, kept);
        _stack.RemoveRange(_stack.Count - kept, kept);
        return taken;
    }
}
