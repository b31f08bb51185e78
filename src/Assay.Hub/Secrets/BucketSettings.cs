// The keys of stores of objects, as they stand in the environment and the files of a user.
using Assay.Hosting;
using Assay.Hosting.Files;

namespace Assay.Hub.Secrets;

/// <summary>
/// Finds the key where every client of S3 looks: <c>AWS_ACCESS_KEY_ID</c> and its sisters, then the profile <c>AWS_PROFILE</c> in <c>~/.aws/credentials</c> and <c>~/.aws/config</c>. Nothing is
/// run and no server is asked: profiles that say so have no key here.
/// </summary>
internal static class BucketSettings
{
    private const int Longest = 1 << 20;
    private const string Standard = "us-east-1";

    /// <summary>The key of an environment, or null.</summary>
    /// <exception cref="SettingException">A file cannot be read, or the profile that was named is not there.</exception>
    public static BucketKey? Find(Func<string, string?> variable)
    {
        string? Given(string name) => variable(name) is { Length: > 0 } value ? value : null;
        string? home = Given("HOME") ?? Given("USERPROFILE");
        string? named = Given("AWS_PROFILE") ?? Given("AWS_DEFAULT_PROFILE");
        string? At(string name, string file) => Given(name) ?? (home is null ? null : Path.Join(home, ".aws", file));
        string profile = named ?? "default";
        Dictionary<string, string> config = Section(At("AWS_CONFIG_FILE", "config"), profile == "default" ? profile : "profile " + profile);
        string region = Given("AWS_REGION") ?? Given("AWS_DEFAULT_REGION") ?? config.GetValueOrDefault("region") ?? Standard;
        if (Given("AWS_ACCESS_KEY_ID") is { } id && Given("AWS_SECRET_ACCESS_KEY") is { } secret)
        {
            return Usable(id, secret, Given("AWS_SESSION_TOKEN"), region);
        }

        foreach (Dictionary<string, string> place in (Dictionary<string, string>[])[Section(At("AWS_SHARED_CREDENTIALS_FILE", "credentials"), profile), config])
        {
            if (place.TryGetValue("aws_access_key_id", out string? key) && place.TryGetValue("aws_secret_access_key", out string? hidden))
            {
                return Usable(key, hidden, place.GetValueOrDefault("aws_session_token"), region);
            }
        }

        return named is null ? null : throw new SettingException($"The profile {named} of AWS has no key that stands in its files.");
    }

    private static BucketKey Usable(string id, string secret, string? session, string region) =>
        new[] { id, session ?? "", region }.All(t => t.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0)
            ? new BucketKey(id, secret, session, region)
            : throw new SettingException("The key of AWS holds characters that no key has.");

    private static Dictionary<string, string> Section(string? file, string section)
    {
        Dictionary<string, string> found = new(StringComparer.OrdinalIgnoreCase);
        if (file is null || !File.Exists(file))
        {
            return found;
        }

        bool inside = false;
        foreach (string line in System.Text.Encoding.UTF8.GetString(SettingFile.Read("settings of AWS", file, Longest)).Split('\n'))
        {
            string text = line.Trim();
            if (text.StartsWith('['))
            {
                inside = text.TrimEnd(']').TrimStart('[').Trim() == section;
            }
            else if (inside && text.Length > 0 && text[0] is not ('#' or ';') && !char.IsWhiteSpace(line[0]) && text.Split('=', 2) is [var name, var value])
            {
                found[name.Trim()] = value.Trim();
            }
        }

        return found;
    }
}
