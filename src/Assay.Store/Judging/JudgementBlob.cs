// Judgements as a store keeps them.
using System.Text.Json;
using System.Text.Json.Serialization;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Store.Readings;

namespace Assay.Store.Judging;

/// <summary>
/// Judgements as a store keeps them: JSON, compressed, and under no path. Rules are named and not written down: a judgement is only ever read under the rules that gave it.
/// </summary>
internal sealed class JudgementBlob
{
    private readonly JudgementJsonContext _json;

    /// <summary>Judgements by these rules.</summary>
    public JudgementBlob(RuleSet rules)
    {
        Lazy<Dictionary<string, Rule>> named = new(() => rules.Rules.ToDictionary(r => r.Id, StringComparer.Ordinal));
        JsonSerializerOptions options = new()
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            MaxDepth = 256,
            Converters = { new RuleNames(named), new LosslessTextConverter() },
        };
        _json = new JudgementJsonContext(options);
    }

    /// <summary>The judgement of the input at <paramref name="path"/> as bytes; null for one that says nothing.</summary>
    public byte[]? Pack(Judgement judgement, string path) => IsPlain(judgement)
        ? null
        : FactBlob.Pack(JsonSerializer.SerializeToUtf8Bytes(Moved(judgement, path, ""), _json.Judgement));

    /// <summary>The judgement in bytes, of the input at <paramref name="path"/>.</summary>
    public Judgement Unpack(Verdict verdict, byte[]? packed, string path)
    {
        if (packed is null)
        {
            return new Judgement { Verdict = verdict };
        }

        try
        {
            return Moved(JsonSerializer.Deserialize(FactBlob.Inflate(packed), _json.Judgement)!, "", path);
        }
        catch (Exception e) when (e is JsonException or ZstdSharp.ZstdException or NotSupportedException)
        {
            throw new StoreException("A judgement in the store is damaged: assay store check says which.", e);
        }
    }

    /// <summary>Whether nothing was found, waived or left unread.</summary>
    public static bool IsPlain(Judgement judgement) =>
        judgement.Findings.Count == 0 && judgement.Waived.Count == 0 && judgement.Unread.Count == 0 && judgement.WaivedUnread.Count == 0;

    /// <summary>Whether the judgement is the same for the same facts under another path: no text of it holds the path.</summary>
    public static bool CanMove(Judgement judgement, string path, Policy policy) =>
        policy.Waivers.All(w => w.Path is null)
        && judgement.Findings.Concat(judgement.Waived.Select(w => w.Finding)).All(f => Lies(f.Path, path) && f.Loaders.All(l => l.Of.Length == 0 || Lies(l.Of, path))
            && !f.Message.Contains(path, StringComparison.Ordinal) && !f.Subject.Name.Contains(path, StringComparison.Ordinal) && !f.Evidence.Any(e => e.Text.Contains(path, StringComparison.Ordinal)))
        && judgement.Unread.Concat(judgement.WaivedUnread.Select(w => w.Unread)).All(u => Lies(u.Path, path) && !u.Detail.Contains(path, StringComparison.Ordinal));

    private static bool Lies(string path, string input) => path.StartsWith(input, StringComparison.Ordinal);

    private static Judgement Moved(Judgement judgement, string from, string to)
    {
        Finding Finding(Finding f) => f with
        {
            Path = Place(f.Path),
            Loaders = [.. f.Loaders.Select(l => l.Of.Length == 0 ? l : l with { Of = Place(l.Of) })],
        };
        UnreadFact Unread(UnreadFact u) => u with { Path = Place(u.Path) };
        string Place(string path) => path.StartsWith(from, StringComparison.Ordinal) ? string.Concat(to, path.AsSpan(from.Length)) : path;
        return from == to
            ? judgement
            : judgement with
            {
                Findings = [.. judgement.Findings.Select(Finding)],
                Waived = [.. judgement.Waived.Select(w => w with { Finding = Finding(w.Finding) })],
                Unread = [.. judgement.Unread.Select(Unread)],
                WaivedUnread = [.. judgement.WaivedUnread.Select(w => w with { Unread = Unread(w.Unread) })],
            };
    }

    /// <summary>Rules by their ids.</summary>
    private sealed class RuleNames(Lazy<Dictionary<string, Rule>> named) : JsonConverter<Rule>
    {
        public override Rule Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } id && named.Value.TryGetValue(id, out Rule? rule) ? rule : throw new JsonException("A judgement names a rule that is not there.");

        public override void Write(Utf8JsonWriter writer, Rule value, JsonSerializerOptions options) => writer.WriteStringValue(value.Id);
    }
}

/// <summary>How judgements are written and read without reflection.</summary>
[JsonSerializable(typeof(Judgement))]
internal sealed partial class JudgementJsonContext : JsonSerializerContext;
