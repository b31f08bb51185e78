// Reads numbers, texts and lists of numbers out of the values of a pickle that ran.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Reads plain things out of the values of a machine.</summary>
internal static class PickledValues
{
    private const int LongestText = 4096;

    /// <summary>The resolved name of the class or function that a value is, or empty.</summary>
    public static string NameOf(this PickleMachine machine, PickleValue value) =>
        value.Kind == PickleKind.Import ? machine.Import(value).Resolved : "";

    /// <summary>What a result or instance comes from: the resolved name of its callee, or empty.</summary>
    public static string CalleeOf(this PickleMachine machine, PickleValue value) =>
        value.Kind is PickleKind.Result or PickleKind.Instance ? machine.NameOf(machine.Call(value).Callee) : "";

    /// <summary>The arguments of a call; none where they were not kept.</summary>
    public static IReadOnlyList<PickleValue> ArgumentsOf(this PickleMachine machine, PickleValue value) =>
        machine.AllChildren(machine.Call(value).Arguments) ?? [];

    public static bool TryNumber(this PickleMachine machine, PickleValue value, out long number)
    {
        // Protocol 0 writes a bool as an INT of its own spelling.
        bool isTrue = value.Kind == PickleKind.True || (value.Kind == PickleKind.Int && machine.GetNumber(value) == "True");
        number = isTrue ? 1 : 0;
        return isTrue || value.Kind == PickleKind.False || (value.Kind == PickleKind.Int && machine.IsTextBool(value))
            || (value.Kind == PickleKind.Int && long.TryParse(machine.GetNumber(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number));
    }

    /// <summary>The float of a number.</summary>
    public static bool TryFloat(this PickleMachine machine, PickleValue value, out double number)
    {
        number = 0;
        return value.Kind is PickleKind.Int or PickleKind.Float
            && double.TryParse(machine.GetNumber(value), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A text, or a key that a text can be made of; null for anything else.</summary>
    public static string? TryText(this PickleMachine machine, PickleValue value) => value.Kind switch
    {
        PickleKind.Str or PickleKind.PyString or PickleKind.Bytes => machine.GetText(value, LongestText, out _),
        PickleKind.Int => machine.GetNumber(value),
        PickleKind.True => "True",
        PickleKind.False => "False",
        PickleKind.None => "None",
        PickleKind.Float => machine.TryFloat(value, out double number) ? Written(number) : machine.GetNumber(value),
        PickleKind.Result => EncodedText(machine, value),
        _ => null,
    };

    /// <summary>The text of bytes as protocols 0 to 2 write them: <c>_codecs.encode(text, 'latin1')</c>, or <c>bytes()</c>.</summary>
    private static string? EncodedText(PickleMachine machine, PickleValue value) => (machine.CalleeOf(value), machine.ArgumentsOf(value)) switch
    {
        ("_codecs.encode", [{ Kind: PickleKind.Str } text, _]) => machine.GetText(text, LongestText, out _),
        ("builtins.bytes", []) => "",
        _ => null,
    };

    /// <summary>A float as Python's <c>repr</c> writes it: the shortest digits, with an exponent from 1e16 on and below 1e-4.</summary>
    private static string Written(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        // d.dddE+ddd, with as many digits as it takes.
        string[] parts = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture).Split('E');
        string whole = parts[0].Split('.')[0];
        string all = parts[0].Replace(".", "", StringComparison.Ordinal);
        string digits = all.TrimStart('0');
        int point = whole.Length - (all.Length - digits.Length) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        digits = digits.TrimEnd('0');
        string sign = double.IsNegative(number) ? "-" : "";
        if (digits.Length == 0)
        {
            return sign + "0.0";
        }

        if (point is > 16 or < -3)
        {
            string fraction = digits.Length > 1 ? "." + digits[1..] : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(point > 0 ? '+' : '-')}{Math.Abs(point - 1):00}");
        }

        return sign + (point <= 0 ? "0." + new string('0', -point) + digits
            : point >= digits.Length ? digits.PadRight(point, '0') + ".0"
            : digits[..point] + "." + digits[point..]);
    }

    /// <summary>The whole numbers of a tuple, a list or a <c>torch.Size</c>; null for anything else.</summary>
    public static long[]? TryNumbers(this PickleMachine machine, PickleValue value)
    {
        if (value.Kind == PickleKind.Result && machine.CalleeOf(value) == "torch.Size" && machine.ArgumentsOf(value) is [PickleValue inner])
        {
            value = inner;
        }

        if (machine.AllChildren(value) is not { } items)
        {
            return null;
        }

        long[] numbers = new long[items.Count];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!machine.TryNumber(items[i], out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }
}
