// Facts as a store keeps them: compressed, and under no path.
using System.Text.Json;
using Assay.Artifacts;

namespace Assay.Store.Readings;

/// <summary>
/// Facts as a store keeps them: JSON, compressed. The path of the input is taken out of them and put in again, so that the same bytes under another folder are the same facts.
/// </summary>
internal static class FactBlob
{
    private const int Level = 3;
    private const int Largest = 1 << 30;

    [ThreadStatic]
    private static ZstdSharp.Compressor? t_compressor;

    [ThreadStatic]
    private static ZstdSharp.Decompressor? t_decompressor;

    /// <summary>The facts as bytes.</summary>
    public static byte[] Pack(FactSet facts) => Pack(FactJson.Write(Moved(facts, facts.Path, "") with { Bundle = null }));

    /// <summary>The facts in bytes, as those of the input at <paramref name="path"/>.</summary>
    public static FactSet Unpack(ReadOnlySpan<byte> packed, string path, string? bundle)
    {
        try
        {
            return Moved(FactJson.Read(Inflate(packed)), "", path) with { Bundle = bundle };
        }
        catch (Exception e) when (e is JsonException or ZstdSharp.ZstdException)
        {
            throw new StoreException("Facts in the store are damaged: assay store check says which.", e);
        }
    }

    /// <summary>Whether every path in the facts begins with that of the input, so that they can be those of an input elsewhere.</summary>
    public static bool CanMove(FactSet facts) => facts.Facts.All(f => Lies(f.Path, facts.Path) && (f is not FormatFact { Container: { } container } || Lies(container, facts.Path)));

    /// <summary>Bytes, compressed.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> bytes) => (t_compressor ??= new ZstdSharp.Compressor(Level)).Wrap(bytes).ToArray();

    /// <summary>Bytes, unpacked.</summary>
    public static byte[] Inflate(ReadOnlySpan<byte> packed) => (t_decompressor ??= new ZstdSharp.Decompressor()).Unwrap(packed, Largest).ToArray();

    private static FactSet Moved(FactSet facts, string from, string to)
    {
        if (from == to)
        {
            return facts;
        }

        Fact[] moved = new Fact[facts.Facts.Count];
        for (int i = 0; i < moved.Length; i++)
        {
            Fact fact = facts.Facts[i];
            Fact there = fact with { Path = string.Concat(to, fact.Path.AsSpan(from.Length)) };
            moved[i] = there is FormatFact { Container: { } container } format ? format with { Container = string.Concat(to, container.AsSpan(from.Length)) } : there;
        }

        return facts with { Path = to, Facts = moved };
    }

    private static bool Lies(string path, string input) =>
        path.StartsWith(input, StringComparison.Ordinal) && (path.Length == input.Length || path.AsSpan(input.Length).StartsWith("!/", StringComparison.Ordinal));
}
