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

    /// <summary>The first version whose code has the form that dill converts.</summary>
    private const int FirstConverted = 11;

    /// <summary>What the code does that the arguments of its maker hold; null where they hold none.</summary>
    public static CarriedCode? Read(IReadOnlyList<ValueShape> arguments) => CodeParts.Find(arguments) is { } parts ? Read([parts]) : null;

    /// <summary>What marshalled code objects do, with all that is nested in them.</summary>
    public static CarriedCode ReadMarshalled(IReadOnlyList<byte[]> codes)
    {
        List<CodeParts> all = [];
        bool whole = true;
        foreach (byte[] code in codes)
        {
            IReadOnlyList<CodeParts>? parts = MarshalledParts.Of(code);
            whole &= parts is not null;
            all.AddRange(parts ?? []);
        }

        return Read(all) is var read && whole ? read : read with { IsWhole = false };
    }

    private static CarriedCode Read(List<CodeParts> codes)
    {
        CodeUses all = new();
        bool whole = codes.Count > 0;
        foreach (CodeParts parts in codes)
        {
            // Which of several versions wrote it cannot always be told; what any of them would do counts.
            bool isRead = false;
            List<BytecodeVersion> own = [.. parts.Versions()];
            foreach (BytecodeVersion version in own.Concat(BytecodeVersion.All.Where(v => v is { IsLegacy: false, Minor: >= FirstConverted } && !own.Contains(v))))
            {
                // dill makes code of its own version of what another one wrote: what reads as that version's, down to the places that it keeps for itself, may be meant for it.
                bool isOwn = own.Contains(version);
                CodeUses uses = new();
                CodeRun run = new(parts, version, uses);
                if (!run.Run() || (!isOwn && run.HasHidden))
                    continue;

                for (int choice = 1; choice < run.Stored.Choices; choice++)
                    _ = new CodeRun(parts, version, uses, null, run.Stored, choice).Run();

                isRead |= isOwn && !run.HasHidden;
                all.Add(uses);
            }

            whole &= isRead && !parts.HasComputedNames;
        }

        IEnumerable<ValueShape> constants = codes.SelectMany(p => p.Constants).SelectMany(c => c.Kind is ShapeKind.Tuple or ShapeKind.FrozenSet ? c.Items : [c]);
        List<string> texts = [.. constants.Where(c => c.Kind is ShapeKind.Str && c.Text.Length > 3).Select(c => c.Text).Take(MaxTexts)];

        // More than is kept may be anything.
        return new CarriedCode { Name = codes.Count > 0 ? codes[0].Name : "", Uses = all.Uses, Reads = all.Reads, Texts = texts, IsWhole = whole && !all.IsCut };
    }
}
