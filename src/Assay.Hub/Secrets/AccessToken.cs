// A secret that opens what is closed, and that is never printed.
using System.Text;

namespace Assay.Hub.Secrets;

/// <summary>A token, or a name with a password. What prints it, by accident or in an exception, prints that there is one.</summary>
public sealed class AccessToken
{
    private readonly string _scheme;
    private readonly string[] _secrets;

    /// <summary>A token of this text.</summary>
    public AccessToken(string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        _scheme = "Bearer";
        _secrets = [secret.Trim()];
    }

    private AccessToken(string scheme, params string[] secrets)
    {
        _scheme = scheme;
        _secrets = secrets;
    }

    /// <summary>A name and a password (RFC 7617).</summary>
    internal static AccessToken OfPassword(string user, string password) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")), password);

    /// <summary>The header that carries it.</summary>
    internal string Header => $"{_scheme} {_secrets[0]}";

    /// <summary>Whether a header can carry it: one line of visible ASCII.</summary>
    public bool IsUsable => _secrets[0].AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    /// <summary>A text without the token, for what a server sends back.</summary>
    internal string Hide(string text) => _secrets.Where(s => s.Length > 0).Aggregate(text, (hidden, secret) => hidden.Replace(secret, "(token)", StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override string ToString() => "(token)";
}
