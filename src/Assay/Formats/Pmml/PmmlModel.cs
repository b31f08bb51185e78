// What a PMML document says, token by token.
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Xml;

namespace Assay.Formats.Pmml;

/// <summary>Takes the tokens of a document: functions that are defined and applied, extensions, models, references.</summary>
internal sealed class PmmlModel(ReadContext context)
{
    private const int MostFunctions = 10_000;
    private const int MostExtensions = 1_000;
    private const int LongestText = 4096;
    private readonly Dictionary<string, (long Offset, long Count)> _applied = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Offset, HashSet<string> Uses)> _defined = new(StringComparer.Ordinal);
    private readonly HashSet<string> _models = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();
    private string? _function;
    private int _functionDepth;
    private int _extension = -1;
    private long _extensionAt;
    private string _extensionName = "";
    private int _extensions;

    /// <summary>Takes a token.</summary>
    public void Take(XmlTokenReader xml)
    {
        switch (xml.Type)
        {
            case XmlTokenType.StartElement:
                Start(xml);
                break;
            case XmlTokenType.EndElement:
                End(xml.Depth);
                break;
            case XmlTokenType.Text when _extension >= 0 && _text.Length < LongestText && !xml.Text.IsWhiteSpace():
                _text.Append(xml.Text[..Math.Min(xml.Text.Length, LongestText - _text.Length)]);
                break;
        }
    }

    /// <summary>Adds the facts that the whole document gives.</summary>
    public void Tell()
    {
        foreach ((string name, (long offset, long count)) in _applied)
        {
            List<OperatorAttribute> attributes = _defined.ContainsKey(name) ? [new("defined", "here")] : [];
            context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = offset, Domain = "pmml", Name = name, Count = count, Attributes = attributes });
        }

        if (_models.Count > 0)
        {
            context.Meta("models", string.Join(", ", _models.Order(StringComparer.Ordinal)));
        }

        if (Loop() is { } loop)
        {
            context.Anomaly("pmml.function-loop", _defined[loop].Offset, 0, $"The function {loop} applies itself.");
        }
    }

    private void Start(XmlTokenReader xml)
    {
        context.Budget.SpendWork(WorkCosts.NearRead, xml.Offset);
        foreach (XmlAttribute attribute in xml.Attributes)
        {
            if (attribute.Name.EndsWith("chemaLocation", StringComparison.Ordinal))
            {
                Schemas(attribute);
            }
        }

        string name = xml.LocalName.ToString();
        switch (name)
        {
            case "PMML" when xml.Depth == 0:
                context.Meta("version", xml.Attribute("version") ?? "");
                break;
            case "Application" or "Header":
                foreach (XmlAttribute attribute in xml.Attributes)
                {
                    context.Meta(attribute.Name, attribute.Value);
                }

                break;
            case "DefineFunction" when xml.Attribute("name") is { } defined:
                (_function, _functionDepth) = (Cut(defined), xml.Depth);
                if (_defined.Count < MostFunctions)
                {
                    _defined.TryAdd(_function, (xml.Offset, []));
                }

                break;
            case "Apply" when xml.Attribute("function") is { } applied:
                Apply(Cut(applied), xml.Offset);
                break;
            case "Aggregate" or "TableLocator" or "ChildParent":
                foreach (XmlAttribute attribute in xml.Attributes.Where(a => a.Name.StartsWith("x-", StringComparison.OrdinalIgnoreCase)))
                {
                    Entry("pmml-locator", $"{name}.{attribute.Name}", attribute.Value, attribute.Offset);
                }

                break;
            case "Extension":
                (_extension, _extensionAt, _extensionName) = _extension < 0 ? (xml.Depth, xml.Offset, xml.Attribute("name") ?? "") : (_extension, _extensionAt, _extensionName);
                foreach (XmlAttribute attribute in xml.Attributes)
                {
                    Entry("pmml-extension", KeyPath.Append(_extensionName, attribute.Name), attribute.Value, attribute.Offset);
                }

                break;
            default:
                if (_extension >= 0)
                {
                    // What stands in an extension is of another vocabulary.
                    Entry("pmml-extension", KeyPath.Append(_extensionName, name), string.Join(' ', xml.Attributes.Select(a => $"{a.Name}={a.Value}")), xml.Offset);
                }
                else if (xml.Depth == 1 && name.EndsWith("Model", StringComparison.Ordinal) && _models.Count < 100)
                {
                    _models.Add(name);
                }
                else if (name is "script" or "Script" || name.StartsWith("X-", StringComparison.Ordinal))
                {
                    Entry("pmml-extension", name, string.Join(' ', xml.Attributes.Select(a => $"{a.Name}={a.Value}")), xml.Offset);
                }

                break;
        }
    }

    private void End(int depth)
    {
        if (_function is not null && depth <= _functionDepth)
        {
            _function = null;
        }

        if (_extension >= 0 && depth <= _extension)
        {
            if (_text.Length > 0)
            {
                Entry("pmml-extension", KeyPath.Append(_extensionName, "text"), _text.ToString(), _extensionAt);
                _text.Clear();
            }

            _extension = -1;
        }
    }

    private void Apply(string name, long offset)
    {
        if (_applied.TryGetValue(name, out (long Offset, long Count) known))
        {
            _applied[name] = known with { Count = known.Count + 1 };
        }
        else if (_applied.Count < MostFunctions)
        {
            context.Held.Add(128 + (2L * name.Length));
            _applied.Add(name, (offset, 1));
        }

        if (_function is not null && _defined.TryGetValue(_function, out (long Offset, HashSet<string> Uses) function) && function.Uses.Count < MostFunctions && function.Uses.Add(name))
        {
            context.Held.Add(64);
        }
    }

    /// <summary>A schema may lie anywhere; a reader that validates fetches it.</summary>
    private void Schemas(XmlAttribute attribute)
    {
        string[] words = attribute.Value.Split((char[])[' ', '\t', '\r', '\n'], 64, StringSplitOptions.RemoveEmptyEntries);
        int step = attribute.Name.EndsWith("noNamespaceSchemaLocation", StringComparison.Ordinal) || words.Length == 1 ? 1 : 2;
        for (int i = step - 1; i < words.Length; i += step)
        {
            context.Refer("schema", Cut(words[i]), attribute.Offset);
        }
    }

    private void Entry(string source, string key, string value, long offset)
    {
        if (_extensions++ < MostExtensions)
        {
            context.Add(new EntryFact { Path = context.Artifact.Path, Offset = offset, Source = source, Key = key, Value = value.Length > LongestText ? value[..LongestText] : value, IsCut = value.Length > LongestText });
        }
        else if (_extensions == MostExtensions + 1)
        {
            context.Unread(UnreadCause.Limit, offset, 0, string.Create(CultureInfo.InvariantCulture, $"Extensions beyond the first {MostExtensions} were not looked at."));
        }
    }

    /// <summary>A function that comes back to itself through what it applies, or null.</summary>
    private string? Loop()
    {
        Dictionary<string, int> state = new(StringComparer.Ordinal);
        foreach (string start in _defined.Keys)
        {
            Stack<(string Name, bool Leaves)> open = new([(start, false)]);
            while (open.TryPop(out (string Name, bool Leaves) next))
            {
                if (next.Leaves)
                {
                    state[next.Name] = 2;
                    continue;
                }

                if (state.GetValueOrDefault(next.Name) != 0)
                {
                    continue;
                }

                state[next.Name] = 1;
                open.Push((next.Name, true));
                foreach (string used in _defined[next.Name].Uses.Where(_defined.ContainsKey))
                {
                    context.Budget.SpendWork(WorkCosts.NearRead);
                    if (state.GetValueOrDefault(used) == 1)
                    {
                        return used;
                    }

                    open.Push((used, false));
                }
            }
        }

        return null;
    }

    private static string Cut(string text) => text.Length > 1024 ? text[..1024] : text;
}
