// The normalisation form NFKC, which .NET lacks where it runs without ICU.
using System.Globalization;
using System.Text;
using Assay.Bytes;

namespace Assay.Python.Syntax;

/// <summary>
/// NFKC of identifiers (Unicode Standard Annex 15): decompose, order the marks, compose. The tables have the characters that
/// identifiers may have; Hangul syllables are computed.
/// </summary>
internal sealed class CompatibilityForm
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28, Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<CompatibilityForm> s_tables = new(() => new CompatibilityForm());
    private readonly Dictionary<int, int[]> _decomposed = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly Dictionary<(int First, int Second), int> _composed = [];

    private CompatibilityForm()
    {
        foreach (string[] row in EmbeddedTable.Rows("python/identifiers.tsv"))
        {
            int first = Hexadecimal(row[1]);
            switch (row[0])
            {
                case "D":
                    int[] text = [.. row[3].Split(' ').Select(Hexadecimal)];
                    for (int next = first; next <= Hexadecimal(row[2]); next++)
                    {
                        _decomposed[next] = next == first ? text : [text[0] + next - first];
                    }

                    break;
                case "C":
                    for (int next = first; next <= Hexadecimal(row[2]); next++)
                    {
                        _classes[next] = byte.Parse(row[3], CultureInfo.InvariantCulture);
                    }

                    break;
                default:
                    _composed[(Hexadecimal(row[2]), Hexadecimal(row[3]))] = first;
                    break;
            }
        }
    }

    /// <summary>The NFKC form of an identifier.</summary>
    public static string Of(string identifier) => s_tables.Value.Normalize(identifier);

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private string Normalize(string text)
    {
        List<int> characters = [];
        foreach (Rune rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, characters);
        }

        Order(characters);
        Compose(characters);
        StringBuilder normal = new(text.Length);
        foreach (int character in characters)
        {
            normal.Append(new Rune(character).ToString());
        }

        return normal.ToString();
    }

    private void Decompose(int character, List<int> into)
    {
        int syllable = character - HangulBase;
        if (_decomposed.TryGetValue(character, out int[]? text))
        {
            into.AddRange(text);
        }
        else if (syllable is >= 0 and < Syllables)
        {
            into.Add(LeadBase + (syllable / (Vowels * Tails)));
            into.Add(VowelBase + (syllable % (Vowels * Tails) / Tails));
            if (syllable % Tails != 0)
            {
                into.Add(TailBase + (syllable % Tails));
            }
        }
        else
        {
            into.Add(character);
        }
    }

    /// <summary>Orders each run of marks by class. The sort is stable, and no run of n marks costs n squared.</summary>
    private void Order(List<int> characters)
    {
        int at = 0;
        while (at < characters.Count)
        {
            int start = at;
            while (at < characters.Count && Class(characters[at]) != 0)
            {
                at++;
            }

            if (at - start > 1)
            {
                int[] ordered = [.. characters.GetRange(start, at - start).OrderBy(Class)];
                for (int i = 0; i < ordered.Length; i++)
                {
                    characters[start + i] = ordered[i];
                }
            }

            at = Math.Max(at, start + 1);
        }
    }

    private void Compose(List<int> characters)
    {
        int starter = -1;
        int written = 0;
        int lastClass = -1;
        for (int at = 0; at < characters.Count; at++)
        {
            int character = characters[at];
            int of = Class(character);

            // A mark is blocked by one of its own class, or a higher one, that stands between it and the starter.
            if (starter >= 0 && (lastClass < of || lastClass == -1) && Composed(characters[starter], character) is { } composed)
            {
                characters[starter] = composed;
                continue;
            }

            lastClass = of;
            if (of == 0)
            {
                starter = written;
                lastClass = -1;
            }

            characters[written++] = character;
        }

        characters.RemoveRange(written, characters.Count - written);
    }

    private int? Composed(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
        {
            return HangulBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Tails);
        }

        if (first is >= HangulBase and < HangulBase + Syllables && (first - HangulBase) % Tails == 0 && second is > TailBase and < TailBase + Tails)
        {
            return first + second - TailBase;
        }

        return _composed.TryGetValue((first, second), out int composed) ? composed : null;
    }

    private byte Class(int character) => _classes.GetValueOrDefault(character);
}
