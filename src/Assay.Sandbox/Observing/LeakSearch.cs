// Recognises planted secrets that leave under another form: encoded, reversed, shifted, packed, or piece by piece.
using System.IO.Compression;
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
    private const int LongestView = 64 << 10;
    private const int MostBuffers = 512;
    private const int MostLayers = 3;
    private readonly List<(string How, string Text)> _forms = [];
    private readonly Dictionary<string, string> _parts = [];
    private readonly Dictionary<string, string> _steps = [];
    private readonly Dictionary<(int Process, int Place), StringBuilder> _streams = [];
    private readonly Dictionary<int, int[]> _progress = [];

    public LeakSearch(LoadPlaces places)
    {
        foreach (string secret in places.Canaries)
        {
            AddForms(secret);
            // The steps from letter to letter stay the same when all letters are shifted, and the differences in bits when all are masked.
            Add(_steps, Steps(secret, (a, b) => (char)((a ^ b) & 0xFF)), Part + 1, "masked with one byte");
            Add(_steps, Steps(secret, (a, b) => (char)(0x100 | ((b - a) & 0xFF))), Part + 1, "shifted");
        }

        foreach ((string how, string text) in _forms)
        {
            Add(_parts, text, Part, how);
        }
    }

    /// <summary>
    /// How a secret is held by a text of a process, alone or with what it gave at the same place of its calls before; null when none is.
    /// </summary>
    public string? Found(int process, int place, string text)
    {
        if (_parts.Count == 0 || text.Length == 0)
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

        foreach ((string how, string inner) in Unpacked(text))
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
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> parts = _parts.GetAlternateLookup<ReadOnlySpan<char>>();
        for (int i = 0; i + Part <= text.Length; i++)
        {
            if (parts.TryGetValue(text.AsSpan(i, Part), out string? how))
            {
                return how;
            }
        }

        return null;
    }

    private string? StepParts(string text) =>
        OfSteps(Steps(text, (a, b) => (char)((a ^ b) & 0xFF))) ?? OfSteps(Steps(text, (a, b) => (char)(0x100 | ((b - a) & 0xFF))));

    private string? OfSteps(string steps)
    {
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> parts = _steps.GetAlternateLookup<ReadOnlySpan<char>>();
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

    private static string Steps(string text, Func<char, char, char> step)
    {
        char[] steps = new char[Math.Max(0, text.Length - 1)];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = step(text[i], text[i + 1]);
        }

        return new string(steps);
    }

    /// <summary>What is packed in a text: streams of zlib and gzip, long runs of base64 and of hexadecimal digits.</summary>
    private static IEnumerable<(string How, string Text)> Unpacked(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        int streams = 0;
        for (int i = 0; i + 8 < bytes.Length && streams < 8; i++)
        {
            bool gzip = bytes[i] == 0x1F && bytes[i + 1] == 0x8B && bytes[i + 2] == 8;
            bool zlib = (bytes[i] & 0xF) == 8 && bytes[i] >> 4 <= 7 && ((bytes[i] << 8) + bytes[i + 1]) % 31 == 0;
            if ((gzip || zlib) && Inflated(bytes.AsMemory(i), gzip) is { Length: > 0 } inner)
            {
                streams++;
                yield return ("compressed", inner);
            }
        }

        foreach ((string run, bool digits) in Runs(text))
        {
            byte[] plain = new byte[run.Length];
            string whole = digits ? run[..(run.Length & ~1)] : run.Replace('-', '+').Replace('_', '/')[..(run.Length & ~3)];
            if (digits)
            {
                yield return ("in hexadecimal", Encoding.Latin1.GetString(Convert.FromHexString(whole)));
            }

            if (Convert.TryFromBase64String(whole, plain, out int length))
            {
                yield return ("in base64", Encoding.Latin1.GetString(plain, 0, length));
            }
        }
    }

    private static IEnumerable<(string Run, bool Digits)> Runs(string text)
    {
        int start = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || !(char.IsAsciiLetterOrDigit(text[i]) || text[i] is '+' or '/' or '-' or '_'))
            {
                if (i - start >= 24)
                {
                    string run = text[start..i];
                    yield return (run, run.All(char.IsAsciiHexDigit));
                }

                start = i + 1;
            }
        }
    }

    private static string? Inflated(ReadOnlyMemory<byte> packed, bool gzip)
    {
        byte[] plain = new byte[LongestView];
        int read = 0;
        try
        {
            using MemoryStream stream = new(packed.ToArray());
            using Stream inflate = gzip ? new GZipStream(stream, CompressionMode.Decompress) : new ZLibStream(stream, CompressionMode.Decompress);
            for (int got; read < plain.Length && (got = inflate.Read(plain, read, plain.Length - read)) > 0; read += got)
            {
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            // What came before counts.
        }

        return Encoding.Latin1.GetString(plain, 0, read);
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
