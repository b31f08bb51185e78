// Reads programs and parameters of PaddlePaddle.
using System.Buffers.Binary;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Protobuf;

namespace Assay.Formats.Paddle;

/// <summary>
/// PaddlePaddle's programs (<c>.pdmodel</c>, <c>__model__</c>): a ProgramDesc with blocks of operators. Specification: <c>framework.proto</c>. Operators
/// compute; <c>py_func</c> calls Python, <c>load</c> and <c>save</c> open files, and those of distributed training use the network.
/// </summary>
internal sealed class PaddleFormat : IFormat
{
    private const int MostKinds = 4_096;
    private const int LongestText = 512;
    private static readonly Lazy<ProtobufSchema> s_schema = new(() => ProtobufSchema.Load("formats/paddle.tsv"));

    /// <summary>What the names of attributes hold that say what an operator opens, calls or connects to.</summary>
    private static readonly string[] s_told = ["path", "file", "endpoint", "epmap", "callable", "url", "host", "command", "code", "script", "module", "engine_key", "lib"];

    /// <summary>The messages of PaddlePaddle.</summary>
    internal static ProtobufSchema Schema => s_schema.Value;

    public string Id => "paddle";

    public string Name => "PaddlePaddle program";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pdmodel"];

    public Claim? Probe(ProbeView view)
    {
        if (ProtobufFields.Of(view) is not { } program || !program.Fit(Schema["ProgramDesc"]) || program.Inner(view, 1) is not { } block)
        {
            return null;
        }

        return block.Fit(Schema["BlockDesc"]) && block.Number(1) == 0 && block.Number(2) is not null && (block.Has(3) || block.Has(4))
            && (block.Inner(view, 4)?.Fit(Schema["OpDesc"]) ?? true) && (block.Inner(view, 3)?.Fit(Schema["VarDesc"]) ?? true)
            ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ProtobufWire wire = new(context.Artifact.Bytes, context.Budget);
        Dictionary<string, (OperatorFact Fact, long Count)> operators = new(StringComparer.Ordinal);
        ProtobufWalk walk = new(wire, context) { OnBytes = field => ProtobufPayloads.Examine(context, wire, field.Payload, field.Name) };
        try
        {
            walk.Walk(Schema["ProgramDesc"], claim.Range, message =>
            {
                if (message.Type.Name == "OpDesc")
                {
                    Operator(message, operators, context);
                }
                else if (message.Type.Name == "VarDesc" && message.Number("persistable") is > 0 && message.Text("name") is var name
                    && (name.Split('/', '\\').Contains("..") || BundleName.Resolve("x", name).Place is ReferencePlace.Absolute or ReferencePlace.Url))
                {
                    context.Anomaly("paddle.variable-name", message.Range.Offset, 0, $"A parameter is called {(name.Length > 200 ? name[..200] : name)}.");
                }
                else if (message.Type.Name == "Version")
                {
                    context.Meta("version", (message.Number("version") ?? 0).ToString(CultureInfo.InvariantCulture));
                }
            });
        }
        finally
        {
            foreach ((OperatorFact fact, long count) in operators.Values)
            {
                context.Add(fact with { Count = count });
            }
        }

        Graphs.FlowFindings.Tell(graph => PaddleFlow.Fill(new ProtobufMessage(wire, Schema["ProgramDesc"], claim.Range), graph), "graph.trigger", context);
    }

    private static void Operator(ProtobufMessage message, Dictionary<string, (OperatorFact Fact, long Count)> operators, ReadContext context)
    {
        string name = message.Text("type", LongestText);
        List<OperatorAttribute> attributes = [];
        foreach (ProtobufMessage attribute in message.Messages("attrs"))
        {
            string key = attribute.Text("name", LongestText);
            if (attributes.Count >= 16 || !s_told.Any(t => key.Contains(t, StringComparison.OrdinalIgnoreCase)) || key is "op_callstack")
            {
                continue;
            }

            foreach (ProtobufField field in attribute)
            {
                if (field.Name is "s" or "strings" && field.Payload.Length > 0)
                {
                    attributes.Add(new OperatorAttribute(key, field.Text(LongestText)));
                }
                else if (field.Name is "i" or "l" && key.Contains("callable", StringComparison.Ordinal))
                {
                    attributes.Add(new OperatorAttribute(key, field.Number.ToString(CultureInfo.InvariantCulture)));
                }
            }
        }

        string id = $"{name}\0{string.Join('\0', attributes.Select(a => a.Name + "\0" + a.Value))}";
        if (operators.TryGetValue(id, out (OperatorFact Fact, long Count) known))
        {
            operators[id] = (known.Fact, known.Count + 1);
        }
        else if (operators.Count < MostKinds)
        {
            operators.Add(id, (new OperatorFact { Path = context.Artifact.Path, Offset = message.Range.Offset, Name = name, Attributes = attributes }, 1));
        }
        else
        {
            throw ScanBudget.Spent("entries", MostKinds, message.Range.Offset);
        }
    }
}

