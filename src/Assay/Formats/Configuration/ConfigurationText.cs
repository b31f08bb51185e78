// Tells texts that are configurations wherever they stand: in files of any name, and in the descriptions of models.
using System.Buffers;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Json;
using Assay.Formats.Texts;
using Assay.Formats.Yaml;

namespace Assay.Formats.Configuration;

/// <summary>
/// A program that takes a configuration from a description or from a file of whatever name acts on it as on any other. Such a text is told by what it says: it is a whole document of JSON or YAML,
/// and has keys by which frameworks import code, or tags that make objects of Python. Texts that only speak of such keys are no documents.
/// </summary>
internal static class ConfigurationText
{
    private const int Window = 64 << 10;
    private const int Overlap = 16;
    private const int WorkPerCharacter = 4;

    /// <summary>What a text says that is worth reading as a document.</summary>
    private static readonly SearchValues<string> s_marks = SearchValues.Create(
        ["!!python/", "!apply:", "!new:", "!!js/", "!!java", "!!%", "!<", "%TAG", "_target_", "class_path", "auto_map", "_instantiator", "@class", "loader_module", "\"()\"", "'()'", "(): "], StringComparison.Ordinal);

    private static readonly HashSet<string> s_acted = new(StringComparer.Ordinal) { "_target_", "class_path", "_class_path", "_instantiator", "@class", "loader_module", "()" };

    /// <summary>The format as which somebody would act on a text: <c>json</c> or <c>yaml</c>; null where nobody would.</summary>
    public static string? FormatOf(string text, ScanBudget budget)
    {
        if (text.Length > TextDocument.Longest || !text.AsSpan().ContainsAny(s_marks))
        {
            return null;
        }

        budget.SpendWork(WorkPerCharacter * (long)text.Length);
        byte[]? bytes = text.AsSpan().TrimStart() is ['{' or '[', ..] ? Encoding.UTF8.GetBytes(text) : null;
        return bytes is not null && Acts(sink => IsJson(bytes, budget, sink)) ? "json" : Acts(sink => Documents(TextDocument.Of(text), budget, sink)) ? "yaml" : null;
    }

