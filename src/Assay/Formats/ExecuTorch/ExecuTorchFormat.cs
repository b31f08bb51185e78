// Reads programs of ExecuTorch: plans of instructions, operators, delegates with compiled blobs, and the segments behind them.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;
using Assay.Formats.FlatBuffers;

namespace Assay.Formats.ExecuTorch;

/// <summary>
/// ExecuTorch (<c>.pte</c>): a FlatBuffer with the identifier <c>ET12</c>, behind its head perhaps <c>eh00</c> with the size of the program and where its segments lie. A delegate is a compiled blob that a backend of the
/// application runs; its id says which. Specification: <c>schema/program.fbs</c>, <c>schema/extended_header.h</c>.
/// </summary>
internal sealed class ExecuTorchFormat : IFormat
{
    private static readonly Lazy<FlatSchema> s_schema = new(() => FlatSchema.Load("executorch-schema.tsv"));

    public string Id => "executorch";

    public string Name => "ExecuTorch";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pte"];

    public Claim? Probe(ProbeView view) => FlatProbe.Claim(view, "ET"u8, 2);

    public void Read(Claim claim, ReadContext context)
    {
        ByteRange range = claim.Range;
        (long program, long segments) = Header(range, context);
        FlatBuffer buffer = new(context.Artifact.Bytes, range with { Length = program }, context.Budget);
        FlatWalk walk = new(buffer, s_schema.Value, context.Budget);
        ExecuTorchProgram reading = new(buffer, range, segments, context);
        try
        {
            long root = buffer.Follow(0);
            walk.Run("Program", root);
            reading.Read(buffer.Table(root));
        }
        catch (MalformedException e)
        {
            context.Anomaly("flatbuffer.broken", e.Offset, 0, e.Message);
            context.Unread(UnreadCause.Malformed, e.Offset, range.End - Math.Min(range.End, e.Offset), e.Message);
        }
        finally
        {
            walk.Cover(context);
            reading.Tell();
        }

        FlatProbe.TellNew(walk, context);
    }

    /// <summary>The bytes of the program, and where its segments begin; -1 where it has none.</summary>
    private static (long Program, long Segments) Header(ByteRange range, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, range, context.Budget);
        cursor.Skip(8);
        if (cursor.Left < 24 || !cursor.Take(4).SequenceEqual("eh00"u8))
        {
            return (range.Length, -1);
        }

        uint length = cursor.U32();
        ulong program = cursor.U64();
        ulong segments = cursor.U64();
        context.Cover(new ByteRange(range.Offset + 8, Math.Min(length, 64)), CoverageKind.Parsed);
        if (program > (ulong)range.Length || segments > (ulong)range.Length || (segments != 0 && segments < program))
        {
            context.Anomaly("executorch.header", range.Offset + 8, length, string.Create(CultureInfo.InvariantCulture, $"The program has {program} bytes and its segments begin at {segments}; the file has {range.Length}."));
            return (range.Length, -1);
        }

        return ((long)program, segments == 0 ? -1 : (long)segments);
    }
}

/// <summary>What a program of ExecuTorch holds, checked as its runtime has to.</summary>
internal sealed class ExecuTorchProgram(FlatBuffer buffer, ByteRange range, long segmentBase, ReadContext context)
{
    private const byte TensorValue = 5;

    private readonly OddityLog _oddities = new();
    private readonly List<ByteRange?> _segments = [];
    private readonly Dictionary<(string Domain, string Name), (long Count, long At)> _operators = [];
    private FlatVector _inline;
    private FlatTable? _offsets;

