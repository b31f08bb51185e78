// A secret that opens what is closed, and that is never printed.
namespace Assay.Hub.Http;

/// <summary>A token. What prints it, by accident or in an exception, prints that there is one.</summary>
public sealed class AccessToken
{
    private readonly string _secret;

    /// <summary>A token of this text.</summary>
    public AccessToken(string secret)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(secret);
        _secret = secret.Trim();
    }

    /// <summary>The header that carries it.</summary>
    internal string Header => "Bearer " + _secret;

    /// <summary>Whether a header can carry it: one line of visible ASCII.</summary>
    public bool IsUsable => _secret.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    /// <summary>A text without the token, for what a server sends back.</summary>
    internal string Hide(string text) => text.Replace(_secret, "(token)", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override string ToString() => "(token)";
}
