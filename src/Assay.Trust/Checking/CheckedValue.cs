// Values as the checker sees them: enough to name what is called and to write down what it gets.
using System.Globalization;
using System.Text;

namespace Assay.Trust.Checking;

/// <summary>What a value is.</summary>
internal enum CheckedKind
{
    /// <summary>A constant; the text is how it is written down.</summary>
    Constant,

    /// <summary>A tuple, list, dict, set or frozenset; the text says which.</summary>
    Container,

    /// <summary>Something that was imported; the text is module and name.</summary>
    Import,

    /// <summary>What a call, a construction or a persistent id gave.</summary>
    Result,

    /// <summary>The mark of the stack.</summary>
    Mark,
}

/// <summary>A value on the checker's stack.</summary>
internal sealed class CheckedValue(CheckedKind kind, string text)
{
    private const int Longest = 400;
    private const int Deepest = 6;

    public CheckedKind Kind { get; } = kind;

    public string Text { get; } = text;

    /// <summary>What is inside a container.</summary>
    public List<CheckedValue> Items => field ??= [];

    /// <summary>What calls and states of this value are told as: its name; of a result the name of what was called, with brackets.</summary>
    public string Name => Kind switch
    {
        CheckedKind.Import or CheckedKind.Result => Text,
        _ => "",
    };

    /// <summary>The string of a constant that is one, or null.</summary>
    public string? String { get; init; }

    public static CheckedValue Container(string what, IEnumerable<CheckedValue> items)
    {
        CheckedValue value = new(CheckedKind.Container, what);
        value.Items.AddRange(items);
        return value;
    }

    public static CheckedValue OfString(string text) => new(CheckedKind.Constant, Quote(text)) { String = text };

    public static CheckedValue OfBytes(ReadOnlySpan<byte> bytes) =>
        new(CheckedKind.Constant, string.Create(CultureInfo.InvariantCulture, $"bytes({bytes.Length}, {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))[..16]})"));

    /// <summary>Arguments as they are written down in a certificate: cut where they are long, and with a digest of what was cut.</summary>
    /// <param name="value">The arguments.</param>
    /// <param name="visited">How many values that took.</param>
    public static string Write(CheckedValue value, out int visited)
    {
        visited = 0;
        StringBuilder text = new();
        Stack<(CheckedValue? Value, string Literal, int Depth)> open = new([(value, "", 0)]);
        while (open.TryPop(out (CheckedValue? Value, string Literal, int Depth) next))
        {
            if (next.Value is not { } item)
            {
                text.Append(next.Literal);
                continue;
            }

            visited++;
            if (item.Kind != CheckedKind.Container)
            {
                text.Append(item.Text);
            }
            else if (next.Depth == Deepest || text.Length > Longest)
            {
                text.Append(CultureInfo.InvariantCulture, $"{item.Text}[{item.Items.Count}]");
            }
            else
            {
                text.Append(item.Text).Append('[');
                open.Push((null, "]", 0));
                for (int at = item.Items.Count - 1; at >= 0; at--)
                {
                    open.Push((item.Items[at], "", next.Depth + 1));
                    if (at > 0)
                    {
                        open.Push((null, ", ", 0));
                    }
                }
            }
        }

        return text.Length <= Longest ? text.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{text.ToString(0, Longest)}... ({text.Length}, {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.Unicode.GetBytes(text.ToString())))[..16]})");
    }

    private static string Quote(string text)
    {
        StringBuilder quoted = new("'");
        foreach (char c in text)
        {
            if (c is >= ' ' and <= '~' and not '\'' and not '\\')
            {
                quoted.Append(c);
            }
            else
            {
                quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            }
        }

        return quoted.Append('\'').ToString();
    }
}
