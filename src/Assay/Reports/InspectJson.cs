// What a file is and holds, as JSON of schema assay.inspect/1.
using System.Text.Json;
using Assay.Artifacts;
using Assay.Inspection;

namespace Assay.Reports;

/// <summary>
/// Writes what a file is and holds as one JSON document of schema <c>assay.inspect/1</c> (docs/inspect.schema.json): complete, plain ASCII, and
/// the same for the same bytes.
/// </summary>
public static class InspectJson
{
    /// <summary>The name of the schema.</summary>
    public const string Schema = "assay.inspect/1";

    /// <summary>Each level of members takes two; how deep they go is the walk's limit, which users may raise.</summary>
    private const int DeepestDocument = 1 << 24;

    /// <summary>Writes <paramref name="file"/> to <paramref name="output"/>, which stays open.</summary>
    public static void Write(InspectedArtifact file, Stream output)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(output);
        using (Utf8JsonWriter json = new(output, JsonReport.Layout with { MaxDepth = DeepestDocument }))
        {
            // An artifact's members are written between its two halves; depth is bounded by the walk, and a stack keeps it off ours.
            Stack<(InspectedArtifact Node, int Member)> open = new();
            Begin(json, file, isRoot: true);
            open.Push((file, 0));
            while (open.TryPop(out (InspectedArtifact Node, int Member) top))
            {
                if (top.Member == top.Node.Members.Count)
                {
                    json.WriteEndArray();
                    json.WriteEndObject();
                    continue;
                }

                open.Push((top.Node, top.Member + 1));
                InspectedArtifact member = top.Node.Members[top.Member];
                Begin(json, member, isRoot: false);
                open.Push((member, 0));
                json.Flush();
            }
        }

