// The positions that a slice takes.
namespace Assay.Evaluation.Values;

/// <summary>The positions that a slice takes: the first, the step to the next, and how many there are.</summary>
internal readonly record struct SlicePositions(int Start, int Step, int Count)
{
    /// <summary>The items at the positions.</summary>
    public T[] Of<T>(IReadOnlyList<T> items)
    {
        T[] made = new T[Count];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = items[Start + (i * Step)];
        }

        return made;
    }

    /// <summary>The bytes at the positions.</summary>
    public byte[] Of(byte[] bytes) => Step == 1 ? bytes[Start..(Start + Count)] : Of<byte>(bytes);

    /// <summary>The characters at the positions of a simple text.</summary>
    public string Of(string text) => Step == 1
        ? text.Substring(Start, Count)
        : string.Create(Count, (text, this), static (made, from) =>
        {
            for (int i = 0; i < made.Length; i++)
            {
                made[i] = from.text[from.Item2.Start + (i * from.Item2.Step)];
            }
        });

    /// <summary>The positions, one after the other.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return Start + (i * Step);
        }
    }
}
