// Finds the code beside a configuration that it names: what is at hand is read by itself, what is not stays unknown.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Configuration;

internal sealed partial class ConfigurationWalk
{
    /// <summary>The key by which MLflow finds what loads a model.</summary>
    private const string LoaderModule = "loader_module";

    private const int MostLookups = 64;
    private const int ShortestSource = 32;
    private const int MostSources = 256;
    private int _sources;
    private const int LongestName = 200;
    private const int MostStrays = 256;
    private const int MostStraysTold = 8;
    private readonly List<(bool IsListed, long Offset, string Detail)> _strays = [];
    private int _lookups;

    /// <summary>Code that a command has on its line: <c>node -e</c>, <c>python -c</c>.</summary>
    private void OnLine(string key, ScalarValue value)
    {
        foreach (Shell.InlineSource inline in _sources > MostSources ? [] : Shell.InlineCode.In(value.Text))
        {
            Inline(key, inline.Language, inline.Source, value.Offset);
        }
    }

    /// <summary>Code among the words of a command.</summary>
    private void Given(string key, IReadOnlyList<string> words, long offset)
    {
        if (words.Count > 0 && Shell.InlineCode.LanguageOf(words[0]) is { } language && Shell.InlineCode.Given(words, language) is { } source)
        {
            Inline(key, language, source, offset);
        }
    }

    private void Inline(string key, string language, string source, long offset)
    {
        bool isInstalled = BracedSources.BracedSourceFormat.InstallScripts.Contains(key) || key is "postCreateCommand" or "onCreateCommand" or "before_install";
        Submit(source, language is "python" ? PythonSources.PythonSourceFormat.FormatId : BracedSources.BracedSourceFormat.JavaScriptId, isInstalled ? "install" : "use", offset);
    }

    /// <summary>A text of which nobody knows what it is for, looked at as a command; rows of data are about commands and are none.</summary>
    private void Stray(ScalarValue value)
    {
        if (_strays.Count < MostStrays && context.Artifact.Extension is not ".jsonl" && !_open.Exists(f => !f.IsMap && f.Index > MostListed))
        {
            foreach (Shell.ShellUse use in Shell.StrayCommands.In(value.Text, context.Budget))
            {
                _strays.Add((_open.Exists(f => !f.IsMap), value.Offset, $"{Path()}: {use.Detail}"));
            }
        }
    }

    /// <summary>Tells what was found among texts. Where there is much of it in lists, the document is about commands.</summary>
    private void Strays()
    {
        bool isData = _strays.Count(s => s.IsListed) > MostStraysTold;
        foreach ((_, long offset, string detail) in _strays.Where(s => !isData || !s.IsListed).Take(MostStraysTold))
        {
            context.Anomaly("settings.command", offset, 0, detail);
        }
    }

    /// <summary>Source of Python in a node of a graph: it runs when the graph is loaded or run.</summary>
    private void Node(ScalarValue value) => Submit(value.Text, PythonSources.PythonSourceFormat.FormatId, "load", value.Offset);

    private void Submit(string source, string format, string when, long offset)
    {
        if (_sources++ >= MostSources)
        {
            if (_sources == MostSources + 1)
            {
                context.Unread(UnreadCause.Limit, offset, 0, $"The document holds more than {MostSources} pieces of source.");
            }

            return;
        }

        byte[] bytes = Encoding.UTF8.GetBytes(source);
        context.Budget.SpendWork(bytes.Length, offset);
        int line = context.LineAt(offset) ?? 0;
        context.Submit(new Artifact($"source@0x{offset:x}", new MemorySource(bytes), context.Artifact, format) { When = when, OuterLine = inner => line > 0 ? line : inner });
    }

    /// <summary>The first of these modules that lies beside the document as a file or as a package; empty where none does.</summary>
    private string Code(params ReadOnlySpan<string> modules)
    {
        foreach (string module in modules)
        {
            foreach (string end in (ReadOnlySpan<string>)[".py", "/__init__.py"])
            {
                if (module.Length is > 0 and < LongestName && Opens(module + end) is { } name)
                {
                    return name;
                }
            }
        }

        return "";
    }

    /// <summary>The code beside that a setting names: a pipeline by its file or class, a loop of generation by its folder.</summary>
    private string Named(string key, string value) => key switch
    {
        "custom_pipeline" => Code(value.EndsWith(".py", StringComparison.Ordinal) ? value[..^3] : value, value.LastIndexOf('.') is > 0 and int dot ? value[..dot].Replace('.', '/') : ""),
        "custom_generate" => Code("custom_generate/generate", value + "/custom_generate/generate"),
        _ => "",
    };

    /// <summary>The name in the bundle of a file that opens; null where there is none, or where the path leads out.</summary>
    private string? Opens(string path)
    {
        if (context.Artifact.In is not { } place || ++_lookups > MostLookups || BundleName.Resolve(place.Name, path) is not { Place: ReferencePlace.Inside } found)
        {
            return null;
        }

        BundleOpening opening = place.Bundle.TryOpen(found.Name);
        opening.Bytes?.Dispose();
        return opening.Bytes is null ? null : found.Name;
    }

    /// <summary>The file of a class that a configuration names: <c>modeling_x.Class</c> beside it, or <c>owner/repository--modeling_x.Class</c> elsewhere.</summary>
    private void Module(string text, long offset)
    {
        int other = text.IndexOf("--", StringComparison.Ordinal);
        string module = other < 0 ? text : text[(other + 2)..];
        int dot = module.LastIndexOf('.');
        if (other < 0 && dot > 0)
        {
            context.Refer("code", module[..dot].Replace('.', '/') + ".py", offset);
        }
        else if (other > 0)
        {
            context.Refer("remote-code", "https://huggingface.co/" + text[..other], offset);
        }
    }
}
