// The rows behind containers, calls and imports.
namespace Assay.Pickle;

/// <summary>A list, dict or set that its own opcode made.</summary>
internal struct ContainerRow
{
    /// <summary>The first and last block of kept children, or -1.</summary>
    public int First;
    public int Last;

    /// <summary>How many children went in, kept or not; keys and values count apart.</summary>
    public long Total;

    /// <summary>How many of them were kept.</summary>
    public int Kept;

    /// <summary>Whether a child is more than plain data.</summary>
    public bool Tainted;

    /// <summary>Whether a call or a state has it: what is put in now comes after they were seen.</summary>
    public bool IsHandedOver;

    /// <summary>The leaves that are reachable, counted as often as they are reached.</summary>
    public float Weight;
}

/// <summary>A call, a construction, or a persistent id that was resolved.</summary>
internal struct CallRow
{
    /// <summary>What is called; for a persistent id, the id.</summary>
    public PickleValue Callee;

    /// <summary>The arguments: a tuple, or something that is hoped to be one.</summary>
    public PickleValue Arguments;

    /// <summary>The keyword arguments of NEWOBJ_EX, or empty.</summary>
    public PickleValue Keywords;

    /// <summary>The last state that BUILD put in, or empty.</summary>
    public PickleValue State;

    /// <summary>Where.</summary>
    public long Offset;

    /// <summary>By which opcode.</summary>
    public Op Opcode;

    /// <summary>How many BUILDs there were.</summary>
    public int States;

    /// <summary>What a chain of calls, of which each calls what the one before it gave, starts from, and how many calls it has.</summary>
    public PickleValue Root;
    public int Depth;

    /// <summary>Whether a loader put what it read from the stream in the object's place.</summary>
    public bool IsReplaced;
}

/// <summary>An object that is resolved by module and name.</summary>
internal sealed class ImportRow
{
    /// <summary>The module as written; null where it is computed.</summary>
    public string? Module { get; init; }

    /// <summary>The name as written; null where it is computed.</summary>
    public string? Name { get; init; }

    /// <summary>The module after the loader's own renaming.</summary>
    public required string ResolvedModule { get; init; }

    /// <summary>The name after the loader's own renaming; dotted where the loader walks attributes.</summary>
    public required string ResolvedName { get; init; }

    /// <summary>The protocol in force: below 3 the loader renames, from 4 on it walks dots.</summary>
    public int Protocol { get; init; }

    /// <summary>The value that a computed module or name comes from.</summary>
    public PickleValue ModuleValue { get; init; }

    public PickleValue NameValue { get; init; }

    /// <summary>Whether module or name is not a constant.</summary>
    public bool IsComputed => Module is null || Name is null;

    /// <summary><c>module.name</c> as written.</summary>
    public string Written => field ??= $"{Module ?? "?"}.{Name ?? "?"}";

    /// <summary><c>module.name</c> after renaming; empty where it is computed.</summary>
    public string Resolved => field ??= IsComputed ? "" : ResolvedModule == Module && ResolvedName == Name ? Written : $"{ResolvedModule}.{ResolvedName}";
}
