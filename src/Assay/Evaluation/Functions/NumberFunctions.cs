// Numbers, characters and the texts of values.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary>Numbers, characters and the texts of values.</summary>
internal static class NumberFunctions
{
    private const int MaxBits = 1 << 16;

    /// <summary>The most steps of one word that a power of a remainder takes.</summary>
    private const long MaxPowerSteps = 16 << 20;
    private const int PowerWork = 4;
    private const int ParseWork = 64;

    public static void Add(Dictionary<string, PureFunction> all)
    {
        // A text that is written as numbers is as hidden as one in base 64.
        all["builtins.chr"] = (_, a) => a.Int(0) is { } n && PythonCharacters.FromOrdinal(n) is { } letter ? new FoldedText(letter) { Layers = Arguments.Through(a[0], "chr") } : FoldedValue.Unknown;
        all["builtins.ord"] = (_, a) => a.Text(0) is { } t ? PythonCharacters.Ordinal(t) is >= 0 and var o ? new FoldedInt(o) { Layers = a[0].Layers } : FoldedValue.Unknown
            : a.Bytes(0) is [var b] ? new FoldedInt(b) : FoldedValue.Unknown;
        all["builtins.int"] = Int;
        all["builtins.float"] = (_, a) => a.At(0) is FoldedFloat ? a[0] : a.Int(0) is { } n && BigInteger.Abs(n) < long.MaxValue ? new FoldedFloat((double)n) : FoldedValue.Unknown;
        all["builtins.bool"] = (_, a) => a.Count == 0 ? new FoldedBool(false) : Arguments.Truth(Arguments.Truth(a[0]));
        all["builtins.hex"] = (f, a) => f.Made(a.Int(0) is { } n ? Signed(n, "0x", 16) : null);
        all["builtins.oct"] = (f, a) => f.Made(a.Int(0) is { } n ? Signed(n, "0o", 8) : null);
        all["builtins.bin"] = (f, a) => f.Made(a.Int(0) is { } n ? Signed(n, "0b", 2) : null);
        all["builtins.abs"] = (_, a) => Arguments.Number(a.Int(0) is { } n ? BigInteger.Abs(n) : null);
        all["builtins.pow"] = (f, a) => Arguments.Number(a.Count == 3 && a.Int(0) is { } x && a.Int(1) is { Sign: >= 0 } y && a.Int(2) is { Sign: > 0 } m
            ? Remainder(f, x, y, m)
            : a.Count == 2 ? Power(a.Int(0), a.Int(1)) : null);
        all["builtins.str"] = (f, a) => a.Count switch
        {
            0 => new FoldedText(""),
            1 => a[0] is FoldedText ? a[0] : f.Made(Repr(f, a[0]), a),
            _ => TextCodecs.Decode(f, a[0], a.Text(1), a.Count > 2 ? a.Text(2) : "strict"),
        };

        // numpy's texts are texts; what its own classes make of other things is another matter.
        all["numpy.str_"] = all["numpy.unicode_"] = (f, a) => a.Count > 1 || a.At(0) is FoldedText ? f.Call("builtins.str", a) : FoldedValue.Unknown;
        all["numpy.bytes_"] = all["numpy.string_"] = (f, a) => a.Count > 1 && a[0] is FoldedText ? f.Call("builtins.bytes", a) : FoldedValue.Unknown;
        all["builtins.repr"] = (f, a) => f.Made(Repr(f, a.At(0)), a);
        all["builtins.ascii"] = (f, a) => f.Made(Repr(f, a.At(0)) is { } r && Ascii.IsValid(r) ? r : null, a);
        all["builtins.format"] = (f, a) => f.Made(a.Count == 1 ? Str(f, a[0]) : a.Text(1) is { } spec ? TextFormat.Specify(f, a[0], spec) : null, a);
        all["int.from_bytes"] = (_, a) => FromBytes(a);
        all["int.to_bytes"] = ToBytes;
    }

    /// <summary><c>str(value)</c>; null where that is not plain.</summary>
    public static string? Str(Folder f, FoldedValue value) => value is FoldedText text ? text.Value : Repr(f, value);

    /// <summary><c>repr(value)</c>, whose length is paid for; null as with <see cref="Repr(FoldedValue)"/>.</summary>
    public static string? Repr(Folder f, FoldedValue value)
    {
        // An escape takes up to four characters.
        long length = value is FoldedText text ? text.Value.Length : value is FoldedBytes bytes ? bytes.Value.Length : 0;
        return f.Budget.Work(4 * length) ? Repr(value) : null;
    }

    /// <summary><c>repr(value)</c> of plain values; null for the rest.</summary>
    public static string? Repr(FoldedValue value) => value switch
    {
        FoldedText text => PythonCharacters.Quote(text.Value),
        FoldedBytes { IsArray: false } bytes => PythonCharacters.Quote(Encoding.Latin1.GetString(bytes.Value), "b"),
        FoldedInt number => DigitText.Decimal(number.Value),
        FoldedBool flag => flag.Value ? "True" : "False",
        FoldedNone => "None",
        _ => null,
    };

    /// <summary>A number that is not negative in base 2, 8 or 16.</summary>
    public static string InBase(BigInteger number, int radix) => DigitText.InPowerOfTwo(number, radix switch { 16 => 4, 8 => 3, _ => 1 });

