// Reads the tree of objects of a skops model.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Formats.Skops;

/// <summary>
/// The tree of objects of a skops model: nodes name a class, a module and the loader that makes them. skops refuses types that the user does not trust, and trusts
/// those of scikit-learn, NumPy and SciPy; releases before 0.12 could be led past that (CVE-2025-54412, -54413). Specification: <c>skops/io</c>, protocols 0 to 2.
/// </summary>
internal sealed class SkopsSchemaFormat : IFormat
{
    private const int MostDepth = 10_000;

    public string Id => "skops-schema";

    public string Name => "skops schema (JSON)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys && keys.Outer("__loader__") | (view.Artifact.Name == "schema.json" && (keys.Outer("__class__") || keys.Outer("__module__")))
            ? new Claim(view.Range, ClaimStrength.Certain)
            : null;

    public void Read(Claim claim, ReadContext context)
    {
        JsonTokenReader json = new(context.Artifact.Bytes, claim.Range, context.Budget, MostDepth);
        SkopsTree tree = new(context);
        try
        {
            tree.Read(json);
        }
        catch (MalformedException e)
        {
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, json.End - claim.Range.Offset), CoverageKind.Parsed);
            tree.Tell();
        }
    }
}
