// What the decompiler promises about any pickle: bounded, in order, and nothing in it is obeyed.
using Assay.Bytes;
using Assay.Evaluation.Decompiler;
using Assay.Pickle;
using Assay.Reports;
using Assay.Tests.Builders;

namespace Assay.Tests.Evaluation.Decompiler;

public sealed class DecompilerTests
{
    private static string Text(byte[] pickle, bool colour = false, ScanLimits? limits = null)
    {
        using StringWriter writer = new();
        DecompiledText.Write(new MemorySource(pickle), writer, new TextReportOptions { Width = 100, Colour = colour }, limits);
        return writer.ToString();
    }

    private static List<string> Lines(byte[] pickle, DecompilerLimits limits)
    {
        List<string> lines = [];
        new PickleDecompiler(new MemorySource(pickle), new ScanLimits(), TimeProvider.System, limits,
            line => lines.Add(new string(' ', line.Indent) + string.Concat(line.Pieces.Select(p => p.Text)))).Run();
        return lines;
    }

    [Fact]
    public void WhatOnlySomeUnpicklersRunIsWrittenWithTheirNames()
    {
        // A frame that promises more than there is: the unpickler in C raises, and the one in Python goes on and runs the call.
        byte[] pickle = [0x80, 4, 0x95, 0, 0, 0, 0, 0, 0, 0, 0x40, .. "cos\nsystem\n(X\x04\0\0\0echotR."u8];
        string text = Text(pickle);
        Assert.All(["only in", "python", "joblib", "system('echo')"], t => Assert.Contains(t, text, StringComparison.Ordinal));
        string list = string.Join('\n', PickleListing.Lines(new MemorySource(pickle)).Select(l => $"{l.Name} {l.Note}"));
        Assert.All(["only in", "REDUCE calls os.system"], t => Assert.Contains(t, list, StringComparison.Ordinal));
    }

    [Fact]
    public void TenMillionTuplesInsideEachOtherGiveAShortText()
    {
        byte[] pickle = [0x80, 4, (byte)Op.NONE, .. Enumerable.Repeat((byte)Op.TUPLE1, 10_000_000), (byte)Op.STOP];
        Assert.InRange(Text(pickle).Count('\n'), 2, 3);
    }

    [Fact]
    public void AMillionDictsGiveAShortText()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Mark();
        for (int i = 0; i < 200_000; i++)
        {
            pickle.Op(Op.EMPTY_DICT).Str("k").Int(i).Op(Op.SETITEM);
        }

