// What readers and test loads can give: the values that a rule may wait for.
using Assay.Bytes;

namespace Assay.Detection.Facts;

/// <summary>The embedded lists of values that readers and test loads can give.</summary>
internal static class GivenValues
{
    private static readonly Lazy<ILookup<string, string>> s_lists = new(Read);

    /// <summary>The values of a list: <c>anomaly</c>, <c>behaviour</c> or <c>format</c>.</summary>
    public static IEnumerable<string> Of(string list) => s_lists.Value[list];

    private static ILookup<string, string> Read() => EmbeddedTable.Rows("detection/given.tsv").ToLookup(r => r[0], r => r[1], StringComparer.Ordinal);
}
