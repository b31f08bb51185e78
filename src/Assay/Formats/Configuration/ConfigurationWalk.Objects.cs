// What maps of a configuration say together, and the objects that tags of YAML make.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Shell;
using Assay.Formats.Yaml;

namespace Assay.Formats.Configuration;

/// <summary>Looks at maps as wholes, at the patterns of tokenizers, and at tags by which YAML makes objects of Python.</summary>
internal sealed partial class ConfigurationWalk
{
    /// <summary>Tags of Python that make plain values.</summary>
    private static readonly HashSet<string> s_plainTags = ["none", "bool", "str", "unicode", "bytes", "int", "long", "float", "complex", "list", "tuple", "dict", "set"];

    private static readonly HashSet<string> s_modelKeys = ["model_type", "architectures", "auto_map", "_class_name", "tokenizer_class", "hidden_size", "peft_type", "_target_"];

    /// <summary>Keys by which configurations name what they take of a module.</summary>
    private static readonly string[] s_taken = ["fn", "func", "function", "function_name", "callable", "attr", "attribute", "method", "name"];

    private void EndMap(Frame map, long offset)
    {
        Types(map);
        if (map.Kept is not { } kept)
        {
            return;
        }

        // A server or a task: a program with its arguments.
        if (map.Arguments is { } arguments && (kept.TryGetValue("command", out ScalarValue program) || kept.TryGetValue("path", out program) || kept.TryGetValue("program", out program) || kept.TryGetValue("executable", out program) || kept.TryGetValue("entry", out program)))
        {
            Given(_open.Count > 0 ? Top!.Key : "", [program.Text, .. arguments], map.ArgumentsAt);
            string line = program.Text + " " + string.Join(' ', arguments.Select(a => a.Contains(' ', StringComparison.Ordinal) ? $"'{a.Replace("'", "\"", StringComparison.Ordinal)}'" : a));
            foreach (ShellUse use in ShellLines.Read(line, context.Budget))
            {
                context.Anomaly(use.Code, map.ArgumentsAt, 0, $"{Path()}: {use.Detail}");
            }
        }

        // A module, and beside it what is taken of it and called.
        if ((kept.TryGetValue("module", out ScalarValue owner) || kept.TryGetValue("module_name", out owner) || kept.TryGetValue("mod", out owner)) && owner.Text.Length is > 0 and < 128
            && s_taken.Select(k => kept.TryGetValue(k, out ScalarValue named) ? named : default).FirstOrDefault(n => n.Text is { Length: > 0 and < 128 }) is { Text: { Length: > 0 } taken } item
            && (owner.Text + taken).All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.'))
        {
            Entry(KeyPath.Append(KeyPath.Append(Path(), "module"), "_target_"), $"{owner.Text}.{taken}", EntryKind.Text, item.Offset);
        }

        // A module of sentence-transformers.
        if (kept.ContainsKey("idx") && kept.TryGetValue("path", out ScalarValue path) && kept.TryGetValue("type", out ScalarValue type))
        {
            string at = Path();
            string module = type.Text.LastIndexOf('.') is > 0 and int dot ? type.Text[..dot].Replace('.', '/') : type.Text;
            Entry(at + ".module_type", type.Text, type.Kind, type.Offset, beside: Code(module, $"{path.Text}/{module}"));
            Entry(at + ".module_path", path.Text, path.Kind, path.Offset);
        }

        // A model of MLflow: its own code folder comes before all others.
        if (kept.TryGetValue(LoaderModule, out ScalarValue loader))
        {
            string module = loader.Text.Replace('.', '/');
            Entry(KeyPath.Append(Path(), LoaderModule), loader.Text, loader.Kind, loader.Offset, loader.IsCut, kept.TryGetValue("code", out ScalarValue code) ? Code($"{code.Text}/{module}") : "");
        }

        // Hydra finds what stands beside it, and hands it on to be called; a pipeline of pyannote is a class by its full name.
        if (kept.TryGetValue("_target_", out ScalarValue finder) && finder.Text.StartsWith("hydra.", StringComparison.Ordinal) && kept.TryGetValue("path", out ScalarValue found))
        {
            Entry(KeyPath.Append(KeyPath.Append(Path(), "path"), "_target_"), found.Text, found.Kind, found.Offset);
        }

        if (_open is [{ IsMap: true, Key: "pipeline" }] && kept.TryGetValue("name", out ScalarValue pipeline) && pipeline.Text.Contains('.', StringComparison.Ordinal))
        {
            Entry(KeyPath.Append(KeyPath.Append(Path(), "name"), "_target_"), pipeline.Text, pipeline.Kind, pipeline.Offset);
        }

        // The components of a pipeline, each a class by its full name (Rasa).
        if (_open is [{ IsMap: true, Key: "pipeline" or "policies" }, { IsMap: false }] && kept.TryGetValue("name", out ScalarValue component) && component.Text.Contains('.', StringComparison.Ordinal))
        {
            Entry(KeyPath.Append(KeyPath.Append(Path(), "name"), "_target_"), component.Text, component.Kind, component.Offset);
        }

        // A normalizer of a tokenizer that writes words where others stood.
        if (kept.TryGetValue("type", out ScalarValue kind) && kind.Text is "Replace" && kept.TryGetValue("content", out ScalarValue content) && content.Text.Count(char.IsLetter) >= 3)
        {
            context.Anomaly("tokenizer.replaces-words", content.Offset, 0, $"{Path()}: the tokenizer writes '{Short(content.Text)}' in the place of other text.");
        }

        // What the model takes for a token of its own stands beside its number.
        if (kept.TryGetValue("id", out ScalarValue number) && kept.TryGetValue("content", out ScalarValue said) && kept.ContainsKey("special"))
        {
            Token(said.Text, number);
        }

        // A token that people read as other text than the model does.
        if (kept.TryGetValue("id", out _) && kept.TryGetValue("content", out ScalarValue token) && kept.ContainsKey("special") && token.Text.Any(IsInvisible))
        {
            context.Anomaly("tokenizer.invisible-token", token.Offset, 0, $"{Path()}: a token has characters that nobody sees.");
        }
    }

    /// <summary>Whether a text is an expression or a statement of Python that reaches for a program or for more code.</summary>
    private static bool IsCode(string text) => text.Length is > 12 and < LongestCode && text.Contains('(', StringComparison.Ordinal)
        && (text.Contains("__import__(", StringComparison.Ordinal) || text.Contains("os.system(", StringComparison.Ordinal) || text.Contains("subprocess.", StringComparison.Ordinal) || text.Contains("os.popen(", StringComparison.Ordinal)
            || text.Contains("exec(", StringComparison.Ordinal));

    /// <summary>Code among the settings of a model is there for somebody who evaluates it; in data sets and reports it is what they are about.</summary>
    private void Codes()
    {
        // The graph of a program that makes pictures: nodes by their numbers, or in a list.
        bool isGraph = InnerKeys.Contains("class_type") || (_rootKeys.Contains("nodes") && InnerKeys.Contains("widgets_values"));
        if (!isGraph && !_rootKeys.Overlaps(s_modelKeys))
        {
            return;
        }

        foreach ((string path, ScalarValue value) in _codes)
        {
            context.Anomaly("configuration.code-text", value.Offset, 0, $"{path} holds code of Python: {Short(value.Text)}");
        }
    }

    /// <summary>Whether a character shows nothing and is not used to write any language: the tags of Unicode.</summary>
    private static bool IsInvisible(char c) => c is '\uDB40';

    /// <summary>A pattern in which something that repeats is repeated: some texts take it longer than anybody waits.</summary>
    private void Pattern(ScalarValue value)
    {
        if (RepeatedRepeats.In(value.Text, context.Budget))
        {
            context.Anomaly("tokenizer.costly-pattern", value.Offset, 0, $"{Path()}: the pattern repeats what repeats itself: {Short(value.Text)}");
        }
    }

    /// <summary>A scalar with a tag of Python: a name, a module, or an object of nothing but its class.</summary>
    private void Tagged(ScalarValue value)
    {
        Foreign(value.Tag, value.Offset);
        if (value.Tag.StartsWith(YamlTags.Python, StringComparison.Ordinal))
        {
            Object(value.Tag[YamlTags.Python.Length..], value.Text.Length > 0 ? [ShapeOf(value)] : [], value.Offset);
        }
    }

    /// <summary>
    /// Tags by which HyperPyYAML makes and calls what they name, as SpeechBrain reads its parameters, and those by which readers of other languages make objects.
    /// </summary>
    private void Foreign(string tag, long offset)
    {
        foreach (string maker in tag.Length > 0 && tag[0] is '!' ? YamlTags.Makers : [])
        {
            if (tag.StartsWith(maker, StringComparison.Ordinal))
            {
                Entry(KeyPath.Append(Path(), "_target_"), tag[maker.Length..], EntryKind.Text, offset);
            }
        }

        if (YamlTags.IsForeignObject(tag))
        {
            context.Anomaly("yaml.object-tag", offset, 0, $"The tag {Short(tag)} makes an object where a reader of its language allows it.");
        }
    }

    private void Made(Frame made, List<ValueShape> shapes)
    {
        ValueShape shape = new(made.IsMap ? ShapeKind.Dict : ShapeKind.List) { Items = [.. shapes.Take(64)], Count = shapes.Count, Elided = shapes.Count > 64 };
        Top?.Shapes?.Add(shape);
        if (made.Tag.StartsWith(YamlTags.Python, StringComparison.Ordinal))
        {
            Object(made.Tag[YamlTags.Python.Length..], made.IsMap ? [shape] : shape.Items, made.Kept?.GetValueOrDefault("\0offset").Offset ?? 0);
        }
    }

    /// <summary>What a tag of Python makes: a call of a name, an object of a class with its state, a name alone.</summary>
    private void Object(string tag, IReadOnlyList<ValueShape> arguments, long offset)
    {
        int colon = tag.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 0 ? tag : tag[..colon];
        string name = colon < 0 ? "" : tag[(colon + 1)..];
        if (name.Length == 0)
        {
            if (!s_plainTags.Contains(kind))
            {
                context.Anomaly("yaml.python-tag", offset, 0, $"The tag !!python/{Short(tag)} makes something of Python's own.");
            }

            return;
        }

        context.Anomaly("yaml.python-tag", offset, 0, $"The tag !!python/{Short(tag)} {(kind is "object/apply" or "object/new" ? "calls" : "imports")} {Short(name)}.");
        CallableUse use = kind switch { "object/apply" => CallableUse.Called, "object/new" => CallableUse.Constructed, "object" => CallableUse.Constructed, _ => CallableUse.Imported };
        Made(kind is "module" && !name.Contains('.', StringComparison.Ordinal) ? name : name.Contains('.', StringComparison.Ordinal) ? name : "builtins." + name, use, arguments, offset);
    }

    /// <summary>What a document makes a reader import, make or call.</summary>
    private void Made(string dotted, CallableUse use, IReadOnlyList<ValueShape> arguments, long offset)
    {
        int dot = dotted.LastIndexOf('.');
        context.Add(new CallableFact
        {
            Path = context.Artifact.Path,
            Offset = offset,
            Callee = dotted,
            Resolved = dotted,
            Module = dot < 0 ? dotted : dotted[..dot],
            Name = dot < 0 ? "" : dotted[(dot + 1)..],
            Use = use,
            Arguments = use is CallableUse.Called ? arguments : [],
        });
        if (use is CallableUse.Constructed && arguments is [{ Kind: ShapeKind.Dict, Items.Count: > 0 } state])
        {
            context.Add(new CallableFact
            {
                Path = context.Artifact.Path,
                Offset = offset,
                Callee = dotted + "()",
                Resolved = dotted + "()",
                Target = new ValueShape(ShapeKind.Instance, dotted),
                Use = CallableUse.State,
                Arguments = [state],
            });
        }
    }

    /// <summary>Whether a line starts a program of the same bundle, which is read like all of its files.</summary>
    private bool LiesHere(string line)
    {
        string program = line.Trim().Split(' ')[0];
        program = program.StartsWith("./", StringComparison.Ordinal) ? program[2..] : program;
        if (context.Artifact.In is not { } place || program.Length == 0 || program[0] is '/' or '~' or '$' || line.AsSpan().IndexOfAny(s_shell) >= 0)
        {
            return false;
        }

        BundleOpening opening = place.Bundle.TryOpen(place.Name[..(place.Name.LastIndexOf('/') + 1)] + program);
        using ByteSource? bytes = opening.Bytes;
        return bytes is not null;
    }
}
