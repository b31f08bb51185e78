// Recognises planted secrets that leave under another form: encoded, reversed, shifted, packed, or piece by piece.
using System.Text;

namespace Assay.Sandbox.Observing;

/// <summary>
/// Looks for parts of the planted secrets in what a load writes, sends or hands to programs. The secrets are random, so eight characters of one that turn up,
/// in whatever form, can only have come from there. What is written one letter at a time is looked at together, for each process.
/// </summary>
internal sealed class LeakSearch
{
    private const int Part = 8;
    private const int Piece = 3;
    private const int Whole = 16;
    private const int Kept = 256;
    private const int LongestView = PackedText.LongestView;
    private const int MostBuffers = 512;
    private const int MostLayers = 3;
    private const int Shifted = 0x100;
    private const int LongestKey = 16;
    private const int LongestWithKey = 8 << 10;
    private const int MostLookedAt = 64 << 20;
    private static readonly string s_ascii85 = string.Concat(Enumerable.Range('!', 85).Select(c => (char)c));
    private const string Base85 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
    private static readonly string s_uuencode = "`" + string.Concat(Enumerable.Range('!', 63).Select(c => (char)c));
    private static readonly string[] s_base85 = [s_ascii85, Base85];
    private readonly List<(string How, string Text)> _forms = [];
    private readonly Lazy<(Dictionary<string, string> Parts, Dictionary<string, string> Steps)> _known;
    private readonly Dictionary<(int Process, int Place), StringBuilder> _streams = [];
    private readonly Dictionary<int, int[]> _progress = [];

    private long _looked;

    public LeakSearch(LoadPlaces places)
    {
        foreach (string secret in places.Canaries)
        {
            AddForms(secret);
        }

        // Most loads write nothing.
        _known = new(() => Known(places.Canaries));
    }

    private (Dictionary<string, string> Parts, Dictionary<string, string> Steps) Known(IReadOnlyList<string> secrets)
    {
        Dictionary<string, string> parts = [];
        Dictionary<string, string> steps = [];
        foreach ((string how, string text) in _forms)
        {
            Add(parts, text, Part, how);
        }

        foreach (string secret in secrets)
        {
            foreach ((string how, string text) in FurtherForms(secret))
            {
                Add(parts, text, Part, how);
            }

            // The steps from letter to letter stay the same when all letters are shifted; the differences in bits when all are masked, between those that meet the same byte of a key.
            Add(steps, Steps(secret, 1, (a, b) => (char)(Shifted | ((b - a) & 0xFF))), Part + 1, "shifted");
            for (int key = 1; key <= LongestKey; key++)
            {
                Add(steps, Steps(secret, key, (a, b) => (char)((a ^ b) & 0xFF)), Part + 1, key == 1 ? "masked with one byte" : "masked with a key");
            }
        }

        return (parts, steps);
    }

    /// <summary>
    /// How a secret is held by a text of a process, alone or with what it gave at the same place of its calls before; null when none is.
    /// </summary>
    public string? Found(int process, int place, string text)
    {
        _looked += text.Length;
        if (_forms.Count == 0 || text.Length == 0 || _looked > MostLookedAt)
        {
            return null;
        }

        string? how = In(text, 0);
        if (_streams.Count < MostBuffers || _streams.ContainsKey((process, place)))
        {
            StringBuilder stream = _streams.TryGetValue((process, place), out StringBuilder? known) ? known : _streams[(process, place)] = new StringBuilder();
            if (text.Length < Part)
            {
                // Only short texts can be parts of a longer one that no single text shows.
                stream.Append(text);
                stream.Remove(0, Math.Max(0, stream.Length - Kept));
                how ??= Parts(stream.ToString()) is { } whole ? whole + ", in pieces" : null;
            }

            how ??= Advance(process, text);
        }

        return how;
    }

    /// <summary>Pieces that stand among other things, one text after another, and follow each other in the secret.</summary>
    private string? Advance(int process, string text)
    {
        int[] at = _progress.TryGetValue(process, out int[]? known) ? known : _progress[process] = new int[_forms.Count];
        for (int i = 0; i < _forms.Count; i++)
        {
            string form = _forms[i].Text;
            int length = 0;
            while (at[i] + length + Piece <= form.Length && text.Contains(form.Substring(at[i], length + Piece), StringComparison.Ordinal))
            {
                length++;
            }

            if (length > 0)
            {
                at[i] += length + Piece - 1;
                if (at[i] >= Math.Min(Whole, form.Length - Piece))
                {
                    return _forms[i].How + ", in pieces";
                }
            }
        }

        return null;
    }

    private string? In(string text, int layer)
    {
        text = text.Length > LongestView ? text[..LongestView] : text;
        if ((Parts(text) ?? StepParts(text)) is { } found)
        {
            return found;
        }

        if (layer == MostLayers)
        {
            return null;
        }

        foreach ((string how, string inner) in PackedText.In(text))
        {
            if (In(inner, layer + 1) is { } below)
            {
                return how + ", " + below;
            }
        }

        return null;
    }

