// The file beside a pack that says on what its effects rest.
using System.Globalization;

namespace Assay.Effects.Packs;

/// <summary>On what one effect of one name rests.</summary>
/// <param name="Path">The dotted path.</param>
/// <param name="Route">How the code is entered: <c>call</c> or <c>new</c>.</param>
/// <param name="Effect">The effect as packs write it.</param>
/// <param name="File">The source, relative to the root of its distribution.</param>
/// <param name="Line">The line of what acts, from 1.</param>
/// <param name="Calls">The path of calls from the name to what acts.</param>
internal sealed record EffectEvidence(string Path, string Route, string Effect, string File, int Line, IReadOnlyList<string> Calls);

/// <summary>
/// The file beside a pack: a line with the digest of the pack, then a line for each effect with its cells parted by tabs. Only people need it, so it is
/// text and read from one end to the other.
/// </summary>
internal static class PackEvidence
{
    private const string Head = "assay-evidence 1 ";
    private const string Arrow = " > ";
    private const int LongestLine = 1 << 16;

    /// <summary>Writes the evidence of the pack with a digest.</summary>
    public static void Write(TextWriter writer, string digest, IEnumerable<EffectEvidence> evidence)
    {
        writer.Write(Head + digest + "\n");
        foreach (EffectEvidence one in evidence)
        {
            string[] cells = [one.Path, one.Route, one.Effect, one.File, one.Line.ToString(CultureInfo.InvariantCulture), string.Join(Arrow, one.Calls)];
            writer.Write(string.Join('\t', cells.Select(c => c.Replace('\t', ' ').ReplaceLineEndings(" "))) + "\n");
        }
    }

    /// <summary>The digest of the pack that the evidence belongs to.</summary>
    /// <exception cref="EffectPackException">It is no such file.</exception>
    public static string ReadHead(TextReader reader) =>
        reader.ReadLine() is { } line && line.StartsWith(Head, StringComparison.Ordinal) ? line[Head.Length..] : throw new EffectPackException("This is no evidence of an effect pack.");

    /// <summary>What is said of the paths, in the order of the file; the head was read.</summary>
    /// <exception cref="EffectPackException">A line is none.</exception>
    public static IEnumerable<EffectEvidence> Of(TextReader reader, IReadOnlySet<string> paths)
    {
        while (reader.ReadLine() is { } line)
        {
            int end = line.IndexOf('\t', StringComparison.Ordinal);
            if (end < 0 || line.Length > LongestLine)
                throw new EffectPackException("The evidence does not hold together.");

            if (!paths.Contains(line[..end]))
                continue;

            yield return line.Split('\t') is [{ } path, { } route, { } effect, { } file, { } number, { } calls] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int at)
                ? new EffectEvidence(path, route, effect, file, at, calls.Length == 0 ? [] : calls.Split(Arrow))
                : throw new EffectPackException("The evidence does not hold together.");
        }
    }
}
