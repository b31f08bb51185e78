// What models say of the files of data beside them.
using System.Globalization;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.CoreMl;
using Assay.Formats.Json;
using Assay.Formats.Onnx;
using Assay.Formats.Protobuf;
using Assay.Formats.Tfjs;

namespace Assay.Formats.NamedData;

/// <summary>The question to a model whether it names a file, and which bytes of it.</summary>
/// <param name="Holder">The name of the model in the bundle.</param>
/// <param name="Bytes">The model.</param>
/// <param name="Data">The name of the file of data in the bundle.</param>
/// <param name="Length">The length of that file.</param>
/// <param name="Budget">The meter.</param>
internal readonly record struct DataQuestion(string Holder, ByteSource Bytes, string Data, long Length, ScanBudget Budget)
{
    /// <summary>Whether a reference of the model leads to the file.</summary>
    public bool IsNamed(string reference) => BundleName.Resolve(Holder, reference) is { Place: ReferencePlace.Inside } found && found.Name == Data;

    /// <summary>All of the file.</summary>
    public ByteRange Whole => new(0, Length);
}

/// <summary>Finds who answers for a file, by its name; the answer is by its content.</summary>
internal static class DataHolder
{
    private const int MaxDepth = 1_000;
    private const int MaxGraphs = 256;

    /// <summary>Who reads the names of data in a file of that name; null where nobody does.</summary>
    public static Func<DataQuestion, IEnumerable<ByteRange>>? Of(string name) =>
        name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? Onnx
        : name.EndsWith("Manifest.json", StringComparison.Ordinal) ? CoreMl
        : name.EndsWith("/model.mil", StringComparison.Ordinal) || name == "model.mil" ? Compiled
        : name.EndsWith("ndarray-cache.json", StringComparison.Ordinal) || name.EndsWith("tensor-cache.json", StringComparison.Ordinal) ? Cache
        : name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Tfjs : null;

    /// <summary>The ranges of the external data of an ONNX model.</summary>
    private static List<ByteRange> Onnx(DataQuestion asked)
    {
        List<ByteRange> found = [];
        ProtobufWire wire = new(asked.Bytes, asked.Budget);
        Stack<(ProtobufMessage Message, int Depth)> open = new([(new ProtobufMessage(wire, OnnxFormat.Schema["ModelProto"], new ByteRange(0, asked.Bytes.Length)), 0)]);
        while (open.TryPop(out (ProtobufMessage Message, int Depth) next))
        {
            asked.Budget.SpendWork(WorkCosts.NearRead);
            if (next.Message.Type.Name == "TensorProto")
            {
                External(OnnxTensor.Read(next.Message), asked, found);
                continue;
            }

            foreach (ProtobufField field in next.Message)
            {
                if (next.Depth < MaxGraphs && field.Message is { Type.Name: "GraphProto" or "NodeProto" or "AttributeProto" or "TensorProto" or "SparseTensorProto" or "FunctionProto" or "TrainingInfoProto" } inner)
                {
                    open.Push((inner, next.Depth + 1));
                }
            }
        }

        return found;
    }

    private static void External(OnnxTensor tensor, DataQuestion asked, List<ByteRange> found)
    {
        long offset = 0;
        long? length = null;
        bool isNamed = false;
        foreach ((string key, string value) in tensor.External)
        {
            isNamed |= key == "location" && asked.IsNamed(value);
            offset = key == "offset" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long from) ? from : offset;
            length = key == "length" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? bytes : length;
        }

        long size = length ?? Math.Max(0, tensor.Bytes);
        if (isNamed && tensor.IsExternal && offset <= asked.Length && size <= asked.Length - offset)
        {
            asked.Budget.Hold(32);
            found.Add(new ByteRange(offset, size));
        }
    }

    /// <summary>All of a file that the manifest of TensorFlow.js lists.</summary>
    private static IEnumerable<ByteRange> Tfjs(DataQuestion asked)
    {
        ProbeView view = new(new Artifact("model.json", asked.Bytes), new ByteRange(0, asked.Bytes.Length), asked.Budget);
        if (new TfjsFormat().Probe(view) is null)
        {
            return [];
        }

        JsonTokenReader json = new(asked.Bytes, new ByteRange(0, asked.Bytes.Length), asked.Budget, MaxDepth);
        while (json.Read())
        {
            if (json.Type != JsonTokenType.PropertyName || json.LooseText() != "paths" || !json.Read() || json.Type != JsonTokenType.StartArray)
            {
                continue;
            }

            while (json.Read() && json.Type == JsonTokenType.String)
            {
                if (asked.IsNamed(json.LooseText()))
                {
                    return [asked.Whole];
                }
            }
        }

        return [];
    }

    /// <summary>A shard that the index of an array cache of TVM names, as MLC's models have it: raw elements at the places that the index gives.</summary>
    private static IEnumerable<ByteRange> Cache(DataQuestion asked)
    {
        JsonTokenReader json = new(asked.Bytes, new ByteRange(0, asked.Bytes.Length), asked.Budget, MaxDepth);
        while (json.Read())
        {
            if (json.Type == JsonTokenType.PropertyName && json.LooseText() == "dataPath" && json.Read() && json.Type == JsonTokenType.String && asked.IsNamed(json.LooseText()))
            {
                return [asked.Whole];
            }
        }

        return [];
    }

    /// <summary>The description beside the program of a compiled model of Core ML: Apple publishes no form of it, and nothing else has that name.</summary>
    private static IEnumerable<ByteRange> Compiled(DataQuestion asked) =>
        asked.Bytes.ReadUpTo(0, 8).AsSpan().SequenceEqual("program("u8) && asked.Data.EndsWith("coremldata.bin", StringComparison.Ordinal) ? [asked.Whole] : [];

    /// <summary>All of a file that is an item of a package of Core ML, or lies in one.</summary>
    private static IEnumerable<ByteRange> CoreMl(DataQuestion asked)
    {
        ProbeView view = new(new Artifact("Manifest.json", asked.Bytes), new ByteRange(0, asked.Bytes.Length), asked.Budget);
        if (new CoreMlManifestFormat().Probe(view) is null || !asked.Data.EndsWith(".bin", StringComparison.Ordinal))
        {
            return [];
        }

        JsonTokenReader json = new(asked.Bytes, new ByteRange(0, asked.Bytes.Length), asked.Budget, MaxDepth);
        while (json.Read())
        {
            if (json.Type == JsonTokenType.PropertyName && json.LooseText() == "path" && json.Read() && json.Type == JsonTokenType.String)
            {
                BundleReference item = BundleName.Resolve(asked.Holder, "Data/" + json.LooseText());
                if (item.Place == ReferencePlace.Inside && (item.Name == asked.Data || asked.Data.StartsWith(item.Name + "/", StringComparison.Ordinal)))
                {
                    return [asked.Whole];
                }
            }
        }

        return [];
    }
}
