// The decisions that are known, and which of them hold.
using System.Globalization;
using Assay.Trust.Signing;

namespace Assay.Trust.Decisions;

/// <summary>Whether a decision holds, and if not, why.</summary>
/// <param name="Holds">Whether it does.</param>
/// <param name="Signers">Who has signed it, of those whose keys are trusted.</param>
/// <param name="Why">Why it does not hold, as the end of a sentence; empty where it does.</param>
public sealed record DecisionStanding(bool Holds, IReadOnlyList<string> Signers, string Why);

/// <summary>
/// The decisions that are known, with the keys that are trusted and the rule of how many it takes. A denial needs one of them; an allowance needs as many as the rule says.
/// </summary>
public sealed class DecisionBook
{
    private readonly IReadOnlyList<VerifyingKey> _keys;
    private readonly TrustRule? _rule;
    private readonly ILookup<string, Decision> _byDigest;
    private readonly ILookup<string, Decision> _byName;
    private readonly Dictionary<string, List<Revocation>> _revocations = [];

    /// <summary>Makes a book.</summary>
    public DecisionBook(IEnumerable<Decision> decisions, IEnumerable<Revocation> revocations, IReadOnlyList<VerifyingKey> keys, TrustRule? rule)
    {
        _keys = keys;
        _rule = rule;

        // One decision may lie in two folders, with signatures of different people.
        Decisions = [.. decisions.GroupBy(d => Revocation.PayloadOf(d.Envelope)).Select(g => Merged([.. g]))];
        _byDigest = Decisions.ToLookup(d => d.Sha256);
        _byName = Decisions.ToLookup(d => d.Name);
        foreach (Revocation revocation in revocations)
        {
            if (!_revocations.TryGetValue(revocation.Payload, out List<Revocation>? list))
            {
                _revocations[revocation.Payload] = list = [];
            }

            list.Add(revocation);
        }
    }

    /// <summary>All decisions.</summary>
    public IReadOnlyList<Decision> Decisions { get; }

    /// <summary>The size of the largest file that one is about.</summary>
    public long LargestFile => Decisions.Count == 0 ? 0 : Decisions.Max(d => d.Said.Size);

    /// <summary>The decisions about a file with this digest, the newest first.</summary>
    public IEnumerable<Decision> About(string? sha256) => sha256 is null ? [] : _byDigest[sha256].OrderByDescending(d => d.Said.At);

    /// <summary>The decisions about other files that lay in this place, the newest first.</summary>
    public IEnumerable<Decision> Before(string name, string? sha256) => _byName[name].Where(d => d.Sha256 != sha256).OrderByDescending(d => d.Said.At);

    /// <summary>Whether a decision holds on a day.</summary>
    public DecisionStanding Of(Decision decision, DateOnly day)
    {
        ArgumentNullException.ThrowIfNull(decision);
        string[] signers = Signers(decision.Envelope, decision.Said.At);
        if (signers.Length == 0)
        {
            return new DecisionStanding(false, [], "it is signed by no key that you trust");
        }

        if (Revoked(decision, signers) is { } revoked)
        {
            return new DecisionStanding(false, signers, $"it was revoked by {revoked.Said.By}{(revoked.Said.Reason.Length > 0 ? $": {revoked.Said.Reason}" : "")}");
        }

        if (decision.Said.Until < day)
        {
            return new DecisionStanding(false, signers, string.Create(CultureInfo.InvariantCulture, $"it ended on {decision.Said.Until:yyyy-MM-dd}"));
        }

        if (decision.IsAllowing && _rule is not null && signers.Count(_rule.Names.Contains) is int count && count < _rule.Need)
        {
            return new DecisionStanding(false, signers, $"{count} of the {_rule.Need} who have to sign have signed it (of {string.Join(", ", _rule.Names)})");
        }

        return new DecisionStanding(true, signers, "");
    }

    /// <summary>Whether a decision was taken back by whoever may do that.</summary>
    public bool IsRevoked(Decision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return Revoked(decision, Signers(decision.Envelope, decision.Said.At)) is not null;
    }

    /// <summary>Who has signed a text of some time, of those whose keys are trusted for what they sign then. One key is one person, whatever names it has.</summary>
    private string[] Signers(Envelope envelope, DateTimeOffset at) =>
        [.. _keys.Where(k => (k.RetiredAt is not { } end || at <= end) && envelope.IsSignedBy(k)).DistinctBy(k => k.Id).Select(k => k.Name).Distinct()];

    /// <summary>
    /// A revocation counts where it is signed by a key that is trusted. To take a denial back is to allow: it takes whoever made it, or as many as the rule says.
    /// </summary>
    private Revocation? Revoked(Decision decision, string[] signers)
    {
        if (!_revocations.TryGetValue(Revocation.PayloadOf(decision.Envelope), out List<Revocation>? list))
        {
            return null;
        }

        (Revocation Revocation, string[] By)[] trusted = [.. list.Select(r => (r, Signers(r.Envelope, r.Said.At))).Where(r => r.Item2.Length > 0)];
        HashSet<string> by = [.. trusted.SelectMany(r => r.By)];
        bool isEnough = decision.IsAllowing || _rule is null || by.Overlaps(signers) || by.Count(_rule.Names.Contains) >= _rule.Need;
        return isEnough && trusted.Length > 0 ? trusted[0].Revocation : null;
    }

    private static Decision Merged(Decision[] same)
    {
        if (same.Length == 1)
        {
            return same[0];
        }

        Envelope envelope = same[0].Envelope with { Signatures = [.. same.SelectMany(d => d.Envelope.Signatures ?? []).Where(s => s is not null).DistinctBy(s => s!.Sig)] };
        return Decision.Read(envelope)!;
    }
}
