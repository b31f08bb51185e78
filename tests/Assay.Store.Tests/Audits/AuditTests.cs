// Audits see what changed between two looks, and tell those who are to be told.
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Assay.Store.Audits;
using Assay.Store.Upkeep;

namespace Assay.Store.Tests.Audits;

public sealed class AuditTests(PostgresServer server) : StoreTests(server)
{
    [Theory]
    [MemberData(nameof(Kinds))]
    public void AModelThatBecomesHostileIsARegression(Kind kind)
    {
        string store = NewStore(kind);
        Put("a.pkl", Good);
        Put("b-1.2.0.pkl", Good);
        Assert.Equal(0, Audit(store, "add", "house", Models).Code);
        Assert.Equal(0, Audit(store, "run", "house").Code);
        Assert.Equal(0, Audit(store, "run", "house").Code);
        Put("b-1.2.0.pkl", Hostile);
        Said said = Audit(store, "run", "house", "--format", "json");
        Assert.Equal(1, said.Code);
        using JsonDocument report = JsonDocument.Parse(said.Output);
        (string?, string?)[] notices = [.. report.RootElement.GetProperty("notices").EnumerateArray().Select(n => (n.GetProperty("kind").GetString(), n.GetProperty("file").GetString()))];
        Assert.Contains(("worse", "b-1.2.0.pkl"), notices);
        Assert.Contains(("same-version", "b-1.2.0.pkl"), notices);
        Assert.Contains(("behaviour", "b-1.2.0.pkl"), notices);
        Assert.DoesNotContain(notices, n => n.Item2 == "a.pkl");
        Assert.Equal(0, Audit(store, "run", "house").Code);
        using ModelStore open = Open(store);
        Assert.True(open.Connection.Number("SELECT count(*) FROM alerts") > 0);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void WhatAFirstRunFindsIsAnAlert(Kind kind)
    {
        string store = NewStore(kind);
        Put("a.pkl", Good);
        Put("bad.pkl", Hostile);
        Audit(store, "add", "house", Models);
        Assert.Equal(1, Audit(store, "run", "house").Code);
        using (ModelStore open = Open(store))
        {
            Assert.Equal("house: bad.pkl: It is malicious in the first run.", Assert.Single(new AlertBook(open).List(false, 10)).Text);
        }

        Assert.Equal(0, Audit(store, "run", "house").Code);
        using ModelStore again = Open(store);
        Assert.Single(new AlertBook(again).List(false, 10));
    }

    [Fact]
    public void ATargetThatIsNotThereIsToldWhenItIsAdded()
    {
        string store = NewStore(Kind.Sqlite);
        Said said = Audit(store, "add", "house", Models + "/nowhere");
        Assert.Equal(0, said.Code);
        Assert.Contains("There is nothing at", said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatFilesDoTogetherCounts()
    {
        string store = NewStore(Kind.Sqlite);
        Put("config.json", """{"model_type":"odd","architectures":["Odd"],"auto_map":{"AutoModel":"modeling_odd.Odd"}}"""u8);
        Put("helpers.py", "import subprocess\n\n\ndef run(line):\n    return subprocess.call(line, shell=True)\n"u8);
        Put("modeling_odd.py", "from .helpers import run\n\n\nclass Odd:\n    def __init__(self, config):\n        run('echo canary')\n"u8);
        Audit(store, "add", "house", Models);
        Said said = Audit(store, "run", "house", "--format", "json");
        Assert.Equal(1, said.Code);
        using JsonDocument report = JsonDocument.Parse(said.Output);
        JsonElement summary = report.RootElement.GetProperty("summary");
        Assert.True(summary.EnumerateObject().Where(p => p.Name.ToUpperInvariant() is "SUSPICIOUS" or "MALICIOUS").Sum(p => p.Value.GetInt32()) > 0, said.Output);
    }

    [Fact]
    public void NoOutputTakesThePlaceOfTheStore()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Audit(store, "add", "house", Models);
        Audit(store, "run", "house");
        byte[] before = File.ReadAllBytes(store);
        string[][] slips =
        [
            ["store", "export", store, $"--store={store}"], ["audit", "report", "house", $"--store={store}", "-o", store], ["scan", Models, $"--store={store}", "-o", store],
            ["scan", Models, $"--store={store}", "--facts", store], ["scan", Models, "-o", store], ["scan", Models, $"--store={store}", "--report", $"json={store}"],
        ];
        foreach (string[] slip in slips)
        {
            Assert.Equal(4, Command.Run(slip).Code);
            Assert.True(before.AsSpan().SequenceEqual(File.ReadAllBytes(store)), string.Join(' ', slip));
        }

        // An earlier export is replaced, and nothing else.
        string export = Tree["export.jsonl"];
        Assert.Equal(0, Command.Run("store", "export", export, $"--store={store}").Code);
        Assert.Equal(0, Command.Run("store", "export", export, $"--store={store}").Code);
        File.WriteAllText(export, "notes");
        Assert.Equal(4, Command.Run("store", "export", export, $"--store={store}").Code);
    }

    [Fact]
    public void ABaselineIsWhatAllRunsAreComparedWith()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Audit(store, "add", "house", Models);
        Audit(store, "run", "house");
        Audit(store, "baseline", "house");
        Put("a.pkl", Hostile);
        Assert.Equal(1, Audit(store, "run", "house").Code);
        Assert.Equal(1, Audit(store, "run", "house").Code);
    }

    [Fact]
    public void NewNamesFormatsAndPublishersAreNoticed()
    {
        AuditedFile File(string name, string digest, params string[] formats) => new() { Name = name, Sha256 = digest, Formats = formats, Size = 10 };
        AuditedFile[] old = [File("models--good--x/model.safetensors", "1", "safetensors")];
        AuditedFile[] now = [.. old, File("models--evil--x/model.pkl", "2", "pickle"), File("models--good--x/modeI.safetensors", "3", "safetensors"), File("models--g0od--x/model.safetensors", "4", "safetensors")];
        string[] kinds = [.. Compared(old, now).Select(n => $"{n.Kind} {n.File}").Order(StringComparer.Ordinal)];
        Assert.Contains("new-format models--evil--x/model.pkl", kinds);
        Assert.Contains("new-publisher models--evil--x/model.pkl", kinds);
        Assert.Contains("look-alike models--g0od--x/model.safetensors", kinds);
        Assert.DoesNotContain(kinds, k => k.StartsWith("look-alike models--evil", StringComparison.Ordinal));
    }

    [Fact]
    public void JumpsOfSizeAndOfImportsAreNoticed()
    {
        AuditedFile old = new() { Name = "m", Sha256 = "1", Size = 1 << 20, Callables = 3 };
        AuditNotice[] notices = [.. Compared([old], [old with { Sha256 = "2", Size = 100 << 20, Callables = 90 }])];
        Assert.Equal(["imports", "size"], notices.Select(n => n.Kind).Order(StringComparer.Ordinal));
        Assert.Empty(Compared([old], [old with { Sha256 = "2", Size = 1 << 21, Callables = 5 }]));
    }

    [Fact]
    public void PatternsTakeWhatTheyMatch()
    {
        string store = NewStore(Kind.Sqlite);
        Put("in/a.pkl", Hostile);
        Put("in/b.bin", Hostile);
        Audit(store, "add", "pickles", Models + "/**/*.pkl");
        Said said = Audit(store, "run", "pickles", "--format", "json");
        using JsonDocument report = JsonDocument.Parse(said.Output);
        Assert.Equal(1, report.RootElement.GetProperty("summary").GetProperty("files").GetInt32());
    }

    [Fact]
    public void ThePageHoldsAllItNeedsAndNothingOfAFileIsMarkup()
    {
        string store = NewStore(Kind.Sqlite);
        Put("<script>alert(1)<b>.pkl", Good);
        Audit(store, "add", "<i>house", Models);
        Audit(store, "run", "<i>house");
        Put("<script>alert(1)<b>.pkl", Hostile);
        Audit(store, "run", "<i>house");
        string page = Audit(store, "report", "<i>house", "--format", "html").Output;
        Assert.Contains("<svg", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void ATargetThatIsNotThereTodayHasLostNothing()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a/one.pkl", Good);
        Put("b/two.pkl", Hostile);
        Audit(store, "add", "house", Path.Join(Models, "a"), Path.Join(Models, "b", "*.pkl"));
        Assert.Equal(1, Audit(store, "run", "house").Code);
        Directory.Move(Models, Tree["away"]);
        Said away = Audit(store, "run", "house");
        Assert.Equal(2, away.Code);
        Assert.Contains("is not there", away.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("is gone", away.Output, StringComparison.Ordinal);
        Directory.Move(Tree["away"], Models);
        Said back = Audit(store, "run", "house");
        Assert.Equal(0, back.Code);
        Assert.DoesNotContain("new file", back.Output, StringComparison.Ordinal);

        // Nor is it empty when it was never there.
        Audit(store, "add", "never", Tree["never"]);
        Assert.Equal(2, Audit(store, "run", "never").Code);
    }

    [Fact]
    public void NoSentenceEndsTwiceAndNoNameBreaksALine()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Audit(store, "add", "house", Models, "--cron", "30 2 1 * 1");
        Audit(store, "run", "house");
        Put("a.pkl", [.. Hostile[..^1], 0xff]);
        Said said = Audit(store, "run", "house");
        Assert.Contains("finding", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("..", said.Output, StringComparison.Ordinal);
        Assert.Equal(4, Audit(store, "add", "x\nExecStart=/bin/sh", Models).Code);

        // Cron runs on the first and on Mondays; one calendar of systemd would ask for a first that is a Monday.
        string units = Audit(store, "schedule", "house").Output;
        Assert.Contains("OnCalendar=*-*-1 2:30:00\nOnCalendar=Mon *-*-* 2:30:00\n", units, StringComparison.Ordinal);

        // What stands in the store of somebody else.
        Audit hostile = new() { Id = 1, Name = "x\nExecStart=/bin/sh %h $HOME", Targets = ["."], Schedule = "@daily" };
        Assert.Single(AuditSchedule.SystemdUnits(hostile, ["/usr/bin/dotnet", "/opt/assay/Assay.Cli.dll"], "s.db").Split('\n'), l => l.StartsWith("ExecStart", StringComparison.Ordinal));
        Assert.Contains("%%h $$HOME", AuditSchedule.SystemdUnits(hostile, ["/usr/bin/dotnet", "/opt/assay/Assay.Cli.dll"], "s.db"), StringComparison.Ordinal);
        Assert.Single(AuditSchedule.CronLine(hostile, ["/usr/bin/dotnet", "/opt/assay/Assay.Cli.dll"], "s.db").Split('\n'));
    }

    [Fact]
    public void ACommandThatDoesNotReadIsNotWaitedForEndlessly()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(2));
        Audit audit = new() { Id = 1, Name = "house", Targets = ["."], Settings = new AuditSettings { Command = "exec sleep 600" } };
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Single(AuditHooks.Tell(audit, "", "", new byte[1 << 20], DateTimeOffset.UtcNow, stop.Token));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(25));
    }

