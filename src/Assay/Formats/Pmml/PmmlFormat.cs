// Reads PMML: which functions a model applies, what its extensions say, and what it refers to.
using Assay.Artifacts;
using Assay.Formats.Xml;

namespace Assay.Formats.Pmml;

/// <summary>
/// PMML, versions 2 to 4.4: an XML document with the root <c>PMML</c>. A model is data, but readers find functions by name, some of them Java classes (JPMML),
/// and look at extensions. Specification: "PMML 4.4.1", DMG.
/// </summary>
internal sealed class PmmlFormat : IFormat
{
    public string Id => "pmml";

    public string Name => "PMML";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pmml"];

    public Claim? Probe(ProbeView view) =>
        XmlRoot.Of(view) is { } root && (root.Name.Equals("PMML", StringComparison.OrdinalIgnoreCase) || root.HasValue("http://www.dmg.org/PMML"))
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        PmmlModel model = new(context);
        try
        {
            new XmlDocumentReading(claim, context).Read(model.Take);
        }
        finally
        {
            model.Tell();
        }
    }
}
