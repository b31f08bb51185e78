// Finds hosts, addresses, paths, commands and digests in recovered texts.
using Assay.Bytes;
using Assay.Artifacts;
using Assay.Evaluation.Payloads;

namespace Assay.Evaluation.Intents;

/// <summary>Finds hosts, addresses, URLs, paths, commands and digests in recovered texts, in order of sight and without doubles.</summary>
internal static class IndicatorScanner
{
    private const int MaxValue = 300;
    private static readonly Lazy<(string[] Schemes, string[] Roots)> s_starts = new(Load);

    public static IEnumerable<IndicatorFact> Scan(string path, IReadOnlyList<RecoveredText> texts)
    {
        HashSet<(string, string)> seen = [];
        foreach (RecoveredText text in texts.Where(t => t.Kind is not "code-names"))
        {
            foreach ((string kind, string value) in One(text))
            {
                string cut = value.Length > MaxValue ? value[..MaxValue] : value;
                if (seen.Add((kind, cut)))
                {
                    yield return new IndicatorFact { Path = path, Offset = text.Offset, Kind = kind, Value = cut };
                }
            }
        }
    }

    private static IEnumerable<(string Kind, string Value)> One(RecoveredText text)
    {
        if (text.Kind == "shell-command")
        {
            yield return ("command", text.Text.Trim());
        }

        foreach (string word in text.Text.Split([' ', '\t', '\r', '\n', '\'', '"', '(', ')', '<', '>', ',', ';', '`', '|', '[', ']', '{', '}'], StringSplitOptions.RemoveEmptyEntries))
        {
            string bare = word.TrimEnd('.', ':', '\\');
            string? scheme = Array.Find(s_starts.Value.Schemes, s => bare.Contains(s, StringComparison.OrdinalIgnoreCase));
            if (scheme is not null)
            {
                string url = bare[bare.IndexOf(scheme, StringComparison.OrdinalIgnoreCase)..];
                yield return ("url", url);
                string host = url[scheme.Length..].Split('/', '?', '#')[0];
                host = host[(host.LastIndexOf('@') + 1)..].Split(':')[0];
                if (host.Length > 0)
                {
                    yield return (IsAddress(host) ? "ip" : "host", host);
                }
            }
            else if (IsAddress(bare.Split(':', '/')[0]))
            {
                yield return ("ip", bare.Split(':', '/')[0]);
            }
            else if (bare.Length is 32 or 40 or 64 && bare.All(char.IsAsciiHexDigit) && bare.Any(char.IsAsciiDigit) && bare.Any(char.IsAsciiLetter))
            {
                yield return ("hash", bare);
            }
            else if (IsPath(bare))
            {
                yield return ("path", bare);
                string[] steps = bare.Split('/');
                if (bare.StartsWith("/dev/tcp/", StringComparison.Ordinal) && steps.Length > 3)
                {
                    yield return (IsAddress(steps[3]) ? "ip" : "host", steps[3]);
                }
            }
            else if (text.Kind == "network-address" && bare.Contains('.', StringComparison.Ordinal) && bare.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-'))
            {
                yield return ("host", bare);
            }
        }
    }

    private static (string[] Schemes, string[] Roots) Load()
    {
        Dictionary<string, string[]> rows = EmbeddedTable.Rows("evaluation/indicators.tsv").ToDictionary(r => r[0], r => r[1].Split(' '));
        return (rows["scheme"], rows["root"]);
    }

    private static bool IsPath(string word) =>
        Array.Exists(s_starts.Value.Roots, r => word.StartsWith(r, StringComparison.Ordinal) && word.Length > r.Length)
        || (word.Length > 3 && char.IsAsciiLetter(word[0]) && word[1] == ':' && word[2] == '\\');

    private static bool IsAddress(string word)
    {
        string[] parts = word.Split('.');
        return parts.Length == 4 && Array.TrueForAll(parts, p => p.Length is > 0 and <= 3 && p.All(char.IsAsciiDigit) && int.Parse(p, System.Globalization.CultureInfo.InvariantCulture) <= 255);
    }
}
