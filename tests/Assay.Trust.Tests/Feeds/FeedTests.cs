// Feeds are taken where they are signed as they have to be, and scans name what they list.
using System.Text;
using Assay.Hosting;
using Assay.Tests.Builders;
using Assay.Trust.Feeds;
using Assay.Trust.Signing;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.Feeds;

public sealed class FeedTests : IDisposable
{
    private static readonly string s_digest = new('a', 64);
    private readonly TemporaryTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AListIsADigestALine()
    {
        string text = $"# harmful\r\n\n{s_digest.ToUpperInvariant()}  *evil.pkl\n{new string('b', 64)}, seen in a mail\n{new string('c', 64)}\n";
        Assert.Equal([(s_digest, "evil.pkl"), (new string('b', 64), "seen in a mail"), (new string('c', 64), "")], Read(text).Select(e => (e.Sha256, e.Summary)));
        Assert.Throws<SettingException>(() => Read($"{s_digest}\nnonsense\n"));
        Assert.Throws<SettingException>(() => Read(s_digest[1..]));
    }

    [Fact]
    public void AdvisoriesListFilesByDigestAndWithdrawnOnesNone()
    {
        string one = $"{{\"id\":\"x_1\",\"modified\":\"2026-01-01T00:00:00Z\",\"summary\":\"bad\",\"affected\":[{{\"database_specific\":{{\"sha256\":[\"{s_digest}\"]}}}},{{}}]}}";
        Assert.Equal([new FeedEntry(s_digest, "x_1", "bad")], Read(one));
        Assert.Equal(2, Read($"[{one},{one.Replace("x_1", "x_2", StringComparison.Ordinal)}]").Count);
        Assert.Empty(Read(one.Replace("\"summary\"", "\"withdrawn\":\"2026-01-02T00:00:00Z\",\"summary\"", StringComparison.Ordinal)));
        Assert.Throws<SettingException>(() => Read("{}"));
        Assert.Throws<SettingException>(() => Read("{\"id\":1,\"modified\":\"x\"}"));
        Assert.Throws<SettingException>(() => Read(one.Replace(s_digest, "short", StringComparison.Ordinal)));
    }

    [Fact]
    public void ASignedListIsTakenByItsKeyOnly()
    {
        using SigningKey ada = SigningKey.New("ada");
        using SigningKey eve = SigningKey.New("eve");
        byte[] plain = Encoding.ASCII.GetBytes(s_digest + "\n"), signed = Feed.Sign(plain, "x", ada).Write();
        Assert.Single(Feed.Read(signed, "x", [ada.Public]));
        Assert.Throws<SettingException>(() => Feed.Read(signed, "x", [eve.Public]));
        Assert.Throws<SettingException>(() => Feed.Read(plain, "x", [ada.Public]));
        Assert.Single(Feed.Read(signed, "x", keys: null));
        Assert.Throws<SettingException>(() => Feed.Sign("nonsense"u8.ToArray(), "x", ada));
    }

    [Fact]
    public void WhatBearsNoDateDoesNotComeInThePlaceOfWhatDid()
    {
        // The same key once signed a plain list, which somebody gives out again to make the advisories go away.
        string list = _tree["list"], key = _tree["ada.pub"];
        using SigningKey ada = SigningKey.New("ada");
        File.WriteAllText(key, ada.Public.Pem);
        string osv = $"[{{\"id\":\"x_1\",\"modified\":\"2026-01-01T00:00:00Z\",\"affected\":[{{\"database_specific\":{{\"sha256\":[\"{s_digest}\"]}}}}]}}]";
        File.WriteAllBytes(list, Feed.Sign(Encoding.ASCII.GetBytes(osv), "x", ada).Write());
        Run("feed", "add", "theirs", list, "--public-key", key).Ended(0);
        File.WriteAllBytes(list, Feed.Sign(Encoding.ASCII.GetBytes(new string('0', 64) + "\n"), "x", ada).Write());
        string before = Run("feed", "list").Ended(0);
        Run("feed", "sync").Ended(2);
        Assert.Equal(before, Run("feed", "list").Ended(0));
    }

