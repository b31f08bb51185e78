// Who takes what a walk reads.
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Scanning;

/// <summary>
/// Takes what a walk reads, artifact by artifact, while the bytes are there. What a sink throws ends the walk, so it catches what concerns one
/// artifact only.
/// </summary>
internal abstract class ReadingSink
{
    /// <summary>What it wants; the rest is not read for it.</summary>
    public abstract ReadingParts Wants { get; }

    /// <summary>An artifact is about to be read.</summary>
    public virtual void Enter(Artifact artifact)
    {
    }

    /// <summary>A container says how it holds a member, whether or not the member is read.</summary>
    public virtual void Member(Artifact container, MemberFact member)
    {
    }

    /// <summary>An artifact says something of itself.</summary>
    public virtual void Meta(Artifact artifact, string key, string value)
    {
    }

    /// <summary>The tensors of an artifact, as the format that made <paramref name="claim"/> reads them.</summary>
    public virtual void Tensors(Artifact artifact, Claim claim, TensorGroup group)
    {
    }

    /// <summary>Whether the sink takes over bytes that were unpacked on the way, because tensors that it keeps lie in them.</summary>
    public virtual bool Keep(ByteSource bytes) => false;

    /// <summary>An artifact and everything in it was read, as <paramref name="formats"/>; not called where the walk broke off.</summary>
    public virtual void Leave(Artifact artifact, IReadOnlyList<string> formats)
    {
    }
}
