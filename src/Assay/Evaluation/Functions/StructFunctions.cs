// The struct module: numbers as bytes.
using System.Buffers.Binary;
using System.Numerics;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Functions;

/// <summary><c>struct.pack</c>, <c>unpack</c> and <c>calcsize</c>, with the sizes and the alignment of 64-bit Linux where a format asks for native ones.</summary>
internal static class StructFunctions
{
    private const int FieldWork = 100;

    private readonly record struct Field(char Kind, int Size, int Pad, int Count);

    public static void Add(Dictionary<string, PureFunction> all)
    {
        all["struct.calcsize"] = (f, a) => Parse(a.At(0), out bool _) is { } fields ? new FoldedInt(Total(fields)) : FoldedValue.Unknown;
        all["struct.pack"] = (f, a) => Parse(a.At(0), out bool big) is { } fields ? Pack(f, fields, big, [.. a.Skip(1)]) : FoldedValue.Unknown;
        all["struct.unpack"] = (f, a) => Parse(a.At(0), out bool big) is { } fields && a.Bytes(1) is { } bytes && bytes.Length == Total(fields)
            ? Unpack(f, fields, big, bytes, a[1].Layers)
            : FoldedValue.Unknown;
        all["struct.unpack_from"] = (f, a) => Parse(a.At(0), out bool big) is { } fields && a.Bytes(1) is { } bytes && a.Small(2, 0) is { } at && at >= 0
            && bytes.Length - (long)at >= Total(fields)
                ? Unpack(f, fields, big, bytes[at..], a[1].Layers)
                : FoldedValue.Unknown;
    }

    private static long Total(List<Field> fields) => fields.Sum(x => x.Pad + (x.Kind is 's' or 'p' ? x.Count : (long)x.Size * x.Count));

    private static List<Field>? Parse(FoldedValue format, out bool big)
    {
        big = false;
        string? text = (format as FoldedText)?.Value ?? (format is FoldedBytes b ? System.Text.Encoding.Latin1.GetString(b.Value) : null);
        if (text is null or { Length: > 4096 })
        {
            return null;
        }

        bool native = text.Length == 0 || text[0] is not ('<' or '>' or '=' or '!');
        big = text.Length > 0 && text[0] is '>' or '!';
        List<Field> fields = [];
        long at = 0;
        long count = -1;
        foreach (char c in text.Length > 0 && text[0] is '<' or '>' or '=' or '!' or '@' ? text[1..] : text)
        {
            if (char.IsAsciiDigit(c))
            {
                count = (Math.Max(0, count) * 10) + (c - '0');
                if (count > FoldBudget.MaxItems)
                {
                    return null;
                }

                continue;
            }

            if (char.IsWhiteSpace(c))
            {
                continue;
            }

            int size = c switch
            {
                'x' or 'c' or 'b' or 'B' or '?' or 's' => 1,
                'h' or 'H' or 'e' => 2,
                'i' or 'I' or 'f' => 4,
                'l' or 'L' => native ? 8 : 4,
                'q' or 'Q' or 'd' => 8,
                'n' or 'N' or 'P' when native => 8,
                _ => 0,
            };
            if (size == 0)
            {
                return null;
            }

            int pad = native ? (int)((size - (at % size)) % size) : 0;
            Field field = new(c, size, pad, (int)(count < 0 ? 1 : count));
            at += pad + ((long)size * field.Count);
            fields.Add(field);
            count = -1;
        }

        return at <= FoldBudget.MaxItems * 8L ? fields : null;
    }

