// Folding costs little whatever the pickle computes.
using System.IO.Compression;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Tests.Builders;

namespace Assay.Tests.Evaluation;

public sealed class HostileFoldingTests
{
    [Fact]
    public void ZipBombInDecompressIsUnknown()
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.SmallestSize))
        {
            byte[] zeros = new byte[1 << 20];
            for (int i = 0; i < 64; i++)
            {
                zlib.Write(zeros);
            }
        }

        byte[] pickle = PickleBuilder.Protocol(4).Call("zlib", "decompress", p => p.Bytes(packed.ToArray())).Stop().ToArray();
        Assert.True(Folded.Value(pickle, out var evaluator).IsUnknown);
        Assert.True(evaluator.Exceeded);
    }

    [Fact]
    public void HugeRangeIsUnknown() =>
        Assert.True(Folded.Value(PickleBuilder.Protocol(4).Call("builtins", "list", p => p.Call("builtins", "range", q => q.Int(1_000_000_000))).Stop().ToArray()).IsUnknown);

    [Fact]
    public void HugeRepetitionIsUnknown() =>
        Assert.True(Folded.Value(PickleBuilder.Protocol(4).Call("operator", "mul", p => p.Str("a"), p => p.Int(1_000_000_000)).Stop().ToArray()).IsUnknown);

    [Fact]
    public void HugePowerIsUnknown() =>
        Assert.True(Folded.Value(PickleBuilder.Protocol(4).Call("builtins", "pow", p => p.Int(10), p => p.Int(1_000_000_000)).Stop().ToArray()).IsUnknown);

    [Fact]
    public void HugeBytesAreUnknown() =>
        Assert.True(Folded.Value(PickleBuilder.Protocol(4).Call("builtins", "bytes", p => p.Int(2_000_000_000)).Stop().ToArray()).IsUnknown);

    [Fact]
    public void DoublingEndsWithinTheBudget()
    {
        PickleBuilder builder = PickleBuilder.Protocol(4).Str("aaaaaaaa");
        for (int i = 0; i < 60; i++)
        {
            builder.Put(0).Pop().Call("operator", "add", p => p.Get(0), p => p.Get(0));
        }

        Assert.True(Folded.Value(builder.Stop().ToArray()).IsUnknown);
    }

    [Fact]
    public void ChainOfAHundredThousandCallsFolds()
    {
        PickleBuilder builder = PickleBuilder.Protocol(4).StackGlobal("builtins", "str").Put(1).Pop().Str("system");
        for (int i = 0; i < 100_000; i++)
        {
            builder.Put(0).Pop().Get(1).Get(0).Tuple1().Reduce();
        }

        Assert.Equal("system", Assert.IsType<FoldedText>(Folded.Value(builder.Stop().ToArray())).Value);
    }

    [Fact]
    public void ChainOfCallersIsUnknownAndEnds()
    {
        PickleBuilder builder = PickleBuilder.Protocol(4).StackGlobal("functools", "partial").Put(1).Pop().StackGlobal("builtins", "str");
        for (int i = 0; i < 20_000; i++)
        {
            builder.Put(0).Pop().Get(1).Get(0).Tuple1().Reduce();
        }

        Assert.True(Folded.Value(builder.Mark().Str("x").Tuple().Reduce().Stop().ToArray()).IsUnknown);
    }

    [Fact]
    public void ListThatHoldsItsOwnJoinIsUnknown()
    {
        // l = []; l.append(''.join(l)) gives a list that holds a call on itself.
        byte[] pickle = PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Put(0)
            .Call("builtins", "str.join", p => p.Str(""), p => p.Get(0)).Op(Op.APPEND)
            .Call("builtins", "str.join", p => p.Str(""), p => p.Get(0)).Stop().ToArray();
        Assert.Equal("", Assert.IsType<FoldedText>(Folded.Value(pickle)).Value);
    }

    [Fact]
    public void ListThatGrowsAfterTheCallDoesNotChangeIt()
    {
        byte[] pickle = PickleBuilder.Protocol(4).List(p => p.Str("sys"), p => p.Str("tem")).Put(0).Pop()
            .Call("builtins", "str.join", p => p.Str(""), p => p.Get(0)).Put(1).Pop()
            .Get(0).Str("atically").Op(Op.APPEND).Pop()
            .Get(1).Stop().ToArray();
        Assert.Equal("system", Assert.IsType<FoldedText>(Folded.Value(pickle)).Value);
    }

    [Fact]
    public void LazyIteratorOverAListThatGrowsIsUnknown()
    {
        byte[] pickle = PickleBuilder.Protocol(4).List(p => p.Str("a"), p => p.Str("b")).Put(0).Pop()
            .Call("builtins", "map", p => p.StackGlobal("builtins", "str"), p => p.Get(0)).Put(1).Pop()
            .Get(0).Str("c").Op(Op.APPEND).Pop()
            .Call("builtins", "str.join", p => p.Str(""), p => p.Get(1)).Stop().ToArray();
        Assert.True(Folded.Value(pickle).IsUnknown);
    }

    [Fact]
    public void DictThatAFunctionChangesIsUnknown()
    {
        byte[] pickle = PickleBuilder.Protocol(4).Op(Op.EMPTY_DICT).Str("k").Str("len").Op(Op.SETITEM).Put(0).Pop()
            .Call("operator", "setitem", p => p.Get(0), p => p.Str("k"), p => p.Str("system")).Pop()
            .Call("operator", "getitem", p => p.Get(0), p => p.Str("k")).Stop().ToArray();
        Assert.True(Folded.Value(pickle).IsUnknown);
    }

    [Theory]
    [InlineData("base64", "b64decode", "abc")]
    [InlineData("binascii", "unhexlify", "abc")]
    [InlineData("zlib", "decompress", "not zlib")]
    [InlineData("gzip", "decompress", "\u001f\u008b")]
    [InlineData("bz2", "decompress", "BZh9")]
    [InlineData("lzma", "decompress", "")]
    [InlineData("marshal", "loads", "c")]
    [InlineData("marshal", "loads", "(\u007f\u007f\u007f\u007f")]
    [InlineData("base64", "b85decode", "~~~~~")]
    [InlineData("codecs", "decode", "\u00ff")]
    public void FailingDecoderIsUnknown(string module, string name, string bytes) =>
        Assert.True(Folded.Value(PickleBuilder.Protocol(4).Call(module, name, p => p.Bytes(System.Text.Encoding.Latin1.GetBytes(bytes))).Stop().ToArray()).IsUnknown);

    [Fact]
    public void MarshalledTuplesNestedTooDeepAreUnknown()
    {
        byte[] deep = [.. Enumerable.Repeat<byte[]>([(byte)')', 1], 100_000).SelectMany(b => b), (byte)'N'];
        Assert.Null(Assay.Evaluation.Marshalled.MarshalReader.TryRead(deep));
    }

    [Fact]
    public void AnythingCutOrFlippedIsMarshalledNonsenseWithoutFault()
    {
        byte[] code = CPython.Run("import marshal, sys; sys.stdout.buffer.write(marshal.dumps(compile('import os\\ndef f(a=1):\\n return os.getpid(a, \"text\")\\nf()', 'x', 'exec')))");
        Assert.Contains("getpid", Assay.Evaluation.Marshalled.MarshalReader.TryRead(code)!.Names);
        for (int i = 0; i < code.Length; i++)
        {
            Assert.Null(Assay.Evaluation.Marshalled.MarshalReader.TryRead(code[..i]));
            byte[] flipped = [.. code];
            flipped[i] ^= 0x41;
            _ = Assay.Evaluation.Marshalled.MarshalReader.TryRead(flipped);
        }
    }
}
