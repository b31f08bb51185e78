// Measures the reader of Python source.
using System.Diagnostics;
using System.Globalization;
using Assay.Python.Syntax;

namespace Assay.Bench;

/// <summary>CPU time of tokens and trees of every file of a folder, and of CPython's <c>ast.parse</c> on the same files.</summary>
internal static class PythonBench
{
    private const string Script = """
        import ast, sys, time, warnings
        warnings.simplefilter("ignore")
        sources = [open(line.rstrip("\n"), "rb").read() for line in sys.stdin]
        best = 1e9
        for _ in range(int(sys.argv[1])):
            begun = time.process_time()
            for source in sources:
                try: ast.parse(source)
                except (SyntaxError, ValueError, RecursionError): pass
            best = min(best, time.process_time() - begun)
        print(best, sys.version.split()[0])
        """;

    public static int Run(string folder, Options options)
    {
        int runs = options["--runs"] is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 5;
        string[] files = [.. Directory.EnumerateFiles(folder, "*.py", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        byte[][] sources = [.. files.Select(File.ReadAllBytes)];
        double megabytes = sources.Sum(s => (double)s.Length) / 1e6;
        if (megabytes == 0)
        {
            throw new ArgumentException($"There is no Python source in {folder}.");
        }

        double tokens = double.MaxValue;
        long count = 0;
        double trees = double.MaxValue;
        long nodes = 0;
        for (int run = 0; run < runs; run++)
        {
            tokens = Math.Min(tokens, Seconds(() => count = sources.Sum(Tokens)));
            trees = Math.Min(trees, Seconds(() => nodes = sources.Sum(s => (long)PythonParser.Parse(SourceText.Decode(s)).Count)));
        }

        string[] theirs = Ask(files, runs);
        double ast = double.Parse(theirs[0], CultureInfo.InvariantCulture);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.Length} files, {megabytes:0.0} MB, {count} tokens, {nodes} nodes; best of {runs}, CPU time of one thread"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"tokens    {tokens:0.000} s  {megabytes / tokens:0.0} MB/s"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"trees     {trees:0.000} s  {megabytes / trees:0.0} MB/s (goal: 20)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ast.parse {ast:0.000} s  {megabytes / ast:0.0} MB/s (CPython {theirs[1]}); trees take {trees / ast:0.000} of it"));
        return 0;
    }

    private static long Tokens(byte[] source)
    {
        PythonLexer lexer = new(SourceText.Decode(source));
        long count = 0;
        while (lexer.Read().Kind != TokenKind.EndMarker)
        {
            count++;
        }

        return count;
    }

    // Time of the process: a machine that does other things as well must not change the figures.
    private static double Seconds(Action work)
    {
        GC.Collect();
        TimeSpan begun = Environment.CpuUsage.TotalTime;
        work();
        return (Environment.CpuUsage.TotalTime - begun).TotalSeconds;
    }

    private static string[] Ask(string[] files, int runs)
    {
        ProcessStartInfo start = new(Inputs.Python, ["-c", Script, runs.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        foreach (string file in files)
        {
            process.StandardInput.WriteLine(file);
        }

        process.StandardInput.Close();
        string answer = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return answer.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}
