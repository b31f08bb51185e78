// The digest of what a finding stands on.
using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection.Facts;

namespace Assay.Detection;

/// <summary>
/// What a finding stands on, as digests of facts. What facts say counts, and not where or how often; the order of facts does not matter. Where a fact
/// does not hold all that it speaks of (a long text was cut, a list was shortened), its digest cannot tell two contents apart:
/// <see cref="IsPartial"/> is set, and only the digest of the whole input can.
/// </summary>
internal sealed class FindingContent
{
    private readonly HashSet<UInt128> _parts = [];

    /// <summary>Whether something was left out of the facts.</summary>
    public bool IsPartial { get; private set; }

    /// <summary>Adds a fact: all its fields but those that say where it stands and how often.</summary>
    public void Add(FactKind kind, object fact, bool isPartial = false)
    {
        Digest digest = new();
        digest.Add(kind.Name);
        foreach (FactField field in kind.Fields)
        {
            if (!field.IsPlace)
            {
                FieldValue value = field.Read(fact);
                digest.Add(field.Name);
                digest.Add(value.Number);
                digest.Add(value.Text);
                digest.Add(value.Texts);
            }
        }

        Add(digest, isPartial);
    }

    /// <summary>Adds a use of a callable with what it gets.</summary>
    public void Add(CallableFact fact, params ReadOnlySpan<string> more)
    {
        Digest digest = new();
        foreach (string text in more)
        {
            digest.Add(text);
        }

        digest.Add(EnumNames<CallableUse>.Of(fact.Use));
        digest.Add(fact.Callee);
        digest.Add(fact.Resolved);
        digest.Add(fact.Carrier);
        digest.Add(fact.Derivation);
        bool cut = digest.Add(fact.Arguments);
        cut |= digest.Add(fact.Keywords is null ? [] : [fact.Keywords]);
        cut |= digest.Add(fact.Target is null ? [] : [fact.Target]);
        Add(digest, cut || fact.ConstantsElided);
    }

    /// <summary>Adds a text.</summary>
    public void Add(string text)
    {
        Digest digest = new();
        digest.Add(text);
        Add(digest, false);
    }

    /// <summary>The content key: 32 hex digits over <paramref name="key"/>, what was added, and the digest of the input where that alone is whole.</summary>
    public string Key(string key, string? inputDigest)
    {
        Digest digest = new();
        digest.Add(key);
        foreach (UInt128 part in _parts.Order())
        {
            digest.Add((long)(ulong)part);
            digest.Add((long)(ulong)(part >> 64));
        }

        digest.Add(IsPartial ? inputDigest ?? "" : "");
        return digest.Finish().ToString("x32", CultureInfo.InvariantCulture);
    }

    private void Add(Digest digest, bool isPartial)
    {
        IsPartial |= isPartial;
        _parts.Add(digest.Finish());
    }

    /// <summary>A digest over texts and numbers, each with its length, so that no two lists of them look alike.</summary>
    private sealed class Digest
    {
        private const int LargestKept = 1 << 20;

        [ThreadStatic]
        private static ArrayBufferWriter<byte>? t_writer;

        /// <summary>One for each thread: a finding may stand on a hundred thousand facts.</summary>
        private readonly ArrayBufferWriter<byte> _written = Take();

        public void Add(long number)
        {
            BinaryPrimitives.WriteInt64LittleEndian(_written.GetSpan(sizeof(long)), number);
            _written.Advance(sizeof(long));
        }

        public void Add(string text)
        {
            Add(text.Length);

            // As it stands in memory: UTF-8 would make all lone surrogates one.
            _written.Write(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        public void Add(IReadOnlyList<string> texts)
        {
            Add(texts.Count);
            foreach (string text in texts)
            {
                Add(text);
            }
        }

        /// <summary>Adds values with all that is in them; true where something was left out of one.</summary>
        public bool Add(IReadOnlyList<ValueShape> values)
        {
            bool cut = false;
            Add(values.Count);
            Stack<ValueShape> open = new(values.Reverse());
            while (open.TryPop(out ValueShape? value))
            {
                cut |= value.Elided;
                Add((long)value.Kind);
                Add(value.Text);
                Add(value.Count);
                Add(value.Items.Count);
                foreach (ValueShape? part in (ReadOnlySpan<ValueShape?>)[value.State, value.Callee, value.Keywords])
                {
                    Add(part is null ? 0 : 1);
                    if (part is not null)
                    {
                        open.Push(part);
                    }
                }

                for (int i = value.Items.Count - 1; i >= 0; i--)
                {
                    open.Push(value.Items[i]);
                }
            }

            return cut;
        }

        public UInt128 Finish()
        {
            UInt128 digest = BinaryPrimitives.ReadUInt128BigEndian(Sha256.Of(_written.WrittenSpan));
            t_writer = _written.Capacity <= LargestKept ? _written : null;
            return digest;
        }

        private static ArrayBufferWriter<byte> Take()
        {
            ArrayBufferWriter<byte> writer = t_writer ?? new();
            t_writer = null;
            writer.ResetWrittenCount();
            return writer;
        }
    }
}
