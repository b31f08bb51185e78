// What an expression of a pickle comes to when a loader evaluates it, as far as constants tell.
using System.Numerics;

namespace Assay.Evaluation.Values;

/// <summary>A value that folding computed. What cannot be told is <see cref="Unknown"/>, never a guess.</summary>
internal abstract record FoldedValue
{
    public static FoldedValue Unknown { get; } = new FoldedUnknown();

    public static FoldedValue None { get; } = new FoldedNone();

    /// <summary>How the value was unpacked, outermost layer first; empty for what was written plainly.</summary>
    public IReadOnlyList<string> Layers { get; init; } = [];

    /// <summary>Where the value stems from, as far as source is followed; nothing for what is known.</summary>
    public ValueOrigins From { get; init; }

    public bool IsUnknown => this is FoldedUnknown;

    /// <summary>Whether the value is data through and through, as far as its own level shows.</summary>
    public bool IsData => this is FoldedText or FoldedBytes or FoldedInt or FoldedFloat or FoldedBool or FoldedNone;
}

internal sealed record FoldedUnknown : FoldedValue
{
    /// <summary>The text with which it begins, where that much is known.</summary>
    public string Head { get; init; } = "";
}

internal sealed record FoldedNone : FoldedValue;

internal sealed record FoldedBool(bool Value) : FoldedValue;

internal sealed record FoldedInt(BigInteger Value) : FoldedValue;

internal sealed record FoldedFloat(double Value) : FoldedValue;

/// <summary>A str. Characters outside the basic plane are surrogate pairs here and single characters in Python.</summary>
internal sealed record FoldedText(string Value) : FoldedValue;

/// <summary>Bytes or a bytearray.</summary>
internal sealed record FoldedBytes(byte[] Value, bool IsArray = false) : FoldedValue;

/// <summary>The kinds of sequences.</summary>
internal enum SequenceKind
{
    Tuple,
    List,
    Set,
    FrozenSet,

    /// <summary>An iterator whose items are known.</summary>
    Iterator,
}

internal sealed record FoldedSequence(SequenceKind Kind, IReadOnlyList<FoldedValue> Items) : FoldedValue;

/// <summary>A dict; a later pair with the same key wins.</summary>
internal sealed record FoldedDict(IReadOnlyList<(FoldedValue Key, FoldedValue Value)> Pairs) : FoldedValue
{
    public static FoldedDict Empty { get; } = new([]);
}

/// <summary>A slice object; null where None was given.</summary>
internal sealed record FoldedSlice(BigInteger? Start, BigInteger? Stop, BigInteger? Step) : FoldedValue;

/// <summary>A module, or something in it: <c>os</c> is a module without a name, <c>os</c> and <c>path.join</c> an attribute.</summary>
internal sealed record FoldedName(string Module, string Name) : FoldedValue
{
    /// <summary>The dotted path.</summary>
    public string Path => Name.Length == 0 ? Module : Module.Length == 0 ? Name : $"{Module}.{Name}";
}

/// <summary>What calling something gave whose name is that of a class: of use only for following what its methods get.</summary>
internal sealed record FoldedInstance(FoldedName Class) : FoldedValue
{
    /// <summary>Where what a user typed lies; a word of it is an instance of that name, and so is the text of a file that a word names.</summary>
    public const string CommandLine = "sys.argv";

    /// <summary>Whether it is what the user of a program typed, or named.</summary>
    public bool IsTyped => Class.Path == CommandLine;

    /// <summary>What was put into it, for source that is followed.</summary>
    public FoldedContents? Contents { get; init; }
}

/// <summary>A method of such an instance.</summary>
internal sealed record FoldedInstanceMethod(FoldedName Class, string Name) : FoldedValue
{
    /// <summary>What was put into the instance.</summary>
    public FoldedContents? Contents { get; init; }
}

/// <summary>What source puts into an object of others, or a file in memory: an archive, a buffer. Whoever holds the object sees it.</summary>
internal sealed class FoldedContents
{
    private const int MostSteps = 8;

    /// <summary>Where what was put into it stems from.</summary>
    public ValueOrigins From { get; private set; }

    /// <summary>The file that it was made for, by its path; empty where it has none.</summary>
    public string File { get; init; } = "";

    /// <summary>What it writes to: a buffer under an archive.</summary>
    public FoldedContents? Below { get; init; }

