// Reads source of C, C++, CUDA and JavaScript that comes with a model.
using System.Runtime.ExceptionServices;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.PythonSources;
using Assay.Formats.Shell;
using Assay.Formats.Texts;

namespace Assay.Formats.BracedSources;

/// <summary>
/// Source in a language with braces: kernels that a model compiles and loads (<c>torch.utils.cpp_extension</c>, <c>csrc</c>), and JavaScript that an installation or somebody runs. It goes by its name, as compilers and
/// interpreters do.
/// </summary>
internal sealed class BracedSourceFormat(bool isC) : IFormat
{
    /// <summary>The id of source of the C family.</summary>
    public const string CId = "c-source";

    /// <summary>The id of JavaScript.</summary>
    public const string JavaScriptId = "javascript";

    private const int WorkPerByte = 100;
    private const int HeldPerByte = 4;
    private const int LongestSource = 8 << 20;
    private const int LargestPackage = 1 << 20;

    /// <summary>The scripts of a package that npm runs when it is installed, or when it is built to be.</summary>
    internal static IReadOnlyList<string> InstallScripts { get; } = ["preinstall", "install", "postinstall", "prepare", "prepublish", "preprepare", "postprepare"];

    public string Id => isC ? CId : JavaScriptId;

    public string Name => isC ? "C, C++ and CUDA source" : "JavaScript";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        bool isNamed = isC ? view.Artifact.Extension is ".c" or ".cc" or ".cpp" or ".cxx" or ".c++" or ".cu" or ".cuh" or ".h" or ".hh" or ".hpp" or ".hxx" or ".hip" or ".mm" or ".inl"
            : view.Artifact.Extension is ".js" or ".mjs" or ".cjs" or ".ts" or ".mts" or ".cts" or ".jsx" or ".tsx";
        bool isScript = !isC && view.Head.Span.StartsWith("#!"u8) && view.Head.Span[..Math.Max(0, view.Head.Span.IndexOf((byte)'\n'))].IndexOf("node"u8) > 0;
        return view.IsWhole && !view.Range.IsEmpty && (isNamed || isScript) && TextLook.IsText(view.Head.Span) ? new Claim(view.Range, ClaimStrength.Likely) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Parsed);
        SecretSearch.Tell(context.Artifact.Bytes, claim.Range, context);
        if (claim.Range.Length > LongestSource)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The source is longer than {LongestSource >> 20} MB.");
            return;
        }

        context.Budget.SpendWork(WorkPerByte * claim.Range.Length, claim.Range.Offset);
        context.Budget.Hold(HeldPerByte * claim.Range.Length, claim.Range.Offset);
        try
        {
            Tell(TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget), claim, context);
        }
        finally
        {
            context.Budget.Release(HeldPerByte * claim.Range.Length);
        }
    }

    private void Tell(TextDocument document, Claim claim, ReadContext context)
    {
        string outermost = context.Artifact.When ?? (isC ? "import" : IsInstalled(context) ? "install" : "use");
        context.Lines = new LineMap(context.Artifact.Bytes, claim.Range).Of;
        using BracedFolding folding = new(document.Text.Length, context.Budget);
        BracedReading reading = BracedReading.Of(document.Text, isC, outermost, at => context.OuterLine(document.Line(at)), folding, context.Budget);
        SourceUse[] uses = [.. reading.Uses.Select(u => u with { Offset = document.Offset((int)u.Offset) })];
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path,
            Offset = claim.Range.Offset,
            Length = claim.Range.Length,
            Language = isC ? "c" : "javascript",
            Summary = isC ? "source of C, which somebody compiles" : "a script",
            Names = [.. uses.Select(u => u.Callee).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Phase = uses.Any(u => u.Phase is "import" or "load") ? "load" : "use",
            Uses = uses,
        });
        if (reading.Cut is { } cut)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, 0, cut);
        }

        foreach (HiddenCharacter hidden in HiddenCharacter.In(document.Text))
        {
            context.Anomaly(hidden.Code, document.Offset(hidden.Offset), 0, hidden.Detail);
        }

        foreach ((string kind, string text, int at, BracedFunction function, bool isDecoded) in reading.Texts)
        {
            int line = context.OuterLine(document.Line(at));
            if (kind is "shell")
            {
                // Only the first of the words is a program; the others are read for what a shell among them gets.
                foreach (ShellUse use in ShellLines.Read(text, context.Budget).Where(u => u.Line == 1 || u.Code is not "shell.hidden-program"))
                {
                    context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = document.Offset(at), Code = use.Code, Detail = use.Detail, Line = line, When = function.Phase });
                }
            }
            else if (isDecoded || function.Phase is not "call")
            {
                context.Submit(new Artifact($"source@{at}", new MemorySource(Encoding.UTF8.GetBytes(text)), context.Artifact, kind is "python" ? PythonSourceFormat.FormatId : JavaScriptId) { When = function.Phase, OuterLine = _ => line });
            }
        }

        if (reading.Ended is { } ended)
        {
            ExceptionDispatchInfo.Throw(ended);
        }
    }

    /// <summary>Whether the package that the file belongs to runs it when it is installed.</summary>
    private static bool IsInstalled(ReadContext context)
    {
        if (context.Artifact.In is not { } place)
        {
            return false;
        }

        string folder = place.Name;
        for (int up = 0; up < 4 && folder.Length > 0; up++)
        {
            folder = folder.LastIndexOf('/') is >= 0 and int slash ? folder[..slash] : "";
            BundleOpening opening = place.Bundle.TryOpen(folder.Length > 0 ? folder + "/package.json" : "package.json");
            using ByteSource? bytes = opening.Bytes;
            if (bytes is null || bytes.Length > LargestPackage)
            {
                continue;
            }

            context.Budget.SpendWork(WorkCosts.Artifact + (8 * bytes.Length));
            string inside = place.Name[(folder.Length > 0 ? folder.Length + 1 : 0)..];
            return Installs(bytes.ReadUpTo(0, (int)bytes.Length), inside);
        }

        return false;
    }

    private static bool Installs(byte[] package, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(package, new JsonDocumentOptions { MaxDepth = 64 });
            string bare = file[..^(file.LastIndexOf('.') is > 0 and int dot ? file.Length - dot : 0)];
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("scripts", out JsonElement scripts) && scripts.ValueKind is JsonValueKind.Object
                && InstallScripts.Any(s => scripts.TryGetProperty(s, out JsonElement command) && command.ValueKind is JsonValueKind.String && command.GetString()!.Split(' ', ';', '&', '|', '"', '\'').Any(w => w.TrimStart('.', '/') is { } named && (named == file || named == bare)));
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
