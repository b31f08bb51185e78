// What putting texts of braced source together may cost.
using System.Text;
using Assay.Bytes;

namespace Assay.Formats.BracedSources;

/// <summary>
/// Holds what a source is read into, and puts texts together, as far as the length of the source allows: a text that a name holds can be joined, replaced and decoded as often as the name can be written, so what is made is not bounded by what is read. What goes
/// beyond is not made, and the reading says so.
/// </summary>
internal sealed class BracedFolding(long sourceLength, ScanBudget budget) : IDisposable
{
    /// <summary>Characters of a text that are kept.</summary>
    public const int Longest = 1 << 16;

    private const long WorkPerCharacter = 64;
    private const long WorkForAll = 4_000_000;

    /// <summary>What a character costs: it is copied twice, into memory that is fresh where texts are long.</summary>
    private const long WorkOfCharacter = 5;

    private long _held;
    private long _left = WorkForAll + (WorkPerCharacter * sourceLength);

    /// <summary>Whether more was to be put together than is.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Whether so much may be done; it is charged.</summary>
    public bool May(long work)
    {
        if (work > _left)
        {
            IsSpent = true;
            return false;
        }

        _left -= work;
        budget.SpendWork(work);
        return true;
    }

    /// <summary>Notes that so much memory is about to be held until the reading is over.</summary>
    public void Hold(long bytes)
    {
        budget.SpendWork(1);
        budget.Hold(bytes);
        _held += bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        budget.Release(_held);
        _held = 0;
    }

    /// <summary>The texts one after the other, up to <see cref="Longest"/> characters.</summary>
    public string Join(string between, IEnumerable<string> texts)
    {
        StringBuilder joined = new();
        bool isFirst = true;
        foreach (string text in texts)
        {
            int length = Math.Min(text.Length, Longest);
            string before = isFirst ? "" : between;
            isFirst = false;
            if (joined.Length >= Longest || !May(20 + (WorkOfCharacter * (length + before.Length))))
            {
                break;
            }

            joined.Append(before).Append(text, 0, length);
        }

        return joined.ToString(0, Math.Min(joined.Length, Longest));
    }

    /// <summary>A text with each occurrence of another replaced, up to <see cref="Longest"/> characters.</summary>
    public string Replace(string text, string old, string by)
    {
        StringBuilder replaced = new();
        int from = 0;
        while (replaced.Length < Longest && text.IndexOf(old, from, StringComparison.Ordinal) is >= 0 and int at && May(40 + (WorkOfCharacter * (at - from + by.Length))))
        {
            replaced.Append(text, from, at - from).Append(by);
            from = at + old.Length;
        }

        if (May(WorkOfCharacter * (text.Length - from)))
        {
            replaced.Append(text, from, text.Length - from);
        }

        return replaced.ToString(0, Math.Min(replaced.Length, Longest));
    }
}

/// <summary>A text that grows at its end a part at a time. It is put together when somebody asks for it: where each step did, it would cost the square of its length.</summary>
internal sealed class BracedSum(BracedSum? before, string part, BracedFolding folding)
{
    private readonly string _part = part;
    private BracedSum? _before = before;
    private string? _text = before is null ? part : null;

    public int Length { get; } = (before?.Length ?? 0) + part.Length;

    /// <summary>The whole text; empty where it may not be put together any more.</summary>
    public string Text
    {
        get
        {
            if (_text is null && folding.May(2L * Length))
            {
                char[] room = new char[Length];
                int end = Length;
                for (BracedSum? at = this; at is not null; at = at._before)
                {
                    string last = at._text ?? at._part;
                    end -= last.Length;
                    last.CopyTo(0, room, end, last.Length);
                }

                _text = new string(room);
                _before = null;
            }

            return _text ?? "";
        }
    }
}