    private static FoldedValue Pack(Folder f, List<Field> fields, bool big, FoldedValue[] values)
    {
        if (!f.Budget.Room(Total(fields)) || !f.Budget.Work(FieldWork * (fields.Count + (long)values.Length)))
        {
            return FoldedValue.Unknown;
        }

        List<byte> bytes = [];
        int next = 0;
        foreach (Field field in fields)
        {
            bytes.AddRange(new byte[field.Pad]);
            if (field.Kind == 'x')
            {
                bytes.AddRange(new byte[field.Count]);
                continue;
            }

            if (field.Kind == 's')
            {
                if (values.Bytes(next++) is not { } text)
                {
                    return FoldedValue.Unknown;
                }

                byte[] fixedText = new byte[field.Count];
                text.AsSpan(0, Math.Min(text.Length, field.Count)).CopyTo(fixedText);
                bytes.AddRange(fixedText);
                continue;
            }

            for (int i = 0; i < field.Count; i++)
            {
                if (One(field, values.At(next++)) is not { } one)
                {
                    return FoldedValue.Unknown;
                }

                if (big)
                {
                    Array.Reverse(one);
                }

                bytes.AddRange(one);
            }
        }

        return next == values.Length ? f.Made([.. bytes], [new FoldedBytes([]), .. values]) : FoldedValue.Unknown;
    }

    /// <summary>One number, little-endian; null where Python raises.</summary>
    private static byte[]? One(Field field, FoldedValue value)
    {
        byte[] made = new byte[field.Size];
        switch (field.Kind)
        {
            case 'c':
                return value is FoldedBytes { Value: [var single] } ? [single] : null;
            case '?':
                return Arguments.Truth(value) is { } truth ? [(byte)(truth ? 1 : 0)] : null;
            case 'e' or 'f' or 'd':
                double? number = value is FoldedFloat real ? real.Value : Arguments.IntOf(value) is { } whole && BigInteger.Abs(whole) < long.MaxValue ? (double)whole : null;
                if (number is not { } known)
                {
                    return null;
                }

                switch (field.Kind)
                {
                    case 'e': BinaryPrimitives.WriteHalfLittleEndian(made, (Half)known); break;
                    case 'f': BinaryPrimitives.WriteSingleLittleEndian(made, (float)known); break;
                    default: BinaryPrimitives.WriteDoubleLittleEndian(made, known); break;
                }

                return made;
        }

        bool signed = char.IsAsciiLetterLower(field.Kind);
        BigInteger limit = BigInteger.One << ((8 * field.Size) - (signed ? 1 : 0));
        if (Arguments.IntOf(value) is not { } n || n >= limit || n < (signed ? -limit : 0))
        {
            return null;
        }

        BinaryPrimitives.WriteUInt64LittleEndian(made = new byte[8], (ulong)(n & ulong.MaxValue));
        return made[..field.Size];
    }

    private static FoldedValue Unpack(Folder f, List<Field> fields, bool big, byte[] bytes, IReadOnlyList<string> layers)
    {
        List<FoldedValue> values = [];
        int at = 0;
        if (!f.Budget.Room(bytes.Length))
        {
            return FoldedValue.Unknown;
        }

        foreach (Field field in fields)
        {
            if (!f.Budget.Work(FieldWork) || !f.Budget.Items(values.Count + (field.Kind is 'x' or 's' ? 1 : (long)field.Count)))
            {
                return FoldedValue.Unknown;
            }

            at += field.Pad;
            if (field.Kind is 'x' or 's')
            {
                if (field.Kind == 's')
                {
                    values.Add(new FoldedBytes(bytes[at..(at + field.Count)]) { Layers = layers });
                }

                at += field.Count;
                continue;
            }

            for (int i = 0; i < field.Count; i++, at += field.Size)
            {
                byte[] one = bytes[at..(at + field.Size)];
                if (big)
                {
                    Array.Reverse(one);
                }

                values.Add(field.Kind switch
                {
                    'c' => new FoldedBytes(one),
                    '?' => new FoldedBool(one[0] != 0),
                    'e' => new FoldedFloat((double)BinaryPrimitives.ReadHalfLittleEndian(one)),
                    'f' => new FoldedFloat(BinaryPrimitives.ReadSingleLittleEndian(one)),
                    'd' => new FoldedFloat(BinaryPrimitives.ReadDoubleLittleEndian(one)),
                    _ => new FoldedInt(new BigInteger(one, isUnsigned: char.IsAsciiLetterUpper(field.Kind))) { Layers = layers },
                });
            }
        }

        return SequenceFunctions.Sequence(f, SequenceKind.Tuple, values);
    }
}
