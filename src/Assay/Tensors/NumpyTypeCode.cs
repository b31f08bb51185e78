// The strings by which NumPy names element types.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Tensors;

/// <summary>Type strings: <c>&lt;f4</c>, <c>|O</c>, <c>U12</c>, <c>M8[25s]</c>, <c>float32</c>, <c>(2,3)i4, O</c>.</summary>
internal static class NumpyTypeCode
{
    /// <summary>The type that <paramref name="text"/> names.</summary>
    public static NumpyElementType Parse(string text)
    {
        if (text.Length == 0)
        {
            return NumpyElementType.Unknown("The type string is empty.");
        }

        if (text.Length > 64 << 10)
        {
            return NumpyElementType.Unknown("The type string is too long.");
        }

        // NumPy takes a string for a list of types when it holds a comma, or begins with a count or a shape.
        bool list = text.Contains(',', StringComparison.Ordinal) || char.IsAsciiDigit(text[0]) || text[0] == '(';
        return list ? ParseList(text) : ParseOne(text);
    }

    private static NumpyElementType ParseList(string text)
    {
        List<NumpyElementType> fields = [];
        bool comma = false;
        int at = 0;
        while (at < text.Length)
        {
            int end = EndOfItem(text, at);
            NumpyElementType field = ParseItem(text[at..end].Trim(' '));
            if (field.Error is not null)
            {
                return field;
            }

            fields.Add(field);
            comma |= end < text.Length;
            at = end + 1;
            while (at < text.Length && text[at] == ' ')
            {
                at++;
            }
        }

        if (fields.Count == 1)
        {
            return fields[0];
        }

        long size = fields.Sum(f => f.ItemSize);
        return size > int.MaxValue
            ? NumpyElementType.Unknown("The element is larger than NumPy allows.")
            : new NumpyElementType { ItemSize = size, HasObject = fields.Exists(f => f.HasObject), IsStructured = comma };
    }

    private static int EndOfItem(string text, int at)
    {
        bool inside = false;
        for (; at < text.Length; at++)
        {
            inside = text[at] == '(' || (inside && text[at] != ')');
            if (text[at] == ',' && !inside)
            {
                break;
            }
        }

        return at;
    }

