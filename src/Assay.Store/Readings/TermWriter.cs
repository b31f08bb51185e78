// Puts the terms of readings into a store.
using System.Globalization;
using Assay.Store.Databases;

namespace Assay.Store.Readings;

/// <summary>Puts the terms of readings into a store; numbers of terms are remembered, because most are met again and again.</summary>
internal sealed class TermWriter
{
    private const int Most = 200_000;
    private readonly Dictionary<Term, long> _numbers = [];
    private long _swept = -1;

    /// <summary>Forgets the numbers: a transaction that made some was undone.</summary>
    public void Forget() => _numbers.Clear();

    /// <summary>Begins a transaction: where rows were taken out since the last one, a number that is remembered may belong to another term by now.</summary>
    public void Begin(StoreConnection c)
    {
        long swept = StoreNumbers.Swept(c);
        if (swept != _swept)
        {
            _numbers.Clear();
            _swept = swept;
        }
    }

    /// <summary>Writes the terms of a reading.</summary>
    public void Write(StoreConnection c, long reading, IReadOnlyCollection<Term> terms)
    {
        if (_numbers.Count > Most)
        {
            _numbers.Clear();
        }

        long[] numbers = [.. terms.Select(t => Number(c, t))];
        if (c.IsServer)
        {
            c.Execute("INSERT INTO postings (term, reading) SELECT t, @b FROM unnest(@a) t ON CONFLICT DO NOTHING", numbers, reading);
            return;
        }

        foreach (long number in numbers)
        {
            c.Execute("INSERT INTO postings (term, reading) VALUES (@a, @b) ON CONFLICT DO NOTHING", number, reading);
        }
    }

    private long Number(StoreConnection c, Term term)
    {
        if (!_numbers.TryGetValue(term, out long number))
        {
            number = c.Number("SELECT id FROM terms WHERE kind = @a AND value = @b", term.Kind, term.Value)
                ?? c.Number("INSERT INTO terms (kind, value) VALUES (@a, @b) RETURNING id", term.Kind, term.Value)
                ?? throw new StoreException(string.Create(CultureInfo.InvariantCulture, $"The store {c.At.Shown} gives no number for what it is asked to keep."));
            _numbers.Add(term, number);
        }

        return number;
    }
}
