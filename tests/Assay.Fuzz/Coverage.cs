// Which branches of an instrumented library an input reached.
using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Assay.Fuzz;

/// <summary>The map that instrumented code counts its branches in. Without instrumentation it stays empty.</summary>
internal sealed unsafe class Coverage
{
    private const int Size = 1 << 16;
    private static readonly byte* s_map = (byte*)NativeMemory.AllocZeroed(Size);
    private readonly byte* _map = s_map;
    private readonly byte[] _seen = new byte[Size];

    public Coverage() => Trace.SharedMem = _map;

    /// <summary>Branches that were ever taken.</summary>
    public int Branches { get; private set; }

    /// <summary>Empties the map before a run.</summary>
    public void Begin()
    {
        new Span<byte>(_map, Size).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether the run took a branch that none took before, or took one far more often.</summary>
    public bool IsNew()
    {
        ReadOnlySpan<ulong> words = new(_map, Size / sizeof(ulong));
        bool isNew = false;
        for (int word = 0; word < words.Length; word++)
        {
            if (words[word] == 0)
            {
                continue;
            }

            for (int at = word * sizeof(ulong); at < (word + 1) * sizeof(ulong); at++)
            {
                // One bit per order of magnitude, as AFL does.
                byte bucket = _map[at] == 0 ? (byte)0 : (byte)(1 << BitOperations.Log2(_map[at]));
                if ((bucket & ~_seen[at]) != 0)
                {
                    Branches += _seen[at] == 0 ? 1 : 0;
                    _seen[at] |= bucket;
                    isNew = true;
                }
            }
        }

        return isNew;
    }
}
