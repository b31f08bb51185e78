// Uses of callables that look the same, and what is known of a callee from its first use on.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Uses of one callee that look the same: one fact with a count.</summary>
internal sealed class UseGroup(CallableFact fact, long offset)
{
    private const int KeptOffsets = 8;

    public CallableFact Fact { get; } = fact;

    public long Count { get; private set; } = 1;

    public List<long> Offsets { get; } = [offset];

    /// <summary>Whether uses were counted whose constants were not compared.</summary>
    public bool Elided { get; set; }

    public void Seen(long at)
    {
        Count++;
        if (Offsets.Count < KeptOffsets)
        {
            Offsets.Add(at);
        }
    }
}

/// <summary>What is known of a callee after its first use, so that the next one costs little.</summary>
internal sealed class KnownCallee
{
    private byte[] _lastKey = [];
    private UseGroup? _last;

    /// <summary>How many groups of its uses are kept apart.</summary>
    public int Distinct { get; set; }

    /// <summary>Whether a call lays a tensor over a storage.</summary>
    public bool LaysOutTensors { get; init; }

    /// <summary>Whether folding has no use for its calls.</summary>
    public bool IsOpaque { get; init; }

    /// <summary>The group of the last use that <see cref="Outline"/> could tell.</summary>
    public (ulong Outline, UseGroup Group)? Outlined { get; set; }

    /// <summary>
    /// A call with few arguments that are all leaves, as one number: its opcode and their kinds. That is all that the key of such a call
    /// holds when constants are not compared. Zero where the call is not so simple.
    /// </summary>
    public static ulong Outline(byte tag, ReadOnlySpan<PickleValue> arguments)
    {
        ulong outline = tag;
        if (arguments.Length is 0 or > 7)
        {
            return 0;
        }

        foreach (PickleValue argument in arguments)
        {
            if (argument.Kind > PickleKind.EmptyTuple)
            {
                return 0;
            }

            outline = (outline << 8) | (byte)argument.Kind;
        }

        return outline;
    }

    /// <summary>The group of the last use, where this one has the same key.</summary>
    public UseGroup? Again(ReadOnlySpan<byte> key) => key.SequenceEqual(_lastKey) ? _last : null;

    /// <summary>Notes the group of a use.</summary>
    public void Remember(ReadOnlySpan<byte> key, UseGroup group)
    {
        if (_lastKey.Length != key.Length)
        {
            _lastKey = new byte[key.Length];
        }

        key.CopyTo(_lastKey);
        _last = group;
    }
}

/// <summary>
/// How many distinct uses of callables are kept: no more than the log keeps, and then only of modules that Python comes with. A flood of
/// invented names costs no memory and cannot push out what could do harm.
/// </summary>
internal sealed class UseRoom(ScanLimits limits)
{
    private long _beyond;

    /// <summary>Whether a use of an import must be dropped when so many were kept.</summary>
    public bool IsSpent(int kept, ImportRow import)
    {
        if (kept < limits.Facts || import.IsComputed || (kept < 2L * limits.Facts && PythonNames.IsKnownModule(import.ResolvedModule)))
        {
            return false;
        }

        _beyond++;
        return true;
    }

    /// <summary>Says what was dropped.</summary>
    public void Tell(ScanContext context)
    {
        if (_beyond > 0)
        {
            context.Unread(UnreadCause.Limit, 0, 0, $"The limit facts={limits.Facts} is spent: {_beyond} further uses of callables were not kept.");
        }
    }
}
