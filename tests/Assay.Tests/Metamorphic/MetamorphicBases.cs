// The files that metamorphic tests start from: what must stay malicious, and what must stay passed.
using Assay.Pickle;
using Assay.Tests.Builders;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Metamorphic;

/// <summary>The files that metamorphic tests start from. Every name of a file is a name of a test case.</summary>
internal static class MetamorphicBases
{
    public static IReadOnlyDictionary<string, byte[]> MaliciousPickles { get; } = new Dictionary<string, byte[]>
    {
        ["reduce"] = PickleOf(Call("os", "system", "id")),
        ["posix in a dict"] = PickleOf(Dict("a", 1, "b", List(1, 2, Call("posix", "system", "id")))),
        ["eval"] = PickleOf(Tuple(7, Call("builtins", "eval", "1+1")), 4),
        ["stack global"] = PickleBuilder.Protocol(4).StackGlobal("subprocess", "Popen").Memoize().Push(Tuple("id")).Reduce().Memoize().Stop().ToArray(),
        ["names from the memo"] = PickleBuilder.Protocol(4).Str("os").Memoize().Str("system").Memoize().Pop().Pop().Get(0).Get(1).Op(Op.STACK_GLOBAL).Push(Tuple("id")).Reduce().Stop().ToArray(),
        ["inst"] = PickleBuilder.Protocol(2).Mark().Push("id").Inst("os", "system").Stop().ToArray(),
        ["obj and pop"] = PickleBuilder.Protocol(2).Mark().Global("os", "system").Push("id").Op(Op.OBJ).Pop().None().Stop().ToArray(),
        ["dotted walk"] = PickleBuilder.Protocol(4).StackGlobal("pathlib", "os.system").Push(Tuple("id")).Reduce().Stop().ToArray(),
        ["getattr chain"] = PickleOf(CallOn(Call("builtins", "getattr", Call("importlib", "import_module", "os"), "system"), "id")),
        ["partial"] = PickleOf(Call("functools", "partial", Import("os", "system"), "id")),
        ["planted method"] = PickleOf(Built(Built(New("argparse", "Namespace"), Dict("__setstate__", Import("os", "system"))), "id")),
        ["nested"] = PickleOf(Call("pickle", "loads", PickleOf(Call("os", "system", "id")))),
        ["in a checkpoint"] = PickleOf(TorchFiles.Checkpoint(Call("os", "system", "id"))),
        ["extension"] = PickleBuilder.Protocol(2).Invoke("copyreg", "add_extension", "os", "system", 240).Pop().Op(Op.EXT1).Raw(240).Push(Tuple("id")).Reduce().Stop().ToArray(),
        ["breaks behind"] = [.. PickleOf(Call("os", "system", "id"))[..^1], 0xFF],
    };

    public static IReadOnlyDictionary<string, byte[]> SuspiciousPickles { get; } = new Dictionary<string, byte[]>
    {
        ["unknown function"] = PickleOf(Call("mypackage", "run", "/srv/x.sh")),
        ["imported only"] = PickleOf(Dict("f", Import("os", "system"))),
        ["decoded"] = PickleOf(Call("codecs", "decode", "uryyb", "rot13")),
        ["unregistered extension"] = PickleBuilder.Protocol(2).Op(Op.EXT1).Raw(7).Stop().ToArray(),
    };

    public static IReadOnlyDictionary<string, byte[]> BenignPickles { get; } = new Dictionary<string, byte[]>
    {
        ["numbers"] = PickleOf(Dict("epoch", 3, "loss", List(1, 2, 3), "name", "model")),
        ["state dict"] = PickleOf(TorchFiles.StateDict),
        ["own class"] = PickleOf(Built(New("sklearn.svm._classes", "SVC"), Dict("C", 1, "kernel", "rbf")), 4),
        ["standard library"] = PickleOf(List(Call("collections", "OrderedDict"), Call("decimal", "Decimal", "1.5"), Call("collections", "defaultdict", Import("builtins", "list")))),
    };

    public static IReadOnlyDictionary<string, byte[]> MaliciousFiles { get; } = new Dictionary<string, byte[]>(MaliciousPickles)
    {
        ["torch zip"] = TorchFiles.Zip(Call("os", "system", "id")),
        ["torch legacy"] = TorchFiles.Legacy(PickleOf(TorchFiles.Checkpoint(Call("os", "system", "id")))),
        ["torch tar"] = TorchFiles.Tar(PickleOf(Call("os", "system", "id"))),
        ["torch zip with a lying header"] = new ZipBuilder().Add(new ZipMember("archive/x", PickleOf(Call("os", "system", "id"))) { LocalName = "archive/data.pkl", Flags = 1 }).Build(),
        ["npy"] = NumpyFiles.Objects(Call("os", "system", "id")),
        ["npz"] = new ZipBuilder().Add("a.npy", NumpyFiles.Objects(Call("os", "system", "id")), 8).Build(),
        ["joblib"] = PickleOf(List(NumpyFiles.JoblibArray(new byte[64]), Call("os", "system", "id")), 4),
        ["text"] = "cos\nsystem\n(S'id'\ntR."u8.ToArray(),
    };

    public static IReadOnlyDictionary<string, byte[]> BenignFiles { get; } = new Dictionary<string, byte[]>(BenignPickles)
    {
        ["torch zip"] = TorchFiles.Zip(1),
        ["torch legacy"] = TorchFiles.Legacy(PickleOf(TorchFiles.StateDict)),
        ["npy"] = NumpyFiles.Floats(4),
        ["npz"] = new ZipBuilder().Add("a.npy", NumpyFiles.Floats(4), 8).Build(),
        ["joblib"] = PickleOf(List(NumpyFiles.JoblibArray(new byte[64]), 1), 4),
    };
}
