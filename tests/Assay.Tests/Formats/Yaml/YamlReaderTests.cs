// YAML is read as PyYAML reads it: the same values in the same order, and the same documents refused.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Configuration;
using Assay.Formats.Texts;
using Assay.Formats.Yaml;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Yaml;

public sealed class YamlReaderTests
{
    /// <summary>What PyYAML's parser gives for documents, in the form in which <see cref="Written"/> writes what ours gives.</summary>
    private const string Oracle = """
        import sys, json, yaml
        def show(t):
            out, stack = [], []
            try:
                for e in yaml.parse(t):
                    n = type(e).__name__
                    if n in ('MappingStartEvent', 'SequenceStartEvent'):
                        out.append('{' if n[0] == 'M' else '[')
                    elif n in ('MappingEndEvent', 'SequenceEndEvent'):
                        out.append('}' if n[0] == 'M' else ']')
                    elif n == 'ScalarEvent':
                        out.append('=' + e.value)
                    elif n == 'AliasEvent':
                        out.append('*')
            except yaml.YAMLError:
                return None
            return out
        print(json.dumps([show(t) for t in json.load(open(sys.argv[1]))]))
        """;

    public static readonly string[] Documents =
    [
        "a: 1\nb: two words\nc:\n  - x\n  - y: z\n",
        "- a\n- - b\n  - c\n-\n  d: e\n",
        "a:\n- 1\n- 2\nb: 3\n",
        "{a: 1, b: [x, 'y', \"z\"], c: {d: e}, f}",
        "[a: b, c, {d: e}]",
        "[a, b, ]",
        "x: |\n  line one\n   indented\n\n  line three\ny: >\n  folded\n  text\n\n  new\nz: |-\n  strip\nw: >+\n  keep\n\n",
        "x: |2\n   two more\n",
        "a: 'it''s'\nb: \"esc \\x41 \\u00e9 \\n \\\"q\\\"\"\nc: 'multi\n  line\n\n  text'\n",
        "a: plain\n  goes on\n  here\nb: end\n",
        "? complex key\n: value\n? [a, b]\n: c\n",
        "--- first\n---\nsecond: 1\n...\n--- |\n third\n",
        "%YAML 1.1\n%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [id]\n",
        "a: &x {b: 1}\nc: *x\nd: [*x, *x]\n",
        "a: !!str 1\nb: !custom {x: y}\nc: !<tag:yaml.org,2002:python/name:os.system> ''\n",
        "# comment\na: b # trailing\n#end\n",
        "a: http://x.y/z?q=1#frag\nb: -1\nc: ~\nd:\ne: - no\n",
        "a:b\n",
        "key with spaces: v\n\"quoted key\": v\n'single': w\n",
        "a: {b: {c: {d: [1, [2, [3]]]}}}\n",
        "a:\n    b:\n        c: 1\n    d: 2\ne: 3\n",
        "- !!python/object/apply:subprocess.Popen\n  args: [[id]]\n- !!python/tuple [1, 2]\n",
        "a: [\n  1,\n  2\n]\nb: {\n  c: d\n}\n",
        "a: [1, 2\n",
        "a: 'open\n",
        "a: b: c\n",
        "a: b\n c: d\n",
        "\ta: b\n",
        "]",
        "",
        "\n\n# nothing\n",
        "just a text\n",
        "- a\nb: c\n",
        "a: &anchor\nb: &other value\n",
        "'a': {'b': [], 'c': {}}\n",
        "a: \"line \\\n  joined\"\n",
        "x: >-\n  {{ template }}\n  more\n",
        "flavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    loader_module: mlflow.sklearn\nsignature:\n  inputs: '[{\"type\": \"double\"}]'\n",
    ];

    [Fact]
    public void DocumentsAreReadAsPyYamlReadsThem()
    {
        using TemporaryTree tree = new();
        string file = tree.Add("documents.json", System.Text.Json.JsonSerializer.Serialize(Documents));
        string[]?[] expected = System.Text.Json.JsonSerializer.Deserialize<string[]?[]>(CPython.Lines(Oracle, file, "yaml")[0])!;
        List<string> differ = [];
        for (int i = 0; i < Documents.Length; i++)
        {
            string ours = Written(Documents[i]) is { } read ? string.Join(' ', read) : "refused";
            string theirs = expected[i] is { } events ? string.Join(' ', events) : "refused";
            if (ours != theirs)
            {
                differ.Add($"{Documents[i]}\nours:   {ours}\ntheirs: {theirs}");
            }
        }

        Assert.Empty(differ);
    }

