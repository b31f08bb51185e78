// TorchScript that the installed PyTorch writes and compiles, held against what it says of it.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Architecture;
using Assay.Tests.Builders;
using Assay.Tests.Cli;

namespace Assay.Tests.Formats.PyTorch;

/// <summary>PyTorch writes models, names their operators, and compiles spellings of one operator; a scan must come to the same.</summary>
public sealed class TorchScriptOracleTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void OperatorsAreThoseThatPyTorchFinds()
    {
        string folder = _tree["models"];
        using Stream script = typeof(TorchScriptOracleTests).Assembly.GetManifestResourceStream("pytorch/torchscript.py")!;
        string[] lines = CPython.Lines(new StreamReader(script).ReadToEnd(), folder, "torch");
        List<string> wrong = [];
        int opening = 0;
        foreach (string[] line in lines.Select(l => l.Split(' ')))
        {
            string path = Path.Join(folder, line[0] + ".pt");
            if (line[0].StartsWith("form", StringComparison.Ordinal))
            {
                // What PyTorch refuses may be said or not.
                TargetReport report = Scanned.Bytes(File.ReadAllBytes(path), "model.pt");
                opening += line[1] is "opens" ? 1 : 0;
                if (line[1] is not "refused" && report.Is("torchscript-file") != line[1] is "opens")
                    wrong.Add($"{line[0]} {line[1]}: {report.Describe()}");

                continue;
            }

            IReadOnlyList<string> theirs = line[1..];
            foreach (string file in new[] { path, path + "l" }.Where(File.Exists))
            {
                TargetReport report = Scanned.Bytes(File.ReadAllBytes(file), Path.GetFileName(file));
                HashSet<string> ours = [.. Operators(File.ReadAllBytes(file))];
                bool opens = theirs.Contains("aten::save") || theirs.Contains("aten::from_file");
                Assert.Equal((file, opens), (file, report.Is("torchscript-file")));
                Assert.Equal((file, opens ? Verdict.Malicious : Verdict.Passed), (file, report.Verdict));

                // What is syntax or a builtin (indexing, unpacking, casts) names no operator in the source; the bytecode names all.
                wrong.AddRange(theirs.Where(t => !ours.Contains(t) && !s_syntax.Contains(t)).Select(t => $"{Path.GetFileName(file)}: {t}"));
            }
        }

        Offenders.None(wrong);
        Assert.InRange(opening, 12, int.MaxValue);
    }

    private static readonly string[] s_syntax =
    [
        "aten::__getitem__", "aten::_set_item", "aten::list", "aten::ScalarImplicit", "aten::IntImplicit", "aten::FloatImplicit", "aten::Bool", "aten::Int", "aten::str",
        "prim::TupleUnpack", "prim::unchecked_cast",
    ];

    private static IEnumerable<string> Operators(byte[] file)
    {
        Scanner scanner = new(new ScanOptions { Rules = RuleSet.Default, Scratch = new MemoryScratch(), KeepFacts = true });
        FactSet facts = scanner.Scan(new ScanInput { Path = "model.pt", Open = () => new MemorySource(file) }, TestContext.Current.CancellationToken).Report!.Read!;
        return facts.Facts.OfType<OperatorFact>().Select(o => $"{o.Domain}::{o.Name}");
    }
}
