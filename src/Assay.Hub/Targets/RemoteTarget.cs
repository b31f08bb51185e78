// What a user names on a server, by an address.
namespace Assay.Hub.Targets;

/// <summary>What a user names on a server: a repository of a hub, a file on a web server, the objects of a bucket, a model in a registry.</summary>
public abstract record RemoteTarget
{
    private static readonly string[] s_schemes = ["hf://", "https://", "http://", "s3+https://", "s3+http://", "oci://", "oci+http://"];

    /// <summary>Whether a text is an address of something on a server, and no path.</summary>
    public static bool IsRemote(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (string scheme in s_schemes)
        {
            if (text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What an address names.</summary>
    /// <exception cref="Hosting.SettingException">It names nothing.</exception>
    public static RemoteTarget Parse(string text, HubOptions options)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(options);
        return text.StartsWith("hf://", StringComparison.OrdinalIgnoreCase) ? HubTarget.Parse(text["hf://".Length..])
            : text.StartsWith("oci", StringComparison.OrdinalIgnoreCase) ? RegistryTarget.Parse(text)
            : text.StartsWith("s3+", StringComparison.OrdinalIgnoreCase) ? BucketTarget.Parse(text)
            : HubTarget.OfPage(Address(text), options) ?? (RemoteTarget)new WebTarget(Address(text));
    }

    /// <summary>A text as an address of a web server.</summary>
    internal static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? place) && place.Host.Length > 0 && place.UserInfo.Length == 0
            ? place
            : throw new Hosting.SettingException($"{Shown(text)} is no address of a web server; a name and a password do not belong into one.");

    /// <summary>An address as it may be shown: neither a signature behind a question mark, nor a password before an at sign.</summary>
    public static string Shown(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string bare = text.Split('?', '#')[0];
        int begin = bare.IndexOf("://", StringComparison.Ordinal) + 3;
        int slash = begin < 3 ? -1 : bare.IndexOf('/', begin);
        int at = begin < 3 || text.StartsWith("hf:", StringComparison.OrdinalIgnoreCase) ? -1 : bare.LastIndexOf('@', (slash < 0 ? bare.Length : slash) - 1);
        return at > begin ? bare[..begin] + bare[(at + 1)..] : bare;
    }
}

/// <summary>One file on a web server.</summary>
/// <param name="Place">Its address.</param>
public sealed record WebTarget(Uri Place) : RemoteTarget;
