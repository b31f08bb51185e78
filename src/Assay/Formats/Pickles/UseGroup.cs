// Uses of callables that look the same, and what is known of a callee from its first use on.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Formats.Pickles;

/// <summary>Uses of one callee that look the same: one fact with a count.</summary>
internal sealed class UseGroup(CallableFact fact, PickleEncodings encodings)
{
    private const int KeptOffsets = 8;
    private List<long>? _further;

    /// <summary>The encodings with which a loader comes to the first of them.</summary>
    public PickleEncodings Encodings => encodings;

    public CallableFact Fact { get; } = fact;

    public long Count { get; private set; } = 1;

    /// <summary>Whether a loader hardly comes there: a name before it does not look as if it could be imported.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Whether uses were counted whose constants were not compared.</summary>
    public bool Elided { get; set; }

    /// <summary>The fact, with what was counted and who comes there.</summary>
    public CallableFact Counted(IReadOnlyList<string> dialects, PickleEncodings reaching)
    {
        // Most uses stand alone, and all loaders come to them: there is nothing to add, and a flood of them is not copied.
        bool isOne = Count == 1 && !Elided;
        if (isOne && dialects.Count == 0 && reaching == PickleEncodings.All)
        {
            return Fact;
        }

        return Fact with
        {
            Count = Count,
            Offsets = [.. Fact.Offsets, .. _further ?? []],
            ConstantsElided = Elided,
            Pickle = Fact.Pickle! with { Dialects = dialects, Encodings = reaching == PickleEncodings.All ? [] : DialectNames.Of(reaching) },
        };
    }

    public void Seen(long at)
    {
        Count++;
        if ((_further?.Count ?? 0) < KeptOffsets - 1)
        {
            (_further ??= []).Add(at);
        }
    }
}

/// <summary>What is known of a callee after its first use, so that the next one costs little.</summary>
internal sealed class KnownCallee
{
    private const int LongestKey = 1024;

    private byte[] _lastKey = [];
    private UseGroup? _last;

    /// <summary>How many groups of its uses are kept apart.</summary>
    public int Distinct { get; set; }

    /// <summary>Whether a call lays a tensor over a storage.</summary>
    public bool LaysOutTensors { get; init; }

    /// <summary>What it loads its arguments as, <c>pickle</c> or <c>model</c>; null where it loads nothing.</summary>
    public string? Loads { get; init; }

    /// <summary>Whether it runs source that it gets.</summary>
    public bool RunsSource { get; init; }

    /// <summary>Whether it makes bytes of a text.</summary>
    public bool Encodes { get; init; }

    /// <summary>Whether it makes functions, which hold the dictionary of their globals, which holds them: that is filled afterwards.</summary>
    public bool MakesCode { get; init; }

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

    /// <summary>Notes the group of a use, unless its key is long.</summary>
    public void Remember(ReadOnlySpan<byte> key, UseGroup group)
    {
        if (key.Length > LongestKey)
        {
            return;
        }

        if (_lastKey.Length != key.Length)
        {
            _lastKey = new byte[key.Length];
        }

        key.CopyTo(_lastKey);
        _last = group;
    }
}

/// <summary>
/// How many distinct uses of callables are kept, and how large: no more than the log keeps. Behind the number only uses of modules that
/// Python comes with are kept, and of what no name tells, as many again: a flood of invented names costs no memory and cannot push out what could do harm.
/// Behind three quarters of the bytes uses are kept without details.
/// </summary>
internal sealed class UseRoom(ScanLimits limits, HeldMemory held)
{
    /// <summary>What a group takes beside its fact and its key.</summary>
    private const int GroupSize = 600;

    private long _kept;
    private long _bytes;
    private long _beyond;

    /// <summary>What the uses hold, and what folding recovers.</summary>
    public HeldMemory Held => held;

    /// <summary>Whether only the outlines of further uses are kept.</summary>
    public bool IsNarrow => _bytes > limits.FactBytes / 4 * 3;

    /// <summary>Values of one use that are looked into.</summary>
    public int Values => IsNarrow ? 16 : 512;

    /// <summary>Characters of one text that are kept.</summary>
    public int Text => IsNarrow ? 128 : 4096;

    /// <summary>Whether one more use of <paramref name="import"/>, or of something that is no plain import, can be kept; counted where not.</summary>
    public bool Takes(ImportRow? import)
    {
        bool matters = import is null || import.IsComputed || KnownModules.Has(import.ResolvedModule);
        if (_kept < limits.Facts || (_kept < 2L * limits.Facts && matters))
        {
            return true;
        }

        _beyond++;
        return false;
    }

    /// <summary>Notes what is kept.</summary>
    public void Keep(long bytes)
    {
        held.Add(GroupSize + bytes);
        _kept++;
        _bytes += bytes;
    }

    /// <summary>Says what was dropped.</summary>
    public void Tell(ReadContext context)
    {
        if (_beyond > 0)
        {
            context.Unread(UnreadCause.Limit, 0, 0, $"The limit facts={limits.Facts} is spent: {_beyond} further uses of callables were not kept.");
        }
    }
}
