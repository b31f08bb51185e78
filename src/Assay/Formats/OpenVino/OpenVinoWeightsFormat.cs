// Reads the file with the constants of an OpenVINO model, which only the document beside it describes.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Xml;

namespace Assay.Formats.OpenVino;

/// <summary>
/// The <c>.bin</c> file of an OpenVINO model: the bytes of its constants, without any structure of their own. It is recognised by the document of the same name beside it.
/// Bytes that belong to no constant stay uncovered: something may be hidden there.
/// </summary>
internal sealed class OpenVinoWeightsFormat : IFormat
{
    public string Id => "openvino-weights";

    public string Name => "OpenVINO weights";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Artifact.Extension != ".bin" || view.Artifact.In is not { } place)
        {
            return null;
        }

        using ByteSource? document = place.TryOpenWith(".xml").Bytes;
        if (document is null)
        {
            return null;
        }

        ProbeView beside = new(new Artifact("model.xml", document), new ByteRange(0, document.Length), view.Budget);
        return XmlRoot.Of(beside) is { Name: "net" } ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        if (context.Artifact.In is not { } place || place.TryOpenWith(".xml").Bytes is not { } document)
        {
            throw new MalformedException(claim.Range.Offset, "The document that describes the constants is not there.");
        }

        using IDisposable owned = context.Own(document);
        OpenVinoModel model = new(context.Budget);
        XmlTokenReader reader = new(document, new ByteRange(0, document.Length), context.Budget);
        try
        {
            while (reader.Read())
            {
                model.Take(reader);
            }
        }
        catch (MalformedException e)
        {
            context.Unread(UnreadCause.Malformed, claim.Range.Offset, claim.Range.Length, $"The document that describes the constants breaks: {e.Message}");
        }

        foreach (OpenVinoConstant constant in model.Constants)
        {
            if (constant.Range is { } range)
            {
                context.Cover(range, CoverageKind.Data);
            }
        }
    }
}
