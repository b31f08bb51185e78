// Fills a store with artifacts as scans of a hub would leave them.
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Assay.Artifacts;
using Assay.Detection;
using Assay.Policies;
using Assay.Store.Databases;
using Assay.Store.Judging;
using Assay.Store.Readings;

namespace Assay.Store.Bench;

/// <summary>Fills a store: six in ten artifacts are safetensors, three PyTorch with the usual calls, one refers to a host, one in a thousand calls something rare.</summary>
internal static class Generator
{
    private const int Step = 20_000;
    private const int Variants = 500;

    private sealed record Shape(byte[] Packed, string Head, Term[] Terms, Verdict Verdict);

    /// <summary>The digest of the artifact of a number.</summary>
    public static byte[] DigestOf(int number)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(four, number);
        return SHA256.HashData(four);
    }

    public static void Fill(ModelStore store, int count)
    {
        StoreConnection c = store.Connection;
        Shape[] shapes = [.. Enumerable.Range(0, Variants).Select(Make)];
        Shape[] rare = [.. Enumerable.Range(0, 3).Select(n => Made(n, [Callable($"benchmark.rare.{(n == 0 ? "one" : n == 1 ? "two" : "three")}")]))];
        long ruling = Rulings.ChainOf(c, new Ruling(RuleSet.Default, Policy.None, DateOnly.FromDateTime(DateTime.UtcNow)), store.Now)[0].Id;
        c.Execute("INSERT INTO settings (digest, schema, readers, limits) VALUES (@a, 'assay.facts/1', 'bench', '{}')", DigestOf(-1));
        Dictionary<Term, long> terms = [];
        foreach (Term term in shapes.Concat(rare).SelectMany(s => s.Terms).Distinct())
        {
            terms[term] = c.Number("INSERT INTO terms (kind, value) VALUES (@a, @b) RETURNING id", term.Kind, term.Value)!.Value;
        }

        for (int from = 0; from < count; from += Step)
        {
            int to = Math.Min(count, from + Step);
            Shape Of(int n) => n % 1000 == 7 ? rare[n / 1000 % 3] : shapes[n % Variants];
            long now = store.Now;
            Rows(c, "artifacts (id, sha256, size, first_seen, last_seen)", from, to, n => [[(long)n + 1, DigestOf(n), 1000L + n, now, now]]);
            Rows(c, "sightings (id, artifact, host, path, repository, revision, publisher, first_seen, last_seen)", from, to,
                n => [[(long)n + 1, (long)n + 1, "bench", string.Create(CultureInfo.InvariantCulture, $"/hub/models--org{n % 1000}--m{n}/model.bin"), string.Create(CultureInfo.InvariantCulture, $"hf://org{n % 1000}/m{n}"), "main",
                    string.Create(CultureInfo.InvariantCulture, $"org{n % 1000}"), now, now]]);
            Rows(c, "readings (id, artifact, settings, name, named, beside_digest, beside, at, head, facts, made)", from, to,
                n => [[(long)n + 1, (long)n + 1, 1L, "+model.bin", 2L, Array.Empty<byte>(), Array.Empty<byte>(), "", Of(n).Head, Of(n).Packed, now]]);
            Rows(c, "verdicts (reading, ruling, verdict, plain, at)", from, to, n => [[(long)n + 1, ruling, (long)Of(n).Verdict, Of(n).Verdict == Verdict.Passed ? 1L : 0L, ""]]);
            Rows(c, "postings (term, reading)", from, to, n => [.. Of(n).Terms.Select(t => (object[])[terms[t], (long)n + 1])]);
        }

        c.Plain(c.IsServer ? "VACUUM ANALYZE" : "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static void Rows(StoreConnection c, string table, int from, int to, Func<int, object[][]> rows) =>
        c.Write(() => c.Insert(table, Enumerable.Range(from, to - from).SelectMany(rows)));

    private static Shape Make(int n) => Made(n, (n % 10) switch
    {
        < 6 => [Format("safetensors")],
        < 9 => [.. n % 50 == 7 ? (Fact[])[new AnomalyFact { Path = "", Code = "zip.prefix" }] : [], Format("zip"), Format("pytorch"), Format("pickle"), Callable("torch._utils._rebuild_tensor_v2"), Callable("torch.FloatStorage"), Callable("collections.OrderedDict"), .. Enumerable.Range(0, n % 40).Select(i => Callable($"torch.nn.modules.m{(n + i) % 80}.Linear"))],
        _ => [Format("onnx"), new IndicatorFact { Path = "", Kind = "hash", Value = Convert.ToHexStringLower(DigestOf(-2 - n)) }, new ReferenceFact { Path = "", Kind = "url", Target = $"https://host{n}.example.org/weights", Place = ReferencePlace.Url }],
    });

    private static Shape Made(int n, Fact[] facts)
    {
        FactSet set = new() { Path = "", Size = 1000 + n, Sha256 = Convert.ToHexStringLower(DigestOf(n)), Facts = facts };
        return new Shape(FactBlob.Pack(set), new ReadingHead(1000 + n, null, new ByteCoverage(1000 + n, 0, 0), 1, []).ToString(), [.. Terms.Of(set)], Verdict.Passed);
    }

    private static FormatFact Format(string id) => new() { Path = "", Format = id };

    private static CallableFact Callable(string name) => new() { Path = "", Module = name[..name.LastIndexOf('.')], Name = name[(name.LastIndexOf('.') + 1)..], Callee = name, Resolved = name, Use = CallableUse.Imported };
}
