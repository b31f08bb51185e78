// Goes through a message and everything nested in it, accounts for the bytes, and says where they are not what the schema knows.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.Protobuf;

/// <summary>
/// The walk through a message and all messages in it, with an explicit stack. It accounts for every byte: structure is parsed, elements of tensors
/// are data, payloads of fields that the schema does not know are read as what they may be. What parsers may differ in is an anomaly. A format's
/// reader gets each message as the walk enters it and reads its own fields from there.
/// </summary>
/// <param name="wire">The bytes.</param>
/// <param name="context">Where it is said.</param>
/// <param name="covers">Whether the bytes are the artifact's own; those of a text form are not.</param>
internal sealed class ProtobufWalk(ProtobufWire wire, ReadContext context, bool covers = true)
{
    /// <summary>Shorter payloads that nobody knows are accounted for and not examined: nothing that runs fits.</summary>
    private const int LeastUnknown = 16;

    private readonly OddityLog _oddities = new();
    private readonly List<Open> _open = [];
    private long _covered;
    private long _known;

    /// <summary>The messages around the current one, the outermost first; the last is the current one itself.</summary>
    public IEnumerable<ProtobufMessage> Around => _open.Select(o => o.Message);

    /// <summary>How deep the current message lies; the outermost has depth 1.</summary>
    public int Depth => _open.Count;

    /// <summary>The bytes that are elements of tensors are handed out here, with their field.</summary>
    public Action<ProtobufField>? OnBytes { get; init; }

    /// <summary>Gives the offset in the artifact for one in the bytes; the text form has others.</summary>
    public Func<long, long> At { get; init; } = static offset => offset;

    /// <summary>Whether a message of that kind lies around the current one.</summary>
    public bool Within(string type) => _open.Exists(o => o.Message.Type.Name == type);

    /// <summary>Walks through the message; <paramref name="enter"/> gets every message, before those in it.</summary>
    /// <exception cref="MalformedException">The bytes break; what came before was handed out.</exception>
    public void Walk(ProtobufType root, ByteRange range, Action<ProtobufMessage> enter)
    {
        _covered = range.Offset;
        _known = range.Offset;
        Enter(new ProtobufMessage(wire, root, range), enter);
        string? broken = null;
        while (broken is null && _open.Count > 0)
        {
            Open top = _open[^1];
            if (top.At >= top.Message.Range.End)
            {
                _open.RemoveAt(_open.Count - 1);
                continue;
            }

            broken = wire.TryRead(top.At, top.Message.Range.End, out ProtobufWireField encoded);
            if (broken is null)
            {
                top.At = encoded.End;
                broken = Field(top, new ProtobufField(top.Message, encoded), enter);
            }
        }

        // What is appended to a message may begin like a field that nobody knows: then it is read from where it begins.
        long end = broken is null ? range.End : _open.Count == 1 ? _known : _open[^1].At;
        Cover(end);
        Tell();
        if (broken is not null)
        {
            // Where an inner message breaks, the outer ones go on behind it for a parser that is asked for parts.
            throw new MalformedException(At(end), broken);
        }
    }

    private string? Field(Open holder, ProtobufField field, Action<ProtobufMessage> enter)
    {
        if (field.Encoded.IsCut)
        {
            bool isEnd = field.Payload.End >= wire.Bytes.Length;
            context.Unread(isEnd ? UnreadCause.Truncated : UnreadCause.Malformed, At(field.Offset), 0, "A field is longer than what it lies in.");
        }

        if (field.Type is not { } type)
        {
            Unknown(field);
            return null;
        }

        _known = _open.Count == 1 ? field.Encoded.End : _known;

        if (!type.IsRepeated && !holder.IsFirst(type.Number))
        {
            Odd("protobuf.duplicate-field", field.Offset, $"The field {type.Name} of {holder.Message.Type.Name} may stand once and stands there twice.");
        }

        switch (type.Kind)
        {
            case ProtobufKind.Message:
                if (_open.Count >= ProtobufWire.MaxDepth)
                {
                    Odd("protobuf.deep-nesting", field.Offset, $"Messages lie in each other more than {ProtobufWire.MaxDepth} deep.");
                    return "Messages are nested deeper than parsers take.";
                }

                Enter(field.Message!.Value, enter);
                break;
            case ProtobufKind.Data when field.Payload.Length > 0:
                Step(field.Payload);
                OnBytes?.Invoke(field);
                break;
            case ProtobufKind.Bytes:
                OnBytes?.Invoke(field);
                break;
        }

        return null;
    }

    private void Enter(ProtobufMessage message, Action<ProtobufMessage> enter)
    {
        _open.Add(new Open(message));
        enter(message);
    }

    /// <summary>
    /// A parser keeps or drops what it does not know. Newer versions have more fields than this schema, so that alone says little; but payloads may
    /// hide there, so they are examined as what they may be.
    /// </summary>
    private void Unknown(ProtobufField field)
    {
        Odd("protobuf.unknown-field", field.Offset,
            $"The schema of {field.Holder.Type.Name} has no field {field.Encoded.Number} of wire type {field.Encoded.Wire}.");
        if (covers && field.Payload.Length >= LeastUnknown && field.Wire is ProtobufWire.Payload or ProtobufWire.Group)
        {
            Step(field.Payload);
            context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"{field.Holder.Type.Name}.{field.Encoded.Number}@{field.Offset}"),
                wire.Bytes.Slice(field.Payload), context.Artifact) { MayBeOpaque = true });
        }
    }

    /// <summary>Accounts for the structure up to a payload, and for the payload as data.</summary>
    private void Step(ByteRange payload)
    {
        if (!covers)
        {
            return;
        }

        Cover(payload.Offset);
        context.Cover(payload, CoverageKind.Data);
        _covered = payload.End;
    }

    private void Cover(long end)
    {
        if (covers && end > _covered)
        {
            context.Cover(new ByteRange(_covered, end - _covered), CoverageKind.Parsed);
            _covered = end;
        }
    }

    private void Tell()
    {
        foreach (Oddity odd in _oddities.All)
        {
            context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Detail = odd.Detail, Count = odd.Count });
        }
    }

    private void Odd(string code, long offset, FormattableString detail) =>
        _oddities.Add(code, At(offset), 0, () => detail.ToString(CultureInfo.InvariantCulture));

    /// <summary>A message whose fields are being read.</summary>
    private sealed class Open(ProtobufMessage message)
    {
        private ulong _low;
        private HashSet<int>? _high;

        public ProtobufMessage Message => message;

        public long At { get; set; } = message.Range.Offset;

        /// <summary>Whether a field of that number stands there for the first time.</summary>
        public bool IsFirst(int number)
        {
            if (number >= 64)
            {
                return (_high ??= []).Add(number);
            }

            bool isNew = (_low & (1UL << number)) == 0;
            _low |= 1UL << number;
            return isNew;
        }
    }
}
