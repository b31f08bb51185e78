// Finds the parts of a code object among the arguments of what makes one.
using System.Text;
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>The parts of a code object, as the constructor of code gets them.</summary>
/// <param name="Code">The bytecode.</param>
/// <param name="Constants">The constants.</param>
/// <param name="Names">The names of globals, attributes and modules.</param>
/// <param name="Locals">The names of variables, those of cells behind them.</param>
/// <param name="Cells">The names of variables that closures share, cells first.</param>
/// <param name="Name">The name of the function.</param>
/// <param name="Numbers">How many numbers stand before the bytecode.</param>
/// <param name="HasQualifiedName">Whether it has one, as since 3.11.</param>
internal sealed record CodeParts(
    byte[] Code, IReadOnlyList<ValueShape> Constants, IReadOnlyList<string> Names, IReadOnlyList<string> Locals, IReadOnlyList<string> Cells, string Name, int Numbers, bool HasQualifiedName)
{
    private const int NewLocals = 2;

    /// <summary>The code that it stands in, where it is part of another's constants.</summary>
    public CodeParts? Outer { get; init; }

    /// <summary>What kind of code it is.</summary>
    public int Flags { get; init; }

    /// <summary>How many of the variables come first because they are arguments; all where that is not known.</summary>
    public int Arguments { get; init; } = int.MaxValue;

    /// <summary>Whether each name stands there as it is, and is not computed.</summary>
    public bool IsLiteral { get; init; } = true;

    /// <summary>The table of handlers of exceptions, since 3.11.</summary>
    public byte[] ExceptionTable { get; init; } = [];

    /// <summary>The line of the source with which it begins; 0 where nothing says.</summary>
    public int FirstLine { get; init; }

    /// <summary>The table of lines; empty where there is none.</summary>
    public byte[] LineTable { get; init; } = [];

    /// <summary>Whether it is the body of a class or a module, which runs where it stands.</summary>
    public bool IsBody => (Flags & NewLocals) == 0;

    /// <summary>
    /// The parts among arguments, wherever they begin: dill puts things in front of them. Null where there is no bytecode followed by
    /// constants, names and variables.
    /// </summary>
    public static CodeParts? Find(IReadOnlyList<ValueShape> arguments)
    {
        for (int i = 4; i + 5 < arguments.Count; i++)
        {
            if (arguments[i + 1].Kind is not ShapeKind.Tuple || arguments[i + 2].Kind is not ShapeKind.Tuple || arguments[i + 3].Kind is not ShapeKind.Tuple
                || BytesOf(arguments[i]) is not { Length: > 0 } code)
                continue;

            int numbers = 0;
            while (numbers < i && arguments[i - 1 - numbers].Kind is ShapeKind.Int)
                numbers++;

            bool qualified = i + 6 < arguments.Count && arguments[i + 6].Kind is ShapeKind.Str;
            int free = i + (qualified ? 10 : 8);
            List<string> locals = [.. Texts(arguments[i + 3])];
            List<string> freeVariables = [.. free < arguments.Count ? Texts(arguments[free]) : []];
            List<string> cells = [.. free + 1 < arguments.Count ? Texts(arguments[free + 1]) : []];
            return new CodeParts(
                code, arguments[i + 1].Items, [.. Texts(arguments[i + 2])], [.. locals, .. cells.Except(locals), .. freeVariables], [.. cells, .. freeVariables],
                arguments[i + 5].Text, numbers, qualified)
            {
                Arguments = Parameters(arguments, i, Math.Min(numbers, 6)),
                IsLiteral = arguments[i + 2].Items.All(n => n.Kind is ShapeKind.Str),
                ExceptionTable = qualified && i + 9 < arguments.Count ? BytesOf(arguments[i + 9]) ?? [] : [],
            };
        }

        return null;
    }

    /// <summary>The versions that write code with such parts.</summary>
    public IEnumerable<BytecodeVersion> Versions() => BytecodeVersion.All.Where(v => HasQualifiedName
        ? v is { IsLegacy: false, Minor: >= 11 }
        : Numbers switch
        {
            4 => v.IsLegacy,
            5 => v is { IsLegacy: false, Minor: < 8 },
            _ => v is { IsLegacy: false, Minor: >= 8 and < 11 },
        });

    /// <summary>How many arguments a function has: those by position, those by keyword only, and those that take the rest.</summary>
    private static int Parameters(IReadOnlyList<ValueShape> arguments, int code, int numbers)
    {
        int first = code - numbers;
        int Number(int at) => int.TryParse(arguments[at].Text, out int number) ? Math.Clamp(number, 0, 255) : 0;
        int flags = numbers > 0 && int.TryParse(arguments[code - 1].Text, out int all) ? all : 0;
        return numbers < 4 ? int.MaxValue : Number(first) + (numbers > 4 ? Number(first + numbers - 4) : 0) + int.PopCount(flags & 12);
    }

    /// <summary>Bytes, or the text with which protocol 2 writes them.</summary>
    private static byte[]? BytesOf(ValueShape value) => value switch
    {
        { Kind: ShapeKind.Bytes or ShapeKind.Str } => Encoding.Latin1.GetBytes(value.Text),
        { Kind: ShapeKind.Result, Text: "_codecs.encode" or "codecs.encode", Items: [{ Kind: ShapeKind.Str } text, ..] } => Encoding.Latin1.GetBytes(text.Text),
        _ => null,
    };

    private static IEnumerable<string> Texts(ValueShape tuple) => tuple.Kind is ShapeKind.Tuple ? tuple.Items.Select(i => i.Kind is ShapeKind.Str ? i.Text : "") : [];
}