    [Theory]
    [InlineData("not cron")]
    [InlineData("99 * * * *")]
    public void WhatIsNoScheduleIsRefused(string cron) => Assert.Equal(4, Audit(NewStore(Kind.Sqlite), "add", "x", Tree.Root, "--cron", cron).Code);

    [Fact]
    public void NamesThatAreNotThereOrThereAlreadyAreRefused()
    {
        string store = NewStore(Kind.Sqlite);
        Audit(store, "add", "x", Tree.Root);
        Assert.Equal(4, Audit(store, "add", "x", Tree.Root).Code);
        Assert.Equal(4, Audit(store, "run", "y").Code);
        Assert.Equal(4, Audit(store, "report", "x").Code);
        Assert.Equal(0, Audit(store, "remove", "x").Code);
        Assert.Equal(4, Audit(store, "remove", "x").Code);
    }

    [Theory]
    [InlineData("30 2 * * 1-5", "Mon..Fri *-*-* 2:30:00")]
    [InlineData("@daily", "*-*-* 0:0:00")]
    [InlineData("*/15 * * * *", "*-*-* *:0/15:00")]
    public void ExpressionsOfCronAreSpelledForSystemd(string cron, string calendar) => Assert.Equal(calendar, AuditSchedule.Calendar(cron));