    /// <summary>Reads a text that a model says of itself as the configuration that it is, where it is one.</summary>
    public static void Tell(string name, string text, ReadContext context)
    {
        if (IsTemplate(name, text))
        {
            byte[] template = Encoding.UTF8.GetBytes(text);
            context.Held.Add(template.Length);
            context.Submit(new Artifact(name, new MemorySource(template), context.Artifact, Jinja.ChatTemplateFormat.FormatId));
            return;
        }

        if (FormatOf(text, context.Budget) is { } format)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            context.Held.Add(bytes.Length);
            context.Submit(new Artifact(name, new MemorySource(bytes), context.Artifact, format));
        }
    }

    /// <summary>Whether programs render a text: it begins with a tag of a template, or stands under a name that says so and has one.</summary>
    private static bool IsTemplate(string name, string text)
    {
        ReadOnlySpan<char> begin = text.AsSpan().TrimStart();
        bool isTag = (begin.StartsWith("{%") && text.Contains("%}", StringComparison.Ordinal)) || (begin.StartsWith("{{") && text.Contains("}}", StringComparison.Ordinal));
        return isTag || (name.Contains("template", StringComparison.OrdinalIgnoreCase) && (text.Contains("{%", StringComparison.Ordinal) || text.Contains("{{", StringComparison.Ordinal)));
    }

    /// <summary>The text of a file, where it is a document of YAML on which somebody would act; else null.</summary>
    public static TextDocument? ActedYaml(ProbeView view)
    {
        if (view.Range.Length > TextDocument.Longest)
        {
            return null;
        }

        bool isWide = view.Head.Span is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
        if (!isWide && !Marks(view))
        {
            return null;
        }

        TextDocument document = TextDocument.Read(view.Artifact.Bytes, view.Range, view.Budget);
        return (!isWide || document.Text.AsSpan().ContainsAny(s_marks)) && Acts(sink => Documents(document, view.Budget, sink)) ? document : null;
    }

    private static bool Marks(ProbeView view)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Window);
        char[] characters = ArrayPool<char>.Shared.Rent(Window);
        try
        {
            for (long at = view.Range.Offset; at < view.Range.End; at += Window - Overlap)
            {
                int got = view.Artifact.Bytes.ReadAt(at, bytes.AsSpan(0, (int)Math.Min(Window, view.Range.End - at)));
                view.Budget.SpendWork(got, at);
                if (characters.AsSpan(0, Encoding.Latin1.GetChars(bytes.AsSpan(0, got), characters)).ContainsAny(s_marks))
                {
                    return true;
                }

                if (got < Window)
                {
                    return false;
                }
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    private static bool Acts(Func<ActedValues, long> read)
    {
        ActedValues sink = new();
        return read(sink) > sink.ActedIn;
    }

    private static long IsJson(byte[] bytes, ScanBudget budget, ActedValues sink)
    {
        JsonValueReader reader = new(new MemorySource(bytes), new ByteRange(0, bytes.Length), budget, sink);
        try
        {
            reader.Read();
        }
        catch (MalformedException)
        {
            // Loaders take a document as a whole, or not at all.
            return 0;
        }

        return reader.Documents;
    }

    /// <summary>How many documents a loader gets before it meets a break.</summary>
    private static long Documents(TextDocument document, ScanBudget budget, ActedValues sink)
    {
        YamlReader? reader = null;
        try
        {
            reader = new YamlReader(document, budget, sink);
            reader.Read();
        }
        catch (MalformedException)
        {
            // Text that is no YAML from here on.
        }

        return reader?.Documents ?? 0;
    }

    /// <summary>Notes in which document something stands that loaders act on.</summary>
    private sealed class ActedValues : IValueSink
    {
        private readonly Stack<(bool IsMap, string Key)> _open = new();
        private long _document;
        private int _insideCode;

        /// <summary>The number of that document, the first is 0; more than any where there is none.</summary>
        public long ActedIn { get; private set; } = long.MaxValue;

        public void StartMap(long offset, string tag = "") => Open(true, tag);

        public void StartList(long offset, string tag = "") => Open(false, tag);

        public void End(long offset)
        {
            _open.Pop();
            _insideCode = _open.Count < _insideCode ? 0 : _insideCode;
            _document += _open.Count == 0 ? 1 : 0;
        }

        public void Key(string key, long offset)
        {
            if (_open.TryPop(out _))
            {
                _open.Push((true, key));
            }
        }

        public void Scalar(ScalarValue value)
        {
            Tagged(value.Tag);
            if (value.Kind is EntryKind.Text && value.Text.Contains('.', StringComparison.Ordinal) && _open.TryPeek(out (bool IsMap, string Key) map) && map.IsMap && s_acted.Contains(map.Key))
            {
                Acted();
            }
            else if (value.Kind is EntryKind.Text && _insideCode > 0)
            {
                Acted();
            }

            _document += _open.Count == 0 ? 1 : 0;
        }

        private void Open(bool isMap, string tag)
        {
            Tagged(tag);
            if (_insideCode == 0 && _open.TryPeek(out (bool IsMap, string Key) map) && map.Key is "auto_map")
            {
                _insideCode = _open.Count + 1;
            }

            _open.Push((isMap, ""));
        }

        private void Tagged(string tag)
        {
            if (tag.StartsWith(YamlTags.Python, StringComparison.Ordinal) || YamlTags.IsForeignObject(tag) || (tag.Length > 5 && YamlTags.Makers.Any(m => tag.StartsWith(m, StringComparison.Ordinal) && tag.Contains('.', StringComparison.Ordinal))))
            {
                Acted();
            }
        }

        private void Acted() => ActedIn = Math.Min(ActedIn, _document);
    }
}