    /// <summary>A power of bounded size; null where it is larger, or not whole.</summary>
    public static BigInteger? Power(BigInteger? value, BigInteger? exponent) =>
        value is { } x && exponent is { Sign: >= 0 } y && y <= MaxBits && x.GetBitLength() * (long)y <= MaxBits ? BigInteger.Pow(x, (int)y) : null;

    /// <summary>A power of which only the remainder is kept: how long it takes depends on the exponent, not on the result.</summary>
    private static BigInteger? Remainder(Folder f, BigInteger x, BigInteger y, BigInteger m)
    {
        long words = (m.GetBitLength() / 32) + 1;
        long steps = (y.GetBitLength() + 1) * words * words;
        if (steps > MaxPowerSteps || !f.Budget.Work(PowerWork * steps))
        {
            f.Budget.Exceed();
            return null;
        }

        return ((BigInteger.ModPow(x, y, m) % m) + m) % m;
    }

    /// <summary>A shift of bounded size; null where it is larger.</summary>
    public static BigInteger? Shift(BigInteger? value, BigInteger? count, bool left)
    {
        if (value is not { } x || count is not { Sign: >= 0 } y || y > MaxBits)
        {
            return null;
        }

        return left ? x.GetBitLength() + (long)y <= MaxBits ? x << (int)y : null : x >> (int)y;
    }

    private static string Signed(BigInteger number, string prefix, int radix) =>
        (number.Sign < 0 ? "-" : "") + prefix + (number.GetBitLength() > 4096 ? "?" : InBase(BigInteger.Abs(number), radix));

    private static FoldedValue Int(Folder f, IReadOnlyList<FoldedValue> a)
    {
        if (a.Count == 0)
        {
            return new FoldedInt(0);
        }

        if (a[0] is FoldedFloat { Value: var number } && double.IsFinite(number))
        {
            return new FoldedInt(new BigInteger(Math.Truncate(number)));
        }

        if (a.Int(0) is { } whole)
        {
            return a.Count == 1 ? new FoldedInt(whole) : FoldedValue.Unknown;
        }

        string? text = a.Text(0) ?? (a.Bytes(0) is { } bytes ? Encoding.Latin1.GetString(bytes) : null);
        return text is { Length: <= DigitText.MostDigits } && a.Small(1, 10) is { } radix && f.Budget.Work(ParseWork * (long)text.Length)
            ? Arguments.Number(Parse(text.Trim(), radix))
            : FoldedValue.Unknown;
    }

    private static BigInteger? Parse(string text, int radix)
    {
        bool negative = text.StartsWith('-');
        string digits = (negative || text.StartsWith('+') ? text[1..] : text).ToLowerInvariant();
        if (digits.Length > 2 && digits[0] == '0' && digits[1] is 'x' or 'o' or 'b')
        {
            int named = digits[1] switch { 'x' => 16, 'o' => 8, _ => 2 };
            if (radix == 0 || radix == named)
            {
                radix = named;
                digits = digits[2..];
            }
        }

        radix = radix == 0 ? 10 : radix;
        if (digits.Length == 0 || radix is < 2 or > 36)
        {
            return null;
        }

        if (digits.Contains('_', StringComparison.Ordinal))
        {
            if (digits[0] == '_' || digits[^1] == '_' || digits.Contains("__", StringComparison.Ordinal))
            {
                return null;
            }

            digits = digits.Replace("_", "", StringComparison.Ordinal);
        }

        return DigitText.Parse(digits, radix) is { } value ? negative ? -value : value : null;
    }

    private static FoldedValue FromBytes(IReadOnlyList<FoldedValue> a)
    {
        // Reached through a value of int, that value comes first.
        IReadOnlyList<FoldedValue> operands = a.At(0) is FoldedInt or FoldedBool ? [.. a.Skip(1)] : a;
        if (operands.Bytes(0) is not { Length: <= 8192 } bytes || (operands.Count > 1 ? operands.Text(1) : "big") is not ("big" or "little"))
        {
            return FoldedValue.Unknown;
        }

        bool big = operands.Count < 2 || operands.Text(1) == "big";
        bool signed = operands.Count > 2 && Arguments.Truth(operands[2]) == true;
        return new FoldedInt(new BigInteger(bytes, isUnsigned: !signed, isBigEndian: big)) { Layers = [.. operands[0].Layers] };
    }

    private static FoldedValue ToBytes(Folder f, IReadOnlyList<FoldedValue> a)
    {
        bool signed = a.Count > 3 && Arguments.Truth(a[3]) == true;
        if (a.Int(0) is not { } number || (number.Sign < 0 && !signed) || a.Small(1, 1) is not { } length || length < 0 || !f.Budget.Room(length)
            || (a.Count > 2 ? a.Text(2) : "big") is not ("big" or "little") || a.Count > 4)
        {
            return FoldedValue.Unknown;
        }

        byte[] bytes = number.ToByteArray(isUnsigned: !signed, isBigEndian: false);
        if (bytes.Length > length && !(number.IsZero && length == 0))
        {
            return FoldedValue.Unknown;
        }

        byte[] made = new byte[length];
        Array.Fill(made, (byte)(number.Sign < 0 ? 0xFF : 0));
        bytes.AsSpan(0, Math.Min(bytes.Length, length)).CopyTo(made);
        if (a.Count < 3 || a.Text(2) == "big")
        {
            Array.Reverse(made);
        }

        return new FoldedBytes(made) { Layers = Arguments.Through(a[0], "int") };
    }
}
