// Reads a module that was compiled: what each of its functions calls, and the list of its instructions.
using System.Globalization;
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>One code object of a module.</summary>
/// <param name="Name">Its name behind those of the classes and functions around it; empty for the module.</param>
/// <param name="Parts">Its parts.</param>
/// <param name="Uses">What it calls.</param>
internal sealed record ModuleFunction(string Name, CodeParts Parts, IReadOnlyList<CodeUse> Uses);

/// <summary>A compiled module: its code objects, the outermost first.</summary>
internal sealed class ModuleCode
{
    private ModuleCode(BytecodeVersion version, IReadOnlyList<ModuleFunction> functions, bool isCut)
    {
        IsCut = isCut;
        Version = version;
        Functions = functions;
    }

    public BytecodeVersion Version { get; }

    /// <summary>Whether one of the code objects does more than is followed.</summary>
    public bool IsCut { get; }

    public IReadOnlyList<ModuleFunction> Functions { get; }

    /// <summary>Reads a marshalled module of a version of Python 3; null where it is none.</summary>
    public static ModuleCode? Read(byte[] marshalled, int minor)
    {
        BytecodeVersion? version = BytecodeVersion.All.FirstOrDefault(v => !v.IsLegacy && v.Minor == minor);
        if (version is null || MarshalledParts.Of(marshalled, isThree: true) is not { } all)
        {
            return null;
        }

        List<ModuleFunction> functions = [];
        bool isCut = false;
        foreach (CodeParts parts in all)
        {
            CodeUses uses = new();
            if (!new CodeFlow(parts, version, uses, new CodeLines(parts, version)).Run())
            {
                return null;
            }

            isCut |= uses.IsCut;
            functions.Add(new ModuleFunction(FullName(parts), parts, uses.Uses));
        }

        return new ModuleCode(version, functions, isCut);
    }

    /// <summary>The instructions of a code object, one a line, as <c>dis</c> lists them: line, offset, name, argument, what the argument means.</summary>
    public IEnumerable<string> Listing(ModuleFunction function)
    {
        byte[] code = function.Parts.Code;
        CodeLines lines = new(function.Parts, Version);
        long argument = 0;
        int? last = null;
        for (int at = 0; at + 1 < code.Length;)
        {
            CodeOp? op = Version.Op(code[at]);
            argument = (argument << 8) | code[at + 1];
            int? line = lines.Of(at);
            string shown = line is null || line == last ? "" : line.Value.ToString(CultureInfo.InvariantCulture);
            last = line;
            yield return string.Create(CultureInfo.InvariantCulture, $"{shown,6} {at,6} {op?.Name ?? "<" + code[at] + ">",-26} {argument}{Meaning(function.Parts, op?.Name ?? "", (int)Math.Min(argument, int.MaxValue))}").TrimEnd();
            at += 2 + (2 * (op?.Caches ?? 0));
            argument = op?.Name is "EXTENDED_ARG" ? argument & 0xFFFFFF : 0;
        }
    }

    private string Meaning(CodeParts parts, string name, int argument)
    {
        int shift = name switch { "LOAD_GLOBAL" when Version.Minor >= 11 => 1, "LOAD_ATTR" when Version.Minor >= 12 => 1, "LOAD_SUPER_ATTR" => 2, _ => 0 };
        string? meant = name is "LOAD_CONST" or "RETURN_CONST" ? argument < parts.Constants.Count ? Short(parts.Constants[argument]) : null
            : name is "LOAD_NAME" or "LOAD_GLOBAL" or "LOAD_ATTR" or "LOAD_METHOD" or "IMPORT_NAME" or "IMPORT_FROM" or "STORE_NAME" or "STORE_GLOBAL" or "STORE_ATTR" or "DELETE_NAME" or "DELETE_GLOBAL" or "DELETE_ATTR" or "LOAD_SUPER_ATTR" ? (argument >> shift) < parts.Names.Count ? parts.Names[argument >> shift] : null
            : name is "LOAD_FAST" or "STORE_FAST" or "DELETE_FAST" or "LOAD_FAST_CHECK" or "LOAD_FAST_BORROW" ? argument < parts.Locals.Count ? parts.Locals[argument] : null : null;
        return meant is null ? "" : $" ({meant})";
    }

    private static string Short(ValueShape value) => value.Kind switch
    {
        ShapeKind.Str => $"'{(value.Text.Length > 60 ? value.Text[..57] + "..." : value.Text)}'",
        ShapeKind.Int => value.Text,
        ShapeKind.Bytes => $"bytes of {value.Text.Length}",
        ShapeKind.Tuple => $"tuple of {value.Items.Count}",
        _ => "...",
    };

    private static string FullName(CodeParts parts)
    {
        string name = "";
        int depth = 0;
        for (CodeParts? at = parts; at?.Outer is not null && depth++ < 32; at = at.Outer)
        {
            name = name.Length == 0 ? at.Name : $"{at.Name}.{name}";
        }

        return name;
    }
}
