// Pickles that begin with anything, and pickles inside pickles: what a loader runs of them is seen.
using System.IO.Compression;
using System.Text;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Pickle;
using Assay.Policies;
using Assay.Tests.Builders;
using Assay.Tests.Formats;
using Assay.Tests.Oracle;

namespace Assay.Tests.Bypasses;

public sealed class InnerPickleTests
{
    private const string Payload = "cbuiltins\nprint\n(S'seen'\ntR.";
    private const string Harm = "cposix\nsystem\n(S'id'\ntR.";

    /// <summary>What may stand in front of a call, as C# escapes; the second half is read by the unpickler in Python alone.</summary>
    public static TheoryData<string> Beginnings =>
    [
        "", "N0", "K\u00010", "M\u0001\u00020", "J\u0001\u0002\u0003\u00040", "I1\n0", "L1L\n0", "F1.0\n0", "G@\t!\u00FBTD-\u00180", "Vabc\n0", "S'abc'\n0", "U\u0003abc0",
        "X\u0003\u0000\u0000\u0000abc0", "\u008C\u0003abc0", "C\u0003abc0", "B\u0003\u0000\u0000\u0000abc0", "(1", "(0", "]0", "}0", ")0", "\u008F0", "(l0", "(d0", "(t0",
        "(N1", "N\u0085]\u00860", "\u00880", "\u0080\u0002", "\u0080\u0000", "\u0095\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000N0", "]p0\n0g0\n0", "Nq\u0000h\u000000", "N20\u00940", "(]K\u0001a}K\u0001Ns1",
        "F1_0.0\n0", "F 2.5\n0", "K\u0005\u0089b0", "N]b0", "N)b0",
    ];

    [Theory]
    [MemberData(nameof(Beginnings))]
    public void APickleMayBeginWithAnything(string beginning)
    {
        byte[] pickle = Latin(beginning + Payload);
        Assert.Equal("seen", Loaded(pickle));
        byte[] harmful = Latin(beginning + Harm);
        Assert.Equal(Verdict.Malicious, Scanned.Bytes(harmful, "model.bin").Verdict);
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(harmful);
        }