    /// <summary>Something of that origin is put in.</summary>
    public void Add(ValueOrigins from)
    {
        FoldedContents? next = this;
        for (int steps = 0; steps < MostSteps && next is not null; steps++)
        {
            next.From |= from;
            next = next.Below;
        }
    }
}

/// <summary>A method of a known value.</summary>
internal sealed record FoldedMethod(FoldedValue Self, string Name) : FoldedValue;

/// <summary>A callable with some arguments put in, by <c>functools.partial</c>.</summary>
internal sealed record FoldedPartial(FoldedValue Target, IReadOnlyList<FoldedValue> Arguments) : FoldedValue
{
    /// <summary>Arguments by name; one whose name is unknown where they cannot be told.</summary>
    public FoldedDict Keywords { get; init; } = FoldedDict.Empty;
}

/// <summary>An <c>operator.itemgetter</c>, <c>attrgetter</c> or <c>methodcaller</c>, by that name.</summary>
internal sealed record FoldedGetter(string Kind, IReadOnlyList<FoldedValue> Arguments) : FoldedValue
{
    /// <summary>Arguments by name, of a <c>methodcaller</c>.</summary>
    public FoldedDict Keywords { get; init; } = FoldedDict.Empty;
}

/// <summary>Something that gives its one value when it is called: a weak reference, a lambda without a parameter.</summary>
internal sealed record FoldedThunk(FoldedValue Value) : FoldedValue;

/// <summary>A function of recovered source whose body is one expression.</summary>
internal sealed record FoldedFunction(Func<IReadOnlyList<FoldedValue>, FoldedValue> Body) : FoldedValue;

/// <summary>Something that the source which is folded defines itself: what its attributes are and what calling it gives, the source says.</summary>
internal abstract record FoldedDefined : FoldedValue
{
    /// <summary>An attribute of it.</summary>
    public abstract FoldedValue Attribute(string name);

    /// <summary>What calling it gives.</summary>
    public abstract FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords);
}

/// <summary>One of several values, and it is not known which: what is done with it is done with each.</summary>
internal sealed record FoldedChoice(IReadOnlyList<FoldedValue> Values) : FoldedValue
{
    private const int Most = 4;

    /// <summary>
    /// One of two values. Callables matter most, since what they do is asked for: of two that differ both stay, and beside one of them anything else is forgotten.
    /// </summary>
    public static FoldedValue Of(FoldedValue one, FoldedValue other)
    {
        if (!Matters(other))
        {
            return Matters(one) ? one : other;
        }

        if (!Matters(one) || ReferenceEquals(one, other) || (one is FoldedName x && other is FoldedName y && x.Path == y.Path))
        {
            return other;
        }

        List<FoldedValue> all = [.. one is FoldedChoice many ? many.Values : [one], .. other is FoldedChoice more ? more.Values : [other]];
        return new FoldedChoice([.. all.Distinct(ReferenceEqualityComparer.Instance).Cast<FoldedValue>().Take(Most)]);
    }

    /// <summary>Whether a value can be called, or is a module that callables are taken from.</summary>
    public static bool Matters(FoldedValue value) => value is FoldedName or FoldedDefined or FoldedPartial or FoldedMethod or FoldedGetter or FoldedThunk or FoldedFunction or FoldedInstanceMethod or FoldedChoice or FoldedCode;
}

/// <summary>A path of <c>pathlib</c>, as text; a home is a tilde, and where a part is not known the rest stands alone.</summary>
internal sealed record FoldedPath(string Text) : FoldedValue;

/// <summary>A file of that name that is written to, or of which nothing is known.</summary>
internal sealed record FoldedOpened(string Path) : FoldedValue;

/// <summary>A file in memory: <c>io.BytesIO</c> or <c>io.StringIO</c>.</summary>
internal sealed record FoldedFile(FoldedValue Content) : FoldedValue
{
    /// <summary>What others put into it.</summary>
    public FoldedContents Contents { get; init; } = new();
}

/// <summary>
/// What a compressor gave. Which bytes these are depends on the compressor's version, so only its own decompressor can look into them.
/// </summary>
internal sealed record FoldedPacked(string Codec, FoldedBytes Content) : FoldedValue;

/// <summary>A code object, or a function made of one.</summary>
internal sealed record FoldedCode(Marshalled.PythonCode Code, bool IsFunction) : FoldedValue;