        output.Write("\n"u8);
    }

    private static void Begin(Utf8JsonWriter json, InspectedArtifact node, bool isRoot)
    {
        json.WriteStartObject();
        if (isRoot)
        {
            json.WriteString("schema", Schema);
            json.WriteBoolean("complete", node.IsComplete);
        }

        json.WriteString(isRoot ? "path" : "name", Escape.WellFormed(node.Name));
        Number(json, "size", node.Size);
        if (node.Stored is { } stored)
        {
            Stored(json, stored);
        }

        json.WriteStartArray("formats");
        foreach (InspectedFormat format in node.Formats)
        {
            json.WriteStartObject();
            json.WriteString("id", format.Id);
            json.WriteNumber("offset", format.Range.Offset);
            json.WriteNumber("length", format.Range.Length);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("metadata");
        foreach ((string key, string value) in node.Metadata)
        {
            json.WriteString(Escape.WellFormed(key), Escape.WellFormed(value));
        }

        json.WriteEndObject();
        json.WriteStartArray("unread");
        foreach (UnreadFact unread in node.Unread)
        {
            json.WriteStartObject();
            json.WriteString("cause", Words.Of(unread.Cause));
            json.WriteNumber("offset", unread.Offset);
            json.WriteNumber("length", unread.Length);
            json.WriteString("detail", Escape.WellFormed(unread.Detail));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        Holdings(json, node);
        if (node.Tensors is { } listing)
        {
            Tensors(json, listing);
        }

        json.WriteStartArray("members");
    }

    private static void Holdings(Utf8JsonWriter json, InspectedArtifact node)
    {
        json.WriteStartArray("operators");
        foreach (InspectedOperator used in node.Operators)
        {
            json.WriteStartObject();
            json.WriteString("domain", Escape.WellFormed(used.Domain));
            json.WriteString("name", Escape.WellFormed(used.Name));
            json.WriteNumber("count", used.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("code");
        foreach (InspectedCode code in node.Code)
        {
            json.WriteStartObject();
            json.WriteString("language", Escape.WellFormed(code.Language));
            json.WriteString("summary", Escape.WellFormed(code.Summary));
            json.WriteStartArray("names");
            foreach (string name in code.Names)
            {
                json.WriteStringValue(Escape.WellFormed(name));
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("references");
        foreach (InspectedReference reference in node.References)
        {
            json.WriteStartObject();
            json.WriteString("kind", Escape.WellFormed(reference.Kind));
            json.WriteString("target", Escape.WellFormed(reference.Target));
            json.WriteString("place", Words.Of(reference.Place));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Stored(Utf8JsonWriter json, MemberFact stored)
    {
        json.WriteStartObject("stored");
        json.WriteString("method", stored.Method);
        json.WriteNumber("offset", stored.Offset);
        Number(json, "packed", stored.Packed < 0 ? null : stored.Packed);
        Number(json, "size", stored.Size < 0 ? null : stored.Size);
        Number(json, "crc32", stored.Crc);
        json.WriteBoolean("encrypted", stored.IsEncrypted);
        json.WriteEndObject();
    }

    private static void Tensors(Utf8JsonWriter json, TensorListing listing)
    {
        json.WriteString("tensorsReadAs", listing.Kind);
        json.WriteNumber("tensorBytes", listing.Bytes);
        json.WriteStartArray("tensors");
        foreach (InspectedTensor tensor in listing.Tensors)
        {
            Tensor(json, tensor);
            json.Flush();
        }

        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (TensorProblem problem in listing.Problems)
        {
            json.WriteStartObject();
            json.WriteString("name", Escape.WellFormed(problem.Name));
            json.WriteString("what", Escape.WellFormed(problem.What));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("beside");
        foreach (NotCarried beside in listing.Beside)
        {
            json.WriteStartObject();
            json.WriteString("path", Escape.WellFormed(beside.Path));
            json.WriteString("what", Escape.WellFormed(beside.What));
            json.WriteString("why", Escape.WellFormed(beside.Why));
            json.WriteNumber("count", beside.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (listing.Failure is { } failure)
        {
            json.WriteStartObject("failure");
            json.WriteNumber("offset", failure.Offset);
            json.WriteString("what", Escape.WellFormed(failure.What));
            json.WriteEndObject();
        }
    }

    private static void Tensor(Utf8JsonWriter json, InspectedTensor tensor)
    {
        json.WriteStartObject();
        json.WriteString("name", Escape.WellFormed(tensor.Name));
        json.WriteString("dtype", InspectReport.NameOf(tensor));
        Numbers(json, "shape", tensor.Packing?.Shape ?? tensor.View.Shape);
        if (tensor.Packing is { } packing)
        {
            json.WriteNumber("bits", packing.Bits);
        }

        Numbers(json, "strides", tensor.View.Strides);
        json.WriteNumber("offset", tensor.View.Offset);
        json.WriteStartObject("storage");
        json.WriteString("key", Escape.WellFormed(tensor.StorageKey));
        json.WriteNumber("offset", tensor.StorageOffset);
        json.WriteNumber("bytes", tensor.StorageBytes);
        json.WriteBoolean("bigEndian", tensor.BigEndian);
        json.WriteEndObject();
        if (tensor.TiedTo is { } tie)
        {
            json.WriteString("tiedTo", Escape.WellFormed(tie));
        }

        if (tensor.IsUnsaved)
        {
            json.WriteBoolean("unsaved", true);
        }

        if (tensor.Statistics is { } known)
        {
            json.WriteStartObject("statistics");
            foreach ((string name, double value) in ((string, double)[])[("min", known.Min), ("max", known.Max), ("mean", known.Mean)])
            {
                if (double.IsFinite(value))
                {
                    json.WriteNumber(name, value);
                }
            }

            json.WriteNumber("nan", known.NaN);
            json.WriteNumber("infinite", known.Infinite);
            json.WriteNumber("zero", known.Zero);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, long? number)
    {
        if (number is { } known)
        {
            json.WriteNumber(name, known);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Numbers(Utf8JsonWriter json, string name, IReadOnlyList<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
