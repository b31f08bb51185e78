// Which arrays of which objects are places in others: the table of native states.
using System.IO.Enumeration;
using Assay.Bytes;

namespace Assay.Formats.States;

/// <summary>A row of the table.</summary>
/// <param name="Class">The class, with stars.</param>
/// <param name="Relation">How the parts are to each other.</param>
/// <param name="Parts">The parts.</param>
internal sealed record StateRule(string Class, string Relation, IReadOnlyList<string> Parts);

/// <summary>The rows of the table by class.</summary>
internal static class StateRules
{
    private static readonly Lazy<List<StateRule>> s_rules = new(() => [.. EmbeddedTable.Rows("formats/native-states.tsv").Select(r => new StateRule(r[0], r[1], r[2..]))]);
    private static readonly Lazy<HashSet<string>> s_packages = new(() => [.. s_rules.Value.Select(r => r.Class.Split('.')[0])]);

    /// <summary>What holds for a class.</summary>
    public static IReadOnlyList<StateRule> Of(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && s_packages.Value.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name.AsSpan(0, dot))
            ? [.. s_rules.Value.Where(r => FileSystemName.MatchesSimpleExpression(r.Class, name, ignoreCase: false))]
            : [];
    }
}