        string text = Text(pickle.Op(Op.APPENDS).Stop().ToArray());
        Assert.InRange(text.Length, 500, 10_000);
        Assert.Contains("<199,936 more items>", text, StringComparison.Ordinal);
    }

    [Fact]
    public void RepeatedCallsAreCountedAndANewOneBehindThemIsWritten()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(2);
        for (int i = 0; i < 5000; i++)
        {
            pickle.Call("mod", "harmless", "x").Pop();
        }

        List<string> lines = Lines(pickle.Call("os", "system", "id").Stop().ToArray(), new DecompilerLimits());
        Assert.InRange(lines.Count, 500, 520);
        Assert.Contains(lines, l => l.Contains("system('id')", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("# left out: calls of mod.harmless: 4,500 more", StringComparison.Ordinal));
    }

    [Fact]
    public void AHundredThousandPicklesNameWhatIsLeftOut()
    {
        byte[] one = PickleBuilder.Protocol(2).Call("mod", "harmless", "x").Stop().ToArray();
        byte[] many = [.. Enumerable.Repeat(one, 20_000).SelectMany(b => b), .. PickleBuilder.Protocol(2).Call("os", "system", "id").Stop().ToArray()];
        List<string> lines = Lines(many, new DecompilerLimits { Lines = 1000 });
        Assert.InRange(lines.Count, 1000, 2300);
        Assert.Contains(lines, l => l.StartsWith("# left out: calls of os.system: 1 more", StringComparison.Ordinal));
    }

    [Fact]
    public void PlainPicklesBehindEachOtherAreCounted()
    {
        byte[] many = [.. Enumerable.Repeat("N."u8.ToArray(), 50_000).SelectMany(b => b), .. PickleBuilder.Protocol(2).Call("os", "system", "id").Stop().ToArray()];
        List<string> lines = Lines(many, new DecompilerLimits());
        Assert.InRange(lines.Count, 200, 210);
        Assert.Contains(lines, l => l.Contains("system('id')", StringComparison.Ordinal));
        Assert.Contains("# left out: 49,900 more pickles of plain data", lines);
    }

    [Fact]
    public void NothingInANameOrAStringIsObeyedByATerminal()
    {
        const string Hostile = "\e]0;x\a\e[2J\u202e\u2066\r\n\0\u0085\u200b\U000e0041";
        byte[] pickle = PickleBuilder.Protocol(4)
            .StackGlobal("a" + Hostile, "b" + Hostile).Str(Hostile).Bytes("\e[31m\r"u8).Op(Op.TUPLE2).Reduce()
            .Op(Op.PERSID).Line("\e[31m").Op(Op.TUPLE2).Op(Op.SHORT_BINUNICODE).Raw(3, 0xED, 0xA0, 0x80).Op(Op.TUPLE2).StackGlobal("x\ny", "z").Op(Op.TUPLE2).Stop().ToArray();
        string text = Text(pickle);
        Assert.DoesNotContain(text, c => c is (< ' ' and not '\n') or >= '\x7f');
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), l => Assert.Matches("^(#|[a-z()]| {4})", l));
    }

    [Fact]
    public void ColourIsOursAndChangesNothingElse()
    {
        byte[] pickle = PickleBuilder.Protocol(2).Call("os", "system", "\e[0m").Stop().ToArray();
        string coloured = Text(pickle, colour: true);
        Assert.Contains("\e[1mfrom \e[0m", coloured, StringComparison.Ordinal);
        Assert.Equal(Text(pickle), System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9;]*m", "", System.Text.RegularExpressions.RegexOptions.NonBacktracking));
    }

    [Fact]
    public void AnyWidthKeepsTheStatements()
    {
        byte[] pickle = DecompilerSamples.All["torch-state-dict"]().ToArray();
        string wide = string.Concat(Lines(pickle, new DecompilerLimits { Width = 1000 })).Replace(" ", "", StringComparison.Ordinal);
        Assert.Contains("_rebuild_tensor_v2(v2,0,(8,),(1,),False,v3)", wide, StringComparison.Ordinal);
        List<string> narrow = Lines(pickle, new DecompilerLimits { Width = 40 });
        Assert.All(narrow.Where(l => !l.Contains('#', StringComparison.Ordinal)), l => Assert.True(l.Length <= 48, l));
    }

    [Fact]
    public void ASpentLimitIsSaidAndThrown()
    {
        byte[] pickle = PickleBuilder.Protocol(2).Call("os", "system", "id").Raw([.. Enumerable.Repeat((byte)Op.NONE, 200_000)]).Stop().ToArray();
        using StringWriter writer = new();
        Assert.Throws<ScanStopException>(() => DecompiledText.Write(
            new MemorySource(pickle), writer, new TextReportOptions(), new ScanLimits { Opcodes = 100_000 },
            TestContext.Current.CancellationToken));
        Assert.Contains("v1 = system('id')", writer.ToString(), StringComparison.Ordinal);
        Assert.Contains("opcodes=100000", writer.ToString().Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void APickleInsideItselfInsideItselfEnds()
    {
        byte[] pickle = PickleBuilder.Protocol(4).Call("os", "getcwd", "deepest").Stop().ToArray();
        for (int depth = 0; depth < 12; depth++)
        {
            pickle = PickleBuilder.Protocol(4).Call("pickle", "loads", p => p.Bytes(pickle)).Stop().ToArray();
        }

        List<string> lines = Lines(pickle, new DecompilerLimits());
        Assert.Equal(new DecompilerLimits().InnerDepth + 1, lines.Count(l => l.EndsWith("# 0: a pickle", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.Contains("not decompiled", StringComparison.Ordinal));
    }

    [Fact]
    public void ManyPicklesInsideGiveABoundedText()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4);
        for (int i = 0; i < 400; i++)
        {
            byte[] inside = PickleBuilder.Protocol(4).Call("os", "getcwd", "number " + i).Stop().ToArray();
            pickle.Call("pickle", "loads", p => p.Bytes(inside)).Pop();
        }

        List<string> lines = Lines(pickle.None().Stop().ToArray(), new DecompilerLimits());
        Assert.Equal(new DecompilerLimits().InnerPickles, lines.Count(l => l.Contains("| # 0: a pickle", StringComparison.Ordinal)));
    }

    [Fact]
    public void HundredsOfThousandsOfPicklesAreCounted()
    {
        byte[] pickles = [.. Enumerable.Repeat<byte[]>([(byte)Op.NONE, (byte)Op.STOP], 300_000).SelectMany(b => b)];
        Assert.Contains("299,900 more pickles", Text(pickles), StringComparison.Ordinal);
    }

    [Fact]
    public void SameBytesGiveTheSameText()
    {
        byte[] pickle = DecompilerSamples.All["methods"]().ToArray();
        Assert.Equal(Text(pickle), Text(pickle));
    }

    [Fact]
    public void AScikitLearnModelOfJoblibIsReadToItsEnd()
    {
        Assert.SkipUnless(File.Exists("/usr/lib/python3/dist-packages/joblib/__init__.py"), "Debian's python3-joblib is not installed.");
        byte[] model = CPython.Run("""
            import io, sys, joblib, numpy as np
            from sklearn.ensemble import RandomForestClassifier
            model = RandomForestClassifier(3, max_depth=3, random_state=0).fit(np.arange(40.0).reshape(20, 2), [0, 1] * 10)
            out = io.BytesIO(); joblib.dump([model, np.array([{'a': 1}, None], dtype=object)], out); sys.stdout.buffer.write(out.getvalue())
            """);
        string text = Text(model);
        Assert.Contains("from sklearn.ensemble._forest import RandomForestClassifier", text, StringComparison.Ordinal);
        Assert.Contains("joblib reads an array of objects here", text, StringComparison.Ordinal);
        Assert.DoesNotContain("broken", text, StringComparison.Ordinal);
        Assert.StartsWith("return [", text.Split('\n')[^2], StringComparison.Ordinal);
    }

    [Fact]
    public void ManyUsesOfALongListEnd()
    {
        PickleBuilder pickle = PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Memoize().Mark();
        for (int i = 0; i < 500_000; i++)
        {
            pickle.None();
        }

        pickle.Op(Op.APPENDS);
        for (int i = 0; i < 20_000; i++)
        {
            pickle.Global("mod" + i, "f").LongGet(0).Tuple1().Reduce().Pop();
        }

        Assert.Contains("# left out:", Text(pickle.None().Stop().ToArray()), StringComparison.Ordinal);
    }
}
