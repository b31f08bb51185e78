// Measures judging and finding in a store of many artifacts, which are generated: see bench/README.md.
using System.Diagnostics;
using System.Globalization;
using Assay.Detection;
using Assay.Policies;
using Assay.Store;
using Assay.Store.Bench;
using Assay.Store.Databases;
using Assay.Store.Judging;

if (args is not [string address, ..] || (args.Length > 1 && !int.TryParse(args[1], CultureInfo.InvariantCulture, out _)))
{
    Console.Error.WriteLine("bench/store STORE [ARTIFACTS]: STORE is a new file or an empty database.");
    return 4;
}

int count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000_000;
using ModelStore store = ModelStore.Open(StoreAddress.Of(address));
Stopwatch watch = Stopwatch.StartNew();
if (store.Connection.Number("SELECT count(*) FROM artifacts") == 0)
{
    Generator.Fill(store, count);
    Say($"generated {count:n0} artifacts");
}

const string Rare = """
    rules:
    - id: bench-rare
      title: A rare callable
      severity: medium
      confidence: high
      when: {callable: {name: {glob: "benchmark.rare.*"}}}
      why: "It is rare."
      fix: "Take it out."
    """;
RetroResult result = RetroJudge.Of(store, RuleSet.With([("bench.yaml", Rare)]), Policy.None).Run(_ => { }, CancellationToken.None);
Say($"judged by a new rule: {result.Readings:n0} readings, {result.Judged:n0} concerned, {result.Changed:n0} changed");
result = RetroJudge.Of(store, RuleSet.With([("bench.yaml", Rare.Replace("bench-rare", "bench-many", StringComparison.Ordinal).Replace("callable: {name: {glob: \"benchmark.rare.*\"}}", "format: pickle", StringComparison.Ordinal))]), Policy.None).Run(_ => { }, CancellationToken.None);
Say($"judged by another rule: {result.Readings:n0} readings, {result.Judged:n0} concerned, {result.Changed:n0} changed");
string digest = Convert.ToHexStringLower(Generator.DigestOf(count / 2)), held = Convert.ToHexStringLower(Generator.DigestOf(-2 - 9));
foreach ((string what, StoreQuestion question) in ((string, StoreQuestion)[])
[
    ("calls torch._utils._rebuild_tensor_v2", new StoreQuestion { Calls = "torch._utils._rebuild_tensor_v2" }),
    ("calls benchmark.*", new StoreQuestion { Calls = "benchmark.*" }),
    ("calls torch.nn.*", new StoreQuestion { Calls = "torch.nn.*" }),
    ("calls *", new StoreQuestion { Calls = "*" }),
    ("names host9.example.org", new StoreQuestion { Host = "host9.example.org" }),
    ("names *.example.org", new StoreQuestion { Host = "*.example.org" }),
    ("refers to a URL", new StoreQuestion { Refers = "https://host9.example.org/weights" }),
    ("refers to *", new StoreQuestion { Refers = "*" }),
    ("has zip.*", new StoreQuestion { Code = "zip.*" }),
    ("was read as safetensors", new StoreQuestion { Format = "safetensors" }),
    ("was read as *", new StoreQuestion { Format = "*" }),
    ("is a digest", new StoreQuestion { Digest = digest }),
    ("holds a digest", new StoreQuestion { Digest = held }),
    ("lies in hf://org7/m7", new StoreQuestion { Repository = "hf://org7/m7" }),
    ("lies in hf://org7/*", new StoreQuestion { Repository = "hf://org7/*" }),
    ("lies in hf://*/m77777", new StoreQuestion { Repository = "hf://*/m77777" }),
    ("lies in hf://*", new StoreQuestion { Repository = "hf://*" }),
    ("is org7's", new StoreQuestion { Publisher = "org7" }),
    ("is org*'s", new StoreQuestion { Publisher = "org*" }),
    ("calls _rebuild_tensor_v2, was read as pytorch", new StoreQuestion { Calls = "torch._utils._rebuild_tensor_v2", Format = "pytorch" }),
    ("was read as safetensors, is org7's", new StoreQuestion { Format = "safetensors", Publisher = "org7" }),
    ("calls torch.nn.*, names *.example.org", new StoreQuestion { Calls = "torch.nn.*", Host = "*.example.org" }),
    ("was read as safetensors, lies in hf://*", new StoreQuestion { Format = "safetensors", Repository = "hf://*" }),
])
{
    StoreFound found = StoreSearch.Find(store, question, 1000);
    Say($"found what {what}: {(found.IsMore ? "more than " : "")}{found.Readings:n0} readings, {found.Hits.Count:n0} shown");
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak memory {Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024} MB"));
return 0;

void Say(FormattableString what)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{watch.Elapsed.TotalSeconds,8:f2} s  {what.ToString(CultureInfo.InvariantCulture)}"));
    watch.Restart();
}
