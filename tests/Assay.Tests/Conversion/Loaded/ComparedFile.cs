// One file: what is read here as data, beside what a real library loaded in the box.
using Assay.Bytes;
using Assay.Conversion;
using Assay.Scanning;

namespace Assay.Tests.Conversion.Loaded;

/// <summary>How a comparison ended.</summary>
internal enum ComparisonEnd
{
    /// <summary>Names, types, shapes and bytes are equal.</summary>
    Equal,

    /// <summary>They are equal to what the loader makes when objects are stood in for; the real classes are not installed, or do not load these bytes.</summary>
    EqualStoodIn,

    /// <summary>
    /// They are equal to what the loader makes when objects are stood in for; the real classes make something else of their state after they got it.
    /// </summary>
    ClassDiffers,

    /// <summary>Neither side has a tensor.</summary>
    None,

    /// <summary>Something differs.</summary>
    Different,

    /// <summary>The library has tensors and nothing was found here.</summary>
    NotFound,

    /// <summary>The library has tensors, and the file is refused here or of no kind that is read.</summary>
    Refused,

    /// <summary>The library did not load it.</summary>
    NotLoaded,

    /// <summary>Neither side reads it.</summary>
    Neither,
}

/// <summary>One compared file.</summary>
/// <param name="Path">Its name.</param>
/// <param name="Format">The kind of file as the reader here told it, or empty.</param>
/// <param name="Loader">The loader that the comparison is with.</param>
/// <param name="End">How it ended.</param>
/// <param name="Tensors">How many tensors were equal.</param>
/// <param name="Detail">What differs, or why there is no comparison.</param>
internal sealed record ComparedFile(string Path, string Format, string Loader, ComparisonEnd End, int Tensors, string Detail)
{
    private const int NamesShown = 6;

    /// <summary>Compares what is read of <paramref name="bytes"/> with what the box answered.</summary>
    public static ComparedFile Of(string path, ByteSource bytes, string loader, LoadedAnswer? answer, string reason)
    {
        (string format, IReadOnlyDictionary<string, LoadedTensor>? ours, string refusal) = Read(bytes);
        ComparedFile End(ComparisonEnd end, string detail, int tensors = 0) => new(path, format, loader, end, tensors, detail);

        bool loaded = answer?.Real is not null || answer?.Specified is not null;
        IReadOnlyDictionary<string, LoadedTensor>? theirs = answer?.Real ?? answer?.Specified ?? answer?.Stood;
        if (theirs is null)
        {
            return End(ours is null ? ComparisonEnd.Neither : ComparisonEnd.NotLoaded, reason);
        }

        if (theirs.Count == 0 && (ours is null || ours.Count == 0))
        {
            return End(ComparisonEnd.None, refusal);
        }

        if (ours is null)
        {
            return End(ComparisonEnd.Refused, $"{theirs.Count} tensors; {refusal}");
        }

        string? difference = Difference(ours, theirs);
        if (difference is null)
        {
            return End(loaded ? ComparisonEnd.Equal : ComparisonEnd.EqualStoodIn, loaded ? "" : reason, ours.Count);
        }

        return loaded && answer!.Stood is { } stood && Difference(ours, stood) is null ? End(ComparisonEnd.ClassDiffers, difference, ours.Count)
            : End(ours.Count == 0 ? ComparisonEnd.NotFound : ComparisonEnd.Different, loaded ? difference : $"{difference}; {reason}");
    }

    private static (string Format, IReadOnlyDictionary<string, LoadedTensor>? Tensors, string Refusal) Read(ByteSource bytes)
    {
        try
        {
            using TensorMap? map = WeightsReader.TryRead(bytes, new ReadingOptions());
            return map is null ? ("", null, "no kind that is read") : (map.Format, LoadedAnswer.Of(ConversionPlan.Of(map, new ConversionOptions())), "");
        }
        catch (Exception e) when (e is MalformedException or ScanStopException)
        {
            return ("", null, e.Message);
        }
    }

    private static string? Difference(IReadOnlyDictionary<string, LoadedTensor> ours, IReadOnlyDictionary<string, LoadedTensor> theirs)
    {
        string[] onlyOurs = [.. ours.Keys.Where(n => !theirs.ContainsKey(n))];
        string[] onlyTheirs = [.. theirs.Keys.Where(n => !ours.ContainsKey(n))];
        string[] changed = [.. ours.Where(o => theirs.TryGetValue(o.Key, out LoadedTensor? other) && other != o.Value)
            .Select(o => $"{o.Key} ({o.Value.Kind}, there {theirs[o.Key].Kind})")];
        List<string> said = [];
        void Say(string what, string[] names)
        {
            if (names.Length > 0)
            {
                said.Add($"{names.Length} {what}: {string.Join(", ", names.Take(NamesShown))}");
            }
        }

        Say("unequal", changed);
        Say("only here", onlyOurs);
        Say("only there", onlyTheirs);
        return said.Count == 0 ? null : string.Join("; ", said);
    }
}
