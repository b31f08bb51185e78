// A dictionary by content of bytes that needs no allocation to look up.
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Maps bytes, compared by content, to values.</summary>
internal sealed class ContentDictionary<T>
{
    private readonly Dictionary<byte[], T> _map;
    private readonly Dictionary<byte[], T>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public ContentDictionary()
    {
        _map = new Dictionary<byte[], T>(Comparer.Instance);
        _lookup = _map.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public bool TryGet(ReadOnlySpan<byte> key, out T value) => _lookup.TryGetValue(key, out value!);

    public void Add(ReadOnlySpan<byte> key, T value) => _map.Add(key.ToArray(), value);

    private sealed class Comparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static Comparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] key) => GetHashCode(key.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => ContentHash.Of(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
