// The door of the measurements.
using Assay.Bench;

const string Usage = """
    Measures Assay.
      corpus DIR [--json FILE] [--renamed] [--check]   scan a labelled corpus (DIR/labels.tsv): detection, false flags, time, memory
      make DIR                                         write the inputs of the speed measurements
      speed DIR [--program FILE] [--runs N] [--check]  compare whole processes with CPython on the same bytes
      speed DIR --in-process [--runs N]                CPU time of the engine alone, cold and warm
    """;

try
{
    return args switch
    {
        ["corpus", var folder, .. var rest] => CorpusBench.Run(folder, Options.Parse(rest, "--json", "--renamed!", "--check!")),
        ["make", var folder] => Inputs.Make(folder),
        ["speed", var folder, .. var rest] => SpeedBench.Run(folder, Options.Parse(rest, "--program", "--runs", "--in-process!", "--check!")),
        _ => Fail(Usage),
    };
}
catch (Exception e) when (e is ArgumentException or IOException or FormatException)
{
    return Fail(e.Message);
}

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 4;
}
