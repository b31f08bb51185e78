// What generated opcodes have as arguments: mostly ordinary, sometimes what parsers disagree about.
namespace Assay.Tests.Oracle;

/// <summary>What generated opcodes have as arguments.</summary>
internal static class ArgumentPool
{
    public static IReadOnlyList<string> Modules { get; } =
    [
        "os", "posix", "builtins", "__builtin__", "collections", "copy_reg", "torch._utils", "numpy.core.multiarray", "a.b.c", "caf\u00e9", "sys",
    ];

    public static IReadOnlyList<string> Names { get; } =
    [
        "system", "eval", "getattr", "OrderedDict", "_reconstructor", "_rebuild_tensor_v2", "path.join", "__class__", "x", "na\u00efve", "\u732b",
    ];

    /// <summary>What PyTorch's restricted unpickler lets a pickle name, and the recorder in its place.</summary>
    public static IReadOnlyList<(string Module, string Name)> Allowed { get; } =
    [
        ("torch._utils", "_rebuild_tensor_v2"), ("collections", "OrderedDict"), ("torch", "FloatStorage"), ("torch", "float32"),
        ("torch.nn.parameter", "Parameter"), ("torch", "Size"), ("collections", "Counter"),
    ];

    /// <summary>Texts of the opcodes that take a line; the first half of each list is what picklers write.</summary>
    public static IReadOnlyList<string> Ints { get; } =
    [
        "0", "1", "00", "01", "12", "-5", "2147483648", "99999999999999999999",
        "0x10", "010", " 1", "+1", "1_0", "0b1", "0o7", "1L", "08", "1\0junk", "\0x", "", "0x", "- 1", "1 ", "_1", "1_", "\t7", "0_0", "-0x1", "1\0", " \0",
    ];

    public static IReadOnlyList<string> Longs { get; } =
    [
        "0L", "1L", "12L", "-5L", "99999999999999999999L", "7", "1", "-1",
        "0x10L", "010L", " 1L", "+1", "1_0L", "LL", "L", "", "1\0junk", "1\0L", "\0L", "0b1L", "1 L", "0xL", "00L", "-\0", "1_L",
    ];

    public static IReadOnlyList<string> Floats { get; } =
    [
        "1.5", "-0.0", "1e5", "inf", "nan", "-inf", "3", "1e-320",
        "1_0", " 1.5", "1.5 ", "0x1p3", "1e999", "1\0x", "", "Infinity", ".", ".5", "5.", "1e", "+nan", "\0", "1_0.5_1", "1__0", "1.5\t", "nan(1)",
    ];

    public static IReadOnlyList<string> Strings { get; } =
    [
        "'os'", "\"system\"", "'a'", "''", "'posix'", "'it\\'s'", "'\\x6fs'", "'a\\nb'",
        "os", "'os\"", "'", "\"", "", "'\\x'", "'\\400'", "'\\q'", "'\\'", "'\u00e9'", " 'os'", "'os' ", "'a'b'", "'\\xg0'", "'\\8'", "'\\\\'",
    ];

    public static IReadOnlyList<string> Unicodes { get; } =
    [
        "os", "system", "eval", "\\u0041", "a b", "", "x", "\u00e9",
        "\\u00", "\\U00110000", "\\ud800", "\\U0001F600", "\\x41", "\\", "\\\\u0041", "\\u00zz", "a\\", "\\\\", "\\U0000004", "\\u", "\\n",
    ];

    public static IReadOnlyList<string> Ids { get; } = ["1", "storage", "a b", "", "x", "\u00e9", "('a', 1)", "7"];

    /// <summary>How an index of the memo may be written; {0} is the index.</summary>
    public static IReadOnlyList<string> Indexes { get; } =
    [
        "{0}", "{0}", "{0}", "{0}", "{0}", "{0}",
        " {0}", "+{0}", "0{0}", "{0}L", "{0}\0x", "-{0}", "{0} ", "0_{0}", "0x{0}", "{0}_", "\0{0}", "",
    ];

    /// <summary>One of the ordinary ones, or now and then any.</summary>
    public static string From(IReadOnlyList<string> pool, OracleRandom random) =>
        random.Chance(85) ? pool[random.Below(Math.Min(8, pool.Count))] : random.Pick(pool);
}
