// Callables that hand on what they get: weak references, caches and decorators, files in memory, the constructors behind copyreg.
using Assay.Codecs;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Callables through which a value only passes, so that what is behind them is still called or loaded.</summary>
internal static class WrapperFunctions
{
    private static readonly string[] s_same =
    [
        "functools.cache", "functools.singledispatch", "functools.cached_property", "functools.total_ordering", "builtins.staticmethod", "builtins.classmethod", "builtins.property",
        "inspect.unwrap", "copy.copy", "copy.deepcopy", "weakref.proxy", "contextlib.contextmanager", "asyncio.coroutine", "types.coroutine",
        "typing.no_type_check", "typing.final", "functools.update_wrapper", "abc.abstractmethod",
    ];

    public static void Add(Dictionary<string, PureFunction> all)
    {
        foreach (string name in s_same)
        {
            all[name] = (_, a) => a.At(0) is FoldedName or FoldedPartial or FoldedMethod or FoldedGetter or FoldedThunk or FoldedFunction or FoldedCode || a.At(0).IsData ? a[0] : FoldedValue.Unknown;
        }

        all["functools.lru_cache"] = (_, a) => a.At(0) is FoldedName or FoldedPartial or FoldedMethod ? a[0] : new FoldedFunction(b => b.At(0));
        all["functools.wraps"] = (_, _) => new FoldedFunction(b => b.At(0));
        all["functools.partialmethod"] = all["functools.partial"];
        all["typing.cast"] = (_, a) => a.At(1);
        all["weakref.ref"] = all["weakref.WeakMethod"] = (_, a) => a.Count > 0 && !a[0].IsUnknown ? new FoldedThunk(a[0]) : FoldedValue.Unknown;
        all["io.BytesIO"] = (_, a) => a.Count == 0 ? new FoldedFile(new FoldedBytes([])) : a[0] is FoldedBytes or FoldedPacked ? new FoldedFile(a[0]) : FoldedValue.Unknown;
        all["io.StringIO"] = (_, a) => a.Count > 0 && a[0] is FoldedText ? new FoldedFile(a[0]) : FoldedValue.Unknown;
        foreach (string name in (string[])["read", "getvalue", "getbuffer", "readall"])
        {
            all["file." + name] = (_, a) => a.Count == 1 && a[0] is FoldedFile file ? file.Content : FoldedValue.Unknown;
        }

        all["gzip.GzipFile"] = (f, a) => a.FirstOrDefault(v => v is FoldedFile) is FoldedFile file ? File(f.Inflate(CodecKind.Gzip, file.Content, "gzip")) : FoldedValue.Unknown;
        all["bz2.BZ2File"] = all["bz2.open"] = (f, a) => a.At(0) is FoldedFile file ? File(f.Inflate(CodecKind.Bzip2, file.Content, "bz2")) : FoldedValue.Unknown;
        all["gzip.open"] = (f, a) => a.At(0) is FoldedFile file ? File(f.Inflate(CodecKind.Gzip, file.Content, "gzip")) : FoldedValue.Unknown;

        foreach (string codec in (string[])["zlib", "gzip", "bz2", "lzma"])
        {
            all[codec + ".compress"] = (_, a) => a.At(0) is FoldedBytes bytes ? new FoldedPacked(codec, bytes) : FoldedValue.Unknown;
        }

        all["copyreg._reconstructor"] = (f, a) => a is [FoldedName made, FoldedName like, var state] ? f.Apply(made, like.Path == "builtins.object" ? [] : [state]) : FoldedValue.Unknown;
        all["copyreg.__newobj__"] = (f, a) => a.At(0) is FoldedName made ? f.Apply(made, [.. a.Skip(1)]) : FoldedValue.Unknown;
        all["copyreg.__newobj_ex__"] = (f, a) => a is [FoldedName made, FoldedSequence given, var named] ? f.Apply(made, given.Items, KeywordArguments.Of(named)) : FoldedValue.Unknown;
        foreach (string name in (string[])["Crypto.Util.strxor.strxor", "Cryptodome.Util.strxor.strxor"])
        {
            all[name] = (f, a) => a.Bytes(0) is { } x && a.Bytes(1) is { } y && x.Length == y.Length && a.Count == 2
                ? f.Made(Xor(x, y), a) is FoldedBytes made ? made with { Layers = Arguments.Through(made, "xor") } : FoldedValue.Unknown
                : FoldedValue.Unknown;
        }
    }

    private static byte[] Xor(byte[] left, byte[] right)
    {
        byte[] made = new byte[left.Length];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = (byte)(left[i] ^ right[i]);
        }

        return made;
    }

    private static FoldedValue File(FoldedValue content) => content.IsUnknown ? content : new FoldedFile(content);
}
