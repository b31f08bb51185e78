// A format that is recognised by its signature and not read yet.
using Assay.Artifacts;

namespace Assay.Formats.Signatures;

/// <summary>How sure a signature is of the bytes, or null when they are not its own. Reads little and never throws on bytes.</summary>
internal delegate ClaimStrength? SignatureProbe(ProbeView view);

/// <summary>
/// A format that is recognised by its signature and not read yet: its bytes are reported as not supported, so that a file of this
/// kind is incomplete and never passed.
/// </summary>
internal sealed class RecognisedFormat : IFormat
{
    private readonly SignatureProbe _probe;
    private readonly bool _anywhere;

    /// <summary>Creates the format.</summary>
    /// <param name="id">The stable id.</param>
    /// <param name="name">The name that the field uses.</param>
    /// <param name="probe">The signature.</param>
    /// <param name="extensions">The extensions that promise the format.</param>
    /// <param name="anywhere">
    /// Whether the signature is strong enough to be believed in a gap between other structures; otherwise only a whole artifact is
    /// asked.
    /// </param>
    internal RecognisedFormat(string id, string name, SignatureProbe probe, IReadOnlyList<string> extensions, bool anywhere = false)
    {
        Id = id;
        Name = name;
        Extensions = extensions;
        _probe = probe;
        _anywhere = anywhere;
    }

    /// <inheritdoc/>
    public string Id { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public FormatSupport Support => FormatSupport.Recognised;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; }

    /// <inheritdoc/>
    public Claim? Probe(ProbeView view)
    {
        ArgumentNullException.ThrowIfNull(view);
        return (_anywhere || view.IsWhole) && _probe(view) is ClaimStrength strength ? new Claim(view.Range, strength) : null;
    }

    /// <inheritdoc/>
    public void Read(Claim claim, ReadContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Cover(claim.Range, CoverageKind.Data);
        context.Unread(UnreadCause.NotSupported, claim.Range.Offset, claim.Range.Length, $"{Name} is recognised and not yet supported.");
    }
}
