// Reads Python source that comes with a model: what it calls that reaches beyond it, and when.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation.Payloads;
using Assay.Formats.Shell;
using Assay.Formats.Texts;
using Assay.Python.Syntax;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Python source: code of a model (<c>modeling_*.py</c>), of its installation (<c>setup.py</c>), of whoever uses it. An import runs all that stands outside of functions. It goes by its name, as
/// imports do, and where a name says nothing by its first line. Specification: the Python reference, as <see cref="PythonParser"/> reads it.
/// </summary>
internal sealed class PythonSourceFormat(bool isOfNotebook = false) : IFormat
{
    /// <summary>The id by which others say that what they hold is source.</summary>
    public const string FormatId = "python-source";

    /// <summary>The id of the code of a notebook, which runs when somebody runs its cells.</summary>
    public const string NotebookId = "notebook-code";

    private const int WorkPerByte = 150;
    private const int HeldPerByte = 64;
    private const int LongestSource = 8 << 20;
    private const int MostBeside = 16;
    private const int LargestBeside = 1 << 20;
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal) { ".py", ".pyw", ".pyi", ".pyx" };

    public string Id => isOfNotebook ? NotebookId : FormatId;

    public string Name => isOfNotebook ? "Code of a notebook" : "Python source";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view)
    {
        if (isOfNotebook || !view.IsWhole || view.Head.Span.Contains((byte)0))
        {
            return null;
        }

        // A path file of Python is read line by line, and only its import lines are run.
        if (view.Artifact.Extension == ".pth")
        {
            return null;
        }

        return s_names.Contains(view.Artifact.Extension) ? new Claim(view.Range, ClaimStrength.Likely)
            : IsScript(view.Head.Span) || PythonLook.IsSource(view) ? new Claim(view.Range, ClaimStrength.Weak) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (claim.Range.Length > LongestSource)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The source is longer than {LongestSource >> 20} MB.");
            return;
        }

        context.Budget.SpendWork(WorkPerByte * claim.Range.Length, claim.Range.Offset);
        context.Budget.Hold(HeldPerByte * claim.Range.Length, claim.Range.Offset);
        try
        {
            SourceText text = SourceText.Decode(context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, (int)claim.Range.Length));
            Tell(PythonParser.Parse(text, context.Budget), claim.Range.Offset, context, isOfNotebook);
        }
        finally
        {
            context.Budget.Release(HeldPerByte * claim.Range.Length);
        }
    }

    /// <summary>Tells what a tree does.</summary>
    private static void Tell(SyntaxTree tree, long start, ReadContext context, bool isOfNotebook)
    {
        string source = Encoding.UTF8.GetString(tree.Text.Slice(0, tree.Text.End));
        context.Lines = offset => tree.Text.Position((int)Math.Clamp(offset - start, 0, tree.Text.End)).Line;
        SourceSetting setting = new(SourceRole.Of(context.Artifact.In?.Name ?? context.Artifact.Name), context.Artifact.When ?? (isOfNotebook ? "cell" : "import"), context.OuterLine, BesideOf(context));
        SourceReading reading = SourceReading.Of(tree, source, start, context.Budget, context.Held, setting);
        bool isScript = !isOfNotebook && context.Artifact.Parent is null && reading.Uses.Exists(u => u.Phase is "import" or "load" or "infer") && LoneScripts.Is(context);
        if (isScript)
        {
            reading.Asked();
        }
        else if (isOfNotebook)
        {
            reading.OfCells();
        }

        if (!isOfNotebook && context.Artifact.Parent is null && reading.Uses.Count > 0 && BuildScripts.Names(context))
        {
            reading.Installed();
        }

        bool runs = reading.Uses.Exists(u => u.Phase is "import" or "load");
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path,
            Offset = start,
            Length = tree.Text.End,
            Language = "python",
            Summary = runs ? "source that does something on import or load" : "source",
            Names = [.. reading.Uses.Select(u => u.Callee).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(64)],
            Phase = runs ? "load" : "use",
            Uses = reading.Uses,
            Functions = context.Artifact.Parent is not null || isOfNotebook ? [] : isScript ? reading.FunctionsAsked : reading.Functions,
        });
        if (!isOfNotebook && SourceEncoding.Foreign(tree.Text.Slice(0, tree.Text.End)) is { } encoding)
        {
            context.Anomaly("python.own-encoding", start, 0, $"The source is written in {encoding}, an encoding that only code can bring.");
        }

        if (tree.Errors is [var error, ..])
        {
            context.Anomaly("python.no-source", start + error.Offset, 0, $"Line {tree.Text.Position(error.Offset).Line} is no Python 3 that is known; the rest was read all the same.");
        }

        if (reading.IsCut)
        {
            context.Unread(UnreadCause.Limit, start, 0, $"The source calls more than {SourceReading.MostUses} things that reach beyond it.");
        }

        foreach (HiddenCharacter hidden in HiddenCharacter.In(source))
        {
            context.Anomaly(hidden.Code, start + hidden.Offset, 0, hidden.Detail);
        }

        SecretSearch.Tell(context.Artifact.Bytes, new ByteRange(start, context.Artifact.Bytes.Length - start), context);
        foreach (RecoveredText text in reading.Texts)
        {
            Recovered(text, reading, context);
        }

        HandedLines.Tell(tree, start, reading.PhaseAt, context);
        HandedPages.Tell(tree, start, reading.PhaseAt, context);

        foreach (RecoveredBytes bytes in reading.Bytes)
        {
            context.Submit(new Artifact(bytes.Name, new MemorySource(bytes.Bytes), context.Artifact, bytes.IsPickle ? "pickle" : null) { MayBeOpaque = !bytes.IsPickle });
        }
    }

    /// <summary>A text that the source runs: a command, or more source.</summary>
    private static void Recovered(RecoveredText text, SourceReading reading, ReadContext context)
    {
        SourceUse? by = reading.Uses.Find(u => u.Offset == text.Offset);
        if (text.Kind is "shell-command")
        {
            // What a function that somebody calls starts in a place for what is temporary, it put there itself.
            foreach (ShellUse use in ShellLines.Read(text.Text, context.Budget).Where(u => u.Code is not "shell.hidden-program" || by?.Phase is not "call" || text.Text.Contains("/.", StringComparison.Ordinal)))
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = text.Offset, Code = use.Code, Detail = use.Detail, When = by?.Phase });
            }
        }

        // What a function runs that nobody calls is judged with it, unless it was hidden.
        if (text.Kind is "python-source" && (text.Layers.Count > 0 || by is { IsHidden: true } or { Phase: "import" or "load" or "infer" or "install" or "cell" or "use" }))
        {
            int line = context.Lines?.Invoke(text.Offset) ?? 1;
            context.Submit(new Artifact($"source@0x{text.Offset:x}", new MemorySource(Encoding.UTF8.GetBytes(text.Text)), context.Artifact, FormatId) { When = by?.Phase, OuterLine = _ => line });
        }
    }

    /// <summary>Opens small files of the same bundle, a few of them: source reads its payload from where it lies.</summary>
    private static Func<string, byte[]?>? BesideOf(ReadContext context)
    {
        if (context.Artifact.In is not { } place)
        {
            return null;
        }

        int opened = 0;
        return path =>
        {
            if (opened++ >= MostBeside)
            {
                return null;
            }

            BundleOpening opening = place.TryOpen(path);
            using ByteSource? bytes = opening.Bytes;
            if (bytes is null || bytes.Length > LargestBeside)
            {
                return null;
            }

            context.Budget.SpendWork(WorkCosts.Artifact + bytes.Length);
            return bytes.ReadUpTo(0, (int)bytes.Length);
        };
    }

    private static bool IsScript(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> line = head[..Math.Max(0, head.IndexOf((byte)'\n'))];
        return line.StartsWith("#!"u8) && line.IndexOf("python"u8) > 0;
    }
}
