// What a look from outside says of memory: what was written shows with its number, what lies beside does not, and what cannot be read counts as another.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Assay.Sandbox.Observing;

namespace Assay.Tests.Sandbox;

public sealed class ComparedMemoryTests : IDisposable
{
    private const int Size = 5 * 4096;
    private static readonly uint s_self = (uint)Environment.ProcessId;
    private readonly nint _at = Marshal.AllocHGlobal(Size);

    public ComparedMemoryTests() => Marshal.Copy(new byte[Size], 0, _at, Size);

    public void Dispose() => Marshal.FreeHGlobal(_at);

    [Fact]
    public void WhatWasWrittenShowsWithItsNumber()
    {
        ComparedMemory memory = Of((10, 8, 3), (4000, 6000, 7), (12000, 1, 9));
        memory.Remember(s_self);
        Assert.Equal([], memory.Changed(s_self, all: false));
        Write(1, 9, 18, 11999, 12001);
        Assert.Equal([], memory.Changed(s_self, all: true));
        Write(1, 17, 9999);
        Assert.Equal([3, 7], memory.Changed(s_self, all: false));
        Write(0, 17);
        Assert.Equal([7], memory.Changed(s_self, all: true));
    }

    [Fact]
    public void WhatALoadFindsIsKeptOnce()
    {
        ComparedMemory memory = Of((0, 8, 1));
        memory.Remember(s_self);
        Write(1, 0);
        memory.Remember(s_self);
        Assert.Equal([1], memory.Changed(s_self, all: false));
    }

    [Fact]
    public void NothingIsSaidBeforeAnythingIsKnown() => Assert.Null(Of((0, 8, 1)).Changed(s_self, all: false));

    [Fact]
    public void NothingIsKnownOfMemoryThatIsNotThere()
    {
        ComparedMemory memory = ComparedMemory.Read(Records((4096, 8, 1)))!;
        memory.Remember(s_self);
        Assert.Null(memory.Changed(s_self, all: false));
    }

    [Fact]
    public void NothingIsKnownOfAProcessThatIsNotThere()
    {
        ComparedMemory memory = Of((0, 8, 1));
        memory.Remember(s_self);
        Assert.Null(memory.Changed(uint.MaxValue, all: false));
    }

    [Fact]
    public void RecordsThatNobodyWritesAreNone()
    {
        Assert.Null(ComparedMemory.Read([]));
        Assert.Null(ComparedMemory.Read(new byte[23]));
        Assert.Null(ComparedMemory.Read(Records((ulong.MaxValue, 8, 1))));
        Assert.Null(ComparedMemory.Read(Records((4096, 1UL << 40, 1))));
        Assert.Null(ComparedMemory.Read(Records((4096, 8, 1UL << 40))));
    }

    private void Write(byte value, params int[] places)
    {
        foreach (int place in places)
        {
            Marshal.WriteByte(_at, place, value);
        }
    }

    private ComparedMemory Of(params (int Offset, ulong Length, ulong Number)[] pieces) =>
        ComparedMemory.Read(Records([.. pieces.Select(p => ((ulong)_at + (ulong)p.Offset, p.Length, p.Number))]))!;

    private static byte[] Records(params (ulong Address, ulong Length, ulong Number)[] pieces)
    {
        byte[] records = new byte[pieces.Length * 24];
        for (int i = 0; i < pieces.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(records.AsSpan(i * 24), pieces[i].Address);
            BinaryPrimitives.WriteUInt64LittleEndian(records.AsSpan((i * 24) + 8), pieces[i].Length);
            BinaryPrimitives.WriteUInt64LittleEndian(records.AsSpan((i * 24) + 16), pieces[i].Number);
        }

        return records;
    }
}
