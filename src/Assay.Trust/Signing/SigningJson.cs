// Envelopes, statements and what a key ring keeps as JSON, without reflection.
using System.Text.Json.Serialization;
using Assay.Trust.Decisions;

namespace Assay.Trust.Signing;

/// <summary>Reads and writes JSON of this project without reflection; null members are left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(TrustRule))]
[JsonSerializable(typeof(Statement<DecisionPredicate>))]
[JsonSerializable(typeof(Statement<RevocationPredicate>))]
internal sealed partial class SigningJson : JsonSerializerContext;