    [Theory]
    [InlineData("a: [")]
    [InlineData("a: {b")]
    [InlineData("!<")]
    [InlineData("? ? ? a")]
    [InlineData("- - - - -")]
    [InlineData("a: !!python/object/apply:os.system [\"id\"")]
    public void WhatIsCutAnywhereBreaksOrEnds(string text)
    {
        for (int length = 0; length <= text.Length; length++)
        {
            // No other exception comes out.
            _ = Written(text[..length]);
        }
    }

    [Theory]
    [InlineData("a: *b\n")]
    [InlineData("<<: *missing\n")]
    [InlineData("--- &a x\n--- *a\n")]
    public void AnAliasOfNothingIsRefusedAsComposersRefuseIt(string text) => Assert.Null(Written(text));

    [Fact]
    public void NestingIsBounded() => Assert.Null(Written(new string('[', 5000)));

    [Fact]
    public void AliasesAreCountedAndNotExpanded()
    {
        StringBuilder bomb = new("a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++)
        {
            bomb.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n");
        }

        Collector collector = new();
        YamlReader reader = new(TextDocument.Of(bomb.ToString()), Budget(), collector);
        reader.Read();
        Assert.True(reader.Nodes.Expanded > 1e12);
        Assert.True(collector.Events.Count < 500);
    }

    [Fact]
    public void ATagIsToldInFullWhateverItIsCalled()
    {
        Collector collector = new();
        new YamlReader(TextDocument.Of("%TAG !e! tag:yaml.org,2002:python/object/\n---\n- !e!apply:os.system [id]\n- !!python/name:os.system ''\n- !<tag:yaml.org,2002:%70ython/name:os.system> ''\n"), Budget(), collector).Read();
        Assert.Equal(["tag:yaml.org,2002:python/object/apply:os.system", "tag:yaml.org,2002:python/name:os.system", "tag:yaml.org,2002:python/name:os.system"], collector.Tags);
    }

    [Theory]
    [InlineData("a: {b: c, d: ")]
    [InlineData("{a: [b, {c: d")]
    [InlineData("[[[a")]
    public void AFlowThatEndsWithTheFileIsBrokenAndCostsNothing(string text)
    {
        ScanBudget budget = Budget();
        Assert.Throws<MalformedException>(() => new YamlReader(TextDocument.Of(text), budget, new Collector()).Read());
        Assert.InRange(budget.Work, 0, 100_000);
    }

    private static ScanBudget Budget() => new(new ScanLimits(), TimeProvider.System);

    private static List<string>? Written(string text)
    {
        Collector collector = new();
        try
        {
            new YamlReader(TextDocument.Of(text), Budget(), collector).Read();
            return collector.Events;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    private sealed class Collector : IValueSink
    {
        private readonly Stack<bool> _open = new();

        public List<string> Events { get; } = [];

        public List<string> Tags { get; } = [];

        public void StartMap(long offset, string tag = "") => Open(true, tag);

        public void StartList(long offset, string tag = "") => Open(false, tag);

        public void End(long offset) => Events.Add(_open.Pop() ? "}" : "]");

        public void Key(string key, long offset)
        {
            // A key that is a map or list is told as a value under this one, and its value again.
            if (key is not "?")
            {
                Events.Add(key.StartsWith('*') ? "*" : "=" + key);
            }
        }

        public void Scalar(ScalarValue value)
        {
            Events.Add(value is { Kind: EntryKind.Null, Text: ['*', ..] } ? "*" : "=" + value.Text);
            if (value.Tag.Length > 0)
            {
                Tags.Add(value.Tag);
            }
        }

        private void Open(bool isMap, string tag)
        {
            _open.Push(isMap);
            Events.Add(isMap ? "{" : "[");
            if (tag.Length > 0)
            {
                Tags.Add(tag);
            }
        }
    }
}
