// Takes the tensors of a file from a walk, and keeps the bytes that they lie in.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Scanning;

namespace Assay.Conversion;

/// <summary>
/// Takes the tensors of the file itself, or of what a compressed stream holds in its place; members of archives that are no model themselves
/// are other files. Of a model that keeps its weights in a member, those of the member are taken too.
/// </summary>
internal sealed class TensorCollector : ReadingSink
{
    private readonly List<(Artifact Artifact, Claim Claim, TensorGroup Group)> _found = [];
    private readonly List<(Artifact Artifact, TensorGroup Group)> _ofMembers = [];
    private readonly List<ByteSource> _owned = [];

    public override ReadingParts Wants => ReadingParts.Tensors;

    public override void Tensors(Artifact artifact, Claim claim, TensorGroup group)
    {
        if (IsFile(artifact))
        {
            _found.Add((artifact, claim, group));
        }
        else if (Outside(artifact).Parent is { } archive && IsFile(archive))
        {
            _ofMembers.Add((artifact, group));
        }
    }

    public override bool Keep(ByteSource bytes)
    {
        _owned.Add(bytes);
        return true;
    }

    /// <summary>
    /// The tensors of the file, and why the bytes that they lie in may be others than were packed; null where there are none. Of several formats
    /// that take the same bytes for their own, the surest counts, and of those the first that can read them.
    /// </summary>
    public (TensorGroup Group, string? Damage)? Best()
    {
        (TensorGroup Group, string? Damage)? best = null;
        foreach (IGrouping<int, (Artifact Artifact, Claim Claim, TensorGroup Group)> layer in _found.GroupBy(f => f.Artifact.Depth).OrderBy(g => g.Key))
        {
            ClaimStrength surest = layer.Max(f => f.Claim.Strength);
            (Artifact artifact, _, TensorGroup group) = layer.Where(f => f.Claim.Strength == surest).OrderBy(f => f.Group.Failure is not null).First();
            best ??= (group, Damage(artifact));
            if (group.Failure is null)
            {
                return (group, Damage(artifact));
            }

            if (surest == ClaimStrength.Certain)
            {
                break;
            }
        }

        return best;
    }

    /// <summary>The tensors of the only member of the file that has some; null where there is none, or more than one.</summary>
    public (TensorGroup Group, string? Damage)? OfOnlyMember() => _ofMembers is [var (artifact, group)] ? (group, Damage(artifact)) : null;

    /// <summary>The map of <paramref name="group"/>, which then owns the bytes.</summary>
    public TensorMap ToMap(TensorGroup group) => new(group, _owned);

    /// <summary>Frees the bytes.</summary>
    public void Free()
    {
        foreach (ByteSource one in _owned)
        {
            one.Dispose();
        }

        _owned.Clear();
    }

    private static bool IsFile(Artifact artifact) => Outside(artifact).Parent is null;

    /// <summary>What the bytes of an artifact were packed into, as the content of a stream and nothing else.</summary>
    private static Artifact Outside(Artifact artifact)
    {
        Artifact one = artifact;
        while (one is { IsContent: true, Parent: { } parent })
        {
            one = parent;
        }

        return one;
    }

    private static string? Damage(Artifact artifact)
    {
        string? damage = null;
        for (Artifact? one = artifact; one is not null; one = one.Parent)
        {
            damage = one.Damage ?? damage;
        }

        return damage;
    }
}
