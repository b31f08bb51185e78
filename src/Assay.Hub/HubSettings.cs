// The settings of huggingface_hub, as they stand in the environment of a user.
using Assay.Hosting;
using Assay.Hub.Http;
using Assay.Hub.Secrets;

namespace Assay.Hub;

/// <summary>
/// Reads the settings that users of <c>huggingface_hub</c> have already: <c>HF_ENDPOINT</c>, <c>HF_TOKEN</c>, <c>HF_HOME</c> with the token that <c>hf auth login</c> left,
/// and two of our own: <c>ASSAY_PRIVATE_HOSTS</c> and <c>ASSAY_HUB_CACHE</c>.
/// </summary>
public static class HubSettings
{
    private const int LongestToken = 4096;

    /// <summary>The options that an environment asks for.</summary>
    /// <param name="variable">A variable of the environment, or null.</param>
    /// <exception cref="SettingException">A setting cannot be meant.</exception>
    public static HubOptions Read(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        if (IsTrue(variable("HF_HUB_OFFLINE")) || IsTrue(variable("TRANSFORMERS_OFFLINE")))
        {
            throw new SettingException("HF_HUB_OFFLINE is set: nothing is asked of a server.");
        }

        return new HubOptions
        {
            Endpoint = Endpoint(variable("HF_ENDPOINT")),
            Token = Token(variable),
            FindBucketKey = () => BucketSettings.Find(variable),
            FindLogin = (host, name) => RegistrySettings.Find(variable, host, name),
            PrivateHosts = (variable("ASSAY_PRIVATE_HOSTS") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToHashSet(StringComparer.OrdinalIgnoreCase),
            CacheDirectory = variable("ASSAY_HUB_CACHE") switch
            {
                "off" => null,
                { Length: > 0 } named => named,
                _ => CacheHome(variable) is { } home ? Path.Join(home, "assay", "hub") : null,
            },
        };
    }

    /// <summary>The folder in which <c>huggingface_hub</c> keeps what it has fetched.</summary>
    public static string? HubCache(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return Given(variable, "HF_HUB_CACHE") ?? Given(variable, "HUGGINGFACE_HUB_CACHE") ?? (Home(variable) is { } home ? Path.Join(home, "hub") : null);
    }

    private static Uri Endpoint(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return HubOptions.PublicHub;
        }

        return Uri.TryCreate(text.Trim().TrimEnd('/'), UriKind.Absolute, out Uri? place) && place.Scheme is "https" or "http" && place.Host.Length > 0 && place.UserInfo.Length == 0 && place.Query.Length == 0
            ? place
            : throw new SettingException("HF_ENDPOINT is no address of a hub; https://host is one.");
    }

    private static AccessToken? Token(Func<string, string?> variable)
    {
        string? text = Given(variable, "HF_TOKEN") ?? Given(variable, "HUGGING_FACE_HUB_TOKEN");
        if (text is null && !IsTrue(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN")))
        {
            text = FromFile(Given(variable, "HF_TOKEN_PATH") ?? (Home(variable) is { } home ? Path.Join(home, "token") : null));
        }

        return string.IsNullOrWhiteSpace(text) ? null
            : new AccessToken(text) is { IsUsable: true } token ? token
            : throw new SettingException("The token of the hub holds characters that no token has.");
    }

    private static string? FromFile(string? path)
    {
        try
        {
            return path is not null && new FileInfo(path) is { Exists: true, Length: > 0 and < LongestToken } ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Home(Func<string, string?> variable) =>
        Given(variable, "HF_HOME") ?? (CacheHome(variable) is { } cache ? Path.Join(cache, "huggingface") : null);

    private static string? CacheHome(Func<string, string?> variable) =>
        Given(variable, "XDG_CACHE_HOME") ?? ((Given(variable, "HOME") ?? Given(variable, "USERPROFILE")) is { } home ? Path.Join(home, ".cache") : null);

    private static string? Given(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : null;

    private static bool IsTrue(string? value) => value?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE";
}
