// Every command on what it cannot use: one sentence, the right exit code, nothing written.
using Assay.Cli;
using Assay.Tests.Builders;

namespace Assay.Tests.Cli;

public sealed class UsageTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public UsageTests()
    {
        Directory.CreateDirectory(_tree["folder"]);
        _tree.Add("empty", "");
        _tree.Add("broken.yaml", "a: [\n");
        _tree.Add("good.txt", "words\n");
    }

    public void Dispose() => _tree.Dispose();

    public static TheoryData<string, string, int> Inputs
    {
        get
        {
            // What each command says to something missing, a folder, an empty file, a link in a circle, a pipe, broken text.
            (string Command, int[] Codes)[] commands =
            [
                ("scan", [2, 3, 2, 2, 2, 2]), ("judge", [4, 4, 4, 4, 4, 4]), ("inspect", [2, 2, 2, 2, 2, 2]), ("weights", [2, 2, 2, 2, 2, 2]),
                ("review", [4, 4, 2, 2, 2, 2]), ("baseline", [4, 3, 0, 0, 0, 0]), ("policy init", [4, 3, 0, 0, 0, 0]), ("policy check", [4, 4, 0, 4, 4, 4]),
                ("pickle list", [2, 2, 2, 2, 2, 2]), ("pickle trace", [2, 2, 2, 2, 2, 2]), ("pickle decompile", [2, 2, 2, 2, 2, 2]),
                ("rules check", [4, 4, 4, 4, 4, 4]), ("effects build -o OUT", [4, 4, 4, 4, 4, 4]), ("convert -o OUT", [2, 3, 2, 2, 2, 2]), ("verify-conversion good.txt", [2, 2, 2, 2, 2, 2]),
                ("diff good.txt", [4, 0, 2, 2, 2, 2]), ("pull --no-progress", [4, 4, 4, 4, 4, 4]), ("pull hf://a/b/../c", [4, 4, 4, 4, 4, 4]), ("scan good.txt --policy", [4, 4, 0, 4, 4, 4]), ("scan good.txt --baseline", [4, 4, 0, 4, 4, 4]),
                ("verify", [4, 3, 2, 2, 2, 2]), ("quarantine", [4, 4, 0, 4, 4, 0]), ("trust import", [4, 4, 4, 4, 4, 4]), ("sign", [4, 4, 0, 4, 4, 0]),
                ("report -o OUT", [4, 4, 4, 4, 4, 4]), ("certificate check good.txt", [4, 4, 4, 4, 4, 4]), ("feed add name --unsigned", [4, 0, 0, 4, 4, 4]), ("feed sign -o OUT", [4, 4, 4, 4, 4, 4]),
                ("verify-signature good.txt --signature", [4, 4, 4, 4, 4, 4]), ("scan good.txt --decisions", [4, 0, 4, 4, 4, 4]),
                ("scan good.txt --rules", [4, 4, 4, 4, 4, 4]), ("scan good.txt --effects", [4, 4, 4, 4, 4, 4]), ("scan good.txt --ignore-file", [4, 4, 0, 4, 4, 4]),
            ];
            string[] inputs = ["missing", "folder", "empty", "circle", "pipe", "broken.yaml"];
            TheoryData<string, string, int> data = [];
            foreach ((string command, int[] codes) in commands)
            {
                for (int at = 0; at < inputs.Length; at++)
                {
                    data.Add(command, inputs[at], codes[at]);
                }
            }

            return data;
        }
    }

    [Theory]
    [InlineData("judge facts.json -o facts.json", "facts.json")]
    [InlineData("scan good.txt --policy assay.yaml -o assay.yaml", "assay.yaml")]
    [InlineData("scan good.txt --baseline assay.yaml --facts assay.yaml", "assay.yaml")]
    [InlineData("scan good.txt --ignore-file assay.yaml --report json=assay.yaml", "assay.yaml")]
    [InlineData("scan good.txt --rules rules -o rules/own.yaml", "rules/own.yaml")]
    [InlineData("detonate good.txt --policy assay.yaml -o assay.yaml", "assay.yaml")]
    [InlineData("baseline good.txt --policy assay.yaml -o assay.yaml", "assay.yaml")]
    [InlineData("feed sign list.txt -o list.txt", "list.txt")]
    [InlineData("effects build srcs -o srcs/mod.py", "srcs/mod.py")]
    [InlineData("effects build srcs -o OUT --listing srcs/mod.py", "srcs/mod.py")]
    [InlineData("effects build mod==1=srcs/mod.py -o srcs/mod.py", "srcs/mod.py")]
    [InlineData("sign srcs -o srcs/mod.py", "srcs/mod.py")]
    [InlineData("scan good.txt -o data.db", "data.db")]
    public void NothingIsWrittenOverWhatIsRead(string command, string file)
    {
        Directory.CreateDirectory(_tree["rules"]);
        Directory.CreateDirectory(_tree["srcs"]);
        _tree.Add("rules/own.yaml", "");
        _tree.Add("assay.yaml", "waivers: []\n");
        _tree.Add("facts.json", "{}\n");
        _tree.Add("list.txt", new string('a', 64) + "\n");
        _tree.Add("srcs/mod.py", "x = 1\n");
        _tree.Add("data.db", "SQLite format 3\0rows");
        byte[] before = File.ReadAllBytes(_tree[file]);
        string[] words = [.. command.Split(' ').Select(w => w.Contains('.', StringComparison.Ordinal) || w is "rules" or "srcs" ? w.Contains('=', StringComparison.Ordinal) ? w[..(w.LastIndexOf('=') + 1)] + _tree[w[(w.LastIndexOf('=') + 1)..]] : _tree[w] : w == "OUT" ? _tree["out"] : w)];
        using StringWriter error = new();
        using MemoryStream output = new();
        int code = CommandLine.Run(words, new Host { Input = Stream.Null, Output = output, Error = error, Home = _tree["home"], Directory = _tree.Root });
        Assert.True(code == 4, error.ToString());
        Assert.Contains("overwrite", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_tree[file]));
    }

    [Theory]
    [InlineData("weights -", "standard input")]
    [InlineData("pickle list -", "standard input")]
    [InlineData("convert - -o out.safetensors", "standard input")]
    [InlineData("convert good.txt -o -", "standard output")]
    [InlineData("inspect hf://org/model", "address")]
    [InlineData("pickle decompile hf://org/model!/x.pkl", "address")]
    [InlineData("convert hf://org/model -o out.safetensors", "address")]
    public void WhatACommandDoesNotTakeIsNamed(string command, string word)
    {
        using StringWriter error = new();
        int code = CommandLine.Run(command.Split(' ').Select(w => w is "good.txt" or "out.safetensors" ? _tree[w] : w).ToArray(), Stream.Null, Stream.Null, error, TestContext.Current.CancellationToken);
        Assert.InRange(code, 2, 4);
        Assert.Contains(word, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void WhatCannotBeUsedIsSaidInOneSentence(string command, string input, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && input is "circle" or "pipe", "Windows has no such files.");
        if (input == "pipe")
        {
            _tree.Fifo("pipe");
        }
        else if (input == "circle")
        {
            _tree.Link("circle", "circle2");
            _tree.Link("circle2", "circle");
        }

        string[] arguments = [.. command.Split(' ').Select(a => a switch { "OUT" => _tree["out"], "good.txt" => _tree["good.txt"], _ => a }), _tree[input]];
        using MemoryStream output = new();
        using StringWriter error = new();
        int got = CommandLine.Run(arguments, new Host { Input = Stream.Null, Output = output, Error = error, Directory = _tree["folder"], Home = _tree["home"], User = "ada" });
        Assert.True(got == code, $"exit code {got}, not {code}: {error}");
        Assert.True(code != 4 || error.ToString().Trim().Length > 0, "Nothing says what is wrong.");
        Assert.DoesNotContain('\n', error.ToString().TrimEnd());
        Assert.DoesNotContain("Exception", error.ToString(), StringComparison.Ordinal);
        Assert.False(Path.Exists(_tree["out"]), "Something was written.");
    }
}
