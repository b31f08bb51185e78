// Reads models of ONNX Runtime's own format: an ONNX graph in a FlatBuffer.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.FlatBuffers;

namespace Assay.Formats.OnnxRuntime;

/// <summary>
/// ONNX Runtime's format (<c>.ort</c>): a FlatBuffer with the identifier <c>ORTM</c> that holds a graph as ONNX has it, with operators, attributes, subgraphs and initializers. An operator of a
/// domain that is neither ONNX's nor the runtime's is native code that the application loads. Specification: <c>onnxruntime/core/flatbuffers/schema/ort.fbs</c>.
/// </summary>
internal sealed class OrtFormat : IFormat
{
    private const int MostOperators = 100_000;
    private const int LongestValue = 4096;
    private const int EntrySize = 160;

    private static readonly Lazy<FlatSchema> s_schema = new(() => FlatSchema.Load("ort-schema.tsv"));

    /// <summary>The attributes that decide what an operator may touch or run.</summary>
    private static readonly HashSet<string> s_telling = new(StringComparer.Ordinal)
    {
        "ep_cache_context", "embed_mode", "main_context", "source", "partition_name", "module", "class", "code", "script", "library", "path", "file", "filename", "url", "func", "function", "name", "model",
    };

    public string Id => "ort";

    public string Name => "ONNX Runtime";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ort"];

    public Claim? Probe(ProbeView view) => FlatProbe.Claim(view, "ORTM"u8);

    public void Read(Claim claim, ReadContext context)
    {
        FlatBuffer buffer = new(context.Artifact.Bytes, claim.Range, context.Budget);
        Reading reading = new(buffer, context);
        FlatWalk walk = new(buffer, s_schema.Value, context.Budget) { OnTable = reading.Take };
        try
        {
            walk.Run("InferenceSession", buffer.Follow(0));
        }
        catch (MalformedException e)
        {
            context.Anomaly("flatbuffer.broken", e.Offset, 0, e.Message);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - Math.Min(claim.Range.End, e.Offset), e.Message);
        }
        finally
        {
            walk.Cover(context);
            reading.Tell();
        }

        FlatProbe.TellNew(walk, context);
        context.ReadTensors(Id, reading.Fill);
    }

    private sealed class Reading(FlatBuffer buffer, ReadContext context)
    {
        private readonly Dictionary<(string Domain, string Name, string Attributes), (long Count, long At, List<OperatorAttribute> Attributes)> _operators = [];
        private readonly List<(string Name, TensorView View, ByteRange Range)> _tensors = [];
        private readonly OddityLog _oddities = new();

        public void Take(string type, FlatTable table)
        {
            switch (type)
            {
                case "InferenceSession":
                    context.Meta("version", table.Text(0) ?? "");
                    break;
                case "Model":
                    Describe("producer", table.Text(2), table.At);
                    Describe("producer version", table.Text(3), table.At);
                    Describe("domain", table.Text(4), table.At);
                    Describe("description", table.Text(6, context.Limits.TextBytes), table.At);
                    break;
                case "StringStringEntry":
                    Describe(KeyPath.Append("metadata", table.Text(0) ?? ""), table.Text(1, context.Limits.TextBytes), table.At);
                    break;
                case "Node":
                    Node(table);
                    break;
                case "Tensor":
                    Tensor(table);
                    break;
            }
        }

        public void Tell()
        {
            foreach (((string domain, string name, string _), (long count, long at, List<OperatorAttribute> attributes)) in _operators)
            {
                context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = domain.Length == 0 ? "ai.onnx" : domain, Name = name, Count = count, Attributes = attributes });
            }

            foreach (Oddity odd in _oddities.All)
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
            }
        }

        public void Fill(TensorGroup group)
        {
            foreach ((string name, TensorView view, ByteRange place) in _tensors)
            {
                group.Add(name, view, new TensorStorage("", context.Artifact.Bytes, place));
            }
        }

        private void Describe(string key, string? value, long at)
        {
            if (value is { Length: > 0 })
            {
                context.Meta(key, value);
                context.Add(new EntryFact { Path = context.Artifact.Path, Offset = buffer.Absolute(at), Source = "metadata", Key = key, Value = value });
            }
        }

        private void Node(FlatTable node)
        {
            List<OperatorAttribute> telling = [];
            FlatVector attributes = node.Vector(10);
            for (uint i = 0; i < attributes.Count; i++)
            {
                FlatTable one = attributes.Table(i);
                string name = one.Text(0) ?? "";
                if (!s_telling.Contains(name))
                {
                    continue;
                }

                string value = one.Text(5, LongestValue) ?? one.U64(4).ToString(CultureInfo.InvariantCulture);
                telling.Add(new OperatorAttribute(name, value));
                if (name is "ep_cache_context" or "path" or "file" or "filename" or "library" or "url" && value.Length is > 0 and < LongestValue && !value.AsSpan().ContainsAnyInRange('\0', '\x1f'))
                {
                    context.Refer("external-data", value, buffer.Absolute(one.At));
                }
            }

            (string, string, string) key = (node.Text(2) ?? "", node.Text(5) ?? "", string.Join('\n', telling.Select(a => a.Name + "=" + a.Value)));
            if (_operators.Count >= MostOperators && !_operators.ContainsKey(key))
            {
                throw ScanBudget.Spent("operators", MostOperators, buffer.Absolute(node.At));
            }

            context.Budget.Hold(_operators.ContainsKey(key) ? 0 : EntrySize);
            (long count, long at, List<OperatorAttribute>? known) = _operators.GetValueOrDefault(key);
            _operators[key] = (count + 1, known is null ? buffer.Absolute(node.At) : at, known ?? telling);
        }

        private void Tensor(FlatTable tensor)
        {
            FlatVector dims = tensor.Vector(2, 8);
            long[] shape = new long[Clamp.Count(dims.Count, 8, buffer.Length)];
            for (uint i = 0; i < shape.Length; i++)
            {
                shape[i] = unchecked((long)buffer.U64(dims.At(i)));
            }

            FlatVector raw = tensor.Vector(4, 1);
            ElementType? type = tensor.I32(3) switch
            {
                1 => ElementType.F32, 2 => ElementType.U8, 3 => ElementType.I8, 4 => ElementType.U16, 5 => ElementType.I16, 6 => ElementType.I32, 7 => ElementType.I64, 9 => ElementType.Bool,
                10 => ElementType.F16, 11 => ElementType.F64, 12 => ElementType.U32, 13 => ElementType.U64, 14 => ElementType.C64, 15 => ElementType.C128, 16 => ElementType.BF16,
                17 => ElementType.F8E4M3, 18 => ElementType.F8E4M3Fnuz, 19 => ElementType.F8E5M2, 20 => ElementType.F8E5M2Fnuz, _ => null,
            };
            if (type is not { } element || raw.Count == 0)
            {
                return;
            }

            ArrayExtent extent = ArrayExtent.Of(shape, element.Size());
            if (extent.Error != ExtentError.None || extent.Bytes != raw.Count)
            {
                _oddities.Add("ort.size-mismatch", buffer.Absolute(tensor.At), 0, string.Create(CultureInfo.InvariantCulture, $"The tensor {tensor.Text(0)} has {raw.Count} bytes and a shape that needs {extent.Bytes}."));
            }
            else if (context.Wants(ReadingParts.Tensors) && shape.Length <= TensorView.MaxDimensions)
            {
                _tensors.Add((tensor.Text(0) ?? "", TensorView.RowMajor(element, shape), raw.Range));
            }
        }
    }
}
