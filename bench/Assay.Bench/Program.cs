// The door of the measurements.
using System.Globalization;
using Assay.Bench;

const string Failures = "artifacts/oracle-failures.txt";
const string Usage = """
    Measures Assay.
      corpus DIR [--json FILE] [--renamed] [--costly] [--check]   scan a labelled corpus (DIR/labels.tsv): detection, false flags, time, memory
      detonate DIR [--label LABEL]                     load the files of a label (benign) in the sandbox: findings of test loads
      compare DIR [--label LABEL] [--only BEGINNING] [--all]
                                                       compare what is read as data with what real libraries load in the sandbox, tensor by tensor
      make DIR                                         write the inputs of the speed measurements
      speed DIR [--program FILE] [--runs N] [--check]  compare whole processes with CPython on the same bytes
      speed DIR --in-process [--runs N]                CPU time of the engine alone, cold and warm
      oracle COUNT [SEED]                              hold the pickle machine against CPython's unpicklers on generated streams
      oracle corpus DIR                                the same on every pickle of a folder
      python DIR [--runs N]                            CPU time of reading Python source beside CPython's ast.parse, on the same files
    """;

try
{
    return args switch
    {
        ["corpus", var folder, .. var rest] => CorpusBench.Run(folder, Options.Parse(rest, "--json", "--renamed!", "--costly!", "--check!")),
        ["detonate", var folder, .. var rest] => DetonateBench.Run(folder, Options.Parse(rest, "--label")),
        ["compare", var folder, .. var rest] => CompareBench.Run(folder, Options.Parse(rest, "--label", "--only", "--all!")),
        ["make", var folder] => Inputs.Make(folder),
        ["speed", var folder, .. var rest] => SpeedBench.Run(folder, Options.Parse(rest, "--program", "--runs", "--in-process!", "--check!")),
        ["python", var folder, .. var rest] => PythonBench.Run(folder, Options.Parse(rest, "--runs")),
        ["oracle", "corpus", var folder] => OracleBench.Corpus(folder, Failures),
        ["oracle", var count] => OracleBench.Generated(Number(count), 1, Failures),
        ["oracle", var count, var seed] => OracleBench.Generated(Number(count), (ulong)Number(seed), Failures),
        _ => Fail(Usage),
    };
}
catch (Exception e) when (e is ArgumentException or IOException or FormatException)
{
    return Fail(e.Message);
}

static long Number(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 4;
}
