// What opens registries, as clients of containers have written it down.
using System.Text;
using System.Text.Json;
using Assay.Hosting;
using Assay.Hosting.Files;

namespace Assay.Hub.Secrets;

/// <summary>What opens a registry: a name with a password, or a token that is exchanged for others. What prints it prints that there is one.</summary>
public sealed class RegistryLogin
{
    internal RegistryLogin(AccessToken? password, string? identity) => (Password, Identity) = (password, identity);

    /// <summary>The name and the password; null where there is a token only.</summary>
    internal AccessToken? Password { get; }

    /// <summary>The token that is exchanged for others (OAuth 2); null where there is none.</summary>
    internal string? Identity { get; }

    /// <inheritdoc/>
    public override string ToString() => "(login)";
}

/// <summary>
/// Finds the login where clients of registries look: <c>REGISTRY_AUTH_FILE</c>, <c>config.json</c> in <c>DOCKER_CONFIG</c> or <c>~/.docker</c>, podman's <c>auth.json</c>. Helpers that a file names are
/// programs, and are not run.
/// </summary>
internal static class RegistrySettings
{
    private const int Longest = 1 << 20;

    /// <summary>The login for an artifact of a registry, or null.</summary>
    /// <exception cref="SettingException">A file cannot be read.</exception>
    public static RegistryLogin? Find(Func<string, string?> variable, string host, string name)
    {
        string? Given(string name) => variable(name) is { Length: > 0 } value ? value : null;
        string? home = Given("HOME") ?? Given("USERPROFILE");
        string?[] files =
        [
            Given("REGISTRY_AUTH_FILE"),
            Given("XDG_RUNTIME_DIR") is { } run ? Path.Join(run, "containers", "auth.json") : null,
            (Given("DOCKER_CONFIG") ?? (home is null ? null : Path.Join(home, ".docker"))) is { } docker ? Path.Join(docker, "config.json") : null,
        ];
        return files.Where(f => f is not null && File.Exists(f)).Select(f => In(f!, host, name)).FirstOrDefault(l => l is not null);
    }

    private static RegistryLogin? In(string file, string host, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(SettingFile.Read("settings of registries", file, Longest));
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("auths", out JsonElement all) || all.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            // The name that fits most of the artifact's goes before the others: a registry may have logins for parts of it.
            string asked = $"{(host is "registry-1.docker.io" or "docker.io" ? "index.docker.io" : host)}/{name}";
            return all.EnumerateObject().Select(p => (Name: Plain(p.Name), p.Value))
                .Where(p => asked == p.Name || asked.StartsWith(p.Name + "/", StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(p => p.Name.Length).Select(p => Login(p.Value)).FirstOrDefault(l => l is not null);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new SettingException($"The settings of registries {file} cannot be used: they are not those of a client of registries.");
        }
    }

    /// <summary>A name without scheme, and without the version of the interface that older clients wrote behind it.</summary>
    private static string Plain(string name)
    {
        int scheme = name.IndexOf("://", StringComparison.Ordinal);
        string bare = (scheme < 0 ? name : name[(scheme + 3)..]).TrimEnd('/');
        return bare.EndsWith("/v1", StringComparison.Ordinal) || bare.EndsWith("/v2", StringComparison.Ordinal) ? bare[..^3] : bare;
    }

    private static RegistryLogin? Login(JsonElement entry)
    {
        string? Text(string name) => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
        (string? user, string? password) = (Text("username"), Text("password"));
        if (Text("auth") is { } packed && Encoding.UTF8.GetString(Convert.FromBase64String(packed)).Split(':', 2) is [var first, var second])
        {
            (user, password) = (first, second.TrimEnd('\0'));
        }

        AccessToken? token = user is { Length: > 0 } && password is { Length: > 0 } ? AccessToken.OfPassword(user, password) : null;
        return token is null && Text("identitytoken") is null ? null : new RegistryLogin(token, Text("identitytoken"));
    }
}
