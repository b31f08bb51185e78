// Small model files that these tests look at.
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Opcode = Assay.Pickle.Op;

namespace Assay.Trust.Tests.Builders;

/// <summary>Small model files, and what a scan says of them.</summary>
internal static class Samples
{
    /// <summary>A pickle that calls os.system with a harmless command.</summary>
    public static byte[] Evil(string command = "echo canary") =>
        PickleBuilder.Protocol(4).StackGlobal("os", "system").Str(command).Op(Opcode.TUPLE1).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray();

    /// <summary>A pickle that calls something that nobody knows, with a path.</summary>
    public static byte[] Unknown(string name = "Model") =>
        PickleBuilder.Protocol(4).StackGlobal("somebody.models", name).Str("/srv/models/settings.py").Op(Opcode.TUPLE1).Op(Opcode.REDUCE).Op(Opcode.STOP).ToArray();

    /// <summary>A report with digest and facts.</summary>
    public static TargetReport Scan(byte[] bytes, string path = "model.pkl") =>
        new Scanner(Options).Scan(new ScanInput { Path = path, Open = () => new MemorySource(bytes), Named = true }, CancellationToken.None).Report!;

    /// <summary>What scans of these tests rest on.</summary>
    public static ScanHead Head => new Scanner(Options).Head;

    private static ScanOptions Options => new() { Rules = RuleSet.Default, Policy = Policy.None, DigestAll = true, KeepFacts = true };
}