/// <summary>
/// PaddlePaddle's parameters (<c>.pdiparams</c>, <c>__params__</c>): tensors one after the other, each with a version, its levels of detail, a version, a
/// message that describes it, and its elements. Specification: <c>SerializeToStream</c> in <c>lod_tensor.cc</c> and <c>tensor_util.cc</c>. Names stand in the program.
/// </summary>
internal sealed class PaddleParametersFormat : IFormat
{
    /// <summary>Version, number of levels, version, length of the description.</summary>
    private const int HeadSize = 20;

    private const int MostDescription = 1024;

    public string Id => "paddle-params";

    public string Name => "PaddlePaddle parameters";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pdiparams"];

    public Claim? Probe(ProbeView view) =>
        view.IsWhole && view.Head.Length > HeadSize && view.Head.Span[..16].IndexOfAnyExcept((byte)0) < 0 && TryTensor(view.Artifact.Bytes, 0, view.Range.End, view.Budget, out _)
            ? new Claim(view.Range, ClaimStrength.Likely) : null;

    public void Read(Claim claim, ReadContext context)
    {
        List<(ElementType Type, List<long> Shape, ByteRange Range)> found = [];
        long at = claim.Range.Offset;
        long count = 0;
        while (at < claim.Range.End)
        {
            if (!TryTensor(context.Artifact.Bytes, at, claim.Range.End, context.Budget, out Tensor tensor))
            {
                throw new MalformedException(at, "A tensor does not begin as tensors do.");
            }

            if (tensor.Elements.Length > claim.Range.End - tensor.Elements.Offset)
            {
                context.Cover(new ByteRange(at, claim.Range.End - at), CoverageKind.Data);
                context.Unread(UnreadCause.Truncated, at, 0, "The last tensor is longer than the file.");
                break;
            }

            context.Cover(new ByteRange(at, tensor.Elements.Offset - at), CoverageKind.Parsed);
            context.Cover(tensor.Elements, CoverageKind.Data);
            if (context.Wants(ReadingParts.Tensors))
            {
                found.Add((tensor.Type, tensor.Shape, tensor.Elements));
            }

            at = tensor.Elements.End;
            count++;
        }

        context.Meta("tensors", count.ToString(CultureInfo.InvariantCulture));
        context.ReadTensors(Id, group =>
        {
            for (int i = 0; i < found.Count; i++)
            {
                group.Add(string.Create(CultureInfo.InvariantCulture, $"{i}"), TensorView.RowMajor(found[i].Type, found[i].Shape), new TensorStorage("", context.Artifact.Bytes, found[i].Range));
            }
        });
    }

    private static bool TryTensor(ByteSource bytes, long at, long end, ScanBudget budget, out Tensor tensor)
    {
        tensor = default;
        budget.SpendWork(WorkCosts.NearRead, at);
        byte[] head = bytes.ReadUpTo(at, 12);
        if (head.Length < 12 || BinaryPrimitives.ReadUInt32LittleEndian(head) != 0)
        {
            return false;
        }

        // Levels of detail: each a length and as many bytes.
        ulong levels = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(4));
        at += 12;
        for (ulong i = 0; i < levels; i++)
        {
            byte[] size = bytes.ReadUpTo(at, 8);
            if (levels > 16 || size.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(size) is var length && length > (ulong)(end - at - 8))
            {
                return false;
            }

            at += 8 + (long)BinaryPrimitives.ReadUInt64LittleEndian(size);
        }

        byte[] inner = bytes.ReadUpTo(at, 8);
        if (inner.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(inner) != 0 || BinaryPrimitives.ReadInt32LittleEndian(inner.AsSpan(4)) is not (> 1 and <= MostDescription and var described) || described > end - at - 8)
        {
            return false;
        }

        ProtobufMessage description = new(new ProtobufWire(bytes, budget), PaddleFormat.Schema["VarType.TensorDesc"], new ByteRange(at + 8, described));
        List<long> shape = [];
        long? type = null;
        foreach (ProtobufField field in description)
        {
            if (field.Name == "data_type")
            {
                type = field.Number;
            }
            else if (field.Name == "dims")
            {
                shape.AddRange(field.Numbers(TensorView.MaxDimensions));
            }
        }

        if (type is null || TypeOf(type.Value) is not { } element || ArrayExtent.Of(shape, element.Size()) is not { Error: ExtentError.None } extent)
        {
            return false;
        }

        tensor = new Tensor(element, shape, new ByteRange(at + 8 + described, extent.Bytes));
        return true;
    }

    private static ElementType? TypeOf(long type) => type switch
    {
        0 => ElementType.Bool,
        1 => ElementType.I16,
        2 => ElementType.I32,
        3 => ElementType.I64,
        4 => ElementType.F16,
        5 => ElementType.F32,
        6 => ElementType.F64,
        20 => ElementType.U8,
        21 => ElementType.I8,
        22 => ElementType.BF16,
        23 => ElementType.C64,
        24 => ElementType.C128,
        32 => ElementType.F8E4M3,
        33 => ElementType.F8E5M2,
        _ => null,
    };

    /// <summary>A tensor, and where its elements lie.</summary>
    private readonly record struct Tensor(ElementType Type, List<long> Shape, ByteRange Elements);
}