    private string? Parts(string text)
    {
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> parts = _known.Value.Parts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i + Part <= text.Length; i++)
        {
            if (parts.TryGetValue(text.AsSpan(i, Part), out string? how))
            {
                return how;
            }
        }

        return null;
    }

    private string? StepParts(string text)
    {
        string? found = OfSteps(Steps(text, 1, (a, b) => (char)(Shifted | ((b - a) & 0xFF))));
        for (int key = 1; found is null && key <= (text.Length > LongestWithKey ? 1 : LongestKey); key++)
        {
            found = OfSteps(Steps(text, key, (a, b) => (char)((a ^ b) & 0xFF)));
        }

        return found;
    }

    private string? OfSteps(string steps)
    {
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> parts = _known.Value.Steps.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i + Part + 1 <= steps.Length; i++)
        {
            if (parts.TryGetValue(steps.AsSpan(i, Part + 1), out string? how))
            {
                return how;
            }
        }

        return null;
    }

    private void AddForms(string secret)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(secret);
        string reversed = new([.. secret.Reverse()]);
        string hexadecimal = Convert.ToHexStringLower(bytes);
        _forms.AddRange([("as it is", secret), ("reversed", reversed), ("in hexadecimal", hexadecimal), ("in hexadecimal", hexadecimal.ToUpperInvariant())]);
        foreach (byte[] one in (ReadOnlySpan<byte[]>)[bytes, Encoding.ASCII.GetBytes(reversed)])
        {
            for (int shift = 0; shift < 3; shift++)
            {
                // The first and last letters of an encoding depend on what stands beside.
                string text = Convert.ToBase64String([.. new byte[shift], .. one]);
                text = text[(shift == 0 ? 0 : 4)..^4];
                _forms.Add(("in base64", text));
                _forms.Add(("in base64", text.Replace('+', '-').Replace('/', '_')));
                _forms.Add(("in base64, reversed", new string([.. text.Reverse()])));
            }
        }

        for (int shift = 0; shift < 5; shift++)
        {
            string text = Base32([.. new byte[shift], .. bytes]);
            _forms.Add(("in base32", text[(shift == 0 ? 0 : 8)..^8]));
        }
    }

    private static void Add(Dictionary<string, string> parts, string text, int length, string how)
    {
        for (int i = 0; i + length <= text.Length; i++)
        {
            _ = parts.TryAdd(text.Substring(i, length), how);
        }
    }

    private static string Steps(string text, int apart, Func<char, char, char> step)
    {
        char[] steps = new char[Math.Max(0, text.Length - apart)];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = step(text[i], text[i + apart]);
        }

        return new string(steps);
    }

    /// <summary>What a secret is in encodings of groups, of which the first and the last depend on what stands beside, and in an alphabet that is turned by half.</summary>
    private static IEnumerable<(string How, string Text)> FurtherForms(string secret)
    {
        yield return ("turned by half the alphabet", string.Concat(secret.Select(c => char.IsAsciiLetter(c) ? (char)((c & 0x20) + 'A' + (((c & 0x1F) + 12) % 26)) : c)));
        for (int shift = 0; shift < 4; shift++)
        {
            byte[] bytes = [.. new byte[shift], .. Encoding.ASCII.GetBytes(secret)];
            foreach (string letters in s_base85)
            {
                yield return ("in base85", Groups(bytes, 4, 5, letters)[(shift == 0 ? 0 : 5)..]);
            }

            if (shift < 3)
            {
                yield return ("in uuencode", Groups(bytes, 3, 4, s_uuencode)[(shift == 0 ? 0 : 4)..]);
            }
        }
    }

    /// <summary>Whole groups of bytes as numbers in another base.</summary>
    private static string Groups(byte[] bytes, int from, int to, string letters)
    {
        StringBuilder text = new();
        for (int i = 0; i + from <= bytes.Length; i += from)
        {
            uint number = 0;
            foreach (byte b in bytes.AsSpan(i, from))
            {
                number = (number << 8) | b;
            }

            char[] group = new char[to];
            for (int k = to - 1; k >= 0; k--, number /= (uint)letters.Length)
            {
                group[k] = letters[(int)(number % (uint)letters.Length)];
            }

            text.Append(group);
        }

        return text.ToString();
    }

    private static string Base32(byte[] bytes)
    {
        const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        StringBuilder text = new();
        int bits = 0;
        int held = 0;
        foreach (byte b in bytes)
        {
            held = (held << 8) | b;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text.Append(Letters[(held >> (bits - 5)) & 31]);
            }

            held &= (1 << bits) - 1;
        }

        return text.ToString().PadRight((text.Length + 7) / 8 * 8, '=');
    }
}
