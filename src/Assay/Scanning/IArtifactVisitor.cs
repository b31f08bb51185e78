// Who wants to know what a walk comes by, beside the facts.
using Assay.Artifacts;

namespace Assay.Scanning;

/// <summary>
/// Is told of each artifact while its bytes are there. What it throws ends the walk, so it catches what concerns one artifact only.
/// </summary>
public interface IArtifactVisitor
{
    /// <summary>An artifact is about to be read.</summary>
    void Enter(Artifact artifact);

    /// <summary>A container says how it holds a member, whether or not the member is read.</summary>
    void Member(Artifact container, StoredMember member);

    /// <summary>An artifact and everything in it was read, as <paramref name="formats"/>; not called where the walk broke off.</summary>
    void Leave(Artifact artifact, IReadOnlyList<string> formats);
}