    [Theory]
    [InlineData("*/15 * * * *", "2026-11-30T10:59:00Z", "2026-11-30T11:00:10Z", true)]
    [InlineData("*/15 * * * *", "2026-11-30T11:00:10Z", "2026-11-30T11:14:00Z", false)]
    [InlineData("*/15 * * * *", "2026-11-28T11:00:10Z", "2026-11-30T11:14:00Z", true)]
    [InlineData("", "2026-11-28T11:00:10Z", "2026-11-30T11:30:00Z", false)]
    public void AnAuditIsDueOnceForAllThatItMissed(string schedule, string since, string now, bool isDue) =>
        Assert.Equal(isDue, AuditSchedule.IsDue(new Audit { Name = "a", Targets = [], Schedule = schedule }, DateTimeOffset.Parse(since, CultureInfo.InvariantCulture), DateTimeOffset.Parse(now, CultureInfo.InvariantCulture)));

    [Fact]
    public void TheCalendarIsOneThatSystemdReads()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze is not installed.");
        foreach (string cron in (string[])["30 2 * * 1-5", "@daily", "@hourly", "@weekly", "@monthly", "*/15 * * * *", "0 0 1,15 * *", "5 4 * * 0", "0 22-23 * * *"])
        {
            using Process read = Process.Start(new ProcessStartInfo("/usr/bin/systemd-analyze", ["calendar", AuditSchedule.Calendar(cron)]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string said = read.StandardOutput.ReadToEnd();
            read.WaitForExit();
            Assert.True(read.ExitCode == 0, $"{cron}: {AuditSchedule.Calendar(cron)}: {said}");
        }
    }

    [Fact]
    public void ScheduleIsPrintedForCronAndForSystemd()
    {
        string store = NewStore(Kind.Sqlite);
        Audit(store, "add", "house", Tree.Root, "--cron", "30 2 * * *");
        Assert.StartsWith("30 2 * * * ", Audit(store, "schedule", "house", "--crontab").Output, StringComparison.Ordinal);
        Assert.Contains("OnCalendar=*-*-* 2:30:00", Audit(store, "schedule", "house").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void ACommandGetsTheReport()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a shell.");
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Audit(store, "add", "house", Models, "--notify-command", $"cat > '{Tree["told"]}'");
        Audit(store, "run", "house");
        using JsonDocument told = JsonDocument.Parse(File.ReadAllText(Tree["told"]));
        Assert.Equal("assay.audit/1", told.RootElement.GetProperty("schema").GetString());
    }

    [Fact]
    public void ACommandThatFailsIsSaidAndTheRunStands()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a shell.");
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Audit(store, "add", "house", Models, "--notify-command", "exit 3");
        Said said = Audit(store, "run", "house");
        Assert.Equal(0, said.Code);
        Assert.Contains("ended with 3", said.Error, StringComparison.Ordinal);
        Assert.Contains("run 1", Audit(store, "show", "house").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWebhookGetsTheReportSigned()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Good);
        Tree.Add("secret", "canary secret\n");
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> heard = HearAsync(listener);
        Audit(store, "add", "house", Models, "--notify-webhook", $"http://{listener.LocalEndpoint}/hook", "--webhook-secret", Tree["secret"]);
        Said said = Audit(store, "run", "house");
        Assert.DoesNotContain("webhook", said.Error, StringComparison.Ordinal);
        string request = await heard;
        string[] halves = request.Split("\r\n\r\n", 2);
        string Header(string name) => halves[0].Split("\r\n").Single(l => l.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))[(name.Length + 2)..];
        Assert.Equal("sha256=" + AuditHooks.Sign("canary secret"u8, Header(AuditHooks.TimeHeader), Encoding.UTF8.GetBytes(halves[1])), Header(AuditHooks.SignatureHeader));
    }

