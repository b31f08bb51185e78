// Methods of bytes and bytearray.
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Methods of bytes and bytearray; most are those of str over characters of the same numbers.</summary>
internal static class BytesFunctions
{
    private static readonly string[] s_likeText =
    [
        "join", "replace", "__add__", "__mul__", "lower", "upper", "swapcase", "capitalize", "title", "removeprefix", "removesuffix",
        "zfill", "ljust", "rjust", "split", "rsplit", "partition", "rpartition", "startswith", "endswith", "find", "rfind", "index", "rindex", "count",
    ];

    public static void Add(Dictionary<string, PureFunction> all)
    {
        foreach (string name in s_likeText)
        {
            PureFunction text = all["str." + name];
            all["bytes." + name] = (f, a) => AsText(f, a, text);
        }

        foreach (string name in (string[])["strip", "lstrip", "rstrip"])
        {
            // Without an argument bytes strip ASCII blanks only.
            PureFunction text = all["str." + name];
            all["bytes." + name] = (f, a) => AsText(f, a.IsNone(1) ? [a.At(0), new FoldedBytes(Encoding.ASCII.GetBytes(" \t\n\r\v\f"))] : a, text);
        }

        all["bytes.__getitem__"] = (f, a) => f.GetItem(a.At(0), a.At(1));
        all["bytes.__len__"] = (_, a) => a.Bytes(0) is { } x ? new FoldedInt(x.Length) : FoldedValue.Unknown;
        all["bytes.hex"] = (f, a) => f.Made(a.Count == 1 && a.Bytes(0) is { } x && f.Budget.Room(x.Length * 2L) ? Convert.ToHexStringLower(x) : null, a);
        all["bytes.fromhex"] = (f, a) => FromHex(f, a);
        all["bytes.translate"] = Translate;
        all["bytes.maketrans"] = (f, a) => MakeTranslation(f, a);
        all["bytes.decode"] = (f, a) => TextCodecs.Decode(f, a.At(0), a.Count > 1 ? a.Text(1) : "utf-8", a.Count > 2 ? a.Text(2) : "strict");
        all["str.encode"] = (f, a) => TextCodecs.Encode(f, a.At(0), a.Count > 1 ? a.Text(1) : "utf-8", a.Count > 2 ? a.Text(2) : "strict");
    }

    private static FoldedValue AsText(Folder f, IReadOnlyList<FoldedValue> a, PureFunction text)
    {
        if (a.At(0) is not FoldedBytes self)
        {
            return FoldedValue.Unknown;
        }

        // Bytes are made into characters and back: what is asked for many times is made as often.
        long length = 0;
        foreach (FoldedValue value in a)
        {
            length += value is FoldedBytes bytes ? bytes.Value.Length : value is FoldedSequence items ? LengthOf(items) : 0;
        }

        return f.Budget.Room(length) ? AsBytes(text(f, [.. a.Select(AsText)]), self.IsArray) : FoldedValue.Unknown;
    }

    private static long LengthOf(FoldedSequence items)
    {
        long length = 0;
        foreach (FoldedValue item in items.Items)
        {
            length += item is FoldedBytes bytes ? bytes.Value.Length : 0;
        }

        return length;
    }

    private static FoldedValue AsText(FoldedValue value) => value switch
    {
        FoldedBytes bytes => new FoldedText(Encoding.Latin1.GetString(bytes.Value)) { Layers = bytes.Layers },
        FoldedSequence sequence when sequence.Items.All(i => i is FoldedBytes) => sequence with { Items = [.. sequence.Items.Select(AsText)] },
        FoldedText => FoldedValue.Unknown,
        _ => value,
    };

    private static FoldedValue AsBytes(FoldedValue value, bool array) => value switch
    {
        FoldedText text => new FoldedBytes(Encoding.Latin1.GetBytes(text.Value), array) { Layers = text.Layers },
        FoldedSequence sequence => sequence with { Items = [.. sequence.Items.Select(i => AsBytes(i, array))] },
        _ => value,
    };

    internal static FoldedValue FromHex(Folder f, IReadOnlyList<FoldedValue> a)
    {
        // bytes.fromhex reached through a value has that value before its operand.
        string? text = a.Text(a.Count - 1) ?? (a.Bytes(a.Count - 1) is { } raw && a.Count == 1 ? Encoding.Latin1.GetString(raw) : null);
        if (text is null || !f.Budget.Room(text.Length))
        {
            return FoldedValue.Unknown;
        }

        byte[]? bytes = TextCodecs.Hex(text.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
        return bytes is null ? FoldedValue.Unknown : new FoldedBytes(bytes) { Layers = Arguments.Through(a.At(a.Count - 1), "hex") };
    }

    private static FoldedValue Translate(Folder f, IReadOnlyList<FoldedValue> a)
    {
        byte[] gone = a.Count > 2 ? a.Bytes(2) ?? [] : [];
        if (a.Bytes(0) is not { } bytes || (a.Count > 2 && a.Bytes(2) is null) || (!a.IsNone(1) && a.Bytes(1) is not { Length: 256 }))
        {
            return FoldedValue.Unknown;
        }

        byte[]? table = a.Bytes(1);
        Span<bool> dropped = stackalloc bool[256];
        dropped.Clear();
        foreach (byte b in gone)
        {
            dropped[b] = true;
        }

        byte[] made = new byte[bytes.Length];
        int length = 0;
        foreach (byte b in bytes)
        {
            made[length] = table is null ? b : table[b];
            length += dropped[b] ? 0 : 1;
        }

        return f.Made(length == made.Length ? made : made[..length], a);
    }

    private static FoldedValue MakeTranslation(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Count < 2 || a.Bytes(a.Count - 2) is not { } from || a.Bytes(a.Count - 1) is not { } to || from.Length != to.Length)
        {
            return FoldedValue.Unknown;
        }

        byte[] table = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        for (int i = 0; i < from.Length; i++)
        {
            table[from[i]] = to[i];
        }

        return f.Made(table);
    }
}
