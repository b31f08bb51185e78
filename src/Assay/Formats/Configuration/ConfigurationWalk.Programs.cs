// Programs among the values of a configuration, whatever their keys: somebody runs them, or they would not be there.
using Assay.Artifacts;
using Assay.Evaluation;
using Assay.Formats.PythonSources;
using Assay.Python.Names;

namespace Assay.Formats.Configuration;

internal sealed partial class ConfigurationWalk
{
    private const int MostListedPrograms = 8;
    /// <summary>Programs of which the end of the document decides: those of lists, expressions of JSON, and what is read as code among settings only.</summary>
    private readonly List<(ScalarValue Value, ProgramShape Shape, string Path, bool IsListed, bool IsForSettings)> _programs = [];
    private int _listed;

    /// <summary>In YAML and TOML people write settings; JSON is as often a set of data, whose texts may be anybody's code.</summary>
    private bool IsSettings => IsOfLines || RepeatsKeys;

    /// <summary>
    /// A text that is a program of Python: a component whose source is executed when it is made, a setting that is evaluated. What only does harm is told (a phase of use), as of commands. Where many stand in lists the document is about programs: a set of questions, a report.
    /// </summary>
    /// <param name="value">The text.</param>
    /// <param name="isCommand">Whether it is read as a command for a shell already.</param>
    private void Program(ScalarValue value, bool isCommand)
    {
        // Far down a list stand rows of data.
        bool isForSettings = isCommand || context.Artifact.Extension is ".jsonl" || _open.Exists(f => !f.IsMap && f.Index > MostListed);
        bool isFull = _programs.Count >= MostExpressions;
        if (value.IsCut || (isForSettings && isFull) || !ProgramText.Is(value.Text, context.Budget, out ProgramShape shape) || (isForSettings && !shape.IsExpression))
        {
            return;
        }

        bool isListed = _open.Exists(f => !f.IsMap);
        _listed += isListed && !isForSettings ? 1 : 0;
        if (!isFull && (isListed || isForSettings || (shape.IsExpression && !IsSettings)))
        {
            _programs.Add((value, shape, Path(), isListed, isForSettings));
        }
        else if (!isListed)
        {
            Evaluated(value, shape, Path(), IsSettings);
        }
    }

    private void Evaluated(ScalarValue value, ProgramShape shape, string path, bool isSettings)
    {
        if (shape.Reaches)
        {
            context.Anomaly("configuration.code-text", value.Offset, 0, $"{path} is an expression that reaches behind objects: {Short(value.Text)}");
        }

        // A source that defines something is executed for the sake of that when a component is made of it, and an expression among settings is there for somebody who evaluates it; who runs another, nobody knows, and
        // honest ones start programs.
        Submit(value.Text.Trim(), PythonSourceFormat.FormatId, shape.Defines || (isSettings && shape.IsExpression) ? "load" : "use", value.Offset);
    }

    /// <summary>The document ends: expressions among settings of a model, and programs in lists, where there are few.</summary>
    private void Programs()
    {
        bool isSettings = IsSettings || _rootKeys.Overlaps(s_modelKeys);
        foreach ((ScalarValue value, ProgramShape shape, string path, bool isListed, bool isForSettings) in _programs)
        {
            if ((isSettings && shape.IsExpression) || (!isForSettings && (!isListed || _listed <= MostListedPrograms)))
            {
                Evaluated(value, shape, path, isSettings);
            }
        }

        _programs.Clear();
        _listed = 0;
    }

    /// <summary>
    /// The types of modules by the folders that they are loaded from, as a router of sentence-transformers lists them: each name is imported, and what it names loads the folder.
    /// </summary>
    private void Types(Frame map)
    {
        if (_open is not [{ IsMap: true, Key: "types" }] || map.Kept is not { Count: > 0 } kept || kept.Values.Any(v => v.Kind is not EntryKind.Text || !v.Text.Contains('.', StringComparison.Ordinal) || v.Text.AsSpan().IndexOfAny(" /\\:") >= 0))
        {
            return;
        }

        foreach ((string folder, ScalarValue type) in kept)
        {
            string at = KeyPath.Append(Path(), folder);
            string module = type.Text[..type.Text.LastIndexOf('.')].Replace('.', '/');
            Entry(at + ".module_type", type.Text, type.Kind, type.Offset, beside: Code(module, $"{folder}/{module}"));
            Entry(at + ".module_path", folder, EntryKind.Text, type.Offset);
        }
    }

    /// <summary>Whether a value is a row of a table that happens to have such a name: a number, or far down a list a text that is neither a path nor the name of something in a module.</summary>
    private bool IsOneOfMany(ValueRole role, ScalarValue value, bool isInList) =>
        role is not ValueRole.Switch && isInList
        && (value.Kind is EntryKind.Integer or EntryKind.Number || (Top is { IsMap: false, Index: > MostListed } && value.Text.AsSpan().IndexOfAny("/\\.:") < 0));

    /// <summary>Whether a value is the name of something that starts programs or runs code, as those write it who find it by that name: <c>os.system</c>, <c>subprocess:run</c>.</summary>
    private static bool NamesHarm(string text) =>
        text.Length is > 6 and < 64 && text.AsSpan().IndexOfAny('.', ':') > 0 && char.IsAsciiLetterLower(text[0]) && !text.EndsWith(')') && CallableSinks.IsHandable(CanonicalName.Of(text.Replace(':', '.')));
}
