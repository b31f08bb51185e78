// Oddities that container readers saw, kept small: one entry per code with a count.
namespace Assay.Containers;

/// <summary>Something odd in a container: a stable code, where it was first seen, one plain sentence, and how often.</summary>
internal sealed record Oddity(string Code, long Offset, long Length, string Detail, long Count);

/// <summary>Collects oddities. An archive of 100,000 odd members stays as small as one of three.</summary>
internal sealed class OddityLog
{
    private readonly List<Oddity> _all = [];
    private readonly Dictionary<string, int> _byCode = [];

    /// <summary>One entry per code, in the order in which the codes were first seen.</summary>
    public IReadOnlyList<Oddity> All => _all;

    /// <summary>Whether <paramref name="code"/> was seen.</summary>
    public bool Has(string code) => _byCode.ContainsKey(code);

    /// <summary>Notes an oddity; the detail is only asked for the first of its code.</summary>
    public void Add(string code, long offset, long length, Func<string> detail)
    {
        if (_byCode.TryGetValue(code, out int index))
        {
            _all[index] = _all[index] with { Count = _all[index].Count + 1 };
            return;
        }

        _byCode.Add(code, _all.Count);
        _all.Add(new Oddity(code, offset, length, detail(), 1));
    }

    /// <summary>Notes an oddity whose detail is known.</summary>
    public void Add(string code, long offset, long length, string detail) => Add(code, offset, length, () => detail);
}
