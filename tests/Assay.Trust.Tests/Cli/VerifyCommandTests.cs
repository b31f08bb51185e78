// assay verify and assay trust from the outside: by options, by answers, by two people.
using Assay.Cli;
using Assay.Tests.Builders;
using Assay.Trust.Decisions;
using Assay.Trust.Signing;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.Cli;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();
    private readonly string _file;

    public VerifyCommandTests()
    {
        Directory.CreateDirectory(_tree["models"]);
        _file = _tree["models/a.pkl"];
        File.WriteAllBytes(_file, Samples.Unknown());
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void WhatIsAllowedByOptionsPassesUntilItIsRevoked()
    {
        Run("scan", _file).Ended(1);
        string said = Run("verify", _file, "--decide", "allow", "--reason", "our own", "--until", "2999-01-31").Ended(0);
        Assert.Contains("somebody.models", said, StringComparison.Ordinal);
        string scanned = Run("scan", _file).Ended(0);
        Assert.All(["PASSED BY WAIVER", "our own", "ada", "2999-01-31"], t => Assert.Contains(t, scanned, StringComparison.Ordinal));
        Run("scan", _file, "--no-policy").Ended(1);

        string id = Run("trust", "list").Ended(0).Split(' ')[0];
        Assert.Contains("our own", Run("trust", "show", id[..8]).Ended(0), StringComparison.Ordinal);
        Run("trust", "revoke", id, "--reason", "was a mistake").Ended(0);
        Run("trust", "revoke", id).Ended(4);
        Assert.Contains("was a mistake", Run("scan", _file).Ended(1), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsDeniedFailsWithTheReason()
    {
        File.WriteAllBytes(_tree["models/good.pkl"], PickleBuilder.Protocol(4).Op(Pickle.Op.EMPTY_DICT).Op(Pickle.Op.STOP).ToArray());
        string good = _tree["models/good.pkl"];
        Run("scan", good).Ended(0);
        Run("verify", good, "--decide", "deny", "--reason", "licence").Ended(1);
        Assert.All(["DENIED", "licence"], t => Assert.Contains(t, Run("scan", good).Ended(1), StringComparison.Ordinal));
    }

    [Fact]
    public void WhatFilesDoTogetherIsToldAndFails()
    {
        File.WriteAllText(_tree["models/config.json"], """{"model_type":"odd","architectures":["Odd"],"auto_map":{"AutoModel":"modeling_odd.Odd"}}""");
        File.WriteAllText(_tree["models/helpers.py"], "import subprocess\n\n\ndef run(line):\n    return subprocess.call(line, shell=True)\n");
        File.WriteAllText(_tree["models/modeling_odd.py"], "from .helpers import run\n\n\nclass Odd:\n    def __init__(self, config):\n        run('echo canary')\n");
        File.Delete(_file);
        Run("scan", "--no-policy", _tree["models"]).Ended(1);
        string said = Run("verify", _tree["models"], "--decide", "allow", "--reason", "ours").Ended(1);
        Assert.All(["together", "policy init"], t => Assert.Contains(t, said, StringComparison.Ordinal));
        Assert.Equal("", Run("trust", "list").Ended(0));
    }

    [Fact]
    public void AFileThatPassesIsNamedAndNothingIsAsked()
    {
        string good = _tree["models/good.pkl"];
        File.WriteAllBytes(good, PickleBuilder.Protocol(4).Op(Pickle.Op.EMPTY_DICT).Op(Pickle.Op.STOP).ToArray());
        Assert.Contains("nothing to decide", Run("verify", good).Ended(0), StringComparison.Ordinal);
        File.Delete(_file);
        Assert.Contains("no file was decided about", Run("verify", _tree["models"]).Ended(0), StringComparison.Ordinal);
    }

    [Fact]
    public void AnswersLineByLineAreADecision()
    {
        string said = Answer("nonsense\nallow\nI know who made it\n\n", "verify", _file).Ended(0);
        Assert.Contains("nonsense is none of them", said, StringComparison.Ordinal);
        Run("scan", _file).Ended(0);
    }

    [Fact]
    public void WhoEndsTheProgramAtAQuestionIsNotKeptWaiting()
    {
        using CancellationTokenSource end = new();
        using ManualResetEventSlim never = new();
        using MemoryStream output = new();
        using StringWriter error = new();
        int code = CommandLine.Run(["verify", _file], new Host
        {
            Input = Stream.Null, Output = output, Error = error, Directory = _tree.Root, Home = _tree["ada"], User = "ada", InputIsTerminal = true, OutputIsTerminal = true, NoColour = true,
            Cancellation = end.Token,
            Key = () =>
            {
                end.Cancel();
                never.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
                return default;
            },
        });
        never.Set();
        Assert.Equal(2, code);
        Assert.Contains("nothing was decided", error.ToString(), StringComparison.Ordinal);
        Assert.Equal("", Run("trust", "list").Ended(0));
    }

    [Fact]
    public void SeveralKeysAreSaidBeforeAnythingIsAsked()
    {
        Run("trust", "key", "new", "first").Ended(0);
        Run("trust", "key", "new", "second").Ended(0);
        Commanded said = Answer("allow\nmine\n\n", "verify", _file);
        Assert.Equal("", said.Ended(4));
        Assert.Contains("--key first or --key second", said.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store")]
    [InlineData("store=x.db")]
    public void ACommandWithoutAStoreSaysSo(string option)
    {
        string[] arguments = option == "store" ? ["trust", "list", "--store", "x.db"] : ["trust", "list", "--" + option];
        Commanded said = Run(arguments);
        said.Ended(4);
        Assert.Contains("trust list works with no store", said.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Escape DownArrow Enter", 0)]
    [InlineData("Escape UpArrow UpArrow UpArrow UpArrow UpArrow Enter", 0)]
    [InlineData("Escape A Enter", 0)]
    [InlineData("Escape Enter", 1)]
    [InlineData("Enter Escape DownArrow Enter", 0)]
    [InlineData("Escape UpArrow Escape", 1)]
    public void ArrowKeysDecideInATerminal(string keys, int code)
    {
        // The evidence comes step by step, or all the rest at once. The list begins on what decides nothing, and goes round.
        Queue<ConsoleKey> pressed = new(keys.Split(' ').Select(Enum.Parse<ConsoleKey>));
        Queue<string> lines = new(["I know who made it", ""]);
        using MemoryStream output = new();
        using StringWriter error = new();
        int got = CommandLine.Run(["verify", _file], new Host
        {
            Input = Stream.Null, Output = output, Error = error, Directory = _tree.Root, Home = _tree["ada"], User = "ada", InputIsTerminal = true, OutputIsTerminal = true, NoColour = true,
            Key = () => new ConsoleKeyInfo(pressed.Peek() == ConsoleKey.A ? 'a' : '\0', pressed.Dequeue(), false, false, false),
            Line = lines.Dequeue,
        });
        Assert.Equal(code, got);
        Run("scan", _file).Ended(code);
    }

    [Fact]
    public void AStoreRemembersWhatWasDecidedAndTakenBack()
    {
        string store = _tree["store.db"];
        Run("verify", _file, "--decide", "allow", "--reason", "our own", "--store=" + store).Ended(0);
        string id = Run("trust", "list").Ended(0).Split(' ')[0];
        Run("trust", "revoke", id, "--reason", "an error", "--store=" + store).Ended(0);
        using Store.ModelStore open = Store.ModelStore.Open(Store.Databases.StoreAddress.Of(store), create: false);
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(_file)));
        IReadOnlyList<Store.Trusted.StoredDecision> kept = Store.Trusted.StoredDecisions.About(open, digest);
        Assert.Equal([("revoke", "ada", "an error"), ("allow", "ada", "our own")], kept.Select(d => (d.Kind, d.Who, d.Reason)));
        Assert.NotNull(Decision.Read(Envelope.Read(kept[1].Envelope)));
        Store.Trusted.StoredDecisions.Keep(open, kept[1]);
        Assert.Equal(2, Store.Trusted.StoredDecisions.About(open, digest).Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("skip\n")]
    [InlineData("allow\n\n")]
    [InlineData("allow\n")]
    [InlineData("allow\nreason\n")]
    [InlineData("allow\nreason\nnever\n")]
    [InlineData("allow\nreason\ntomorrow\n")]
    [InlineData("allow\nreason\n2001-01-01\n")]
    public void WithoutAWholeAnswerNothingIsDecided(string answers)
    {
        Answer(answers, "verify", _file).Ended(1);
        Assert.Equal("", Run("trust", "list").Ended(0));
        Run("scan", _file).Ended(1);
    }

    [Fact]
    public void ADayThatIsNoneIsAskedForAgainAndTheFileIsNamed()
    {
        string said = Answer("allow\nour own\ntomorrow\n2001-01-01\nnever\n2099-01-31\n", "verify", _file).Ended(0);
        Assert.All(["Decide about " + _file, "tomorrow is no day", "is over", "for ever"], t => Assert.Contains(t, said, StringComparison.Ordinal));
    }

    [Fact]
    public void QuarantiningDeniesAndMoves()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Quarantine works on Linux only.");
        Run("verify", _file, "--decide", "quarantine", "--reason", "no").Ended(1);
        Assert.False(File.Exists(_file));
        Run("quarantine", "restore", _file).Ended(0);
        Assert.Contains("DENIED", Run("scan", _file).Ended(1), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatChangedSinceTheLastDecisionIsShown()
    {
        Run("verify", _file, "--decide", "allow", "--reason", "our own").Ended(0);
        File.WriteAllBytes(_file, Samples.Evil());
        string said = Run("verify", _file).Ended(1);
        Assert.All(["SINCE THE LAST DECISION", "our own", "others", "new "], t => Assert.Contains(t, said, StringComparison.Ordinal));
    }

    [Fact]
    public void ASignatureBesideAFileIsShown()
    {
        Run("sign", _tree["models"]).Ended(0);
        Assert.Contains("SIGNED: model.sig: by ada; every file is what was signed", Run("verify", _file).Ended(1), StringComparison.Ordinal);
        Assert.Contains("SIGNED: model.sig: by nobody whom you trust", RunAs("bob", "verify", _file).Ended(1), StringComparison.Ordinal);
        File.WriteAllText(_tree["models/more"], "x");
        Assert.Contains("more was not signed", Run("verify", _file).Ended(1), StringComparison.Ordinal);
    }

    [Fact]
    public void ADecisionOfTheHouseHoldsForWhoeverTrustsItsKey()
    {
        string decisions = _tree["assay-decisions"];
        Directory.CreateDirectory(decisions);
        Run("verify", _file, "--decide", "allow", "--reason", "our own").Ended(0);
        Assert.Single(Directory.GetFiles(decisions));
        Run("scan", "models").Ended(0);
        Commanded stranger = RunAs("bob", "scan", _file);
        Assert.Contains("no key that you trust", stranger.Ended(1), StringComparison.Ordinal);
        File.WriteAllText(_tree["ada.pub"], Run("trust", "key", "export", "ada").Ended(0));
        RunAs("bob", "trust", "key", "import", "ada", _tree["ada.pub"]).Ended(0);
        RunAs("bob", "scan", _file).Ended(0);
    }

    [Fact]
    public void TwoPeopleAllowTogether()
    {
        Directory.CreateDirectory(_tree["assay-decisions"]);
        Run("trust", "key", "new", "ada").Ended(0);
        RunAs("bob", "trust", "key", "new", "bob").Ended(0);
        File.WriteAllText(_tree["bob.pub"], RunAs("bob", "trust", "key", "export", "bob").Ended(0));
        File.WriteAllText(_tree["ada.pub"], Run("trust", "key", "export", "ada").Ended(0));
        Run("trust", "key", "import", "bob", _tree["bob.pub"]).Ended(0);
        RunAs("bob", "trust", "key", "import", "ada", _tree["ada.pub"]).Ended(0);
        Run("trust", "require", "2", "--of", "ada", "--of", "bob").Ended(0);
        Assert.Contains("1 of the 2", Run("verify", _file, "--decide", "allow", "--reason", "our own").Ended(1), StringComparison.Ordinal);
        string id = RunAs("bob", "trust", "list").Ended(0).Split(' ')[0];
        RunAs("bob", "trust", "countersign", id).Ended(0);
        Run("scan", _file).Ended(0);
    }

    [Fact]
    public void ADecisionGoesToAnotherHome()
    {
        Run("verify", _file, "--decide", "deny", "--reason", "no").Ended(1);
        string id = Run("trust", "list").Ended(0).Split(' ')[0];
        Run("trust", "export", id, "-o", _tree["d.json"]).Ended(0);
        RunAs("bob", "trust", "import", _tree["d.json"]).Ended(4);
        File.WriteAllText(_tree["ada.pub"], Run("trust", "key", "export", "ada").Ended(0));
        RunAs("bob", "trust", "key", "import", "ada", _tree["ada.pub"]).Ended(0);
        RunAs("bob", "trust", "import", _tree["d.json"]).Ended(0);
        Assert.Contains("DENIED", RunAs("bob", "scan", _file).Ended(1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify FILE --decide allow")]
    [InlineData("verify FILE --decide deny")]
    [InlineData("verify FILE --decide allow --reason x --until never")]
    [InlineData("verify FILE --decide allow --reason x --until tomorrow")]
    [InlineData("verify FILE --decide allow --reason x --until 2001-01-01")]
    [InlineData("verify FILE --decide maybe")]
    [InlineData("verify FILE --decide allow --reason x --key nobody")]
    [InlineData("verify nothing-there")]
    [InlineData("verify")]
    [InlineData("scan FILE --decisions nothing-there")]
    [InlineData("trust show 00")]
    [InlineData("trust revoke 00")]
    [InlineData("trust countersign 00")]
    [InlineData("trust export 00")]
    [InlineData("trust import FILE")]
    [InlineData("trust import nothing-there")]
    [InlineData("trust require 2 --of nobody")]
    [InlineData("trust require 2")]
    [InlineData("trust key export nobody")]
    [InlineData("trust key rotate nobody")]
    [InlineData("trust key remove nobody")]
    [InlineData("trust key new a/b")]
    [InlineData("trust key import me FILE")]
    public void AWrongUseIsOneSentence(string command)
    {
        Commanded said = Run([.. command.Split(' ').Select(a => a == "FILE" ? _file : a)]);
        said.Ended(4);
        Assert.Single(said.Errors.TrimEnd().Split('\n'));
        Assert.False(Directory.Exists(_tree["ada/decisions"]));
    }

    private Commanded Run(params string[] arguments) => RunAs("ada", arguments);

    private Commanded RunAs(string user, params string[] arguments) => Commanded.Run(_tree[user], _tree.Root, Places(arguments), user: user);

    private Commanded Answer(string input, params string[] arguments) => Commanded.Run(_tree["ada"], _tree.Root, arguments, input, "ada");

    /// <summary>The program works in a folder of its own; what tests name stands below the tree.</summary>
    private string[] Places(string[] arguments) => [.. arguments.Select(a => a == "models" ? _tree["models"] : a)];
}
