// What the checker itself knows to be harmless.
namespace Assay.Trust.Checking;

/// <summary>What a call of a name does, and why that is harmless.</summary>
public sealed record HarmlessName(string Name, string Does, string Why);

/// <summary>The names of which the checker itself knows that they are harmless: a list that a person can read.</summary>
internal static class HarmlessNames
{
    private static readonly Lazy<Dictionary<string, HarmlessName>> s_names = new(Read);

    /// <summary>What is known of a name, or null.</summary>
    public static HarmlessName? Of(string name) => s_names.Value.GetValueOrDefault(name);

    private static Dictionary<string, HarmlessName> Read()
    {
        using StreamReader reader = new(typeof(HarmlessNames).Assembly.GetManifestResourceStream("checking/harmless.tsv")!);
        Dictionary<string, HarmlessName> names = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('\t') is [var name, var does, var why])
            {
                names.Add(name, new HarmlessName(name, does, why));
            }
        }

        return names;
    }
}
