// An object of R whose parts are still being read.
namespace Assay.Formats.R;

/// <summary>The steps of an object with parts.</summary>
internal enum RStep : byte
{
    Attributes,
    Tag,
    Head,
    Rest,
    Items,
    Done,
}

/// <summary>An object whose parts are still being read: a vector, or a chain of pairs, of which all cells share one frame.</summary>
internal sealed class RFrame
{
    private const int MostArguments = 16;

    /// <summary>The type of the object.</summary>
    public required int Type { get; init; }

    /// <summary>What it is to the object that it lies in.</summary>
    public required RPlace Place { get; init; }

    /// <summary>When code in it runs.</summary>
    public required RTime Time { get; init; }

    /// <summary>The variable that holds it.</summary>
    public required string Owner { get; init; }

    /// <summary>Where it starts.</summary>
    public required long Offset { get; init; }

    /// <summary>What comes next.</summary>
    public RStep Step { get; set; }

    /// <summary>Items that are left.</summary>
    public long Left { get; set; }

    /// <summary>Items that were read.</summary>
    public long Read { get; set; }

    /// <summary>Whether the current cell has attributes, and a tag.</summary>
    public bool HasAttributes { get; set; }

    /// <inheritdoc cref="HasAttributes"/>
    public bool HasTag { get; set; }

    /// <summary>Whether looking at the variable of the current cell calls a function.</summary>
    public bool IsActive { get; set; }

    /// <summary>The tag of the current cell.</summary>
    public string Tag { get; set; } = "";

    /// <summary>What is called, or the first part.</summary>
    public RItem First { get; set; }

    /// <summary>The second part.</summary>
    public RItem Second { get; set; }

    /// <summary>The first arguments of a call.</summary>
    public List<RItem> Arguments { get; } = [];

    /// <summary>Whether the cells are written as those of compiled code are.</summary>
    public bool IsCompiled { get; init; }

    /// <summary>The number under which compiled code refers to this again, or -1.</summary>
    public int Repeat { get; init; } = -1;

    /// <summary>What compiled code refers to again.</summary>
    public RItem[]? Repeats { get; init; }

    /// <summary>The constants that compiled code fetches functions by.</summary>
    public HashSet<int>? Fetched { get; set; }

    /// <summary>A part of the current cell is read.</summary>
    public void Take(RItem item)
    {
        if (Read == 0)
        {
            First = item;
        }
        else if (Read == 1)
        {
            Second = item;
        }

        if (Read > 0 && Arguments.Count < MostArguments)
        {
            Arguments.Add(item);
        }

        Read++;
    }
}
