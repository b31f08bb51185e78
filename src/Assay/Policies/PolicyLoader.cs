// Reads a user's policy.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Packs;

namespace Assay.Policies;

/// <summary>
/// Reads a policy: YAML with <c>waivers</c> (each with <c>rule</c>, <c>reason</c>, either <c>content</c> or <c>file</c>, perhaps a <c>path</c> and who decided
/// it, <c>by</c>, and, if it ends, <c>expires</c> as year-month-day; or with <c>unread</c> in the place of a rule, <c>file</c> and <c>expires</c>), <c>allowed-modules</c> and <c>store</c>.
/// </summary>
public static class PolicyLoader
{
    /// <summary>What a policy calls the store of the user.</summary>
    public const string UsersStore = "user";

    private const string StoreKey = "store";

    /// <summary>Reads a policy; <paramref name="name"/> stands in errors, <paramref name="rules"/> are the rules that waivers may name.</summary>
    /// <exception cref="RulePackException">The policy is malformed, or a waiver names a rule that does not exist.</exception>
    public static Policy Load(string name, string text, RuleSet rules)
    {
        List<Waiver> waivers = [];
        List<string> modules = [];
        foreach ((string key, PackNode value) in PackYaml.Read(name, text).AsMap("a policy"))
        {
            switch (key)
            {
                case "waivers":
                    waivers.AddRange(value.AsList(key).Select(w => ReadWaiver(w, rules)));
                    break;
                case "allowed-modules":
                    modules.AddRange(value.AsTexts(key).Select(m => ReadModule(value, m)));
                    break;
                case StoreKey:
                    ReadStore(value);
                    break;
                default:
                    throw value.Error($"'{key}' is not a part of a policy: waivers, allowed-modules, store.");
            }
        }

        return new Policy
        {
            Name = name,
            Digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))),
            Waivers = waivers,
            AllowedModules = modules,
        };
    }

    /// <summary>The store that a policy names, where scans of the house are remembered: <c>user</c> for that of the user, or a path below the folder of the policy; null where it names none.</summary>
    /// <exception cref="RulePackException">The policy is no YAML, or what it names is none of both.</exception>
    public static string? StoreOf(string name, string text)
    {
        foreach ((string key, PackNode value) in PackYaml.Read(name, text).AsMap("a policy"))
        {
            if (key == StoreKey)
            {
                return ReadStore(value);
            }
        }

        return null;
    }

    /// <summary>A policy may have come with a repository: it makes nobody speak to a server, and writes nowhere else.</summary>
    private static string ReadStore(PackNode node) =>
        node.AsText(StoreKey) is var text && (text == UsersStore || BundleName.IsPlain(text))
            ? text
            : throw node.Error($"'{text}' is neither '{UsersStore}' nor a path below the folder of the policy; a store elsewhere, or on a server, is named by --store= or ASSAY_STORE.");

    private static string ReadModule(PackNode node, string module)
    {
        string bare = module.EndsWith(".*", StringComparison.Ordinal) ? module[..^2] : module;

        // A pattern such as "*" would switch the judgement off without saying so.
        return bare.Length > 0 && bare.All(c => char.IsLetterOrDigit(c) || c is '_' or '.')
            ? bare
            : throw node.Error($"'{module}' is not the name of a module.");
    }

    private static Waiver ReadWaiver(PackNode node, RuleSet rules)
    {
        string? rule = null;
        string? file = null;
        string? path = null;
        string? reason = null;
        string by = "";
        IReadOnlyList<string> contents = [];
        IReadOnlyList<UnreadCause> unread = [];
        DateOnly? expires = null;
        foreach ((string key, PackNode value) in node.AsMap("a waiver"))
        {
            switch (key)
            {
                case "rule":
                    rule = value.AsText(key);
                    if (!rules.Rules.Any(r => r.Id == rule))
                        throw value.Error($"there is no rule '{rule}'.");

                    break;
                case "unread":
                    unread = [.. (value.Text is null ? value.AsList(key) : [value]).Select(Cause)];
                    break;
                case "content":
                    contents = [.. value.AsTexts(key).Select(c => Hex(value, c, 32, "content key of a finding"))];
                    break;
                case "file":
                    file = Hex(value, value.AsText(key), 64, "SHA-256 of a file");
                    break;
                case "path":
                    path = value.AsText(key) is { Length: > 0 } given ? given : throw value.Error("the path is empty.");
                    break;
                case "reason":
                    reason = value.AsText(key).Trim();
                    break;
                case "by":
                    by = value.AsText(key).Trim();
                    break;
                case "expires":
                    expires = DateOnly.TryParseExact(value.AsText(key), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
                        ? day
                        : throw value.Error($"'{value.Text}' is not a day such as 2027-01-31.");
                    break;
                default:
                    throw value.Error($"'{key}' is not a field of a waiver: rule, unread, content, file, path, reason, by, expires.");
            }
        }

        if (rule is null == (unread.Count == 0))
            throw node.Error("a waiver needs either 'rule' or 'unread'.");
        if (string.IsNullOrEmpty(reason))
            throw node.Error("a waiver needs a reason: 'reason' says why this is accepted.");

        // What is not read today may be read tomorrow: such a decision must come up again.
        if (unread.Count > 0)
        {
            return file is not null && contents.Count == 0 && expires is not null
                ? new Waiver { Unread = unread, File = file, Path = path, Reason = reason, By = by, Expires = expires }
                : throw node.Error("a waiver of what is not read needs 'file', the SHA-256 of the file, and 'expires', and has no 'content'.");
        }

        // A path says where something stands and not what: whatever comes to stand there later would be waived with it.
        return contents.Count > 0 != file is not null
            ? new Waiver { Rule = rule, Contents = contents, File = file, Path = path, Reason = reason, By = by, Expires = expires }
            : throw node.Error("a waiver needs either 'content', the content key of a finding, or 'file', the SHA-256 of the file; a path can only narrow it.");
    }

    private static UnreadCause Cause(PackNode node)
    {
        UnreadCause cause = node.AsChoice<UnreadCause>("cause");
        return Waiver.Acceptable.Contains(cause) ? cause : throw node.Error($"'{node.Text}' does not lie in the bytes of a file, and is not waived.");
    }

    private static string Hex(PackNode node, string text, int length, string what) =>
        text.Length == length && text.All(char.IsAsciiHexDigitLower) ? text : throw node.Error($"'{text}' is not the {what}: {length} lower-case hex digits.");
}
