// Reads bytecode as a list of instructions and follows what lies on the stack.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>
/// Reads a code object that a file carries. The instructions are followed along every branch, with all that may lie on the stack and in variables. What a name in
/// the code means is not asked here.
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
            // Which of several versions wrote it cannot always be told. A compiler writes what is regular in its own version; in any other the names count that such a reading leads to.
            List<(CodeFlow Flow, CodeUses Uses)> readings = [];
            foreach (BytecodeVersion version in parts.Versions())
            {
                CodeUses uses = new();
                CodeFlow flow = new(parts, version, uses);
                if (flow.Run())
                    readings.Add((flow, uses));
            }

            // dill makes code of its own version of what another one wrote.
            List<CodeUses> converted = [];
            foreach (BytecodeVersion version in BytecodeVersion.All.Where(v => v is { IsLegacy: false, Minor: >= FirstConverted } && !parts.Versions().Contains(v)))
            {
                CodeUses uses = new();
                CodeFlow flow = new(parts, version, uses);
                if (flow.Run() && flow.IsRegular)
                    converted.Add(uses);
            }

            bool isRead = parts.IsLiteral && readings.Exists(r => r.Flow.IsRegular);
            foreach ((CodeFlow flow, CodeUses uses) in readings)
                all.Add(uses, onlyNamed: isRead && !flow.IsRegular);

            foreach (CodeUses uses in converted)
                all.Add(uses, onlyNamed: true);

            whole &= isRead;
        }

        IEnumerable<ValueShape> constants = codes.SelectMany(p => p.Constants).SelectMany(c => c.Kind is ShapeKind.Tuple or ShapeKind.FrozenSet ? c.Items : [c]);
        List<string> texts = [.. constants.Where(c => c.Kind is ShapeKind.Str && c.Text.Length > 3).Select(c => c.Text).Take(MaxTexts)];

        // More than is kept may be anything.
        return new CarriedCode { Name = codes.Count > 0 ? codes[0].Name : "", Uses = all.Uses, Reads = all.Reads, Stores = all.Stores, Imports = all.Imports, Texts = texts, IsWhole = whole && !all.IsCut };
    }
}
