// Reads bytecode as a list of instructions and follows what lies on the stack.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>
/// Reads a code object that a file carries. The instructions are followed in the order in which they stand, with what they put onto the stack; where
/// branches meet, the last one counts. What a name in the code means is not asked here.
/// </summary>
internal static class CodeReader
{
    private const int MaxTexts = 64;

    /// <summary>What the code does that the arguments of its maker hold; null where they hold none.</summary>
    public static CarriedCode? Read(IReadOnlyList<ValueShape> arguments)
    {
        if (CodeParts.Find(arguments) is not { } parts)
            return null;

        List<string> texts = [.. parts.Constants.SelectMany(c => c.Kind is ShapeKind.Tuple or ShapeKind.FrozenSet ? c.Items : [c]).Where(c => c.Kind is ShapeKind.Str && c.Text.Length > 3).Select(c => c.Text).Take(MaxTexts)];

        // Which of several versions wrote it cannot always be told; what any of them would do counts.
        CodeUses all = new();
        bool whole = false;
        foreach (BytecodeVersion version in parts.Versions())
        {
            CodeUses uses = new();
            if (!new CodeRun(parts, version, uses).Run())
                continue;

            whole = true;
            all.Add(uses);
        }

        return new CarriedCode { Name = parts.Name, Uses = all.Uses, Reads = all.Reads, Texts = texts, IsWhole = whole && !all.IsCut };
    }
}
