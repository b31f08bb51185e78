// What a reading found beside its file, as the store keeps it, and whether it is still so.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Store.Scans;

namespace Assay.Store.Readings;

/// <summary>Writes down what a reading found beside its file, and asks again.</summary>
internal static class BesideText
{
    /// <summary>Stands for a reading that asked nothing.</summary>
    public static byte[] Nothing { get; } = [];

    /// <summary>What was found, as JSON; null where it cannot be written down, because something changed meanwhile.</summary>
    public static byte[]? Write(Beside beside, TracedBundle? bundle, string name, FileDigests digests)
    {
        if (beside.IsLost)
        {
            return null;
        }

        if (bundle is null || (!beside.IsListed && !beside.IsHeld && !beside.IsMentioned && beside.Opened.Count == 0))
        {
            return Nothing;
        }

        SortedDictionary<string, string> found = new(StringComparer.Ordinal);
        foreach ((string opened, string answer) in beside.Opened)
        {
            if (answer.StartsWith('!'))
            {
                found["open " + opened] = answer;
            }
            else if (digests.Beside(bundle, opened) is { } now && now.Stamp == answer)
            {
                found["open " + opened] = now.Digest;
            }
            else
            {
                return null;
            }
        }

        if (beside.IsListed)
        {
            found["list"] = bundle.Listing;
        }

        if (beside.IsHeld)
        {
            found["holders"] = bundle.HoldersOf(name);
        }

        if (beside.IsMentioned)
        {
            found["mentioned"] = bundle.MentionOf(name);
        }

        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            foreach ((string key, string value) in found)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        return text.ToArray();
    }

    /// <summary>The digest by which a store tells what readings found beside their files.</summary>
    public static byte[] DigestOf(byte[] beside) => beside.Length == 0 ? Nothing : SHA256.HashData(beside);

    /// <summary>Whether the same questions get the same answers today.</summary>
    public static bool Holds(byte[]? beside, TracedBundle? bundle, string name, FileDigests digests)
    {
        if (beside is null or { Length: 0 })
        {
            return true;
        }

        if (bundle is null)
        {
            return false;
        }

        using JsonDocument text = JsonDocument.Parse(beside);
        foreach (JsonProperty asked in text.RootElement.EnumerateObject())
        {
            string answer = asked.Value.GetString() ?? "";
            string now = asked.Name switch
            {
                "list" => bundle.Listing,
                "holders" => bundle.HoldersOf(name),
                "mentioned" => bundle.MentionOf(name),
                _ => digests.Beside(bundle, asked.Name["open ".Length..])?.Digest ?? "",
            };
            if (now != answer)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The answer of a bundle that does not open a name.</summary>
    internal static string Refusal(Artifacts.BundleOpening opening) => $"!{opening.Refusal}:{opening.Detail}";
}
