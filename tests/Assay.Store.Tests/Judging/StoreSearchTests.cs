// However a question is answered, by the index alone, side by side or by looking at readings one by one: the same models are found.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Assay.Detection;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Judging;

namespace Assay.Store.Tests.Judging;

public sealed class StoreSearchTests(PostgresServer server) : StoreTests(server)
{
    private const int Count = 600;

    private static readonly string[] s_names = ["os.system", "os.popen", "torch.a", "torch.b", "torch.c"];
    private static readonly string[] s_hosts = ["a.example.org", "b.example.org", "elsewhere.net"];

    private sealed record Model(int Number, string Sha256, HashSet<(string Kind, string Value)> Terms, HashSet<(string Repository, string Publisher)> Places);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AllWaysOfAnsweringFindTheSame(Kind kind)
    {
        using ModelStore store = Open(NewStore(kind));
        Model[] models = Fill(store.Connection, new Random(7));
        string one = models[100].Sha256;
        StoreQuestion[] questions =
        [
            new() { Calls = "os.system" }, new() { Calls = "os.*" }, new() { Calls = "*" }, new() { Calls = "none.*" }, new() { Calls = "t*.a" }, new() { Host = "A.example.org" }, new() { Host = "*.example.org" },
            new() { Format = "zip" }, new() { Code = "zip.*" }, new() { Refers = "https://*" }, new() { Digest = one }, new() { Digest = models[7].Sha256[..40] }, new() { Digest = one.ToUpperInvariant() },
            new() { Repository = "hf://o1/m" }, new() { Repository = "hf://o1/*" }, new() { Repository = "hf://*/m" }, new() { Repository = "*o1*" }, new() { Repository = "*_*" }, new() { Publisher = "*1" }, new() { Repository = "*" }, new() { Repository = "hf://o[12]/*" }, new() { Publisher = "o1" }, new() { Publisher = "o*" },
            new() { Calls = "os.*", Host = "*.example.org" }, new() { Calls = "torch.*", Format = "zip", Publisher = "o2" }, new() { Calls = "os.*", Repository = "hf://*" }, new() { Digest = one, Calls = "*" },
            new() { Digest = one, Repository = "hf://nobody/*" }, new() { Code = "zip.*", Refers = "*", Publisher = "o*" },
        ];
        foreach (StoreQuestion question in questions)
        {
            string[] expected = [.. models.Where(m => Fits(m, question)).OrderByDescending(m => m.Number).Select(m => m.Sha256).Distinct()];
            int readings = models.Count(m => Fits(m, question));
            foreach ((int rows, int probed) in ((int, int)[])[(400_000, 100_000), (50, 100), (0, 0)])
            {
                StoreFound all = StoreSearch.Find(store, question, 1000, rows, probed);
                Assert.Equal(expected, all.Hits.Select(h => h.Sha256));
                Assert.True(all.IsMore ? all.Readings <= readings : all.Readings == readings, $"{question}: {all.Readings} of {readings}");
                Assert.Equal(expected.Take(5), StoreSearch.Find(store, question, 5, rows, probed).Hits.Select(h => h.Sha256));
            }
        }

        Assert.Empty(StoreSearch.Find(store, new StoreQuestion(), 5).Hits);
    }

    private static bool Fits(Model model, StoreQuestion question)
    {
        bool Has(string kind, string? asked) => asked is null || model.Terms.Any(t => t.Kind == kind && Same(asked, t.Value));
        return Has("callable", question.Calls) && Has("host", question.Host?.ToLowerInvariant()) && Has("format", question.Format) && Has("anomaly", question.Code) && Has("reference", question.Refers)
            && (question.Digest is not { } digest || model.Sha256.Equals(digest, StringComparison.OrdinalIgnoreCase) || Has("indicator", digest))
            && (question.Repository is not { } repository || model.Places.Any(p => Same(repository, p.Repository))) && (question.Publisher is not { } publisher || model.Places.Any(p => Same(publisher, p.Publisher)));
    }

    private static bool Same(string asked, string value) => asked.Contains('*', StringComparison.Ordinal) ? WildcardPattern.OfText(asked).IsMatch(value) : asked == value;

    private static Model[] Fill(StoreConnection c, Random random)
    {
        List<Model> models = [];
        c.Execute("INSERT INTO settings (digest, schema, readers, limits) VALUES (@a, 's', 'r', '')", new byte[32]);
        Dictionary<(string, string), long> terms = [];
        Dictionary<string, HashSet<(string, string)>> places = [];
        c.Write(() =>
        {
            for (int i = 1; i <= Count; i++)
            {
                // Now and then the same bytes under another name.
                byte[] digest = SHA256.HashData(Encoding.ASCII.GetBytes($"{i - (i % 7 == 0 ? 1 : 0)}"));
                HashSet<(string Kind, string Value)> own = [("format", random.Next(3) == 0 ? "zip" : "pickle")];
                foreach (string name in s_names.Where(_ => random.Next(3) == 0))
                {
                    own.UnionWith([("callable", name), ("fact", "callable")]);
                }

                foreach (string host in s_hosts.Where(_ => random.Next(5) == 0))
                {
                    own.UnionWith([("host", host), ("reference", $"https://{host}/{i % 10}"), ("fact", "reference")]);
                }

                if (random.Next(4) == 0)
                {
                    own.UnionWith([("anomaly", random.Next(2) == 0 ? "zip.prefix" : "pickle.odd"), ("fact", "anomaly")]);
                }

                if (i % 50 == 8)
                {
                    own.Add(("indicator", Convert.ToHexStringLower(SHA256.HashData("7"u8))[..40]));
                }

                string publisher = string.Create(CultureInfo.InvariantCulture, $"o{i % 4}");
                string repository = i % 4 == 3 ? "" : $"hf://{publisher}/m", sha256 = Convert.ToHexStringLower(digest);

                // Where the same bytes lie in two places, each of their readings is of both.
                if (!places.TryGetValue(sha256, out HashSet<(string, string)>? seen))
                {
                    places.Add(sha256, seen = []);
                }

                seen.Add((repository, publisher));
                models.Add(new Model(i, sha256, own, seen));
                long artifact = c.Number("INSERT INTO artifacts (sha256, size, first_seen, last_seen) VALUES (@a, 1, 1, 1) ON CONFLICT (sha256) DO UPDATE SET last_seen = 1 RETURNING id", digest)!.Value;
                c.Execute("INSERT INTO readings (id, artifact, settings, name, named, beside_digest, at, head, made) VALUES (@a, @b, 1, @c, 2, @d, '', '', 1)", i, artifact, $"+{i}", Array.Empty<byte>());
                foreach ((string Kind, string Value) term in own)
                {
                    if (!terms.TryGetValue(term, out long number))
                    {
                        terms.Add(term, number = c.Number("INSERT INTO terms (kind, value) VALUES (@a, @b) RETURNING id", term.Kind, term.Value)!.Value);
                    }

                    c.Execute("INSERT INTO postings (term, reading) VALUES (@a, @b)", number, i);
                }

                c.Execute("INSERT INTO sightings (artifact, host, path, repository, revision, publisher, first_seen, last_seen) VALUES (@a, 'h', @b, @c, '', @d, 1, 1) ON CONFLICT DO NOTHING", artifact, $"/{i}", repository, publisher);
            }
        });

        return [.. models];
    }
}
