// Bytearrays and lists whose content opcodes change one by one.
using System.Globalization;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private const int LongestFilled = 16 << 20;
    private readonly Dictionary<long, FilledArray> _filled = [];
    private readonly HashSet<PickleValue> _assigned = [];

    /// <summary>Whether opcodes changed a bytearray constant, so that its content is no longer what stands in the stream.</summary>
    public bool IsFilled(PickleValue leaf) => _filled.Count > 0 && leaf.Kind == PickleKind.ByteArray && _filled.ContainsKey(leaf.Payload);

    /// <summary>Whether an opcode assigned to places of a list, or to a bytearray what it is not known of: its content cannot be told.</summary>
    public bool IsAssigned(PickleValue value) =>
        (_assigned.Count > 0 && _assigned.Contains(value)) || (_filled.Count > 0 && value.Kind == PickleKind.ByteArray && _filled.GetValueOrDefault(value.Payload) is { IsUnknown: true });

    private void ResetFilled()
    {
        if (_filled.Count + _assigned.Count > 0)
        {
            _filled.Clear();
            _assigned.Clear();
        }
    }

    /// <summary>APPEND and APPENDS extend a bytearray by bytes.</summary>
    private void Extend(PickleValue array, ReadOnlySpan<PickleValue> items)
    {
        FilledArray content = Fill(array);
        foreach (PickleValue item in items)
        {
            content.IsUnknown |= !TryByte(item, out byte value) || content.Bytes.Count >= LongestFilled;
            if (!content.IsUnknown)
            {
                SpendNode();
                content.Bytes.Add(value);
            }
        }
    }

    /// <summary>SETITEM and SETITEMS assign to places of a list or a bytearray.</summary>
    private void Assign(PickleValue target, ReadOnlySpan<PickleValue> pairs)
    {
        if (target.Kind == PickleKind.List)
        {
            // What is assigned is kept behind what was there: it is in the list, wherever.
            AddChildren(target, pairs);
            _assigned.Add(target);
            return;
        }

        FilledArray content = Fill(target);
        for (int i = 0; i + 1 < pairs.Length; i += 2)
        {
            bool isKnown = TryGetInt(pairs[i], out long at) && TryByte(pairs[i + 1], out _);
            at += at < 0 ? content.Bytes.Count : 0;
            if (!isKnown || at < 0 || at >= content.Bytes.Count)
            {
                content.IsUnknown = true;
                return;
            }

            TryByte(pairs[i + 1], out byte value);
            content.Bytes[(int)at] = value;
        }
    }

    private FilledArray Fill(PickleValue array)
    {
        if (!_filled.TryGetValue(array.Payload, out FilledArray? content))
        {
            byte[] written = GetBytes(array, LongestFilled, out long length);
            content = new FilledArray { IsUnknown = length > LongestFilled };
            content.Bytes.AddRange(written);
            _filled.Add(array.Payload, content);
            SpendNode();
        }

        return content;
    }

    private bool TryByte(PickleValue value, out byte made)
    {
        bool isBool = value.Kind is PickleKind.True or PickleKind.False;
        bool known = isBool || (value.Kind == PickleKind.Int && long.TryParse(GetNumber(value), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number is >= 0 and <= 255);
        made = !known ? (byte)0 : isBool ? (byte)(value.Kind == PickleKind.True ? 1 : 0) : byte.Parse(GetNumber(value), CultureInfo.InvariantCulture);
        return known;
    }

    private sealed class FilledArray
    {
        public List<byte> Bytes { get; } = [];

        public bool IsUnknown { get; set; }
    }
}
