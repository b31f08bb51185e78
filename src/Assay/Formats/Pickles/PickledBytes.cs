// Where the bytes lie that a value of a pickle stands for.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Where the bytes lie that a value of a pickle stands for. A constant is read where it lies; a text that stands for bytes is unpacked
/// into scratch space.
/// </summary>
internal sealed class PickledBytes(PickleMachine machine, TensorSource source)
{
    /// <summary>Lines are decoded in memory, unlike other texts.</summary>
    private const int LongestLine = 256 << 20;

    private readonly Dictionary<int, TensorStorage?> _texts = [];

    /// <summary>Where the bytes lie that a value stands for: a constant, or a text that Python 2 and protocol 2 encode them in.</summary>
    public TensorStorage? Find(PickleValue data)
    {
        if (data.Kind is PickleKind.Bytes or PickleKind.ByteArray or PickleKind.PyString)
        {
            if (machine.IsFilled(data))
            {
                return machine.IsAssigned(data) ? null : new TensorStorage("", new MemorySource(machine.GetBytes(data, LongestLine, out long filled)), new ByteRange(0, filled));
            }

            (long offset, long length) = machine.GetRange(data);
            if (data.Kind != PickleKind.PyString || source.Bytes.ReadUpTo(data.Payload, 1) is not [(byte)Op.STRING])
            {
                return new TensorStorage("", source.Bytes, new ByteRange(offset, length));
            }

            // STRING is a quoted line with escapes.
            if (length > LongestLine)
            {
                return null;
            }

            source.Budget.SpendInflated(length, offset);
            byte[] bytes = machine.GetBytes(data, LongestLine, out _);
            return new TensorStorage("", new MemorySource(bytes), new ByteRange(0, bytes.Length));
        }

        if (data.Kind != PickleKind.Result)
        {
            return null;
        }

        if (!_texts.TryGetValue(data.Row, out TensorStorage? storage))
        {
            storage = Encoded(data);
            _texts.Add(data.Row, storage);
        }

        return storage;
    }

    /// <summary><c>_codecs.encode(text, 'latin1')</c>: how protocols without bytes write them. An empty one is <c>bytes()</c>.</summary>
    private TensorStorage? Encoded(PickleValue call)
    {
        string callee = machine.CalleeOf(call);
        IReadOnlyList<PickleValue> arguments = machine.ArgumentsOf(call);
        if (callee is "builtins.bytes" or "builtins.bytearray" && arguments.Count == 0)
        {
            return new TensorStorage("", new MemorySource(default), default);
        }

        if (callee is "builtins.bytearray" or "builtins.bytes" && arguments.Count > 0)
        {
            return arguments[0].Kind == PickleKind.Result && arguments[0].Row < call.Row ? Encoded(arguments[0]) : Find(arguments[0]);
        }

        if (callee != "_codecs.encode" || arguments.Count != 2 || arguments[0].Kind != PickleKind.Str || machine.TryText(arguments[1]) is not ("latin1" or "latin-1"))
        {
            return null;
        }

        ScratchSpace space = source.Context.Scratch.Create();
        source.Context.Own(space);
        return Decode(arguments[0], space) ? new TensorStorage("", space, new ByteRange(0, space.Length)) : null;
    }

    private bool Decode(PickleValue text, ScratchSpace into)
    {
        (long offset, long length) = machine.GetRange(text);
        if (source.Bytes.ReadUpTo(text.Payload, 1) is [(byte)Op.UNICODE])
        {
            // A line with escapes.
            if (length > LongestLine)
            {
                return false;
            }

            string line = machine.GetText(text, LongestLine, out _);
            if (line.Any(c => c > 0xFF))
            {
                return false;
            }

            source.Budget.SpendInflated(line.Length, offset);
            into.Append(Encoding.Latin1.GetBytes(line));
            return true;
        }

        byte[] block = new byte[(int)Math.Min(length, 1 << 16)];
        byte[] decoded = new byte[block.Length];
        byte high = 0;
        for (long at = 0; at < length;)
        {
            int got = source.Bytes.ReadAt(offset + at, block.AsSpan(0, (int)Math.Min(block.Length, length - at)));
            int count = 0;
            foreach (byte b in block.AsSpan(0, got))
            {
                // Up to U+00FF, UTF-8 is one byte below 0x80, or 0xC2 or 0xC3 and a continuation.
                if (high != 0)
                {
                    decoded[count++] = (byte)((high << 6) | (b & 0x3F));
                    high = 0;
                }
                else if (b < 0x80)
                {
                    decoded[count++] = b;
                }
                else if (b is 0xC2 or 0xC3)
                {
                    high = b;
                }
                else
                {
                    return false;
                }
            }

            if (got == 0)
            {
                return false;
            }

            source.Budget.SpendInflated(count, offset + at);
            into.Append(decoded.AsSpan(0, count));
            at += got;
        }

        return high == 0;
    }
}
