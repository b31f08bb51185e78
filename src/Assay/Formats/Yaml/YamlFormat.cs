// Reads YAML configurations: MLflow models, environments, configurations of Hydra, NeMo and others.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;
using Assay.Formats.Texts;

namespace Assay.Formats.Yaml;

/// <summary>A kind of YAML document, told by its outermost keys.</summary>
internal sealed record YamlKind(string Id, string Name, Func<IReadOnlySet<string>, bool> Fits) : IFormatKind
{
    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];
}

/// <summary>
/// YAML documents. Tags of Python are what PyYAML's loaders make of them with <c>unsafe_load</c> and, before 5.4, with others; values that loaders act on are told as those of JSON are.
/// Specification: yaml.org/spec/1.1.
/// </summary>
internal sealed class YamlFormat : IFormat
{
    private const double MostExpanded = 1_000_000;
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal) { ".yaml", ".yml" };
    private static readonly HashSet<string> s_others = new(StringComparer.Ordinal) { ".md", ".rmd", ".qmd", ".rnw", ".rmarkdown", ".mdc", ".cursorrules", ".windsurfrules", ".clinerules", ".rst", ".txt", ".py", ".csv", ".tsv", ".html", ".js", ".sh", ".cfg", ".ini", ".toml", ".log", ".jinja", ".jinja2", ".j2", ".pbtxt", ".prototxt" };

    /// <summary>Texts that a language of their own says how to read; a card of a model begins with YAML, and its readers take no tags.</summary>
    private static readonly HashSet<string> s_languages = new(StringComparer.Ordinal) { ".rst", ".tex", ".py", ".pyi", ".ipynb", ".html", ".htm", ".xml", ".svg", ".css", ".js", ".ts", ".sh", ".c", ".cc", ".cpp", ".h", ".cs", ".java", ".go", ".rs", ".rb", ".jinja", ".jinja2", ".j2", ".pbtxt", ".prototxt", ".json", ".jsonl" };

    private static readonly YamlKind[] s_kinds =
    [
        new("mlflow-model", "MLflow MLmodel", k => k.Contains("flavors")),
        new("conda-environment", "conda environment", k => k.Contains("dependencies") && (k.Contains("channels") || k.Contains("name"))),
    ];

    public string Id => "yaml";

    public string Name => "YAML";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public IReadOnlyList<IFormatKind> Kinds => s_kinds;

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Range.IsEmpty || (view.Head.Span.Contains((byte)0) && !TextLook.IsText(view.Head.Span)))
        {
            return null;
        }

        // What Apptainer builds a container from begins like YAML, and goes on with lines for a shell.
        if (view.Head.Span.TrimStart(" \t\r\n"u8) is { Length: > 10 } head && System.Text.Ascii.EqualsIgnoreCase(head[..10], "bootstrap:"u8) && head.IndexOf("\n%"u8) > 0)
        {
            return null;
        }

        string file = view.Artifact.Name[(view.Artifact.Name.LastIndexOfAny(['/', '\\']) + 1)..];
        bool isNamed = s_names.Contains(view.Artifact.Extension) || file is "MLmodel";
        if (isNamed || (file is not ("Justfile" or "justfile" or ".justfile" or "Makefile" or "makefile" or "Procfile") && !s_others.Contains(view.Artifact.Extension) && Begins(view.Head.Span)))
        {
            return new Claim(view.Range, isNamed ? ClaimStrength.Likely : ClaimStrength.Weak);
        }

        return ActedElsewhere(view) is { } document ? new Claim(view.Range, ClaimStrength.Weak) { Parsed = document } : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        TextDocument document = claim.Parsed as TextDocument ?? TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (document.IsCut)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The document is longer than {TextDocument.Longest >> 20} MB.");
        }

        context.Lines = new LineMap(context.Artifact.Bytes, claim.Range).Of;
        SecretSearch.Tell(context.Artifact.Bytes, claim.Range, context);
        ConfigurationWalk walk = new(context) { IsOfLines = true };
        YamlReader? reader = null;
        try
        {
            reader = new YamlReader(document, context.Budget, walk);
            reader.Read();
        }
        catch (MalformedException e) when (claim.Strength is ClaimStrength.Weak)
        {
            // A text that only begins like YAML: nothing says that somebody reads it as such.
            context.Meta("broken", e.Message);
        }
        catch (MalformedException e) when (reader is { IsReserved: true, Documents: 0 })
        {
            // A template that somebody fills in first (@NAME@): the language keeps the sign for itself, so every reader of YAML refuses the document, of which nothing was made yet.
            context.Meta("broken", e.Message);
        }
        catch (MalformedException e) when (reader is { Documents: 0 } && Drafts.BreaksAt(context.Artifact.Bytes, claim.Range, e.Offset))
        {
            Drafts.Tell(claim, e.Message, context);
        }
        catch (MalformedException e)
        {
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }

        if (reader?.Nodes is { } nodes)
        {
            if (nodes.Expanded > MostExpanded && nodes.Expanded > nodes.Written * 100.0)
            {
                context.Anomaly("yaml.alias-bomb", claim.Range.Offset, claim.Range.Length, $"{nodes.Written} values would be {nodes.Expanded:G3} with all aliases expanded.");
            }

            if (nodes.RecursiveAt >= 0)
            {
                context.Anomaly("yaml.recursive-alias", nodes.RecursiveAt, 0, "An alias stands in what it stands for.");
            }
        }

        foreach (YamlKind kind in s_kinds)
        {
            if (kind.Fits(walk.RootKeys))
            {
                context.Recognise(kind);
            }
        }

        if (walk.RootKeys.Contains("class_name") && walk.RootKeys.Contains("config"))
        {
            KerasModel(document, context);
        }

        foreach ((string key, string value) in walk.Root)
        {
            context.Meta(key, value);
        }
    }

    /// <summary>The architecture of a model as <c>to_yaml</c> of Keras up to 2.5 wrote it: what JSON says elsewhere, and acted on in the same way.</summary>
    private static void KerasModel(TextDocument document, ReadContext context)
    {
        using YamlAsJson json = new();
        try
        {
            new YamlReader(document, context.Budget, json).Read();
        }
        catch (MalformedException)
        {
            return;
        }

        if (json.Written() is { } bytes)
        {
            context.Held.Add(bytes.Length);
            context.Submit(new Artifact("model", new MemorySource(bytes), context.Artifact, Keras.KerasConfigFormat.FormatId));
        }
    }

    /// <summary>A text that is a document on which loaders act, whatever it is called: programs read settings from files of any name. Source and pages are read as what they are.</summary>
    private static TextDocument? ActedElsewhere(ProbeView view) =>
        !s_languages.Contains(view.Artifact.Extension) && !FormatCatalog.PromisesModel(view.Artifact.Extension) && TextLook.IsText(view.Head.Span) ? ConfigurationText.ActedYaml(view) : null;

    /// <summary>Whether the first lines are keys with values, items of a list, or the start of a document.</summary>
    private static bool Begins(ReadOnlySpan<byte> head)
    {
        int keys = 0;
        int lines = 0;
        bool isDocument = false;
        foreach (Range range in head.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = head[range].TrimEnd(" \r\t"u8);
            if (line.IsEmpty || line[0] is (byte)'#')
            {
                continue;
            }

            if (lines == 0 && (line.StartsWith("---"u8) || line.StartsWith("%YAML"u8) || line.StartsWith("!!python/"u8)))
            {
                isDocument = true;
            }

            if (++lines > 12)
            {
                break;
            }

            string text = Encoding.Latin1.GetString(line.Length > 200 ? line[..200] : line).TrimStart();
            int colon = text.IndexOf(':', StringComparison.Ordinal);
            bool isKey = colon > 0 && (colon == text.Length - 1 || text[colon + 1] is ' ') && text[..colon].All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/' or '"' or '\'');
            keys += isKey || text.StartsWith("- ", StringComparison.Ordinal) || line[0] is (byte)' ' ? 1 : 0;
        }

        return (isDocument && keys > 0) || (lines >= 2 && keys == lines) || (lines > 4 && keys >= lines - 1) || head.StartsWith("!!python/"u8);
    }
}
