// What a user names in a registry of containers and other artifacts.
using System.Text.RegularExpressions;

namespace Assay.Hub.Targets;

/// <summary>
/// An artifact of an OCI registry: <c>oci://host/name[:tag|@sha256:digest]</c>; <c>oci+http://</c> for a registry of one's own without TLS.
/// </summary>
/// <param name="Registry">The address of the registry.</param>
/// <param name="Name">The name of the artifact.</param>
/// <param name="Reference">A tag or a digest.</param>
public sealed partial record RegistryTarget(Uri Registry, string Name, string Reference) : RemoteTarget
{
    internal static RegistryTarget Parse(string text)
    {
        int begin = text.IndexOf("://", StringComparison.Ordinal) + 3;
        string scheme = text[..(begin - 3)].ToLowerInvariant();
        int slash = text.IndexOf('/', begin);
        Match match = slash < 0 ? Match.Empty : Names().Match(text[(slash + 1)..]);
        if (!match.Success || scheme is not ("oci" or "oci+http"))
        {
            throw new Hosting.SettingException($"{text} names no artifact of a registry; oci://host/name:tag does.");
        }

        string reference = match.Groups[2].Success ? match.Groups[2].Value : match.Groups[3].Success ? match.Groups[3].Value : "latest";
        return new RegistryTarget(Address($"{(scheme == "oci" ? "https" : "http")}://{text[begin..slash]}/"), match.Groups[1].Value, reference);
    }

    // The grammar of names, tags and digests of the OCI distribution specification.
    [GeneratedRegex(@"^([a-z0-9]+(?:[._\-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._\-]+[a-z0-9]+)*)*)(?::([A-Za-z0-9_][A-Za-z0-9._\-]{0,127})|@(sha256:[a-f0-9]{64}))?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Names();
}
