// The Python that runs in a box, put together from its parts, and the settings that it reads.
using System.Reflection;
using System.Text.Json;

namespace Assay.Sandbox.Boxes;

/// <summary>The harness: parts in the order of their names, and pieces of the settings that they read.</summary>
internal static class HarnessParts
{
    private static readonly Lazy<string[]> s_closely = new(ReadClosely);

    /// <summary>The parts for a box in which many loads run one after another.</summary>
    public static byte[] Join() => Join(n => n.StartsWith("harness/", StringComparison.Ordinal));

    /// <summary>The parts for a box that is there for one load: the last one is another.</summary>
    public static byte[] JoinAlone() => Join(n => (n.StartsWith("harness/", StringComparison.Ordinal) && !n.StartsWith("harness/5", StringComparison.Ordinal)) || n.StartsWith("alone/", StringComparison.Ordinal));

    /// <summary>The modules of which more is compared before and after a load than of others.</summary>
    public static IEnumerable<string> Closely => s_closely.Value;

    /// <summary>Writes an array of texts.</summary>
    public static void Texts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an object of texts.</summary>
    public static void Map(Utf8JsonWriter json, string name, IReadOnlyDictionary<string, string> map)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in map)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static string[] ReadClosely()
    {
        using StreamReader reader = new(typeof(HarnessParts).Assembly.GetManifestResourceStream("observing/compared-closely.tsv")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(l => l[0] != '#')];
    }

    private static byte[] Join(Func<string, bool> chosen)
    {
        using MemoryStream all = new();
        Assembly assembly = typeof(HarnessParts).Assembly;
        foreach (string name in assembly.GetManifestResourceNames().Where(chosen).OrderBy(n => n[(n.IndexOf('/', StringComparison.Ordinal) + 1)..], StringComparer.Ordinal))
        {
            using Stream part = assembly.GetManifestResourceStream(name)!;
            part.CopyTo(all);
            all.WriteByte((byte)'\n');
        }

        return all.ToArray();
    }
}
