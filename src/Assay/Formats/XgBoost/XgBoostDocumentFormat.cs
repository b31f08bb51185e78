// Reads XGBoost models in JSON and in UBJSON.
using System.Buffers.Binary;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;
using Assay.Formats.Ubjson;

namespace Assay.Formats.XgBoost;

/// <summary>
/// XGBoost models in JSON or UBJSON, of any release since 1.0. Nothing of them is run; what can be wrong are counts, links and indices, which loaders have believed.
/// Specification: "Introduction to Model IO" of XGBoost's documentation, <c>src/learner.cc</c>, <c>src/gbm/gbtree_model.cc</c>, <c>src/tree/tree_model.cc</c>.
/// </summary>
internal sealed class XgBoostDocumentFormat(bool isBinary) : IFormat
{
    private const int MostDepth = 100_000;
    private const int LongestKey = 256;

    public string Id => isBinary ? "xgboost-ubj" : "xgboost-json";

    public string Name => isBinary ? "XGBoost (UBJSON)" : "XGBoost (JSON)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = isBinary ? [".ubj"] : [];

    public Claim? Probe(ProbeView view) => (isBinary ? Binary(view) : Json(view)) is { } strength ? new Claim(view.Range, strength) : null;

    public void Read(Claim claim, ReadContext context)
    {
        XgBoostModel model = new(context);
        UbjsonReader? binary = isBinary ? new UbjsonReader(context.Artifact.Bytes, claim.Range, context.Budget) : null;
        IDocumentTokens tokens = binary ?? (IDocumentTokens)new JsonDocumentTokens(new JsonTokenReader(context.Artifact.Bytes, claim.Range, context.Budget, MostDepth));
        bool whole = false;
        try
        {
            model.Read(tokens);
            whole = true;
        }
        catch (MalformedException e)
        {
            if (binary?.Declared is { } declared)
            {
                model.Declares(declared, e.Offset);
            }
            else if (binary is { RanOut: false })
            {
                model.Breaks(e);
            }

            context.Unread(binary?.RanOut == true ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, tokens.End - claim.Range.Offset), CoverageKind.Parsed);
            model.Tell(whole, claim.Range.Offset);
        }
    }

    /// <summary>A learner with its booster, or such a model with its configuration, as pickles hold it.</summary>
    private static ClaimStrength? Json(ProbeView view) =>
        JsonKeys.Of(view) is { IsList: false } keys
        && ((keys.Outer("learner") && (keys.Inner("gradient_booster") || keys.Inner("learner_model_param") || keys.Inner("feature_names") || keys.Inner("objective") || keys.Inner("attributes")))
            || (keys.Outer("Model") && keys.Outer("Config") && keys.Inner("learner")) || (keys.Outer("version") && keys.Outer("learner"))) ? ClaimStrength.Certain : null;

    /// <summary>An object whose first name has a length, and in which a learner is told of.</summary>
    private static ClaimStrength? Binary(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (head.Length > 17 && head[0] == '{' && head[1] == 'L' && (head[10..].StartsWith("learner{"u8) || head[10..].StartsWith("version["u8)))
        {
            // Whatever the length says: a reader takes it from there.
            return ClaimStrength.Certain;
        }

        if (head.Length < 12 || head[0] != '{' || head[1] != 'L' || BinaryPrimitives.ReadInt64BigEndian(head[2..]) is not (> 0 and < LongestKey and long length) || head.Length < 10 + length)
        {
            return null;
        }

        ReadOnlySpan<byte> key = head.Slice(10, (int)length);
        return key.SequenceEqual("learner"u8) || key.SequenceEqual("version"u8) || key.SequenceEqual("Config"u8) || key.SequenceEqual("Model"u8) ? ClaimStrength.Certain
            : head.IndexOf("learner"u8) >= 0 || (view.IsWhole && view.Artifact.Extension == ".ubj") ? ClaimStrength.Likely
            : null;
    }
}
