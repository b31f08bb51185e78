// A certificate holds for its file and for no other claim: thousands of changed ones are caught.
using Assay.Detection;
using Assay.Hosting;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Trust.Certificates;
using Assay.Trust.Checking;
using Assay.Trust.Tests.Builders;
using Opcode = Assay.Pickle.Op;

namespace Assay.Trust.Tests.Certificates;

public sealed class CertificateTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    public static TheoryData<string> Good => ["tensors", "ordered", "plain", "old", "two", "counter", "array", "safetensors"];

    [Theory]
    [MemberData(nameof(Good))]
    public void WhatPassedIsCertifiedAndTheCertificateHolds(string name)
    {
        byte[] file = Build(name);
        Certificate certificate = Issue(file);
        CertificateCheck check = CertificateChecker.Check(CertificateChecker.Read(CertificateChecker.Write(certificate))!, file);
        Assert.Empty(check.Faults);
        Assert.Empty(check.Resting);
        Assert.Equal(certificate.Parts.Sum(p => p.Events.Count), check.Verified);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void EachChangedByteOfTheFileIsCaught(string name)
    {
        byte[] file = Build(name);
        Certificate certificate = Issue(file);
        for (int at = 0; at < file.Length; at++)
        {
            foreach (byte flip in (ReadOnlySpan<byte>)[1, 0x80, 0xFF])
            {
                byte[] changed = [.. file];
                changed[at] ^= flip;
                Assert.NotEmpty(CertificateChecker.Check(certificate, changed).Faults);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void AChangedFileWhoseDigestsWereMendedIsCaughtWhereALoaderDoesSomethingElse(string name)
    {
        // Whoever changes a file can work out new digests; what they cannot do is keep the claims about what it does.
        byte[] file = Build(name);
        Certificate certificate = Issue(file);
        int others = 0;
        for (int at = 0; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= 1;
            IReadOnlyList<CheckedPart> parts;
            try
            {
                parts = CheckedFile.Read(changed, out _);
            }
            catch (UncheckableException)
            {
                continue;
            }

            Certificate mended = certificate with
            {
                Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(changed)),
                Parts = [.. certificate.Parts.Zip(parts, (p, q) => p with { Sha256 = q.Sha256 })],
            };
            bool same = parts.SelectMany(p => p.Events).SequenceEqual(certificate.Parts.SelectMany(p => p.Events));
            others += same ? 0 : 1;
            Assert.True(same || CertificateChecker.Check(mended, changed).Faults.Count > 0, $"byte {at}");
        }

        Assert.True(name is "plain" or "array" or "safetensors" || others > 0);
    }

    [Theory]
    [MemberData(nameof(Good))]
    public void EachOmittedOrChangedClaimIsCaught(string name)
    {
        byte[] file = Build(name);
        Certificate certificate = Issue(file);
        int mutants = 0;
        foreach (Certificate mutant in Mutants(certificate))
        {
            mutants++;
            Assert.NotEmpty(CertificateChecker.Check(mutant, file).Faults);
        }

        Assert.True(mutants > (certificate.Callables.Count == 0 ? 10 : 25));
    }

    [Fact]
    public void WhatACertificateCannotBeAbout()
    {
        Assert.Throws<SettingException>(() => Issue(Samples.Evil()));
        Assert.Throws<SettingException>(() => Issue(Samples.Unknown()));
        Assert.Throws<SettingException>(() => Issue(PickleBuilder.Protocol(4).Op(Opcode.EMPTY_DICT).Op(Opcode.STOP).Raw((byte)'x').ToArray()));
    }

    [Fact]
    public void AStateThatIsPutIntoAnImportIsNothingThatAnybodyVouchesFor()
    {
        // The class is everybody's: what is put into it, others call.
        byte[] file = PickleBuilder.Protocol(4).StackGlobal("collections", "OrderedDict").Op(Opcode.EMPTY_DICT).Op(Opcode.BUILD).Op(Opcode.STOP).ToArray();
        Assert.Throws<UncheckableException>(() => CheckedFile.Read(file, out _));
    }

    [Fact]
    public void WhatIsAPickleAsWellIsNoOtherFormat()
    {
        // Good safetensors, and a pickle: the first byte of the header's length is BINBYTES and the next ones how far it steps, into a text of the metadata. There
        // SHORT_BINSTRINGs step from one to the next, and behind the header into the tensor.
        const int Step = 200, Header = 0x42 + (256 * Step), First = 5 + Step, Link = 128;
        byte[] tensor = [.. "xxx"u8, .. "cos\nsystem\n(S'echo canary'\ntR."u8];
        byte[] head = System.Text.Encoding.ASCII.GetBytes($"{{\"w\":{{\"dtype\":\"U8\",\"shape\":[{tensor.Length}],\"data_offsets\":[0,{tensor.Length}]}},\"__metadata__\":{{\"a\":\"".PadRight(Header - 3, 'x') + "\"}}");
        for (int at = First - 8; at < Header - 3; at += Link)
        {
            "U~"u8.CopyTo(head.AsSpan(at));
        }

        byte[] file = [.. BitConverter.GetBytes((ulong)Header), .. head, .. tensor];
        Assert.True(CheckedPickle.ImportsAnything(file));
        Assert.Throws<UncheckableException>(() => CheckedFile.Read(file, out _));
        head[First - 8] = (byte)'x';
        Assert.Single(CheckedFile.Read([.. BitConverter.GetBytes((ulong)Header), .. head, .. tensor], out _));
    }

    [Fact]
    public void AByteOfAnArchiveThatBelongsToNoMemberIsCaught()
    {
        byte[] file = Torch();
        int directory = file.AsSpan().IndexOf("PK\x01\x02"u8), end = file.AsSpan().LastIndexOf("PK\x05\x06"u8);
        Assert.Equal("zip", Format(file));

        // Bytes between the last member and the directory, which the end then finds.
        byte[] gap = [.. file[..directory], .. "hidden"u8, .. file[directory..]];
        BitConverter.GetBytes(directory + 6).CopyTo(gap, end + 6 + 16);
        Assert.Throws<UncheckableException>(() => Format(gap));

        // The name before the member is another than in the directory.
        byte[] twoNames = [.. file];
        twoNames[30] ^= 1;
        Assert.Throws<UncheckableException>(() => Format(twoNames));

        // A member that the directory does not list.
        byte[] dropped = [.. file];
        BitConverter.GetBytes((ushort)(BitConverter.ToUInt16(file, end + 10) - 1)).CopyTo(dropped, end + 10);
        Assert.Throws<UncheckableException>(() => Format(dropped));

        // A second name for a member, in a field of the directory: version, checksum of the first name, and the name.
        byte[] first = "archive/data/0"u8.ToArray(), second = [.. "\u0075\u0070"u8, 21, 0, 1, 0, 0, 0, 0, .. "archive/data.pkl"u8];
        int listed = directory;
        while (!file.AsSpan(listed + 46).StartsWith(first))
        {
            listed += 46 + BitConverter.ToUInt16(file, listed + 28) + BitConverter.ToUInt16(file, listed + 30) + BitConverter.ToUInt16(file, listed + 32);
        }

        byte[] renamed = [.. file[..(listed + 46 + first.Length)], .. second, .. file[(listed + 46 + first.Length)..]];
        BitConverter.GetBytes((ushort)(BitConverter.ToUInt16(file, listed + 30) + second.Length)).CopyTo(renamed, listed + 30);
        BitConverter.GetBytes(BitConverter.ToInt32(file, end + 12) + second.Length).CopyTo(renamed, end + second.Length + 12);
        Assert.Contains("second name", Assert.Throws<UncheckableException>(() => Format(renamed)).Message, StringComparison.Ordinal);

        static string Format(byte[] bytes)
        {
            CheckedFile.Read(bytes, out string format);
            return format;
        }
    }

    [Fact]
    public void WhatPacksSayIsTheirOwnWordAndNotTheCertificates()
    {
        byte[] evil = Samples.Evil();
        string model = _tree["evil.pkl"], certificate = _tree["forged.json"];
        File.WriteAllBytes(model, evil);
        File.WriteAllBytes(certificate, CertificateChecker.Write(Forge(evil)));
        Commanded.Run(_tree["home"], _tree.Root, ["certificate", "check", certificate, model]).Ended(2);
        Commanded.Run(_tree["home"], _tree.Root, ["certificate", "check", certificate, model, "--accept-packs"]).Ended(2);
    }

    [Fact]
    public void WhatTheCheckerDoesNotReadIsNamed()
    {
        string model = _tree.Add("m.gguf", "GGUF\u0003\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        Commanded said = Commanded.Run(_tree["home"], _tree.Root, ["scan", model, "--certificate", _tree["c.json"]]);
        Assert.False(File.Exists(_tree["c.json"]));
        Assert.NotEqual(0, said.Code);
    }

    [Theory]
    [InlineData("os.system", "tuple['id']")]
    [InlineData("torch._utils._rebuild_tensor_v3", "tuple[]")]
    [InlineData("collections.OrderedDict()", "tuple[]")]
    public void AReasonThatTheCheckerDoesNotKnowIsNotItsOwn(string callee, string arguments)
    {
        CheckedPart part = new() { Kind = "pickle", Events = [new CheckedEvent(0, "call", callee, arguments)] };
        Assert.Contains(callee.Replace("()", "", StringComparison.Ordinal), CertificateChecker.NamesOf([part]));
        Assert.Null(CertificateChecker.Known(callee));
    }

    [Fact]
    public void ACallThatIsHarmlessOnlyWithSomeArgumentsIsHeldToThem()
    {
        // copyreg._reconstructor makes an instance of whatever class it gets.
        byte[] file = PickleBuilder.Protocol(2).Global("copyreg", "_reconstructor").Global("subprocess", "Popen").Global("builtins", "object").Op(Opcode.NONE).Op(Opcode.TUPLE3).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray();
        Certificate forged = Forge(file);
        Assert.Contains(CertificateChecker.Check(forged, file).Faults, f => f.Claim == "callables");
        byte[] encode = PickleBuilder.Protocol(2).Global("_codecs", "encode").Str("x").Str("rot13").Op(Opcode.TUPLE2).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray();
        Assert.Contains(CertificateChecker.Check(Forge(encode), encode).Faults, f => f.Claim == "callables");

        // The third argument is how faults are treated, and the second any codec of all that there are.
        byte[] third = PickleBuilder.Protocol(2).Global("_codecs", "encode").Str("x").Str("rot13").Str("latin1").Op(Opcode.TUPLE3).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray();
        Assert.Contains(CertificateChecker.Check(Forge(third), third).Faults, f => f.Claim == "callables");
    }

    [Fact]
    public void ALargeArgumentOfManyCallsAndALongNumberAreRefusedSoon()
    {
        byte[] head = [0x80, 2, .. "cbuiltins\nset\nq\0("u8, .. Enumerable.Repeat((byte)'N', 50_000), .. "tq\u0001"u8];
        byte[] calls = [.. head, .. Enumerable.Repeat((byte[])[.. "0h\0h\u0001R"u8], 20_000).SelectMany(c => c), (byte)'.'];
        System.Diagnostics.Stopwatch watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Throws<UncheckableException>(() => CheckedFile.Read(calls, out _));
        Assert.Throws<UncheckableException>(() => CheckedFile.Read([0x80, 2, 0x8b, 0, 0, 0x40, 0, .. new byte[0x400000], (byte)'.'], out _));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void TheCheckerKnowsNothingOfTheRest()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(root, "Assay.slnx")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("There is no repository here.");
        }

        string[] files = Directory.GetFiles(Path.Join(root, "src/Assay.Trust/Checking"), "*.cs");
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.DoesNotMatch(@"using Assay|Assay\.(?!Trust\.Checking)[A-Z]", File.ReadAllText(f)));
        Assert.True(files.Sum(f => File.ReadAllLines(f).Length) < 1200, "A checker that nobody reads in one sitting is none.");
    }

    [Fact]
    public void TheCommandsIssueAndCheck()
    {
        string model = _tree["m.pkl"], certificate = _tree["c.json"], evil = _tree["evil.pkl"];
        File.WriteAllBytes(model, Build("ordered"));
        File.WriteAllBytes(evil, Samples.Evil());
        Commanded Run(params string[] arguments) => Commanded.Run(_tree["home"], _tree.Root, arguments);
        Run("scan", model, "--certificate", certificate).Ended(0);
        Run("certificate", "check", certificate, model).Ended(0);
        Run("certificate", "check", certificate, evil).Ended(1);
        Run("scan", evil, "--certificate", _tree["none.json"]).Ended(1);
        Assert.False(File.Exists(_tree["none.json"]));
        Run("scan", _tree.Root, "--certificate", _tree["none.json"]).Ended(4);
        Run("certificate", "check", model, model).Ended(4);
        Run("certificate", "check", certificate, _tree["missing"]).Ended(4);
    }

    /// <summary>Certificates that claim a little else, each in one place.</summary>
    private static IEnumerable<Certificate> Mutants(Certificate certificate)
    {
        yield return certificate with { Schema = "assay.certificate/2" };
        yield return certificate with { Size = certificate.Size + 1 };
        yield return certificate with { Sha256 = new string('0', 64) };
        yield return certificate with { Format = "tar" };
        yield return certificate with { Callables = [.. certificate.Callables, new CertifiedName { Name = "zzz.more" }] };
        for (int i = 0; i < certificate.Callables.Count; i++)
        {
            CertifiedName name = certificate.Callables[i];
            foreach (CertifiedName? other in new[] { null, name with { Why = "Because." }, name with { Does = "nothing" }, name with { By = "pack" }, name with { Name = name.Name + "x" }, name with { Why = "" } })
            {
                yield return certificate with { Callables = Replaced(certificate.Callables, i, other) };
            }
        }

        for (int i = 0; i < certificate.Parts.Count; i++)
        {
            CheckedPart part = certificate.Parts[i];
            foreach (CheckedPart? other in new[] { null, part with { Kind = part.Kind + "s" }, part with { Length = part.Length - 1 }, part with { Offset = part.Offset + 1 }, part with { Path = part.Path + "x" }, part with { Sha256 = new string('1', 64) } })
            {
                yield return certificate with { Parts = Replaced(certificate.Parts, i, other) };
            }

            for (int j = 0; j < part.Events.Count; j++)
            {
                CheckedEvent one = part.Events[j];
                foreach (CheckedEvent? other in new[] { null, one with { Offset = one.Offset + 1 }, one with { Kind = "import " + one.Kind }, one with { Callee = "builtins.print" }, one with { Arguments = one.Arguments + " " } })
                {
                    yield return certificate with { Parts = Replaced(certificate.Parts, i, part with { Events = Replaced(part.Events, j, other) }) };
                }

                yield return certificate with { Parts = Replaced(certificate.Parts, i, part with { Events = [.. part.Events.Take(j), one, .. part.Events.Skip(j)] }) };
            }
        }
    }

    private static List<T> Replaced<T>(IReadOnlyList<T> list, int at, T? other)
        where T : class => [.. list.Take(at), .. other is null ? (IEnumerable<T>)[] : [other], .. list.Skip(at + 1)];

    private static Certificate Issue(byte[] file)
    {
        string name = file switch { [0x93, ..] => "m.npy", [(byte)'P', (byte)'K', ..] => "m.pt", [_, _, _, _, _, _, _, _, (byte)'{', ..] => "m.safetensors", _ => "m.pkl" };
        TargetReport report = Samples.Scan(file, name);
        return CertificateIssuing.Issue(report, Samples.Head, RuleSet.Default, file);
    }

    /// <summary>What somebody would write who says that everything is harmless.</summary>
    private static Certificate Forge(byte[] file)
    {
        IReadOnlyList<CheckedPart> parts = CheckedFile.Read(file, out string format);
        return new Certificate
        {
            Schema = Certificate.CurrentSchema,
            Size = file.Length,
            Sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(file)),
            Format = format,
            Parts = parts,
            Callables = [.. CertificateChecker.NamesOf(parts).Select(n => CertificateChecker.Known(n) is { } k ? new CertifiedName { Name = n, Does = k.Does, Why = k.Why, By = "checker" } : new CertifiedName { Name = n, By = "pack" })],
        };
    }

    private static byte[] Build(string name) => name switch
    {
        "tensors" => Torch(),
        "ordered" => PickleBuilder.Protocol(4).StackGlobal("collections", "OrderedDict").Op(Opcode.EMPTY_TUPLE).Op(Opcode.REDUCE).Op(Opcode.MEMOIZE).Op(Opcode.MARK)
            .Str("weight").Op(Opcode.NONE).Str("bias").Op(Opcode.NEWTRUE).Op(Opcode.SETITEMS).Op(Opcode.STOP).ToArray(),
        "plain" => PickleBuilder.Protocol(4).Op(Opcode.EMPTY_DICT).Op(Opcode.MEMOIZE).Op(Opcode.MARK).Str("a").Op(Opcode.NONE).Str("b").Op(Opcode.EMPTY_LIST).Op(Opcode.SETITEMS).Op(Opcode.STOP).ToArray(),
        "old" => PickleBuilder.Start().Global("copy_reg", "_reconstructor").Op(Opcode.MARK).Global("__builtin__", "object").Global("__builtin__", "object").Op(Opcode.NONE).Op(Opcode.TUPLE).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray(),
        "array" => [0x93, .. "NUMPY\u0001\0\u0076\0"u8, .. System.Text.Encoding.ASCII.GetBytes("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".PadRight(117) + "\n"), .. new byte[24]],
        "safetensors" => [60, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes("{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}".PadRight(60)), .. new byte[8]],
        "two" => [.. Build("ordered"), .. Build("plain")],
        _ => PickleBuilder.Protocol(4).StackGlobal("collections", "Counter").Op(Opcode.EMPTY_DICT).Op(Opcode.TUPLE1).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray(),
    };

    private static byte[] Torch()
    {
        byte[] pickle = PickleBuilder.Protocol(2).Op(Opcode.EMPTY_DICT).Str("w").Global("torch._utils", "_rebuild_tensor_v2").Op(Opcode.MARK).Op(Opcode.MARK)
            .Str("storage").Global("torch", "FloatStorage").Str("0").Str("cpu").Op(Opcode.BININT1).Raw(1).Op(Opcode.TUPLE).Op(Opcode.BINPERSID)
            .Op(Opcode.BININT1).Raw(0).Op(Opcode.BININT1).Raw(1).Op(Opcode.TUPLE1).Op(Opcode.BININT1).Raw(1).Op(Opcode.TUPLE1).Op(Opcode.NEWFALSE)
            .Global("collections", "OrderedDict").Op(Opcode.EMPTY_TUPLE).Op(Opcode.REDUCE).Op(Opcode.TUPLE).Op(Opcode.REDUCE).Op(Opcode.SETITEM).Op(Opcode.STOP).ToArray();
        using MemoryStream stream = new();
        using (System.IO.Compression.ZipArchive zip = new(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in (ReadOnlySpan<(string, byte[])>)[("archive/data.pkl", pickle), ("archive/byteorder", "little"u8.ToArray()), ("archive/data/0", new byte[4]), ("archive/version", "3\n"u8.ToArray())])
            {
                System.IO.Compression.ZipArchiveEntry entry = zip.CreateEntry(name, System.IO.Compression.CompressionLevel.NoCompression);
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using Stream member = entry.Open();
                member.Write(content);
            }
        }

        return stream.ToArray();
    }
}
