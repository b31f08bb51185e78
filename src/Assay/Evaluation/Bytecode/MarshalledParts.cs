// Finds the parts of a marshalled code object and of all code nested in it.
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Artifacts;
using Assay.Evaluation.Marshalled;

namespace Assay.Evaluation.Bytecode;

/// <summary>Finds the parts of a marshalled code object and of all code nested in it, the outer one first.</summary>
internal static class MarshalledParts
{
    private const int MostNodes = 20_000;
    private static readonly ValueShape s_unknown = new(ShapeKind.Unknown);

    /// <summary>The parts; null where the bytes are no code object, or hold too much.</summary>
    public static IReadOnlyList<CodeParts>? Of(byte[] marshalled, bool isThree = false)
    {
        List<CodeParts> all = [];
        Stack<(object? Value, CodeParts? Outer)> open = new([(MarshalReader.TryReadCode(marshalled, isThree), null)]);
        HashSet<object> seen = new(ReferenceEqualityComparer.Instance);
        while (open.TryPop(out (object? Value, CodeParts? Outer) next))
        {
            object? value = next.Value;
            CodeParts? outer = next.Outer;
            List<object?> inner = [];
            if (value is MarshalledCode code && seen.Add(code))
            {
                if (Parts(code) is not { } parts)
                    return null;

                outer = parts with { Outer = outer };
                all.Add(outer);
                inner = [code.Parts[1]];
            }
            else if (value is List<object?> items && seen.Add(items))
            {
                inner = items;
            }

            if (open.Count + inner.Count > MostNodes || seen.Count > MostNodes)
                return null;

            for (int i = inner.Count - 1; i >= 0; i--)
                open.Push((inner[i], outer));
        }

        return all.Count > 0 ? all : null;
    }

    private static CodeParts? Parts(MarshalledCode code)
    {
        IReadOnlyList<object?> parts = code.Parts;
        if (parts[0] is not byte[] { Length: > 0 } bytecode || parts[1] is not List<object?> constants || (code.HasLocalKinds && code.Numbers != 5))
            return null;

        List<string> locals = Texts(parts[3]);
        List<string> free = code.HasLocalKinds ? [] : Texts(parts[4]);
        List<string> cells = code.HasLocalKinds ? [] : Texts(parts[5]);
        return new CodeParts(
            bytecode, [.. constants.Select(Constant)], Texts(parts[2]), [.. locals, .. cells.Except(locals), .. free], [.. cells, .. free],
            Text(parts[code.HasLocalKinds ? 6 : 7]), code.Numbers, code.HasLocalKinds)
        {
            Flags = code.Flags,
            FirstLine = code.FirstLine,
            LineTable = parts.Count > 8 && parts[8] is byte[] lines ? lines : [],
            ExceptionTable = code.HasLocalKinds && parts.Count > 9 && parts[9] is byte[] handlers ? handlers : [],
        };
    }

    /// <summary>A constant. What lies deeper than in a tuple is unknown.</summary>
    private static ValueShape Constant(object? value) => value is List<object?> items
        ? new ValueShape(ShapeKind.Tuple) { Items = [.. items.Select(Plain)], Count = items.Count }
        : Plain(value);

    private static ValueShape Plain(object? value) => value switch
    {
        string text => new ValueShape(ShapeKind.Str, text),
        byte[] bytes => new ValueShape(ShapeKind.Bytes, Encoding.Latin1.GetString(bytes)) { Count = bytes.Length },
        BigInteger number => new ValueShape(ShapeKind.Int, number.ToString(CultureInfo.InvariantCulture)),
        _ => s_unknown,
    };

    private static List<string> Texts(object? tuple) => [.. (tuple as List<object?> ?? []).Select(Text)];

    private static string Text(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.Latin1.GetString(bytes),
        _ => "",
    };
}
