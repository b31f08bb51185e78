// Where values stem from that folding cannot tell: an answer of another machine, a secret, what a client asks for.

namespace Assay.Evaluation.Values;

/// <summary>Where a value stems from that nobody wrote down; of several sources all are kept.</summary>
[Flags]
internal enum ValueOrigins
{
    None = 0,

    /// <summary>Another machine answered it.</summary>
    Network = 1,

    /// <summary>A token or password that a variable or a function by its name gives.</summary>
    Secret = 2,

    /// <summary>What a place holds where secrets of a user lie: keys, credentials of a machine, a keyring.</summary>
    Store = 4,

    /// <summary>Whoever is connected asks for it.</summary>
    Request = 8,

    /// <summary>A walk through all that a user has found it.</summary>
    Files = 16,

    /// <summary>A file that was fetched holds it.</summary>
    Fetched = 32,

    /// <summary>A file of data holds it: weights, an array, a picture, a table.</summary>
    Data = 64,

    /// <summary>It is all variables of the process, or most of them.</summary>
    Environment = 128,

    /// <summary>A package of others gave it that was asked for it by a name with a slash: a repository, an address, a folder.</summary>
    Library = 256,

    /// <summary>It came in over a connection as it is: an object that was made of what somebody sent.</summary>
    Received = 512,
}

/// <summary>Carries origins from values to what is made of them.</summary>
internal static class Origins
{
    private const int MostValues = 96;
    private const int LongestHead = 256;

    /// <summary>An unknown value that stems from somewhere, and begins with a text that is known.</summary>
    public static FoldedValue Unknown(ValueOrigins from, string head = "") =>
        from is ValueOrigins.None && head.Length == 0 ? FoldedValue.Unknown : new FoldedUnknown { From = from, Head = head.Length > LongestHead ? head[..LongestHead] : head };

    /// <summary>Where a value stems from, and what it holds; what only says who asks is passed over.</summary>
    public static ValueOrigins Of(FoldedValue value)
    {
        if (value is FoldedName { Path: "os.environ" or "os.environb" })
        {
            return ValueOrigins.Environment;
        }

        if (value.IsData || value is FoldedUnknown or FoldedName)
        {
            return value is FoldedUnknown { Head: "Bearer " or "token " or "Basic " } ? value.From & ~ValueOrigins.Secret : value.From;
        }

        ValueOrigins from = ValueOrigins.None;
        Stack<FoldedValue> open = new([value]);
        for (int seen = 0; seen < MostValues && open.TryPop(out FoldedValue? next); seen++)
        {
            from |= next is FoldedUnknown or FoldedName ? Of(next) : next.From;
            switch (next)
            {
                case FoldedDict dict:
                    FoldedParts.Push(dict.Pairs.Where(p => p.Key is not FoldedText key || !IsCredential(key.Value)).Select(p => p.Value), MostValues, open);
                    break;
                case FoldedFile file:
                    from |= file.Contents.From;
                    open.Push(file.Content);
                    break;
                case FoldedInstance { Contents: { } contents }:
                    from |= contents.From;
                    break;
                default:
                    FoldedParts.Push(next, MostValues, open);
                    break;
            }
        }

        return from;
    }

    /// <summary>Where any of several values stems from.</summary>
    public static ValueOrigins Of(IReadOnlyList<FoldedValue> values)
    {
        ValueOrigins from = ValueOrigins.None;
        for (int i = 0; i < values.Count && i < MostValues; i++)
        {
            from |= Of(values[i]);
        }

        return from;
    }

    /// <summary>The value with more origins; what is known through and through has none.</summary>
    public static FoldedValue With(FoldedValue value, ValueOrigins from) =>
        value is FoldedSequence { Items.Count: > 0 and < MostValues } list && from != ValueOrigins.None ? list with { Items = [.. list.Items.Select(i => With(i, from))] }
        : (value.From & from) == from || value is not (FoldedUnknown or FoldedInstance or FoldedInstanceMethod or FoldedPath or FoldedOpened or FoldedFile or FoldedPartial) ? value : value with { From = value.From | from };

    /// <summary>The text with which a value begins, whatever comes behind it.</summary>
    public static string Head(FoldedValue value) => value switch
    {
        FoldedText text => text.Value,
        FoldedUnknown unknown => unknown.Head,
        FoldedSequence { Items: [FoldedText first, ..] } => first.Value,
        FoldedSequence { Items: [FoldedUnknown first, ..] } => first.Head,
        _ => "",
    };

    /// <summary>Whether a keyword says who asks, or what a process that is started finds around it: neither is something that is sent.</summary>
    public static bool IsOwnUse(string keyword) =>
        IsCredential(keyword) || keyword.Contains("key", StringComparison.OrdinalIgnoreCase) || keyword.Contains("credential", StringComparison.OrdinalIgnoreCase) || keyword.Contains("token", StringComparison.OrdinalIgnoreCase)
        || keyword.Contains("secret", StringComparison.OrdinalIgnoreCase) || keyword.Contains("passw", StringComparison.OrdinalIgnoreCase) || keyword.Contains("cert", StringComparison.OrdinalIgnoreCase) || keyword.Contains("identity", StringComparison.OrdinalIgnoreCase)
        || keyword.Contains("config", StringComparison.OrdinalIgnoreCase) || keyword.StartsWith("env", StringComparison.OrdinalIgnoreCase) || keyword.EndsWith("_env", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a key of a dict says who asks: whoever is asked is meant to get what stands there.</summary>
    private static bool IsCredential(string key) =>
        key.Contains("auth", StringComparison.OrdinalIgnoreCase) || key.EndsWith("api-key", StringComparison.OrdinalIgnoreCase) || key.EndsWith("apikey", StringComparison.OrdinalIgnoreCase)
        || key.EndsWith("api_key", StringComparison.OrdinalIgnoreCase) || key.EndsWith("-token", StringComparison.OrdinalIgnoreCase) || key.Equals("cookie", StringComparison.OrdinalIgnoreCase);
}
