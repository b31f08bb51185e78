// Collects what code calls and reads, each thing once.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>Collects what code calls and reads, each thing once and bounded.</summary>
internal sealed class CodeUses
{
    private const int Most = 512;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>The line that is read now; null where the code has none.</summary>
    public int? Line { get; set; }

    public List<CodeUse> Uses { get; } = [];

    public List<string> Reads { get; } = [];

    public void Call(CodeValue callee, IReadOnlyList<CodeValue> arguments)
    {
        string path = callee.Path ?? "";
        string key = $"{path}({string.Join(',', arguments.Select(a => a.Path ?? a.Constant?.Text))})";
        if (IsNew(key, Uses.Count))
            Uses.Add(new CodeUse(path, callee.IsImported) { Arguments = [.. arguments.Select(a => a.Shape)], Line = Line });
    }

    public void Read(CodeValue value)
    {
        if (value.Path is { Length: > 1 } path && IsNew(path, Reads.Count))
            Reads.Add(path);
    }

    public void Add(CodeUses other)
    {
        foreach (CodeUse use in other.Uses)
        {
            string key = $"{use.Callee}({string.Join(',', use.Arguments.Select(a => a.Text))})";
            if (IsNew(key, Uses.Count))
                Uses.Add(use);
        }

        foreach (string read in other.Reads)
        {
            if (IsNew(read, Reads.Count))
                Reads.Add(read);
        }

        IsCut |= other.IsCut;
    }

    private bool IsNew(string key, int kept)
    {
        if (_seen.Contains(key))
            return false;

        IsCut |= kept >= Most;
        return kept < Most && _seen.Add(key);
    }
}
