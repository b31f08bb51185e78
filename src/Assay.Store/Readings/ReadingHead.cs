// What a report says of an input beside findings, in one line.
using System.Globalization;
using Assay.Artifacts;
using Assay.Scanning;

namespace Assay.Store.Readings;

/// <summary>What a report says of an input beside findings, kept apart so that facts need not be unpacked for it.</summary>
internal sealed record ReadingHead(long? Size, string? Sha256, ByteCoverage Coverage, int Artifacts, IReadOnlyList<string> Formats)
{
    /// <summary>That of a report.</summary>
    public static ReadingHead Of(TargetReport report) =>
        new(report.Size, report.Sha256, new ByteCoverage(report.Bytes.Parsed, report.Bytes.Data, report.Bytes.Unknown), report.Artifacts, report.Formats);

    /// <summary>That in a line.</summary>
    public static ReadingHead Parse(string line)
    {
        string[] parts = line.Split('\t');
        if (parts.Length != 7)
        {
            throw new StoreException("A reading in the store is damaged: assay store check says which.");
        }

        return new ReadingHead(
            parts[0].Length == 0 ? null : Number(parts[0]),
            parts[1].Length == 0 ? null : parts[1],
            new ByteCoverage(Number(parts[2]), Number(parts[3]), Number(parts[4])),
            (int)Number(parts[5]),
            parts[6].Length == 0 ? [] : parts[6].Split(','));
    }

    /// <summary>The line.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Size}\t{Sha256}\t{Coverage.Parsed}\t{Coverage.Data}\t{Coverage.Unknown}\t{Artifacts}\t{string.Join(',', Formats)}");

    private static long Number(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        ? number
        : throw new StoreException("A reading in the store is damaged: assay store check says which.");
}
