// Finds tokens and private keys that somebody left in a text.
using System.Buffers;
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Texts;

/// <summary>
/// Finds secrets by the form that their services give them: a beginning that nothing else has, a length, and letters as chance draws them. What documentation writes in their place (repeated and ordered
/// letters, words that say so) is none. What is told never holds the secret.
/// </summary>
internal static class SecretSearch
{
    private const int Longest = 4 << 20;
    private const int MostTold = 16;
    private const int LeastKey = 64;
    private const string KeyBegin = "-----BEGIN ";
    private const string KeyName = "PRIVATE KEY-----";
    private static readonly string[] s_placeholders = ["example", "your", "xxxx", "dummy", "fake", "placeholder", "insert", "redacted", "changeme", "12345678", "abcdefgh", "sample", "testtest", "secret", "token", "....", "0000000"];
    private static readonly Lazy<Form[]> s_forms = new(() => [.. EmbeddedTable.Rows("formats/secrets-search.tsv").Select(r => new Form(r[0], r[1], Number(r[2]), Number(r[3]), r[4], Number(r[5]) / 10.0))]);
    private static readonly Lazy<SearchValues<string>> s_beginnings = new(() => SearchValues.Create([.. s_forms.Value.Select(f => f.Prefix), KeyBegin], StringComparison.Ordinal));

    private sealed record Form(string Name, string Prefix, int Least, int Most, string Others, double Entropy);

    /// <summary>Tells the secrets of bytes that are a text.</summary>
    public static void Tell(ByteSource bytes, ByteRange range, ReadContext context)
    {
        if (range.Length <= Longest)
        {
            Tell(System.Text.Encoding.Latin1.GetString(bytes.ReadUpTo(range.Offset, (int)range.Length)), range.Offset, context);
        }
    }

    /// <summary>Tells the secrets of a text; offsets count its characters, which where they matter are bytes.</summary>
    public static void Tell(string text, long start, ReadContext context)
    {
        context.Budget.SpendWork(text.Length / 2);
        int told = 0;
        ReadOnlySpan<char> all = text.AsSpan(0, Math.Min(text.Length, Longest));
        for (int at = 0; told < MostTold && all[at..].IndexOfAny(s_beginnings.Value) is >= 0 and int found;)
        {
            at += found;
            if (Of(text, at) is { } secret)
            {
                told++;
                context.Anomaly("text.secret", start + at, 0, secret);
            }

            at++;
        }
    }

    private static string? Of(string text, int at)
    {
        if (string.CompareOrdinal(text, at, KeyBegin, 0, KeyBegin.Length) == 0)
        {
            return IsPrivateKey(text, at) ? "The text holds a private key." : null;
        }

        if (at > 0 && (char.IsAsciiLetterOrDigit(text[at - 1]) || text[at - 1] is '_' or '-'))
        {
            return null;
        }

        foreach (Form form in s_forms.Value)
        {
            if (string.CompareOrdinal(text, at, form.Prefix, 0, form.Prefix.Length) != 0)
            {
                continue;
            }

            int start = at + form.Prefix.Length;
            int end = start;
            while (end < text.Length && end - start <= form.Most && (char.IsAsciiLetterOrDigit(text[end]) || form.Others.Contains(text[end], StringComparison.Ordinal)))
            {
                end++;
            }

            ReadOnlySpan<char> body = text.AsSpan(start, end - start);
            // The key of a web page of Firebase is for everybody.
            if (form.Prefix is "AIza" && (text.IndexOf("authDomain", at, Math.Min(400, text.Length - at), StringComparison.Ordinal) >= 0 || text.LastIndexOf("firebase", at, Math.Min(400, at + 1), StringComparison.OrdinalIgnoreCase) >= 0))
            {
                return null;
            }

            if (body.Length >= form.Least && body.Length <= form.Most && Entropy(body) >= form.Entropy && !IsPlaceholder(body))
            {
                return string.Create(CultureInfo.InvariantCulture, $"The text holds {form.Name}: {form.Prefix}... ({body.Length + form.Prefix.Length} characters).");
            }
        }

        return null;
    }

    private static bool IsPrivateKey(string text, int at)
    {
        int name = text.IndexOf(KeyName, at, Math.Min(60, text.Length - at), StringComparison.Ordinal);
        if (name < 0)
        {
            return false;
        }

        int letters = 0;
        for (int i = name + KeyName.Length; i < text.Length && letters < LeastKey; i++)
        {
            char c = text[i];
            if (char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '=')
            {
                letters++;
            }
            else if (c is not ('\n' or '\r' or '\\' or ' ' or '"' or ','))
            {
                return false;
            }
        }

        // A key of OpenSSH begins with a header that is the same in all of them, and mostly nothing.
        return letters >= LeastKey && (text.AsSpan(name + KeyName.Length, LeastKey).Contains("b3BlbnNzaC1rZXktdjEA", StringComparison.Ordinal) || !IsPlaceholder(text.AsSpan(name + KeyName.Length, LeastKey)));
    }

    /// <summary>Whether somebody wrote it to stand for a secret: a word that says so, one letter again and again, letters in their order.</summary>
    private static bool IsPlaceholder(ReadOnlySpan<char> body)
    {
        foreach (string word in s_placeholders)
        {
            if (body.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        int steps = 0;
        int same = 0;
        for (int i = 1; i < body.Length; i++)
        {
            int step = char.ToLowerInvariant(body[i]) - char.ToLowerInvariant(body[i - 1]);
            steps = step is 1 or -1 ? steps + 1 : 0;
            same = step == 0 ? same + 1 : 0;
            if (steps >= 5 || same >= 4)
            {
                return true;
            }
        }

        return false;
    }

    private static double Entropy(ReadOnlySpan<char> body)
    {
        Span<int> counts = stackalloc int[128];
        foreach (char c in body)
        {
            counts[c & 127]++;
        }

        double bits = 0;
        foreach (int count in counts)
        {
            double share = count / (double)body.Length;
            bits -= count > 0 ? share * Math.Log2(share) : 0;
        }

        return bits;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
