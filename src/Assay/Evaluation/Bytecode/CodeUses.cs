// Collects what code calls and reads, each thing once.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>Collects what code calls and reads, each thing once and bounded.</summary>
internal sealed class CodeUses
{
    private const int Most = 512;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Whether there was more than is kept.</summary>
    public bool IsCut { get; set; }

    /// <summary>The line that is read now; null where the code has none.</summary>
    public int? Line { get; set; }

    public List<CodeUse> Uses { get; } = [];

    public List<string> Reads { get; } = [];

    /// <summary>What the code puts into names and attributes that other code reads.</summary>
    public List<CodeStore> Stores { get; } = [];

    /// <summary>The modules that it imports.</summary>
    public List<string> Imports { get; } = [];

    public void Call(CodeValue callee, IReadOnlyList<ValueShape> arguments)
    {
        string path = callee.Path ?? "";
        if (IsNew(KeyOf(path, arguments), Uses.Count))
            Uses.Add(new CodeUse(path, callee.IsImported) { Arguments = arguments, Line = Line });
    }

    /// <summary>Notes what is stored under a name; of a container each thing in it, as an item of that name.</summary>
    public void Store(string name, CodeSet values, bool isGlobal = false)
    {
        foreach (CodeValue value in values.Values)
        {
            if (value.Site is { } site)
            {
                foreach (CodeValue item in site.Items().Values)
                    Store(name + "[]", item, isGlobal);
            }
            else
            {
                Store(name, value, isGlobal);
            }
        }
    }

    /// <summary>Notes that a module is imported.</summary>
    public void Import(string module)
    {
        if (IsNew($"import {module}", Imports.Count))
            Imports.Add(module);
    }

    public void Read(CodeValue value)
    {
        if (value.Path is not { Length: > 1 } path)
            return;

        string read = value.Key is { } key ? $"{path}:{key}" : path;
        if (IsNew(read, Reads.Count))
            Reads.Add(read);
    }

    /// <summary>Takes over what another reading found; of one that is hardly right only what has a name.</summary>
    public void Add(CodeUses other, bool onlyNamed = false)
    {
        foreach (CodeUse use in other.Uses)
        {
            bool isKept = !onlyNamed || (use.Callee.Length > 0 && use.Callee[0] != '.' && !use.Callee.Contains('(', StringComparison.Ordinal) && !use.Callee.Contains('[', StringComparison.Ordinal));
            if (isKept && IsNew(KeyOf(use.Callee, use.Arguments), Uses.Count))
                Uses.Add(use);
        }

        foreach (CodeStore store in other.Stores)
            Store(store);

        foreach (string module in other.Imports)
            Import(module);

        foreach (string read in other.Reads)
        {
            if (IsNew(read, Reads.Count))
                Reads.Add(read);
        }

        IsCut |= other.IsCut && !onlyNamed;
    }

    private void Store(string name, CodeValue value, bool isGlobal)
    {
        if (value.Path is { Length: > 0 } path && path[0] != '.')
            Store(new CodeStore(name, path, value.IsImported, isGlobal));
    }

    private void Store(CodeStore store)
    {
        if (IsNew($"{store.Name}={store.Path}", Stores.Count))
            Stores.Add(store);
    }

    private static string KeyOf(string callee, IReadOnlyList<ValueShape> arguments) =>
        $"{callee}({string.Join(',', arguments.Select(a => a.Items.Count == 0 ? a.Text : $"{a.Text}[{string.Join(',', a.Items.Select(i => i.Text))}]"))})";

    private bool IsNew(string key, int kept)
    {
        if (_seen.Contains(key))
            return false;

        IsCut |= kept >= Most;
        return kept < Most && _seen.Add(key);
    }
}