    private static NumpyElementType ParseItem(string item)
    {
        int start = item.Length > 0 && item[0] is '<' or '>' or '=' or '|' ? 1 : 0;
        int at = start;
        List<long> shape = [];
        if (at < item.Length && item[at] == '(')
        {
            int close = item.IndexOf(')', at);
            if (close < 0)
            {
                return NumpyElementType.Unknown("A shape in the type string does not end.");
            }

            foreach (string part in item[(at + 1)..close].Split(','))
            {
                if (part.Trim().Length > 0)
                {
                    if (!long.TryParse(part.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long dimension))
                    {
                        return NumpyElementType.Unknown("A shape in the type string is no list of numbers.");
                    }

                    shape.Add(dimension);
                }
            }

            at = close + 1;
        }
        else
        {
            while (at < item.Length && char.IsAsciiDigit(item[at]))
            {
                at++;
            }

            if (at > start)
            {
                if (!long.TryParse(item.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
                {
                    return NumpyElementType.Unknown("A count in the type string is too large.");
                }

                shape.Add(count);
            }
        }

        ArrayExtent extent = ArrayExtent.Of(shape, 1);
        return extent.Error != ExtentError.None
            ? NumpyElementType.Unknown("A shape in the type string is too large.")
            : ParseOne(at == start ? item : item[at..].TrimStart(' ')).Times(extent.Count);
    }

    private static NumpyElementType ParseOne(string text)
    {
        bool ordered = text.Length > 0 && text[0] is '<' or '>' or '=' or '|';
        string code = ordered ? text[1..] : text;
        if (code.Length == 0)
        {
            return NumpyElementType.Unknown("The type string names no type.");
        }

        if (code[0] is 'M' or 'm' && IsDate(code[1..]))
        {
            return Plain(8);
        }

        if (SizeOfCode(code) is long size)
        {
            return size > int.MaxValue
                ? NumpyElementType.Unknown("The element is larger than NumPy allows.")
                : code[0] == 'O' ? new NumpyElementType { ItemSize = 8, HasObject = true }
                : Plain(size) with { UnitSize = size > 0 ? 0 : code[0] == 'U' ? 4 : 1 };
        }

        if (!ordered && SizeOfName(code) is int named)
        {
            return named < 0 ? new NumpyElementType { ItemSize = 8, HasObject = true }
                : Plain(named) with { UnitSize = named > 0 ? 0 : code[0] is 's' or 'u' && !code.StartsWith("string", StringComparison.Ordinal) ? 4 : 1 };
        }

        return NumpyElementType.Unknown("NumPy has no type of that name.");
    }

    private static NumpyElementType Plain(long size) => new() { ItemSize = size };

    private static bool IsDate(string rest) =>
        rest.Length == 0 || rest == "8" || ((rest[0] == '[' || rest.StartsWith("8[", StringComparison.Ordinal)) && rest[^1] == ']');

    private static long? SizeOfCode(string code)
    {
        if (code.Length == 1)
        {
            return code[0] switch
            {
                '?' or 'b' or 'B' or 'c' => 1,
                'e' or 'h' or 'H' => 2,
                'f' or 'i' or 'I' => 4,
                'd' or 'l' or 'L' or 'q' or 'Q' or 'p' or 'P' or 'n' or 'N' or 'F' or 'O' => 8,
                'g' or 'D' => 16,
                'G' => 32,
                'S' or 'a' or 'U' or 'V' => 0,
                _ => null,
            };
        }

        if (!long.TryParse(code.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out long size))
        {
            return null;
        }

        return (code[0], size) switch
        {
            ('S' or 'a' or 'V', <= int.MaxValue) => size,
            ('U', <= int.MaxValue) => 4 * size,
            ('S' or 'a' or 'V' or 'U', _) => long.MaxValue,
            ('i' or 'u', 1 or 2 or 4 or 8) or ('f', 2 or 4 or 8 or 16) or ('c', 8 or 16 or 32) or ('b', 1) => size,
            // Before the 64-bit days an object was written with the size of its pointer.
            ('O', 4 or 8) => 8,
            // The two long doubles of 32-bit machines.
            ('f', 12) or ('c', 24) => size,
            _ => null,
        };
    }

    private static int? SizeOfName(string name) => name switch
    {
        "object" or "object_" or "object0" or "Object0" => -1,
        "bool" or "bool_" or "bool8" or "Bool" or "int8" or "uint8" or "byte" or "ubyte" or "Int8" or "UInt8" => 1,
        "int16" or "uint16" or "float16" or "half" or "short" or "ushort" or "Int16" or "UInt16" or "Float16" => 2,
        "int32" or "uint32" or "float32" or "single" or "intc" or "uintc" or "Int32" or "UInt32" or "Float32" => 4,
        "int64" or "uint64" or "float64" or "double" or "float" or "float_" or "int" or "int_" or "int0" or "uint" or "uint0"
            or "long" or "ulong" or "longlong" or "ulonglong" or "intp" or "uintp" or "complex64" or "csingle" or "singlecomplex"
            or "datetime64" or "timedelta64" or "Int64" or "UInt64" or "Float64" or "Complex32" => 8,
        "complex128" or "cdouble" or "complex" or "complex_" or "cfloat" or "float128" or "longdouble" or "longfloat"
            or "Complex64" => 16,
        "complex256" or "clongdouble" or "clongfloat" or "longcomplex" => 32,
        "str" or "str_" or "str0" or "unicode" or "unicode_" or "bytes" or "bytes_" or "bytes0" or "string_" or "void" or "void0" => 0,
        _ => name.StartsWith("datetime64[", StringComparison.Ordinal) || name.StartsWith("timedelta64[", StringComparison.Ordinal)
            ? name[^1] == ']' ? 8 : null
            : null,
    };
}
