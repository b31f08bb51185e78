// What files are together is judged again as well, and what people have decided counts.
namespace Assay.Store.Tests.Judging;

public sealed class BundleRejudgingTests(PostgresServer server) : StoreTests(server)
{
    private const string Together = """
        rules:
        - id: own-pair
          title: A counter beside a command
          severity: high
          confidence: high
          when: {all: [{callable: {name: collections.OrderedDict}}, {callable: {name: os.system}}], within: bundle}
          why: "Together they count."
          fix: "Take them apart."
        """;

    [Theory]
    [MemberData(nameof(Kinds))]
    public void FilesThatAreHarmfulTogetherAreFoundInTheStore(Kind kind)
    {
        string store = NewStore(kind);
        Put("together/a.pkl", "ccollections\nOrderedDict\n(tR."u8);
        Put("together/b.pkl", Hostile);
        Put("apart/a.pkl", "ccollections\nOrderedDict\n(tR."u8);
        Scan("together");
        Scan("apart");
        Tree.Add("rules/own.yaml", Together);
        Said said = Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Assert.Contains(said.Output.Split('\n'), l => l.Contains("own-pair", StringComparison.Ordinal) && l.Contains("together", StringComparison.Ordinal));
        Assert.DoesNotContain(said.Output.Split('\n'), l => l.Contains("own-pair", StringComparison.Ordinal) && l.Contains("apart", StringComparison.Ordinal));

        // A scan by these rules says the same, and takes the files from memory.
        string folder = Path.Join(Models, "together");
        Said scanned = Command.Run("scan", folder, "--rules", Tree["rules"], "--format", "json", "--store=" + store);
        Assert.Equal(Command.Run("scan", folder, "--rules", Tree["rules"], "--format", "json").Output, scanned.Output);
        Assert.Contains("own-pair", scanned.Output, StringComparison.Ordinal);
        Assert.Contains("2 of 2 from memory", scanned.Error, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);

        void Scan(string name) => Command.Run("scan", Path.Join(Models, name), "--store=" + store);
    }

    [Fact]
    public void WhatIsAllowedIsNoAlertAndThePolicyOfTheHouseCounts()
    {
        string store = NewStore(Kind.Sqlite);
        string file = Put("model.pkl", "cany.where\nthing\n(tR."u8);
        Assert.Equal(0, Run("trust", "key", "new", "ada").Code);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        Run("scan", file, "--store=" + store);
        Said decided = Run("verify", file, "--rules", Tree["rules"], "--decide", "allow", "--reason", "our own", "--until", "2999-01-31", "--store=" + store);
        Assert.True(decided.Code == 0, decided.Error + decided.Output);
        Said said = Run("store", "judge", "--rules", Tree["rules"], "--store=" + store);
        Assert.True(said.Code == 0, said.Output + said.Error);
        Assert.Contains("by decision", said.Output, StringComparison.Ordinal);
        Assert.Equal(0, Run("store", "alerts", "--store=" + store).Code);
        using ModelStore open = Open(store);
        Assert.Equal([("allow", "ada", "our own")], Assay.Store.Trusted.StoredDecisions.About(open, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))).Select(d => (d.Kind, d.Who, d.Reason)));

        Said Run(params string[] arguments) => Command.In(Tree.Root, arguments);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AlertsStayOpenUntilSomebodyAcknowledgesThem(Kind kind)
    {
        string store = NewStore(kind);
        Put("a.pkl", Good);
        Put("b.pkl", "(lp0\nI2\na."u8);
        Command.Run("scan", Models, "--store=" + store);
        Tree.Add("rules/own.yaml", Rules.Pickles);
        Assert.Equal(1, Command.Run("store", "judge", "--rules", Tree["rules"], "--store=" + store).Code);
        Said open = Command.Run("store", "alerts", "--store=" + store);
        Assert.Equal(1, open.Code);
        Assert.Contains("2 open", open.Output, StringComparison.Ordinal);
        Assert.Equal(4, Command.Run("store", "alerts", "ack", "99", "--store=" + store).Code);
        Assert.Equal(4, Command.Run("store", "alerts", "ack", "none", "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "alerts", "ack", "1", "--reason", "taken down", "--store=" + store).Code);
        Assert.Contains("1 open", Command.Run("store", "alerts", "--store=" + store).Output, StringComparison.Ordinal);
        Assert.Contains("taken down", Command.Run("store", "alerts", "--all", "--store=" + store).Output, StringComparison.Ordinal);
        Assert.Equal(0, Command.Run("store", "alerts", "ack", "all", "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "alerts", "--store=" + store).Code);
        Assert.Equal(0, Command.Run("store", "check", "--store=" + store).Code);
    }
}
