// Code that a file holds, in short.

namespace Assay.Artifacts;

/// <summary>Code that an artifact is or holds. What it calls are <see cref="CallableFact"/>s; what it says in full is a <see cref="TextFact"/>.</summary>
public sealed record CodeFact : Fact
{
    /// <summary>The language, lower case: <c>python</c>, <c>python-bytecode</c>, <c>torchscript</c>, <c>jinja</c>, <c>shell</c> ...</summary>
    public required string Language { get; init; }

    /// <summary>What the code is, in one plain sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>The names of other code that it uses, sorted, perhaps not all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>When it runs: <c>extract</c>, <c>load</c>, <c>init</c>, <c>infer</c>, <c>use</c>; empty where that cannot be told.</summary>
    public string Phase { get; init; } = "load";

    /// <summary>What source calls that reaches beyond it, and when; perhaps not all.</summary>
    public IReadOnlyList<SourceUse> Uses { get; init; } = [];

    /// <summary>The functions of source that lead to such calls or to functions of other files, and whom they call; perhaps not all.</summary>
    public IReadOnlyList<SourceFunction> Functions { get; init; } = [];

    internal override long MemorySize => BareSize + TextSize(Summary) + TextSize(Names) + Uses.Sum(u => u.MemorySize) + Functions.Sum(f => f.MemorySize);
}

/// <summary>One call that source makes.</summary>
public sealed record SourceUse
{
    /// <summary>The canonical dotted name of what is called.</summary>
    public required string Callee { get; init; }

    /// <summary>When it happens: <c>import</c>, <c>load</c> (a loader calls the function around it), <c>infer</c> (the model is used), <c>install</c>, <c>cell</c> (somebody runs the notebook), <c>call</c>.</summary>
    public string Phase { get; init; } = "call";

    /// <summary>The function around it; empty outside of all.</summary>
    public string Function { get; init; } = "";

    /// <summary>The line.</summary>
    public int Line { get; init; }

    /// <summary>Where it stands.</summary>
    public long Offset { get; init; }

    /// <summary>What it gets, as far as the source itself says it.</summary>
    public IReadOnlyList<ValueShape> Arguments { get; init; } = [];

    /// <summary>What was undone to get at an argument: <c>base64</c>, <c>zlib</c>.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Where what it gets stems from that nobody wrote down: <c>network</c>, <c>secret</c>, <c>store</c> (where secrets lie), <c>request</c> (who is connected asks for it), <c>files</c> (a walk through all of a user's), <c>fetched</c> (a file that was downloaded), <c>data</c> (a file of weights, of an array, of a picture), <c>environment</c> (all variables of the process), <c>library</c> (what a package gave that was asked for a repository or an address); <c>place</c> where it is the name of a place at which secrets lie, and <c>asked</c> where the call is told only for what it gets.</summary>
    public IReadOnlyList<string> From { get; init; } = [];

    /// <summary>The same for that which it runs: code, a command, a library, a stream that makes objects.</summary>
    public IReadOnlyList<string> Runs { get; init; } = [];

    /// <summary>Whether the name of what is called, or the text that it runs, does not stand in the source.</summary>
    public bool IsHidden { get; init; }

    internal long MemorySize => 96 + (2L * (Callee.Length + Function.Length)) + ValueShape.MemorySizeOf(Arguments) + (32L * (From.Count + Runs.Count));
}

/// <summary>A function of source, as far as following calls from file to file needs it. What stands outside of all has no name; a class has a row of its own.</summary>
public sealed record SourceFunction
{
    /// <summary>Its name, behind that of its class: <c>Model.forward</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is: <c>class</c>; <c>made</c>, <c>load</c>, <c>infer</c> for methods that run when an object of the class is made, loaded or used; else empty.</summary>
    public string Role { get; init; } = "";

    /// <summary>When it runs as far as its own file tells, as in <see cref="SourceUse.Phase"/>.</summary>
    public string Phase { get; init; } = "call";

    /// <summary>The functions and classes of the same file that it calls; of a class, its bases.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>What it calls of other files.</summary>
    public IReadOnlyList<SourceLink> Links { get; init; } = [];

    internal long MemorySize => 96 + (2L * Name.Length) + Calls.Sum(c => 32 + (2L * c.Length)) + Links.Sum(l => 64 + (2L * l.Target.Length));
}

/// <summary>A call of something that another file defines.</summary>
/// <param name="Target">The module as the import writes it, and behind a colon what is called: <c>.utils:setup</c>.</param>
/// <param name="Line">The line of the call.</param>
public sealed record SourceLink(string Target, int Line);
