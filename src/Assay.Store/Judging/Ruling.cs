// What a judgement depends on beside the facts: rules, effects, policy and, where it has waivers that end, the day.
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Detection;
using Assay.Detection.Packs;
using Assay.Policies;
using Assay.Store.Readings;

namespace Assay.Store.Judging;

/// <summary>What a judgement depends on beside the facts. The same facts are never judged twice under the same ruling.</summary>
internal sealed class Ruling
{
    /// <summary>The ruling of these rules and this policy on a day.</summary>
    public Ruling(RuleSet rules, Policy policy, DateOnly day)
    {
        Rules = rules;
        Policy = policy;
        Day = day;
        string ended = string.Concat(policy.Waivers.Select(w => w.IsExpired(day) ? '1' : '0'));
        string packs = string.Join(' ', rules.EffectPacks.Select(p => p.Digest));
        Description = Write(rules, policy, ended, packs);
        Digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{ReadingSettings.Build}\n{rules.Digest}\n{packs}\n{policy.Digest}\n{ended}"));
    }

    /// <summary>The rules.</summary>
    public RuleSet Rules { get; }

    /// <summary>The policy.</summary>
    public Policy Policy { get; }

    /// <summary>The day.</summary>
    public DateOnly Day { get; }

    /// <summary>Its digest.</summary>
    public byte[] Digest { get; }

    /// <summary>What it is made of, as JSON, so that a later one can be compared with it.</summary>
    public byte[] Description { get; }

    private static byte[] Write(RuleSet rules, Policy policy, string ended, string packs)
    {
        using MemoryStream text = new();
        using (Utf8JsonWriter writer = new(text))
        {
            writer.WriteStartObject();
            writer.WriteString("build", ReadingSettings.Build);
            writer.WriteString("rules", rules.Digest);
            writer.WriteString("effects", packs);
            writer.WriteString("policy", policy.Digest + ended);
            writer.WriteStartObject("own");
            foreach ((string rule, string digest) in OwnParts(rules))
            {
                writer.WriteString(rule, digest);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return text.ToArray();
    }

    /// <summary>The rules of the host's own packs with the digests of what they say; what else packs say (callables, intents) stands under the name of the pack with a colon.</summary>
    private static SortedDictionary<string, string> OwnParts(RuleSet rules)
    {
        SortedDictionary<string, string> parts = new(StringComparer.Ordinal);
        foreach (RulePack pack in rules.Packs.Where(p => !p.Content.IsCompiled))
        {
            foreach ((PackNode key, PackNode value) in pack.Content.Pairs ?? [])
            {
                if (key.Text is not "rules")
                {
                    parts[$"{pack.Name}:{key.Text}"] = DigestOf(value);
                    continue;
                }

                foreach (PackNode rule in value.Items ?? [])
                {
                    string id = rule.Pairs?.FirstOrDefault(p => p.Key.Text is "id").Value?.Text ?? "";
                    parts[id] = parts.GetValueOrDefault(id) + DigestOf(rule);
                }
            }
        }

        return parts;
    }

    private static string DigestOf(PackNode node)
    {
        StringBuilder text = new();
        Stack<PackNode> open = new([node]);
        while (open.TryPop(out PackNode? next))
        {
            text.Append((int)next.Kind).Append(next.Text?.Length).Append(':').Append(next.Text).Append(next.Items?.Count ?? next.Pairs?.Count).Append(';');
            foreach (PackNode inner in next.Items ?? next.Pairs?.SelectMany(p => (PackNode[])[p.Key, p.Value]) ?? [])
            {
                open.Push(inner);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..32];
    }
}
