// Functions that decode and unpack: codecs, base64, binascii, zlib, gzip, bz2, lzma, marshal.
using System.Text;
using Assay.Codecs;
using Assay.Evaluation.Marshalled;
using Assay.Evaluation.Values;
using Assay.Python.Literals;

namespace Assay.Evaluation.Functions;

/// <summary>Functions that decode and unpack. Each adds a layer to what it gives.</summary>
internal static class CodecFunctions
{
    private const long DecodeWork = 8;

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["codecs.decode"] = (f, a) => Decode(f, a.At(0), a.Count > 1 ? a.Text(1) : "utf-8", a.Count > 2 ? a.Text(2) : "strict");
        all["codecs.encode"] = (f, a) => Encode(f, a.At(0), a.Count > 1 ? a.Text(1) : "utf-8", a.Count > 2 ? a.Text(2) : "strict");
        foreach ((string name, string codec) in ((string, string)[])[("utf_8", "utf-8"), ("latin_1", "latin-1"), ("ascii", "ascii"), ("unicode_escape", "unicode_escape"), ("raw_unicode_escape", "raw_unicode_escape"), ("utf_7", "utf-7"), ("utf_16", "utf-16")])
        {
            all[$"codecs.{name}_decode"] = (f, a) => WithLength(TextCodecs.Decode(f, a.At(0) is FoldedText { } t && Ascii.IsValid(t.Value) ? new FoldedBytes(Encoding.ASCII.GetBytes(t.Value)) : a.At(0), codec, "strict"), a.At(0));
            all[$"codecs.{name}_encode"] = (f, a) => WithLength(TextCodecs.Encode(f, a.At(0), codec, "strict"), a.At(0));
        }

        all["codecs.escape_decode"] = (f, a) => WithLength(
            f.Budget.Room(Arguments.LengthOf(a.At(0)) * 4L) && Latin(a.At(0)) is { } text && EscapedText.Bytes(Encoding.Latin1.GetBytes(text)) is { } made
                ? new FoldedBytes(made) { Layers = Arguments.Through(a[0], "escapes") } : FoldedValue.Unknown,
            a.At(0));

        Text(all, "base64", (t, a) => OtherAlphabet(t, a), "base64.b64decode");
        Text(all, "base64", (t, _) => BinaryText.Base64(t), "base64.standard_b64decode", "base64.decodebytes", "base64.decodestring", "binascii.a2b_base64");
        Text(all, "base64", (t, _) => BinaryText.Base64(t, urlSafe: true), "base64.urlsafe_b64decode");
        Text(all, "base32", (t, a) => BinaryText.Base32(Arguments.Truth(a.Count > 1 ? a[1] : FoldedValue.None) == true ? t.ToUpperInvariant() : t), "base64.b32decode");
        Text(all, "base16", (t, a) => a.Count == 1 && t.Any(char.IsAsciiLetterLower) ? null : TextCodecs.Hex(t), "base64.b16decode");
        Text(all, "hex", (t, _) => TextCodecs.Hex(t), "binascii.unhexlify", "binascii.a2b_hex");
        Text(all, "base85", (t, _) => BinaryText.Base85(t), "base64.b85decode");
        Text(all, "ascii85", (t, a) => a.Count == 1 ? BinaryText.Ascii85(t) : null, "base64.a85decode");

        foreach (string name in (string[])["base64.b64encode", "base64.standard_b64encode"])
        {
            all[name] = (f, a) => f.Made(a.Count == 1 && a.Bytes(0) is { } x && f.Budget.Room(x.Length * 2L) ? Encoding.ASCII.GetBytes(Convert.ToBase64String(x)) : null, a.At(0));
        }

