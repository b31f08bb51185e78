// Writes the containers of PyTorch around a pickle: zip, legacy, tar.
using System.Buffers.Binary;
using Assay.Pickle;
using static Assay.Tests.Builders.PickleParts;

namespace Assay.Tests.Builders;

/// <summary>Writes the containers of PyTorch around a pickle.</summary>
internal static class TorchFiles
{
    public const int Floats = 4;

    /// <summary>The state dict of one tensor of four floats in storage "0".</summary>
    public static Action<PickleBuilder> StateDict { get; } =
        Built(b => b.Push(Call("collections", "OrderedDict")).Push("weight").Push(Tensor("0", Floats)).Op(Op.SETITEM), Dict("_metadata", Call("collections", "OrderedDict")));

    /// <summary>The value beside a state dict in a dictionary, as training programs save checkpoints.</summary>
    public static Action<PickleBuilder> Checkpoint(object? value) => Dict("state_dict", StateDict, "extra", value);

    private static Action<PickleBuilder> Built(Action<PickleBuilder> target, object? state) => b => b.Push(target).Push(state).Build();

    public static ZipBuilder Members(byte[] pickle, string folder = "archive") => new ZipBuilder()
        .Add($"{folder}/data.pkl", pickle)
        .Add($"{folder}/byteorder", "little")
        .Add($"{folder}/data/0", new byte[4 * Floats])
        .Add($"{folder}/version", "3\n");

    public static byte[] Zip(object? value) => Members(PickleOf(Checkpoint(value))).Build();

    /// <summary>The legacy format: the fourth pickle is <paramref name="value"/>, or the one at <paramref name="ordinal"/> is replaced by it.</summary>
    public static byte[] Legacy(byte[] pickle, int ordinal = 4, byte[]? magic = null)
    {
        byte[][] pickles =
        [
            magic ?? PickleBuilder.Protocol(2).Op(Op.LONG1).Raw(10).Raw(0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19).Stop().ToArray(),
            PickleOf(1001),
            PickleOf(Dict("protocol_version", 1001, "little_endian", true, "type_sizes", Dict("short", 2, "int", 4, "long", 4))),
            PickleOf(StateDict),
            PickleOf(List("0")),
        ];
        pickles[ordinal - 1] = pickle;
        byte[] storage = new byte[8 + (4 * Floats)];
        BinaryPrimitives.WriteInt64LittleEndian(storage, Floats);
        return [.. pickles.SelectMany(p => p), .. storage];
    }

    public static byte[] Tar(byte[] pickle) => new TarBuilder()
        .Add("sys_info", PickleOf(Dict("protocol_version", 1000)))
        .Add("pickle", pickle)
        .Add("tensors", PickleOf(0))
        .Add("storages", PickleOf(0))
        .Build();
}
