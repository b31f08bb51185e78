// Reads NumPy's .npy files: the header as a literal, plain data by its size, object arrays as the pickle that they are.
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Pickles;
using Assay.Tensors;

namespace Assay.Formats.Numpy;

/// <summary>
/// <c>.npy</c>, versions 1 to 3, several arrays one after the other. The body of an object array is a pickle, submitted as the
/// child <c>object-array</c>; the body of any other array is stepped over. What follows the last array stays uncovered.
/// </summary>
/// <remarks>
/// Anomalies: <c>npy.version-unknown</c>, <c>npy.header-not-literal</c>, <c>npy.header-keys</c>, <c>npy.header-too-long</c>,
/// <c>npy.duplicate-key</c>, <c>npy.type-unknown</c>, <c>npy.object-array</c>, <c>npy.structured-object</c>,
/// <c>npy.shape-overflow</c>, <c>npy.negative-shape</c>, <c>npy.declares-more</c>.
/// </remarks>
internal sealed class NpyFormat : IFormat
{
    // numpy refuses longer headers unless allow_pickle=True (since 1.24).
    private const int LongHeader = 10_000;
    private const int LongestText = 4096;

    /// <inheritdoc/>
    public string Id => "npy";

    /// <inheritdoc/>
    public string Name => "NumPy array (.npy)";

    /// <inheritdoc/>
    public FormatSupport Support => FormatSupport.Full;

    /// <inheritdoc/>
    public IReadOnlyList<string> Extensions { get; } = [".npy"];

    /// <inheritdoc/>
    public Claim? Probe(ProbeView view) =>
        view.StartsWith(NpyHeader.Signature) ? new Claim(view.Range, ClaimStrength.Certain) : null;

    /// <inheritdoc/>
    public void Read(Claim claim, ReadContext context)
    {
        Artifact artifact = context.Artifact;
        // The view ends where the claim ends and keeps the artifact's offsets.
        ByteSource source = artifact.Bytes.Slice(new ByteRange(0, claim.Range.End));
        long? next = claim.Range.Offset;
        bool hasTensors = next == 0 && context.Wants(ReadingParts.Tensors);
        using AskedPickles asked = new(context);
        if (hasTensors)
        {
            context.TakeTensorsOfMembers();
            if (NpyTensors.PickleIn(artifact.Bytes, context) is { } pickle)
            {
                asked.Ask(artifact.Bytes, pickle);
            }
        }

        ScanStopException? stop = null;
        try
        {
            while (next is long offset && StartsWithSignature(source, offset))
            {
                context.Budget.Poll(offset);
                next = ReadArray(source, offset, context);
            }
        }
        catch (ScanStopException e) when (e.Reason == StopReason.Limit)
        {
            stop = e;
        }

        if (hasTensors)
        {
            context.ReadTensors(Id, group => NpyTensors.Read(new TensorSource(artifact.Bytes, context, group), artifact.Bytes, claim.Range, ""));
        }

        if (stop is not null)
        {
            ExceptionDispatchInfo.Throw(stop);
        }
    }

    private static bool StartsWithSignature(ByteSource source, long offset) =>
        source.ReadUpTo(offset, 6).AsSpan().SequenceEqual(NpyHeader.Signature);