        foreach (string name in (string[])["binascii.hexlify", "binascii.b2a_hex"])
        {
            all[name] = (f, a) => f.Made(a.Count == 1 && a.Bytes(0) is { } x && f.Budget.Room(x.Length * 2L) ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(x)) : null, a.At(0));
        }

        all["binascii.b2a_base64"] = (f, a) => f.Made(a.Count == 1 && a.Bytes(0) is { } x && f.Budget.Room(x.Length * 2L) ? Encoding.ASCII.GetBytes(Convert.ToBase64String(x) + "\n") : null, a.At(0));
        all["base64.b16encode"] = (f, a) => f.Made(a.Bytes(0) is { } x && f.Budget.Room(x.Length * 2L) ? Encoding.ASCII.GetBytes(Convert.ToHexString(x)) : null, a.At(0));

        all["zlib.decompress"] = (f, a) => Zlib(f, a);
        all["gzip.decompress"] = (f, a) => f.Inflate(CodecKind.Gzip, a.At(0), "gzip");
        all["bz2.decompress"] = (f, a) => f.Inflate(CodecKind.Bzip2, a.At(0), "bz2");
        all["lzma.decompress"] = (f, a) => f.Inflate(a.Bytes(0) is [0xFD, ..] ? CodecKind.Xz : CodecKind.LzmaAlone, a.At(0), "lzma");
        all["marshal.loads"] = (f, a) => a.Bytes(0) is { } bytes && f.Budget.Work(MarshalReader.WorkPerByte * (long)bytes.Length) && MarshalReader.TryRead(bytes) is { } code
            ? new FoldedCode(code, false) { Layers = Arguments.Through(a[0], "marshal") }
            : FoldedValue.Unknown;
    }

    private static void Text(Dictionary<string, PureFunction> all, string layer, Func<string, IReadOnlyList<FoldedValue>, byte[]?> decode, params string[] names)
    {
        FoldedValue Run(Folder f, IReadOnlyList<FoldedValue> a) =>
            f.Budget.Room(Arguments.LengthOf(a.At(0))) && f.Budget.Work(DecodeWork * Arguments.LengthOf(a.At(0))) && Latin(a.At(0)) is { } text && decode(text, a) is { } bytes
                ? new FoldedBytes(bytes) { Layers = Arguments.Through(a[0], layer) }
                : FoldedValue.Unknown;
        foreach (string name in names)
        {
            all[name] = Run;
        }
    }

    /// <summary>ASCII text, or bytes as characters of the same numbers: what the decoders of text take.</summary>
    private static string? Latin(FoldedValue value) => value switch
    {
        FoldedText text when Ascii.IsValid(text.Value) => text.Value,
        FoldedBytes bytes => Encoding.Latin1.GetString(bytes.Value),
        _ => null,
    };

    /// <summary>base64 whose last two characters may be others, and which may be checked for strangers.</summary>
    private static byte[]? OtherAlphabet(string text, IReadOnlyList<FoldedValue> a)
    {
        string? other = a.IsNone(1) ? "+/" : Latin(a[1]);
        if (other is not { Length: 2 })
        {
            return null;
        }

        bool strict = a.Count > 2 && Arguments.Truth(a[2]) == true;
        string plain = string.Create(text.Length, (text, other), static (made, from) =>
        {
            for (int i = 0; i < made.Length; i++)
            {
                char c = from.text[i];
                made[i] = c == from.other[0] ? '+' : c == from.other[1] ? '/' : c;
            }
        });
        return strict && plain.AsSpan().ContainsAnyExcept(s_plain) ? null : BinaryText.Base64(plain);
    }

    private static readonly System.Buffers.SearchValues<char> s_plain =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    private static FoldedValue Zlib(Folder f, IReadOnlyList<FoldedValue> a)
    {
        int? bits = a.Small(1, 15);
        CodecKind kind = bits switch
        {
            < 0 => CodecKind.Deflate,
            >= 40 when a.Bytes(0) is [0x1F, 0x8B, ..] => CodecKind.Gzip,
            >= 24 and < 40 => CodecKind.Gzip,
            _ => CodecKind.Zlib,
        };
        return bits is null ? FoldedValue.Unknown : f.Inflate(kind, a.At(0), "zlib");
    }

    private static FoldedValue Decode(Folder f, FoldedValue value, string? encoding, string? errors)
    {
        string codec = TextCodecs.Normal(encoding ?? "");
        switch (codec)
        {
            case "rot13" when value is FoldedText text:
                return f.Made(BinaryText.Rot13(text.Value), value) is FoldedText made ? made with { Layers = Arguments.Through(value, "rot13") } : FoldedValue.Unknown;
            case "hex" or "hexcodec":
                return f.Call("binascii.unhexlify", [value]);
            case "base64" or "base64codec":
                return f.Call("binascii.a2b_base64", [value]);
            case "uu" or "uucodec":
                return f.Budget.Room(Arguments.LengthOf(value)) && f.Budget.Work(DecodeWork * Arguments.LengthOf(value)) && Latin(value) is { } lines && TransferText.Uu(lines) is { } plain ? new FoldedBytes(plain) { Layers = Arguments.Through(value, "uu") } : FoldedValue.Unknown;
            case "quopri" or "quotedprintable" or "quopricodec":
                return f.Call("quopri.decodestring", [value]);
            case "zlib" or "zip" or "zlibcodec":
                return f.Inflate(CodecKind.Zlib, value, "zlib");
            case "bz2" or "bz2codec":
                return f.Inflate(CodecKind.Bzip2, value, "bz2");
            case "unicodeescape" or "rawunicodeescape" when value is FoldedText escaped && Ascii.IsValid(escaped.Value):
                return TextCodecs.Decode(f, new FoldedBytes(Encoding.ASCII.GetBytes(escaped.Value)) { Layers = value.Layers }, encoding, errors);
            default:
                return TextCodecs.Decode(f, value, encoding, errors);
        }
    }

    private static FoldedValue Encode(Folder f, FoldedValue value, string? encoding, string? errors) => TextCodecs.Normal(encoding ?? "") switch
    {
        "rot13" when value is FoldedText text => f.Made(BinaryText.Rot13(text.Value), value) is FoldedText made ? made with { Layers = Arguments.Through(value, "rot13") } : FoldedValue.Unknown,
        "hex" or "hexcodec" => f.Call("binascii.hexlify", [value]),
        "zlib" or "zip" or "zlibcodec" => value is FoldedBytes bytes ? new FoldedPacked("zlib", bytes) : FoldedValue.Unknown,
        "bz2" or "bz2codec" => value is FoldedBytes bytes ? new FoldedPacked("bz2", bytes) : FoldedValue.Unknown,
        "base64" or "base64codec" when value is FoldedBytes { Value.Length: <= 57 } => f.Call("binascii.b2a_base64", [value]),
        _ => TextCodecs.Encode(f, value, encoding, errors),
    };

    private static FoldedValue WithLength(FoldedValue value, FoldedValue from) =>
        value.IsUnknown ? value : new FoldedSequence(SequenceKind.Tuple, [value, new FoldedInt(from is FoldedText t ? t.Value.Length : from is FoldedBytes b ? b.Value.Length : 0)]);
}
