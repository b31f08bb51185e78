// The names of source, each once.
using System.IO.Hashing;
using System.Text;

namespace Assay.Python.Syntax;

/// <summary>
/// Names by number, in their NFKC form. One table can serve many files, so that numbers can be compared between them; it is not safe
/// for use by several threads at once.
/// </summary>
internal sealed class NameTable
{
    private static readonly long s_seed = HashCode.Combine(0);

    private readonly List<string> _names = [""];
    private int[] _buckets = new int[256];
    private Entry[] _entries = new Entry[192];
    private byte[] _bytes = new byte[2048];
    private int _used;
    private int _count;

    // Names are found by their bytes as they are written; spellings that are one name have one number.
    private record struct Entry(uint Hash, int Next, int Start, int Length, int Number);

    /// <summary>How many names there are, and one for the absent name 0.</summary>
    public int Count => _names.Count;

    /// <summary>A name by its number.</summary>
    public string this[int number] => _names[number];

    /// <summary>The number of an identifier as it is written.</summary>
    public int Add(ReadOnlySpan<byte> utf8)
    {
        uint hash = Hash(utf8);
        int number = Find(utf8, hash);
        return number > 0 ? number : Insert(utf8, hash);
    }

    /// <summary>The number of a name, or 0 when it is not here.</summary>
    public int Find(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        return Find(utf8, Hash(utf8));
    }

    private int Find(ReadOnlySpan<byte> utf8, uint hash)
    {
        for (int entry = _buckets[hash & (uint)(_buckets.Length - 1)]; entry > 0; entry = _entries[entry - 1].Next)
        {
            ref Entry found = ref _entries[entry - 1];
            if (found.Hash == hash && _bytes.AsSpan(found.Start, found.Length).SequenceEqual(utf8))
            {
                return found.Number;
            }
        }

        return 0;
    }

    private int Insert(ReadOnlySpan<byte> utf8, uint hash)
    {
        string name = Identifier.Normal(utf8);
        int number = _names.Count;
        if (!Ascii.IsValid(utf8))
        {
            byte[] normal = Encoding.UTF8.GetBytes(name);
            if (!normal.AsSpan().SequenceEqual(utf8))
            {
                number = Add(normal);
            }
        }

        if (number == _names.Count)
        {
            _names.Add(name);
        }

        if (_count == _entries.Length)
        {
            Grow();
        }

        if (_used + utf8.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(_used + utf8.Length)));
        }

        utf8.CopyTo(_bytes.AsSpan(_used));
        ref int bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        _entries[_count] = new Entry(hash, bucket, _used, utf8.Length, number);
        bucket = ++_count;
        _used += utf8.Length;
        return number;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, _entries.Length * 2);
        _buckets = new int[_buckets.Length * 2];
        for (int i = 0; i < _count; i++)
        {
            ref int bucket = ref _buckets[_entries[i].Hash & (uint)(_buckets.Length - 1)];
            _entries[i].Next = bucket;
            bucket = i + 1;
        }
    }

    // The seed differs between processes, so that no file can hold names that all fall into one bucket.
    private static uint Hash(ReadOnlySpan<byte> utf8) => (uint)XxHash3.HashToUInt64(utf8, s_seed);
}
