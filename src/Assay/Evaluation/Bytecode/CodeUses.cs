// Collects what code calls and reads, each thing once.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>Collects what code calls and reads, each thing once and bounded.</summary>
internal sealed class CodeUses
{
    private const int Most = 512;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public List<CodeUse> Uses { get; } = [];

    public List<string> Reads { get; } = [];

    public void Call(CodeValue callee, IReadOnlyList<CodeValue> arguments)
    {
        string path = callee.Path ?? "";
        string key = $"{path}({string.Join(',', arguments.Select(a => a.Path ?? a.Constant?.Text))})";
        if (Uses.Count < Most && _seen.Add(key))
            Uses.Add(new CodeUse(path, callee.IsImported) { Arguments = [.. arguments.Select(a => a.Shape)] });
    }

    public void Read(CodeValue value)
    {
        if (value.Path is { Length: > 1 } path && Reads.Count < Most && _seen.Add(path))
            Reads.Add(path);
    }

    public void Add(CodeUses other)
    {
        foreach (CodeUse use in other.Uses)
        {
            string key = $"{use.Callee}({string.Join(',', use.Arguments.Select(a => a.Text))})";
            if (Uses.Count < Most && _seen.Add(key))
                Uses.Add(use);
        }

        Reads.AddRange(other.Reads.Where(r => Reads.Count < Most && _seen.Add(r)));
    }
}