        Assert.Equal(Verdict.Malicious, Scanned.Bytes(packed.ToArray(), "model.gz").Verdict);
    }

    [Theory]
    [MemberData(nameof(Beginnings))]
    public void APickleInAConstantMayBeginWithAnything(string beginning)
    {
        byte[] inner = Latin(beginning + Harm);
        PickleBuilder handed = PickleBuilder.Protocol(4).StackGlobal("torch.storage", "_load_from_bytes").Bytes(inner).Tuple1().Reduce().Stop();
        Assert.Equal(Verdict.Malicious, Scanned.Pickle(handed).Verdict);
        PickleBuilder kept = PickleBuilder.Protocol(4).StackGlobal("some.module", "Wrapper").EmptyTuple().Op(Op.NEWOBJ).Bytes(inner).Build().Stop();
        Assert.Equal(Verdict.Malicious, Scanned.Pickle(kept).Verdict);
    }

    [Theory]
    [InlineData("L119547037146038801333356L\n.")]
    [InlineData("I1\n.")]
    [InlineData("N.N.K\u0001.")]
    [InlineData("F1_0.0\n.")]
    public void AShortPickleHidesNoneBehindIt(string first)
    {
        Assert.Equal("seen", Loaded(Latin(first + Payload), times: first.Count(c => c == '.') - (first.Contains("0.0", StringComparison.Ordinal) ? 1 : 0) + 1));
        Assert.Equal(Verdict.Malicious, Scanned.Bytes(Latin(first + Harm), "model.pt").Verdict);
        Assert.Equal(Verdict.Malicious, Scanned.Bytes(new ZipBuilder().Add("model", Latin(first + Harm)).Build(), "model.zip").Verdict);
    }

    [Fact]
    public void AFileOfTorchInProtocol0IsRead()
    {
        CPython.Needs("torch");
        byte[] file = CPython.Run("""
            import io, sys, torch
            out = io.BytesIO(); torch.save({'w': torch.arange(3.0)}, out, pickle_protocol=0, _use_new_zipfile_serialization=False); sys.stdout.buffer.write(out.getvalue())
            """);
        Assert.Contains("pickle", Scanned.Bytes(file, "model.pt").Formats);
    }

    [Fact]
    public void NumberAndPlaceOfAConstantDoNotHideIt()
    {
        byte[] inner = Latin(Harm);
        PickleBuilder many = PickleBuilder.Protocol(4).Op(Op.EMPTY_LIST).Mark();
        for (int i = 0; i < 600; i++)
        {
            many.Bytes(PickleBuilder.Protocol(2).Str($"decoy {i}").Stop().ToArray());
        }

        Assert.Equal(Verdict.Malicious, Scanned.Pickle(many.Bytes(inner).Op(Op.APPENDS).Stop()).Verdict);
        PickleBuilder far = PickleBuilder.Protocol(4).StackGlobal("torch.storage", "_load_from_bytes")
            .Bytes([(byte)Op.BINBYTES, .. BitConverter.GetBytes(300_000), .. new byte[300_000], (byte)Op.POP, .. inner]).Tuple1().Reduce().Stop();
        Assert.Equal(Verdict.Malicious, Scanned.Pickle(far).Verdict);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ABytearrayThatTheStreamFillsIsRead(bool assigned)
    {
        byte[] inner = Latin(Payload);
        byte[] Outer(string module, string name, byte[] bytes)
        {
            PickleBuilder pickle = PickleBuilder.Protocol(5).StackGlobal(module, name).Op(Op.BYTEARRAY8).UInt64(assigned ? (ulong)bytes.Length : 0);
            if (assigned)
            {
                pickle.Raw(new byte[bytes.Length]);
            }

            pickle.Mark();
            for (int i = 0; i < bytes.Length; i++)
            {
                if (assigned)
                {
                    pickle.Int(i - (i % 2 == 0 ? 0 : bytes.Length));
                }

                pickle.Int(bytes[i]);
            }

            return pickle.Op(assigned ? Op.SETITEMS : Op.APPENDS).Tuple1().Reduce().Stop().ToArray();
        }

        Assert.Equal("seen", Loaded(Outer("pickle", "loads", inner)));
        Assert.Contains(Recording.Read(new PickleFormat(), Outer("torch.storage", "_load_from_bytes", inner)).Children, c => c.Bytes.AsSpan().SequenceEqual(inner));
    }

    [Fact]
    public void AListWhosePlacesAreAssignedIsNotWhatItWas()
    {
        // print(*['harmless']) with its only item replaced.
        byte[] pickle = PickleBuilder.Protocol(4).StackGlobal("builtins", "print").StackGlobal("builtins", "tuple").Op(Op.EMPTY_LIST).Mark().Str("harmless").Op(Op.APPENDS)
            .Int(0).Str("seen").Op(Op.SETITEM).Tuple1().Reduce().Reduce().Stop().ToArray();
        Assert.Equal("seen", Loaded(pickle));
        Assert.DoesNotContain(Recording.Read(new PickleFormat(), pickle).Facts.OfType<Assay.Artifacts.CallableFact>(), f => f.Arguments is [{ Text: "harmless", Elided: false }]);
    }

    [Fact]
    public void ThePreviewLetsNothingPassThatImports()
    {
        StreamGenerator generator = new(20_261, [Latin("(I1\nVabc\nt."), Latin("\u0080\u0002]q\u0000(K\u0001K\u0002e.")]);
        int acting = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] stream = generator.Make(i);
            using MemorySource source = new(stream);
            PickleProbe.Trial trial = PickleProbe.Try(source, new ByteRange(0, stream.Length), new ScanBudget(new ScanLimits(), TimeProvider.System));
            if (trial.Imports)
            {
                acting++;
                Assert.True(PicklePreview.MayAct(stream.AsSpan(0, Math.Min(stream.Length, PicklePreview.Head)), stream.Length), Convert.ToHexString(stream));
            }
        }

        Assert.InRange(acting, 2_000, 20_000);
    }

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>What is printed when the unpickler in Python, from which joblib's derives, loads the bytes; they hold nothing but print.</summary>
    private static string Loaded(byte[] pickle, int times = 1) => Encoding.UTF8.GetString(CPython.Run($"""
        import io, pickle
        file = io.BytesIO(bytes.fromhex('{Convert.ToHexString(pickle)}'))
        for i in range({times}): pickle._Unpickler(file).load()
        """)).Trim();
}
