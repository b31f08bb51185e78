// A code object that a file carries: what it calls, as far as its bytecode tells.
namespace Assay.Artifacts;

/// <summary>A code object of CPython that a file carries.</summary>
public sealed record CarriedCode
{
    /// <summary>The name of the function; the file chooses it.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it calls, in order; equal calls once, and perhaps not all.</summary>
    public IReadOnlyList<CodeUse> Uses { get; init; } = [];

    /// <summary>Attributes and globals that it reads beside, as paths like <see cref="CodeUse.Callee"/>.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>What it puts into globals, variables that closures share, and attributes, where that has a name.</summary>
    public IReadOnlyList<CodeStore> Stores { get; init; } = [];

    /// <summary>The modules that it imports.</summary>
    public IReadOnlyList<string> Imports { get; init; } = [];

    /// <summary>The texts among its constants, perhaps not all.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Whether all of it could be read as bytecode of one version of CPython.</summary>
    public bool IsWhole { get; init; }

    internal long MemorySize => 64 + Uses.Sum(u => (2L * u.Callee.Length) + ValueShape.MemorySizeOf(u.Arguments)) + Stores.Sum(s => 40 + (2L * (s.Name.Length + s.Path.Length))) + Reads.Concat(Texts).Concat(Imports).Sum(t => 32 + (2L * t.Length));
}

/// <summary>One call in a code object.</summary>
/// <param name="Callee">
/// What is called: a dotted path from a global name or an import (<c>os.system</c>); a path that begins with a dot is an attribute of something
/// that the code got or made (<c>.predict</c>); empty where nothing can be told.
/// </param>
/// <param name="IsImported">Whether the path begins with a module that the code itself imports.</param>
public sealed record CodeUse(string Callee, bool IsImported = false)
{
    /// <summary>The line of the source, where the code says it.</summary>
    public int? Line { get; init; }

    /// <summary>The arguments, keywords last; what is not a constant or a path is unknown.</summary>
    public IReadOnlyList<ValueShape> Arguments { get; init; } = [];
}

/// <summary>Something with a name that a code object stores.</summary>
/// <param name="Name">The global, the variable or the attribute; <c>[]</c> behind it stands for an item of what is there.</param>
/// <param name="Path">What is stored, as a path like <see cref="CodeUse.Callee"/>.</param>
/// <param name="IsImported">Whether the path begins with a module that the code itself imports.</param>
/// <param name="IsGlobal">Whether the name is that of a global.</param>
public sealed record CodeStore(string Name, string Path, bool IsImported = false, bool IsGlobal = false);
