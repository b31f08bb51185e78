// Values to push while writing a pickle, so that a nested call reads like the Python it stands for.
using Assay.Pickle;

namespace Assay.Tests.Builders;

/// <summary>Values to push while writing a pickle: texts, numbers, bytes, null, booleans, and whatever the methods here make.</summary>
internal static class PickleParts
{
    public static Action<PickleBuilder> Import(string module, string name) => b => b.Global(module, name);

    public static Action<PickleBuilder> Call(string module, string name, params object?[] arguments) => b => b.Invoke(module, name, arguments);

    public static Action<PickleBuilder> CallOn(object callee, params object?[] arguments) => b => b.Push(callee).Push(Tuple(arguments)).Reduce();

    public static Action<PickleBuilder> New(string module, string name, params object?[] arguments) =>
        b => b.Global(module, name).Push(Tuple(arguments)).Op(Op.NEWOBJ);

    public static Action<PickleBuilder> Built(object target, object? state) => b => b.Push(target).Push(state).Build();

    public static Action<PickleBuilder> Tuple(params object?[] items) => b => b.Mark().PushAll(items).Tuple();

    public static Action<PickleBuilder> List(params object?[] items) => b => b.Op(Op.EMPTY_LIST).Mark().PushAll(items).Op(Op.APPENDS);

    public static Action<PickleBuilder> Dict(params object?[] pairs) => b => b.Op(Op.EMPTY_DICT).Mark().PushAll(pairs).Op(Op.SETITEMS);

    public static Action<PickleBuilder> Storage(string type, string key, int count) =>
        b => b.Push(Tuple("storage", Import("torch", type), key, "cpu", count)).Op(Op.BINPERSID);

    /// <summary>What torch writes for a tensor of floats of one dimension.</summary>
    public static Action<PickleBuilder> Tensor(string key, int count) => Tensor(key, count, 0, [count], [1]);

    public static Action<PickleBuilder> Tensor(string key, int count, int offset, int[] size, int[] stride) => Call(
        "torch._utils",
        "_rebuild_tensor_v2",
        Storage("FloatStorage", key, count),
        offset,
        Tuple([.. size.Cast<object?>()]),
        Tuple([.. stride.Cast<object?>()]),
        false,
        Call("collections", "OrderedDict"));

    /// <summary>Imports a callable by GLOBAL and calls it by REDUCE; leaves the result on the stack.</summary>
    public static PickleBuilder Invoke(this PickleBuilder builder, string module, string name, params object?[] arguments) =>
        builder.Global(module, name).Push(Tuple(arguments)).Reduce();

    public static PickleBuilder PushAll(this PickleBuilder builder, params object?[] items)
    {
        foreach (object? item in items)
        {
            builder.Push(item);
        }

        return builder;
    }

    public static PickleBuilder Push(this PickleBuilder builder, object? item)
    {
        switch (item)
        {
            case null: return builder.None();
            case Action<PickleBuilder> write:
                write(builder);
                return builder;
            case string text: return builder.Op(Op.BINUNICODE).UInt32((uint)System.Text.Encoding.UTF8.GetByteCount(text)).Raw(System.Text.Encoding.UTF8.GetBytes(text));
            case int number: return builder.Int(number);
            case bool flag: return builder.Op(flag ? Op.NEWTRUE : Op.NEWFALSE);
            case byte[] bytes: return builder.Bytes(bytes);
            default: throw new ArgumentException($"A pickle of a test cannot hold {item.GetType()}.", nameof(item));
        }
    }

    /// <summary>A pickle of protocol 2 that holds one value.</summary>
    public static byte[] PickleOf(object? value, int protocol = 2) => PickleBuilder.Protocol(protocol).Push(value).Stop().ToArray();
}