    [Fact]
    public void OurOwnAdvisoryIsAFeed()
    {
        string file = Lay();
        Run("report", file, "-o", _tree["report"]).Ended(0);
        Run("feed", "add", "ours", Path.Join(_tree["report"], "advisory.osv.json"), "--unsigned").Ended(0);
        Assert.All(["feed-listed", "ours", "x_assay-"], t => Assert.Contains(t, Run("scan", file, "-v").Ended(1), StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsListedIsMaliciousAndAnAllowanceDoesNotAnswerIt()
    {
        string file = _tree["unknown.pkl"];
        File.WriteAllBytes(file, Samples.Unknown());
        Run("verify", file, "--decide", "allow", "--reason", "ours").Ended(0);
        string digest = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
        string list = _tree.Add("list.txt", digest + " stolen\n");
        Run("feed", "sign", list, "-o", _tree["list.json"]).Ended(0);
        Run("feed", "add", "bad", _tree["list.json"], "--key", "ada").Ended(0);
        Assert.Contains("MALICIOUS", Run("scan", file).Ended(1), StringComparison.Ordinal);
        Run("feed", "remove", "bad").Ended(0);
        Run("scan", file).Ended(0);
    }

    [Fact]
    public void AFeedAtAnAddressIsAskedForAndNotTakenBack()
    {
        using SigningKey eve = SigningKey.New("eve", KeyAlgorithm.Ed25519);
        string One(string day) => $"{{\"id\":\"x\",\"modified\":\"{day}T00:00:00Z\",\"affected\":[{{\"database_specific\":{{\"sha256\":\"{s_digest}\"}}}}]}}";
        byte[] Signed(string day) => Feed.Sign(Encoding.UTF8.GetBytes(One(day)), "x", eve).Write();
        byte[] given = Signed("2026-02-01");
        List<string> asked = [];
        FeedFolder folder = new(_tree["feeds"], address =>
        {
            asked.Add(address);
            return given;
        });
        KeyRing none = new(_tree["keys"]);
        Feed feed = folder.Add("far", "https://example.org/list?key=1", null, eve.Public.Pem, none, DateTimeOffset.UnixEpoch);
        Assert.Single(feed.Entries);
        given = Signed("2026-01-01");
        Assert.Throws<SettingException>(() => folder.Take(folder.All()[0], none, DateTimeOffset.UnixEpoch));
        given = Signed("2026-03-01");
        Assert.Equal(3, folder.Take(folder.All()[0], none, DateTimeOffset.UnixEpoch).Newest!.Value.Month);
        Assert.Equal(["https://example.org/list?key=1"], asked.Distinct());
        Assert.Throws<SettingException>(() => new FeedFolder(_tree["feeds"]).Take(feed, none, DateTimeOffset.UnixEpoch));
    }

    [Fact]
    public void TheKeyOfAFeedDecidesNothingElse()
    {
        string list = _tree.Add("list.txt", s_digest + "\n"), file = _tree["unknown.pkl"];
        File.WriteAllBytes(file, Samples.Unknown());
        Commanded.Run(_tree["eve"], _tree.Root, ["feed", "sign", list, "-o", _tree["list.json"]], user: "eve").Ended(0);
        Run("feed", "add", "theirs", _tree["list.json"], "--public-key", _tree["eve/keys/eve.pub"]).Ended(0);
        Run("feed", "add", "again", list, "--public-key", _tree["eve/keys/eve.pub"]).Ended(4);
        string decisions = _tree["assay-decisions"];
        Directory.CreateDirectory(decisions);
        Commanded.Run(_tree["eve"], _tree.Root, ["verify", file, "--decide", "allow", "--reason", "mine"], user: "eve").Ended(0);
        Run("scan", file).Ended(1);
        Assert.Equal("", Run("trust", "key", "list").Ended(0));
    }

    [Fact]
    public void FeedsAreHeldToTheStore()
    {
        string file = Lay(), store = "--store=" + _tree["store.db"];
        Run("scan", file, store).Ended(1);
        File.Delete(file);
        Run("feed", "add", "bad", _tree.Add("list.txt", s_digest + "\n"), "--unsigned").Ended(0);
        Run("feed", "sync", store).Ended(0);
        File.AppendAllText(_tree["list.txt"], Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Samples.Evil())) + " stolen\n");
        Assert.All(["evil.pkl", "stolen"], t => Assert.Contains(t, Run("feed", "sync", store).Ended(1), StringComparison.Ordinal));
        Run("store", "check", store).Ended(0);
        Run("feed", "sync", "--store=" + _tree["none.db"]).Ended(4);
    }

    [Fact]
    public void AFeedThatCannotBeTakenKeepsWhatItHad()
    {
        string list = _tree.Add("list.txt", s_digest + "\n");
        Run("feed", "add", "one", list, "--unsigned").Ended(0);
        File.WriteAllText(list, "nonsense");
        Assert.Single(Run("feed", "sync").Errors.TrimEnd().Split('\n'));
        Run("feed", "sync").Ended(2);
        Assert.Contains("1 file ", Run("feed", "list").Ended(0), StringComparison.Ordinal);
        File.WriteAllText(list, s_digest + "\n" + new string('b', 64) + "\n");
        Assert.Contains("2 files", Run("feed", "sync").Ended(0), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("feed add x LIST")]
    [InlineData("feed add x LIST --unsigned --key ada")]
    [InlineData("feed add x LIST --key nobody")]
    [InlineData("feed add x LIST --public-key LIST")]
    [InlineData("feed add x LIST --public-key MISSING")]
    [InlineData("feed add x ftp://host/list --unsigned")]
    [InlineData("feed add x http://host.invalid/list --unsigned")]
    [InlineData("feed add a/b LIST --unsigned")]
    [InlineData("feed add x MISSING --unsigned")]
    [InlineData("feed add x EVIL --unsigned")]
    [InlineData("feed remove x")]
    [InlineData("feed sign EVIL -o OUT")]
    [InlineData("feed sign MISSING -o OUT")]
    public void AWrongUseIsOneSentence(string command)
    {
        string list = _tree.Add("list.txt", s_digest + "\n"), evil = Lay();
        Commanded said = Run([.. command.Split(' ').Select(a => a switch { "LIST" => list, "EVIL" => evil, "MISSING" => _tree["missing"], "OUT" => _tree["out"], _ => a })]);
        said.Ended(4);
        Assert.Single(said.Errors.TrimEnd().Split('\n'));
        Assert.Equal("", Run("feed", "list").Ended(0));
        Assert.False(File.Exists(_tree["out"]));
    }

    private static IReadOnlyList<FeedEntry> Read(string text) => Feed.Read(Encoding.UTF8.GetBytes(text), "x", keys: null);

    private string Lay()
    {
        string file = _tree["evil.pkl"];
        File.WriteAllBytes(file, Samples.Evil());
        return file;
    }

    private Commanded Run(params string[] arguments) => Commanded.Run(_tree["home"], _tree.Root, arguments);
}