    [Fact]
    public async Task AMailboxGetsTheReport()
    {
        string store = NewStore(Kind.Sqlite);
        Put("a.pkl", Hostile);
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<string> heard = MailAsync(listener);
        Audit(store, "add", "house", Models, "--notify-mail", "team@example.org", "--mail-from", "assay@example.org", "--smtp", listener.LocalEndpoint.ToString()!);
        Audit(store, "run", "house");
        Assert.Contains("Subject: Audit house", await heard, StringComparison.Ordinal);
    }

    [Fact]
    public void AServerOfMailThatIsNotOursTakesTheReport()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The server is one of Python's.");
        string store = NewStore(Kind.Sqlite);
        Put("<b>häßlich.pkl", Hostile);
        using Process server = MailServer();
        string said = server.StandardOutput.ReadLine() ?? "";
        Assert.SkipWhen(said.Length == 0, "This Python has no server of mail (module smtpd).");
        Audit(store, "add", "house", Models, "--notify-mail", "team@example.org", "--mail-from", "assay@example.org", "--smtp", "127.0.0.1:" + said);
        Said run = Audit(store, "run", "house");
        Assert.Equal("", run.Error);
        using JsonDocument mail = JsonDocument.Parse(server.StandardOutput.ReadLine()!);
        server.WaitForExit();
        Assert.Equal("assay@example.org", mail.RootElement.GetProperty("from").GetString());
        Assert.Equal("team@example.org", mail.RootElement.GetProperty("to").GetString());
        Assert.StartsWith("Audit house: ", mail.RootElement.GetProperty("subject").GetString(), StringComparison.Ordinal);
        Assert.Contains("malicious  <b>häßlich.pkl", mail.RootElement.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    /// <summary>A server that takes one mail and says what was in it, as Python's own reader of mail sees it.</summary>
    private static Process MailServer()
    {
        const string Script = """
            import asyncore, email, email.policy, json, smtpd, sys
            class Server(smtpd.SMTPServer):
                def process_message(self, peer, mailfrom, rcpttos, data, **options):
                    mail = email.message_from_bytes(data, policy=email.policy.default)
                    print(json.dumps({"from": mailfrom, "to": rcpttos[0], "subject": str(mail["subject"]), "text": mail.get_content()}), flush=True)
                    self.close()
            server = Server(("127.0.0.1", 0), None)
            print(server.socket.getsockname()[1], flush=True)
            asyncore.loop(timeout=0.1)
            """;
        ProcessStartInfo start = new("/usr/bin/python3", ["-I", "-W", "ignore", "-c", Script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        return Process.Start(start)!;
    }

    private static IReadOnlyList<AuditNotice> Compared(IReadOnlyList<AuditedFile> old, IReadOnlyList<AuditedFile> now) =>
        AuditComparison.Of(new AuditSnapshot { Files = old }, new AuditSnapshot { Files = now }, _ => null, _ => null);

    private static Said Audit(string store, params string[] arguments) => Command.Run(["audit", .. arguments, "--store=" + store]);

    /// <summary>One request of HTTP, answered with 204.</summary>
    private static async Task<string> HearAsync(TcpListener listener)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        StringBuilder request = new();
        byte[] some = new byte[4096];
        while (true)
        {
            int got = await stream.ReadAsync(some, TestContext.Current.CancellationToken);
            request.Append(Encoding.UTF8.GetString(some, 0, got));
            string text = request.ToString();
            int end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (got == 0 || (end > 0 && text.Length - end - 4 >= int.Parse(text.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture)))
            {
                await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
                return text;
            }
        }
    }

    /// <summary>One mail by SMTP.</summary>
    private static async Task<string> MailAsync(TcpListener listener)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using StreamReader lines = new(client.GetStream());
        await using StreamWriter answers = new(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await answers.WriteLineAsync("220 test");
        StringBuilder mail = new();
        bool isData = false;
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (isData)
            {
                if (line == ".")
                {
                    isData = false;
                    await answers.WriteLineAsync("250 kept");
                    return mail.ToString();
                }

                mail.Append(line).Append('\n');
                continue;
            }

            isData = line == "DATA";
            await answers.WriteLineAsync(isData ? "354 go on" : line == "QUIT" ? "221 bye" : "250 ok");
        }

        return mail.ToString();
    }
}