    // Returns the offset after the array, or null when it cannot be told.
    private static long? ReadArray(ByteSource source, long offset, ReadContext context)
    {
        NpyHeader? header = NpyHeader.TryRead(source, offset, context.Limits.LineBytes);
        if (header is null)
        {
            context.Cover(new ByteRange(offset, Math.Min(12, source.Length - offset)), CoverageKind.Parsed);
            context.Unread(UnreadCause.Truncated, source.Length, 0, "The file ends inside an array's header.");
            return null;
        }

        ByteRange whole = new(offset, header.Literal.End - offset);
        context.Cover(whole, CoverageKind.Parsed);
        Tell(header, whole, context);
        if (offset == 0 && context.Wants(ReadingParts.Metadata))
        {
            context.Meta("version", string.Create(CultureInfo.InvariantCulture, $"{header.Version.Major}.{header.Version.Minor}"));
            context.Meta("header", Encoding.UTF8.GetString(source.ReadUpTo(header.Literal.Offset, (int)Math.Min(LongestText, header.Literal.Length))).TrimEnd('\n', ' '));
        }

        if (header.Element is null)
        {
            context.Unread(UnreadCause.Malformed, header.Refused?.Offset ?? offset, 0, "The array's header does not say what it holds.");
            return null;
        }

        long body = header.Literal.End;
        long left = source.Length - body;
        if (header.Element.HasObject || (header.Element.Error is not null && header.NamesObject))
        {
            // Where numpy would refuse the header, an older or a newer release may not: the body is read all the same.
            ByteRange rest = new(body, left);
            context.Cover(rest, CoverageKind.Data);
            context.Submit(new Artifact("object-array", source.Slice(rest), context.Artifact, "pickle"));
            return null;
        }

        if (header.Element.Error is not null || header.Shape is null)
        {
            context.Unread(UnreadCause.NotSupported, body, left, "The array's element type or shape is not understood.");
            return null;
        }

        return StepOver(header, header.Element, body, left, context);
    }

    private static long? StepOver(NpyHeader header, NumpyElementType element, long body, long left, ReadContext context)
    {
        ArrayExtent extent = ArrayExtent.Of(header.Shape!, element.ItemSize);
        switch (extent.Error)
        {
            case ExtentError.Overflow:
                context.Anomaly("npy.shape-overflow", header.Literal.Offset, header.Literal.Length,
                    "The shape asks for more bytes than 63 bits can count.");
                context.Unread(UnreadCause.Malformed, body, left, "The array's size overflows.");
                return null;
            case ExtentError.Negative:
                context.Anomaly("npy.negative-shape", header.Literal.Offset, header.Literal.Length,
                    "A dimension of the shape is negative.");
                context.Unread(UnreadCause.Malformed, body, left, "The array's size is negative.");
                return null;
            case ExtentError.NotAShape:
                context.Unread(UnreadCause.Malformed, body, left, "The array's shape is no tuple of whole numbers.");
                return null;
            default:
                break;
        }

        context.Cover(new ByteRange(body, Math.Min(extent.Bytes, left)), CoverageKind.Data);
        if (extent.Bytes <= left)
        {
            return body + extent.Bytes;
        }

        string detail = string.Create(CultureInfo.InvariantCulture, $"The array declares {extent.Bytes} bytes and {left} are left.");
        if (ArrayExtent.IsAbsurd(extent.Bytes, left))
        {
            context.Anomaly("npy.declares-more", header.Literal.Offset, header.Literal.Length, detail);
        }

        context.Unread(UnreadCause.Truncated, body + left, 0, detail);
        return null;
    }

    private static void Tell(NpyHeader header, ByteRange whole, ReadContext context)
    {
        if (header.Version is not ((1 or 2 or 3), 0))
        {
            context.Anomaly("npy.version-unknown", whole.Offset, whole.Length,
                $"The version is {header.Version.Major}.{header.Version.Minor}; numpy reads 1.0, 2.0 and 3.0.");
        }

        if (header.Characters > LongHeader)
        {
            context.Anomaly("npy.header-too-long", whole.Offset, whole.Length,
                $"The header has {header.Characters} characters; numpy refuses more than {LongHeader} unless allow_pickle=True.");
        }

        if (header.Refused is var (at, why))
        {
            // Without an element type there was no dict; with one, the dict has the wrong keys.
            context.Anomaly(header.Element is null ? "npy.header-not-literal" : "npy.header-keys", at, 0, why);
        }

        if (header.HasDuplicateKeys)
        {
            context.Anomaly("npy.duplicate-key", whole.Offset, whole.Length, "The header holds a key twice; the last one counts.");
        }

        if (header.Element is { Error: { } error })
        {
            context.Anomaly("npy.type-unknown", whole.Offset, whole.Length, error);
        }

        if (header.Element is { HasObject: true } element)
        {
            context.Anomaly("npy.object-array", whole.Offset, whole.Length, "The array holds objects: its body is a pickle.");
            if (element.IsStructured)
            {
                context.Anomaly("npy.structured-object", whole.Offset, whole.Length, "The object type is a field of a structured type.");
            }
        }
    }
}
