// The names of enumerations in JSON.
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Assay.Artifacts;

/// <summary>Writes the members of an enumeration in lower case with hyphens, as rules and reports name them; numbers are not taken.</summary>
internal sealed class EnumNameConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
