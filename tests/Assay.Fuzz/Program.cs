// The door of the fuzzer.
using System.Globalization;
using Assay.Fuzz;

const string Usage = """
    Fuzzes the readers of Assay.
      list                              the targets
      seeds FOLDER                      write the seeds of every target to FOLDER/TARGET/
      replay TARGET FOLDER              run every file of a folder
      mutate TARGET|all COUNT [SEED] [SECONDS] [CRASHES]
                                        run changed inputs in this process, COUNT of them or SECONDS long, for each target
      afl TARGET                        run what afl-fuzz hands in (see the script `fuzz`)
    """;

try
{
    return args switch
    {
        ["list"] => List(),
        ["seeds", var folder] => Seeds(folder),
        ["replay", var name, var folder] => Replay(FuzzTargets.Find(name), folder),
        ["mutate", "all", var count, .. var rest] => FuzzTargets.All.Max(t => Mutate(t, count, rest)),
        ["mutate", var name, var count, .. var rest] => Mutate(FuzzTargets.Find(name), count, rest),
        ["afl", var name] => Afl(FuzzTargets.Find(name)),
        _ => Fail(Usage),
    };
}
catch (Exception e) when (e is ArgumentException or IOException or FormatException)
{
    return Fail(e.Message);
}

static int List()
{
    foreach (FuzzTarget target in FuzzTargets.All)
    {
        Console.WriteLine(target.Name);
    }

    return 0;
}

static int Seeds(string folder)
{
    foreach (FuzzTarget target in FuzzTargets.All)
    {
        string place = Directory.CreateDirectory(Path.Join(folder, target.Name)).FullName;
        int number = 0;
        foreach (byte[] seed in target.Seeds())
        {
            File.WriteAllBytes(Path.Join(place, string.Create(CultureInfo.InvariantCulture, $"seed-{number++:00}")), seed);
        }
    }

    return 0;
}

static int Replay(FuzzTarget target, string folder)
{
    int failed = 0;
    string[] files = Directory.GetFiles(folder);
    foreach (string file in files.Order(StringComparer.Ordinal))
    {
        try
        {
            FuzzGuard.Check(target, File.ReadAllBytes(file));
        }
        catch (FuzzFailure failure)
        {
            failed++;
            Console.WriteLine($"{file}: {failure.Message}");
        }
    }

    Console.WriteLine($"{target.Name}: {files.Length} files, {failed} failed");
    return failed > 0 ? 1 : 0;
}

static int Mutate(FuzzTarget target, string count, string[] rest)
{
    int seed = rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 1;
    TimeSpan time = rest.Length > 1 ? TimeSpan.FromSeconds(double.Parse(rest[1], CultureInfo.InvariantCulture)) : TimeSpan.MaxValue;
    string crashes = Path.Join(rest.Length > 2 ? rest[2] : "artifacts/fuzz/crashes", target.Name);
    MutationRun run = new(target, seed, crashes);
    run.Run(target.Seeds(), long.Parse(count, CultureInfo.InvariantCulture), time);
    return run.Failures > 0 ? 1 : 0;
}

static int Afl(FuzzTarget target)
{
    SharpFuzz.Fuzzer.OutOfProcess.Run(stream =>
    {
        using MemoryStream input = new();
        stream.CopyTo(input);
        FuzzGuard.Check(target, input.ToArray());
    });
    return 0;
}

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 4;
}
