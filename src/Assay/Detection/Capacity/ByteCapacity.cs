// What bytes, and numbers that stand for bytes, can carry into code that is not known.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Artifacts;

namespace Assay.Detection.Capacity;

/// <summary>Weighs bytes by their signature, their length and the text in them; numbers by the text that they spell.</summary>
internal sealed class ByteCapacity(TextCapacity texts)
{
    private const int ShortBytes = 64;
    private const int WeakSignature = 24;
    private const int SpelledNumbers = 6;
    private const int MostDigits = 155; // 512 bits

    /// <summary>Weighs bytes that a shape holds as characters.</summary>
    public Carried OfBytes(ValueShape value)
    {
        ReadOnlySpan<char> bytes = value.Text;
        if (HasSignature(bytes))
            return Carried.Strong(CarriedForms.Signature);

        if (PickleForms.Holds(bytes))
            return Carried.Strong(CarriedForms.Pickle);

        if (IsText(bytes) && texts.Of(value.Text, value.Elided) is { Weight: Weight.Strong } text)
            return text;

        return value.Count > ShortBytes || bytes.Length > ShortBytes ? Carried.Grey(CarriedForms.Bytes) : Carried.Nothing;
    }

    /// <summary>Weighs one number.</summary>
    public Carried OfNumber(string digits)
    {
        if (digits.Length <= 19)
            return Carried.Nothing;

        if (digits.Length > MostDigits || !BigInteger.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out BigInteger number))
            return Carried.Strong(CarriedForms.HugeNumber);

        byte[] little = BigInteger.Abs(number).ToByteArray(isUnsigned: true);
        return Spells(Encoding.Latin1.GetString(little)).Or(Spells(Encoding.Latin1.GetString([.. little.Reverse()])));
    }

    /// <summary>Weighs a run of numbers that may be the characters of a text or the bytes of a pickle.</summary>
    public Carried OfNumbers(IReadOnlyList<ValueShape> items)
    {
        if (items.Count < SpelledNumbers)
            return Carried.Nothing;

        StringBuilder spelled = new(items.Count);
        foreach (ValueShape item in items)
        {
            if (item.Kind is not ShapeKind.Int || item.Text.Length is 0 or > 3 || !byte.TryParse(item.Text, CultureInfo.InvariantCulture, out byte code))
                return Carried.Nothing;

            spelled.Append((char)code);
        }

        string text = spelled.ToString();
        return PickleForms.Holds(text) ? Carried.Strong(CarriedForms.Pickle) : Spells(text);
    }

    private Carried Spells(string text) =>
        IsText(text) && texts.Of(text) is { Weight: Weight.Strong } ? Carried.Strong(CarriedForms.Numbers) : Carried.Nothing;

    private static bool IsText(ReadOnlySpan<char> bytes)
    {
        foreach (char c in bytes)
        {
            if (c is (< ' ' or > '~') and not ('\t' or '\r' or '\n'))
                return false;
        }

        return !bytes.IsEmpty;
    }

    // Signatures of two bytes match short numbers by chance.
    private static bool HasSignature(ReadOnlySpan<char> bytes)
    {
        if (bytes.StartsWith("\u007fELF") || bytes.StartsWith("PK\u0003\u0004") || bytes.StartsWith("\u00fd7zXZ") || bytes.StartsWith("\u0028\u00b5\u002f\u00fd")
            || bytes.StartsWith("\u00ca\u00fe\u00ba\u00be") || bytes.StartsWith("\u00cf\u00fa\u00ed\u00fe") || bytes.StartsWith("7z\u00bc\u00af") || bytes.StartsWith("!<arch>"))
            return true;

        if (bytes.Length < WeakSignature / 2)
            return false;

        bool pickle = bytes[0] == '\u0080' && bytes[1] is >= '\u0002' and <= '\u0005' && bytes.EndsWith(".");
        return pickle || (bytes.Length >= WeakSignature && (bytes.StartsWith("\u001f\u008b\u0008") || bytes.StartsWith("BZh") || bytes.StartsWith("MZ")
            || (bytes[0] == '\u0078' && bytes[1] is '\u0001' or '\u005e' or '\u009c' or '\u00da')
            || (bytes[0] == '\u0080' && bytes[1] is >= '\u0002' and <= '\u0005')
            || (bytes[0] is '\u00e3' or '\u0063' && bytes[1] == '\0' && bytes[2] == '\0' && bytes[3] == '\0')));
    }
}
