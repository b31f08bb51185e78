// Reads compiled Python (.pyc): what it does on import, and whether it is what its source says.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Bytecode;
using Assay.Evaluation.Marshalled;
using Assay.Formats.PythonSources;

namespace Assay.Formats.Bytecode;

/// <summary>
/// Compiled Python of CPython 3.6 to 3.14: a magic number, flags, the time and size of the source or its hash, and a marshalled code object. An import takes the compiled file where it seems to belong to
/// the source, and alone where there is no source; what the source says is then only what people see. Specification: PEP 552, CPython's <c>importlib/_bootstrap_external.py</c> and <c>Python/marshal.c</c>.
/// </summary>
internal sealed class CompiledPythonFormat : IFormat
{
    private const int OldHeader = 12;
    private const int Header = 16;
    private const int HashBased = 1;
    private const int Checked = 2;
    private const int Longest = 16 << 20;
    private const int LargestSource = 8 << 20;
    private const int MostListed = 200;

    public string Id => "python-bytecode";

    public string Name => "Compiled Python";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pyc", ".pyo"];

    public Claim? Probe(ProbeView view) => view.IsWhole && view.Head.Span is [_, _, (byte)'\r', (byte)'\n', ..] && MinorOf(view.Head.Span) is { } minor
        && Start(view.Head.Span, minor) is var start && view.Head.Length > start && (view.Head.Span[start] & 0x7F) == 'c' ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        if (claim.Range.Length > Longest)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The code is longer than {Longest >> 20} MB.");
            return;
        }

        context.Budget.SpendWork((MarshalReader.WorkPerByte + 300) * claim.Range.Length, claim.Range.Offset);
        byte[] bytes = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset, (int)claim.Range.Length);
        int minor = MinorOf(bytes) ?? 0;
        int start = Start(bytes, minor);
        context.Meta("python", $"3.{minor}");
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (ModuleCode.Read(bytes[start..], minor) is not { } module)
        {
            context.Unread(UnreadCause.Malformed, claim.Range.Offset + start, claim.Range.Length - start, $"The code is none that Python 3.{minor} writes.");
            return;
        }

        if (module.IsCut)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset + start, 0, "The code has more branches, or more on its stack, than is followed.");
        }

        int flags = minor >= 7 ? BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4)) : 0;
        Compare(module, SourceOf(context, out long length), IsTaken(bytes, minor, flags, length, context.Artifact.Name), flags, context);
        List<SourceUse> uses = CompiledTimes.Uses(module, claim.Range.Offset + start);
        bool runs = uses.Exists(u => u.Phase is "import" or "load");
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path,
            Offset = claim.Range.Offset + start,
            Length = claim.Range.Length - start,
            Language = "python-bytecode",
            Summary = runs ? "compiled source that does something on import or load" : "compiled source",
            Names = [.. uses.Select(u => u.Callee).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Take(64)],
            Phase = runs ? "load" : "use",
            Uses = uses,
        });
        foreach (SourceUse use in uses)
        {
            Recovered(use, context);
        }

        Listing(module, context);
    }

    /// <summary>Bytes and texts that something runs or loads are read as what they are.</summary>
    private static void Recovered(SourceUse use, ReadContext context)
    {
        string kind = CallableSinks.Of(use.Callee)?.Kind ?? "";
        foreach (ValueShape given in use.Arguments.Take(1).SelectMany(a => a.Kind is ShapeKind.Str or ShapeKind.Bytes ? [a] : a.Items))
        {
            switch (kind)
            {
                case "shell-command" when given.Kind is ShapeKind.Str:
                    foreach (Shell.ShellUse line in Shell.ShellLines.Read(given.Text, context.Budget))
                    {
                        context.Add(new AnomalyFact { Path = context.Artifact.Path, Offset = use.Offset, Code = line.Code, Detail = line.Detail, Line = use.Line, When = use.Phase });
                    }

                    break;
                case "python-source" when given.Kind is ShapeKind.Str:
                    context.Submit(new Artifact($"source@line{use.Line}", new MemorySource(Encoding.UTF8.GetBytes(given.Text)), context.Artifact, PythonSourceFormat.FormatId) { When = use.Phase, OuterLine = _ => use.Line });
                    break;
                case "pickle" when given.Kind is ShapeKind.Bytes:
                    context.Submit(new Artifact($"pickle@line{use.Line}", new MemorySource(Encoding.Latin1.GetBytes(given.Text)), context.Artifact, "pickle"));
                    break;
            }
        }
    }

    private static void Listing(ModuleCode module, ReadContext context)
    {
        if (!context.Wants(ReadingParts.Metadata))
        {
            return;
        }

        foreach (ModuleFunction function in module.Functions.Take(MostListed))
        {
            context.Meta($"code {(function.Name.Length == 0 ? "<module>" : function.Name)}", string.Join('\n', module.Listing(function)));
        }
    }

    /// <summary>Whether the compiled code uses names that its source does not have, and whether Python would notice.</summary>
    private static void Compare(ModuleCode module, string? source, bool isTaken, int flags, ReadContext context)
    {
        bool isUnchecked = (flags & HashBased) != 0 && (flags & Checked) == 0;
        if (source is null)
        {
            context.Anomaly("bytecode.alone", 0, 0, "The source is not there: an import runs what nobody can read.");
            return;
        }

        string[] foreign = [.. module.Functions.SelectMany(f => f.Parts.Names.Select(n => (Name: n, f.Parts.FirstLine))).Where(n => n.Name.Length > 1 && !IsOfCompiler(n.Name) && !source.Contains(Last(n.Name), StringComparison.Ordinal)).Select(n => n.Name).Distinct(StringComparer.Ordinal).Take(8)];
        ModuleFunction? first = module.Functions.FirstOrDefault(f => f.Parts.Names.Any(foreign.Contains));
        if (foreign.Length > 0)
        {
            int? line = first?.Uses.FirstOrDefault(u => foreign.Any(n => u.Callee.Contains(n, StringComparison.Ordinal)))?.Line ?? first?.Parts.FirstLine;
            context.Add(new AnomalyFact
            {
                Path = context.Artifact.Path,
                Code = isTaken ? "bytecode.differs" : "bytecode.stale",
                Detail = $"The compiled code uses {string.Join(", ", foreign)}, which its source does not{(isUnchecked ? "; Python never compares the two" : isTaken ? "" : "; by its size or its hash it is of an earlier source, and an import does not take it")}.",
                Line = line,
                When = "import",
            });
        }
        else if (isUnchecked)
        {
            context.Anomaly("bytecode.unchecked", 4, 4, "The file says that Python shall not compare it with its source.");
        }
    }

    /// <summary>A name as the source writes it: a private name of a class has the class in front of it.</summary>
    private static string Last(string name)
    {
        int dot = name.LastIndexOf('.');
        string last = dot < 0 ? name : name[(dot + 1)..];
        int inner = last.StartsWith('_') ? last.IndexOf("__", 1, StringComparison.Ordinal) : -1;
        return inner > 0 && inner + 2 < last.Length ? last[inner..] : last;
    }

    /// <summary>Whether a compiler puts the name there: special names, what an assertion raises up to Python 3.8, what pytest makes of one.</summary>
    private static bool IsOfCompiler(string name) =>
        (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal)) || name is "AssertionError" or "locals" || name[0] is '@';

    /// <summary>
    /// Whether an import would take the compiled file for the source: always where it says that nobody shall compare them, by the size that it names where it names one (its time says nothing once files are copied), and
    /// never where it is made for a test runner.
    /// </summary>
    private static bool IsTaken(byte[] bytes, int minor, int flags, long length, string name)
    {
        bool isHashed = (flags & HashBased) != 0;
        int size = minor >= 7 ? 12 : 8;
        return isHashed ? (flags & Checked) == 0
            : !name.Contains("-pytest-", StringComparison.Ordinal) && bytes.Length >= size + 4 && BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(size)) == (uint)length;
    }

    /// <summary>The source that the compiled code belongs to: beside it, or beside the folder <c>__pycache__</c>.</summary>
    private static string? SourceOf(ReadContext context, out long length)
    {
        length = -1;
        if (context.Artifact.In is not { } place)
        {
            return null;
        }

        string file = place.Name[(place.Name.LastIndexOf('/') + 1)..];
        bool isCached = place.Name.Contains("__pycache__/", StringComparison.Ordinal);
        BundleOpening opening = place.TryOpen($"{(isCached ? "../" : "")}{file.Split('.')[0]}.py");
        using ByteSource? bytes = opening.Bytes;
        length = bytes?.Length ?? -1;
        return bytes is null || bytes.Length > LargestSource ? null : Encoding.UTF8.GetString(bytes.ReadUpTo(0, (int)bytes.Length));
    }

    /// <summary>The version that writes a magic number; it changes several times while a version is made.</summary>
    private static int? MinorOf(ReadOnlySpan<byte> head) => BinaryPrimitives.ReadUInt16LittleEndian(head) switch
    {
        >= 3360 and < 3390 => 6,
        >= 3390 and < 3400 => 7,
        >= 3400 and < 3420 => 8,
        >= 3420 and < 3430 => 9,
        >= 3430 and < 3450 => 10,
        >= 3450 and < 3500 => 11,
        >= 3500 and < 3550 => 12,
        >= 3550 and < 3600 => 13,
        >= 3600 and < 3650 => 14,
        _ => null,
    };

    private static int Start(ReadOnlySpan<byte> head, int minor) => minor >= 7 ? Header : OldHeader;
}
