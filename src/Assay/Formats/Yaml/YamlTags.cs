// What tags of YAML stand for in full, and what plain scalars are without one.
using System.Globalization;
using System.Text;
using Assay.Artifacts;

namespace Assay.Formats.Yaml;

/// <summary>The tags of one document. A document may give any prefix another name, so a tag is known only in full.</summary>
internal sealed class YamlTags
{
    /// <summary>The prefix of the tags that Python's objects have.</summary>
    public const string Python = "tag:yaml.org,2002:python/";

    /// <summary>Tags of HyperPyYAML that call or import what they name.</summary>
    public static readonly string[] Makers = ["!new:", "!apply:", "!name:", "!module:"];

    /// <summary>Whether a tag makes objects of JavaScript, Ruby or Java: functions, or classes by their full names.</summary>
    public static bool IsForeignObject(string tag) =>
        tag.StartsWith("!ruby/object", StringComparison.Ordinal) || tag.StartsWith("tag:ruby.yaml.org", StringComparison.Ordinal)
        || (tag.StartsWith(Standard, StringComparison.Ordinal) && (tag.AsSpan(Standard.Length).StartsWith("js/function") || tag.AsSpan(Standard.Length).StartsWith("java") || tag.AsSpan(Standard.Length).StartsWith("com.") || tag.AsSpan(Standard.Length).StartsWith("org.") || tag.AsSpan(Standard.Length).StartsWith("ch.qos.")));

    private const string Standard = "tag:yaml.org,2002:";
    private readonly Dictionary<string, string> _handles = new(StringComparer.Ordinal);

    /// <summary>A document begins.</summary>
    public void Clear() => _handles.Clear();

    /// <summary>Takes a directive; only <c>%TAG</c> says something of tags.</summary>
    public void Declare(string directive)
    {
        if (directive.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is ["TAG", var handle, var prefix, ..] && _handles.Count < 64)
        {
            _handles[handle] = prefix;
        }
    }

    /// <summary>The full form of a tag as written.</summary>
    public string Full(string written)
    {
        if (written.StartsWith("!<", StringComparison.Ordinal))
        {
            return Unescaped(written[2..].TrimEnd('>'));
        }

        int second = written.IndexOf('!', 1);
        string handle = second > 0 ? written[..(second + 1)] : "!";
        string suffix = Unescaped(written[handle.Length..]);
        return _handles.TryGetValue(handle, out string? prefix) ? Unescaped(prefix) + suffix : handle is "!!" ? Standard + suffix : written;
    }

    /// <summary>What a plain scalar is: a number, a truth value, nothing, or a text.</summary>
    public static EntryKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => EntryKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" or "yes" or "Yes" or "YES" or "no" or "No" or "NO" or "on" or "On" or "ON" or "off" or "Off" or "OFF" => EntryKind.Boolean,
        [(>= '0' and <= '9') or '-' or '+' or '.', ..] when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => EntryKind.Integer,
        [(>= '0' and <= '9') or '-' or '+' or '.', ..] when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || text is ".inf" or "-.inf" or ".nan" => EntryKind.Number,
        _ => EntryKind.Text,
    };

    private static string Unescaped(string text)
    {
        if (!text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        List<byte> bytes = [];
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '%' && i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte b))
            {
                bytes.Add(b);
                i += 2;
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
