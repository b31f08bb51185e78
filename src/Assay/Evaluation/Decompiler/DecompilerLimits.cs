// How much a decompilation says.
namespace Assay.Evaluation.Decompiler;

/// <summary>How much a decompilation says; what is over is counted and named, never dropped in silence.</summary>
internal sealed record DecompilerLimits
{
    /// <summary>Containers inside each other that are written out.</summary>
    public const int Depth = 8;

    /// <summary>Lines of the whole text.</summary>
    public int Lines { get; init; } = 20_000;

    /// <summary>Statements that do the same thing: calls of one callable, states of one class.</summary>
    public int Repeats { get; init; } = 500;

    /// <summary>Pickles of nothing but plain data.</summary>
    public int PlainPickles { get; init; } = 100;

    /// <summary>Columns of a line, as far as breaking at brackets allows.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Arguments of a call, and items of a container that an argument or a state is.</summary>
    public int Arguments { get; init; } = 64;

    /// <summary>Items of a container further inside.</summary>
    public int Items { get; init; } = 16;

    /// <summary>Values written in one statement.</summary>
    public int Values { get; init; } = 800;

    /// <summary>Bytes of a text that is an argument of its own: it may be the payload.</summary>
    public int ArgumentText { get; init; } = 4000;

    /// <summary>Bytes of any other text.</summary>
    public int Text { get; init; } = 160;

    /// <summary>Bytes of texts in one statement before only short ones are written.</summary>
    public int StatementText { get; init; } = 12_000;

    /// <summary>Lines of a folded constant or recovered source.</summary>
    public int FoldedLines { get; init; } = 80;

    /// <summary>Pickles inside pickles inside pickles that are decompiled.</summary>
    public int InnerDepth { get; init; } = 4;

    /// <summary>Pickles inside that are decompiled, over all depths.</summary>
    public int InnerPickles { get; init; } = 64;

    /// <summary>Children that may be looked at to find what hides behind a cut.</summary>
    public long Work { get; init; } = 50_000_000;
}
