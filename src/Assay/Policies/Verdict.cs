// The four answers, from best to worst.
using System.Text.Json.Serialization;

namespace Assay.Policies;

/// <summary>
/// The answer for an input or a whole scan. There is no "safe", and a verdict is never better than its coverage.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
public enum Verdict
{
    /// <summary>Everything was read and nothing of medium severity or more was found.</summary>
    [JsonStringEnumMemberName("passed")]
    Passed,

    /// <summary>Nothing was found and something was not read.</summary>
    [JsonStringEnumMemberName("incomplete")]
    Incomplete,

    /// <summary>Something cannot be shown to be harmless.</summary>
    [JsonStringEnumMemberName("suspicious")]
    Suspicious,

    /// <summary>A loader would do harm.</summary>
    [JsonStringEnumMemberName("malicious")]
    Malicious,
}
