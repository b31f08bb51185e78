// Reads models of PyTorch Mobile as FlatBuffers: functions with their operators, tensors, and sources.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.FlatBuffers;

namespace Assay.Formats.PyTorch;

/// <summary>
/// PyTorch Mobile (<c>.ptl</c>): a FlatBuffer with the identifier <c>PTMF</c> that holds values, functions as instructions with the operators that they call, storages, and sometimes the TorchScript that they were made from.
/// Its loader believes the numbers in it. Specification: <c>torch/csrc/jit/serialization/mobile_bytecode.fbs</c>, <c>flatbuffer_loader.cpp</c>.
/// </summary>
internal sealed class TorchMobileFormat : IFormat
{
    private const int MostOperators = 100_000;
    private static readonly Lazy<FlatSchema> s_schema = new(() => FlatSchema.Load("torch-mobile-schema.tsv"));

    public string Id => "torch-mobile";

    public string Name => "PyTorch Mobile (flatbuffer)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ptl"];

    public Claim? Probe(ProbeView view) => FlatProbe.Claim(view, "PTMF"u8);

    public void Read(Claim claim, ReadContext context)
    {
        FlatBuffer buffer = new(context.Artifact.Bytes, claim.Range, context.Budget);
        Dictionary<(string Domain, string Name), (long Count, long At)> operators = [];
        OddityLog oddities = new();
        List<(FlatVector Content, string Name)> sources = [];
        FlatTable module = default;
        FlatVector storages = default;
        uint values = 0;
        FlatWalk walk = new(buffer, s_schema.Value, context.Budget)
        {
            OnTable = (type, table) =>
            {
                switch (type)
                {
                    case "Operator":
                        Operator(table, operators, buffer, context);
                        break;
                    case "TensorMetadata":
                        Tensor(table, storages, buffer, oddities);
                        break;
                    case "Function":
                        Indices(table.Vector(3), values, table, buffer, oddities);
                        break;
                    case "List" or "Tuple":
                        Indices(table.Vector(0), values, table, buffer, oddities);
                        break;
                    case "Dict":
                        Indices(table.Vector(0), values, table, buffer, oddities);
                        Indices(table.Vector(1), values, table, buffer, oddities);
                        break;
                    case "Object":
                        Indices(table.Vector(2), values, table, buffer, oddities);
                        if (table.U32(1) > values)
                        {
                            Odd(oddities, buffer, table, "torch-mobile.index", $"An object has the state {table.U32(1)} of {values}.");
                        }

                        break;
                    case "ObjectType":
                        Class(table, operators, buffer, context);
                        break;
                    case "ExtraFile" when table.Field(1, 4) > 0 && sources.Count < 1_000:
                        sources.Add((table.Vector(1, 1), table.Text(0, 256) ?? ""));
                        break;
                }
            },
        };
        try
        {
            long root = buffer.Follow(0);
            module = buffer.Table(root);
            storages = module.Vector(6);
            values = module.Vector(4).Count;
            Indices(module.Vector(2), values, module, buffer, oddities);
            Indices(module.Vector(9), values, module, buffer, oddities);
            if (module.U32(3) >= Math.Max(1, values))
            {
                Odd(oddities, buffer, module, "torch-mobile.index", $"The state of the module is the value {module.U32(3)} of {values}.");
            }

            context.Meta("version", module.U32(0).ToString(CultureInfo.InvariantCulture));
            walk.Run("Module", root);
        }
        catch (MalformedException e)
        {
            context.Anomaly("flatbuffer.broken", e.Offset, 0, e.Message);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - Math.Min(claim.Range.End, e.Offset), e.Message);
        }
        finally
        {
            walk.Cover(context);
            foreach (((string domain, string name), (long count, long at)) in operators)
            {
                context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = domain, Name = name, Count = count });
            }

            foreach (Oddity odd in oddities.All)
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
            }
        }

        foreach ((FlatVector content, string name) in sources.Where(s => s.Content.Count > 0))
        {
            using ByteSource bytes = context.Artifact.Bytes.Slice(content.Range);
            bool isSource = name.EndsWith(".py", StringComparison.Ordinal) || name.StartsWith("code/", StringComparison.Ordinal);
            context.Submit(new Artifact(name.Length == 0 ? "file" : name, bytes, context.Artifact, isSource ? TorchScriptCodeFormat.FormatId : null) { MayBeOpaque = !isSource });
        }

        FlatProbe.TellNew(walk, context);
    }

    private static void Operator(FlatTable table, Dictionary<(string, string), (long Count, long At)> operators, FlatBuffer buffer, ReadContext context)
    {
        string name = table.Text(0, 256) ?? "";
        int colons = name.IndexOf("::", StringComparison.Ordinal);
        Use((colons < 0 ? "" : name[..colons], colons < 0 ? name : name[(colons + 2)..]), table, operators, buffer, context);
    }

    /// <summary>A class of a native library, which has to be there.</summary>
    private static void Class(FlatTable table, Dictionary<(string, string), (long Count, long At)> operators, FlatBuffer buffer, ReadContext context)
    {
        string name = table.Text(0, 256) ?? "";
        const string native = "__torch__.torch.classes.";
        if (name.StartsWith(native, StringComparison.Ordinal) && name.LastIndexOf('.') is var dot && dot >= native.Length)
        {
            Use(("torch.classes." + name[native.Length..dot], name[(dot + 1)..]), table, operators, buffer, context);
        }
    }

    private static void Use((string Domain, string Name) key, FlatTable table, Dictionary<(string, string), (long Count, long At)> operators, FlatBuffer buffer, ReadContext context)
    {
        if (!operators.TryGetValue(key, out (long Count, long At) known))
        {
            if (operators.Count >= MostOperators)
            {
                throw ScanBudget.Spent("entries", MostOperators, buffer.Absolute(table.At));
            }

            context.Budget.Hold(128);
            known = (0, buffer.Absolute(table.At));
        }

        operators[key] = (known.Count + 1, known.At);
    }

    private static void Tensor(FlatTable tensor, FlatVector storages, FlatBuffer buffer, OddityLog oddities)
    {
        uint index = tensor.U32(0);
        if (index >= storages.Count)
        {
            Odd(oddities, buffer, tensor, "torch-mobile.index", $"A tensor lies in the storage {index} of {storages.Count}.");
            return;
        }

        FlatVector sizes = tensor.Vector(3);
        FlatVector strides = tensor.Vector(4);
        Int128 last = tensor.I32(2);
        bool isEmpty = false;
        bool isNegative = last < 0 || strides.Count != sizes.Count;
        for (uint i = 0; i < Math.Min(sizes.Count, strides.Count) && i < TensorView.MaxDimensions; i++)
        {
            isEmpty |= sizes.I32(i) == 0;
            isNegative |= sizes.I32(i) < 0 || strides.I32(i) < 0;
            last += (Int128)(sizes.I32(i) - 1L) * strides.I32(i);
        }

        int size = tensor.U8(1) switch { 0 or 1 or 11 or 12 or 13 => 1, 2 or 5 or 15 => 2, 3 or 6 or 8 or 14 => 4, 4 or 7 or 9 => 8, 10 => 16, _ => 1 };
        uint room = storages.Table(index).Vector(0, 1).Count;
        if (isNegative || (!isEmpty && (last + 1) * size > room))
        {
            Odd(oddities, buffer, tensor, "torch-mobile.tensor-outside", $"A tensor addresses memory outside of its storage of {room} bytes.");
        }
    }

    private static void Indices(FlatVector indices, uint values, FlatTable holder, FlatBuffer buffer, OddityLog oddities)
    {
        for (uint i = 0; i < indices.Count; i++)
        {
            if ((uint)indices.I32(i) >= values)
            {
                Odd(oddities, buffer, holder, "torch-mobile.index", $"Something refers to the value {indices.I32(i)} of {values}.");
            }
        }
    }

    private static void Odd(OddityLog oddities, FlatBuffer buffer, FlatTable table, string code, FormattableString detail) =>
        oddities.Add(code, buffer.Absolute(table.At), 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