    /// <summary>Reads the program.</summary>
    public void Read(FlatTable program)
    {
        Segments(program.Vector(4));
        FlatVector plans = program.Vector(1);
        FlatVector inline = program.Vector(3);
        uint constants = Math.Max(program.Vector(2).Count, program.Table(5) is { } constant ? constant.Vector(1, 8).Count : 0);
        _inline = program.Vector(2);
        _offsets = program.Table(5);
        for (uint i = 0; i < plans.Count; i++)
        {
            Plan(plans.Table(i), inline, constants);
        }

        FlatVector named = program.Vector(7);
        for (uint i = 0; i < named.Count; i++)
        {
            if (named.Table(i).U32(1) >= _segments.Count)
            {
                Odd("executorch.index", program.At, $"A named piece of data lies in a segment of {_segments.Count} that there is not.");
            }
        }

        context.Meta("version", program.U32(0).ToString(CultureInfo.InvariantCulture));
        context.Meta("methods", plans.Count.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Tells operators and oddities.</summary>
    public void Tell()
    {
        foreach (((string domain, string name), (long count, long at)) in _operators)
        {
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = domain, Name = name, Count = count });
        }

        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
        }
    }

    private void Segments(FlatVector segments)
    {
        for (uint i = 0; i < segments.Count; i++)
        {
            FlatTable one = segments.Table(i);
            ulong offset = one.U64(0);
            ulong size = one.U64(1);
            ulong room = segmentBase < 0 ? 0 : (ulong)(range.Length - segmentBase);
            context.Budget.Hold(32);
            if (offset > room || size > room - offset)
            {
                Odd("executorch.segment-outside", one.At, $"The segment {i} lies at {offset} with {size} bytes, and {room} bytes are there.");
                _segments.Add(null);
                continue;
            }

            ByteRange place = new(range.Offset + segmentBase + (long)offset, (long)size);
            context.Cover(place, CoverageKind.Data);
            _segments.Add(place);
        }
    }

    private void Plan(FlatTable plan, FlatVector inline, uint constants)
    {
        FlatVector values = plan.Vector(2);
        for (uint i = 0; i < values.Count; i++)
        {
            FlatTable value = values.Table(i);
            if (value.U8(0) == TensorValue && value.Field(1, 4) > 0 && value.Table(1) is { } tensor)
            {
                Tensor(tensor, constants);
            }
        }

        Indices(plan.Vector(3), values.Count, plan.At);
        Indices(plan.Vector(4), values.Count, plan.At);
        FlatVector operators = plan.Vector(6);
        for (uint i = 0; i < operators.Count; i++)
        {
            FlatTable one = operators.Table(i);
            string name = one.Text(0) ?? "";
            int colons = name.IndexOf("::", StringComparison.Ordinal);
            string overload = one.Text(1) is { Length: > 0 } text ? "." + text : "";
            Use(colons < 0 ? "" : name[..colons], (colons < 0 ? name : name[(colons + 2)..]) + overload, one.At);
        }

        FlatVector delegates = plan.Vector(7);
        for (uint i = 0; i < delegates.Count; i++)
        {
            Delegate(delegates.Table(i), inline);
        }

        FlatVector chains = plan.Vector(5);
        for (uint i = 0; i < chains.Count; i++)
        {
            FlatVector instructions = chains.Table(i).Vector(2);
            for (uint j = 0; j < instructions.Count; j++)
            {
                FlatTable instruction = instructions.Table(j);
                if (instruction.Field(1, 4) > 0 && instruction.Table(1) is { } arguments)
                {
                    Instruction(instruction.U8(0), arguments, values.Count, operators.Count, delegates.Count, instructions.Count);
                }
            }
        }
    }

    private void Instruction(byte kind, FlatTable arguments, uint values, uint operators, uint delegates, uint instructions)
    {
        bool fits = kind switch
        {
            1 => (uint)arguments.I32(0) < operators,
            2 => (uint)arguments.I32(0) < delegates,
            3 => (uint)arguments.I32(0) < values && (uint)arguments.I32(1) < values,
            4 => (uint)arguments.I32(0) < values && (uint)arguments.I32(1) <= instructions,
            5 => (uint)arguments.I32(0) < values,
            _ => true,
        };
        if (!fits)
        {
            Odd("executorch.index", arguments.At, $"An instruction of kind {kind} refers to something that there is not.");
        }

        if (kind is 1 or 2)
        {
            Indices(arguments.Vector(1), values, arguments.At);
        }
    }

    private void Delegate(FlatTable one, FlatVector inline)
    {
        string id = one.Text(0) ?? "";
        Use("delegate", id, one.At);
        if (one.Table(1) is not { } reference)
        {
            return;
        }

        uint index = reference.U32(1);
        bool segment = reference.U8(0) == 1;
        ByteRange? place = segment
            ? index < _segments.Count ? _segments[(int)index] : null
            : index < inline.Count ? inline.Table(index).Vector(0, 1).Range : null;
        if (place is not { } blob)
        {
            if (!segment || index >= _segments.Count)
            {
                Odd("executorch.index", one.At, $"The delegate {id} has the blob {index}, which there is not.");
            }

            return;
        }

        if (blob.Length > 0)
        {
            // What a backend compiled is its own; libraries and archives in it are examined as what they are.
            using ByteSource bytes = context.Artifact.Bytes.Slice(blob);
            context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"{id}-{index}"), bytes, context.Artifact) { MayBeOpaque = true });
        }
    }

    private void Tensor(FlatTable tensor, uint constants)
    {
        FlatVector sizes = tensor.Vector(2);
        UInt128 count = 1;
        for (uint i = 0; i < sizes.Count; i++)
        {
            int extent = sizes.I32(i);
            count = extent < 0 ? UInt128.MaxValue : count > long.MaxValue ? count : count * (uint)extent;
        }

        if (count * 8 > long.MaxValue || count > long.MaxValue)
        {
            Odd("executorch.size-overflow", tensor.At, $"The sizes of a tensor ask for more bytes than there can be.");
        }

        if (tensor.Vector(3, 1) is { Count: > 0 } order && order.Count != sizes.Count)
        {
            Odd("executorch.index", tensor.At, $"A tensor has {sizes.Count} sizes and an order of {order.Count}.");
        }

        // Tensors that are allocated with an initial value lie in segments of their own; those that lie outside of the program have no place in it.
        bool isConstant = tensor.Field(6, 4) == 0 && !(tensor.Table(9) is { } extra && extra.U8(2) == 1);
        if (isConstant && tensor.U32(5) >= Math.Max(1, constants))
        {
            Odd("executorch.index", tensor.At, $"A tensor is the constant {tensor.U32(5)} of {constants}.");
        }
        else if (isConstant && tensor.U32(5) > 0 && Room(tensor.U32(5)) is { } room && count * Size(tensor.U8(0)) > (ulong)room)
        {
            Odd("executorch.tensor-outside", tensor.At, $"A tensor has {(ulong)UInt128.Min(count, ulong.MaxValue)} elements, and its buffer {room} bytes.");
        }
    }

    /// <summary>The bytes that a constant has: those of its buffer, or up to the next one in the segment of constants.</summary>
    private long? Room(uint index)
    {
        if (_offsets is { } offsets && offsets.Vector(1, 8) is { Count: > 0 } starts)
        {
            ByteRange? segment = offsets.U32(0) < _segments.Count ? _segments[(int)offsets.U32(0)] : null;
            return index < starts.Count && segment is { } place ? Math.Max(0, place.Length - (long)Math.Min((ulong)long.MaxValue, buffer.U64(starts.At(index)))) : null;
        }

        return index < _inline.Count ? _inline.Table(index).Vector(0, 1).Count : null;
    }

    /// <summary>The bytes of an element; types that are packed count as one, so that nothing is too large by mistake.</summary>
    private static uint Size(byte type) => type switch { 2 or 5 or 15 => 2, 3 or 6 or 8 or 14 => 4, 4 or 7 or 9 => 8, 10 => 16, 16 or 17 or 18 or 21 or 22 => 0, _ => 1 };

    private void Indices(FlatVector indices, uint count, long at)
    {
        for (uint i = 0; i < indices.Count; i++)
        {
            if ((uint)indices.I32(i) >= count)
            {
                Odd("executorch.index", at, $"Something refers to the value {indices.I32(i)} of {count}.");
            }
        }
    }

    private void Use(string domain, string name, long at)
    {
        (long count, long first) = _operators.GetValueOrDefault((domain, name), (0, buffer.Absolute(at)));
        context.Budget.Hold(count == 0 ? 128 : 0);
        _operators[(domain, name)] = (count + 1, first);
    }

    private void Odd(string code, long at, FormattableString detail) => _oddities.Add(code, buffer.Absolute(at), 0, () => detail.ToString(CultureInfo.InvariantCulture));
}
