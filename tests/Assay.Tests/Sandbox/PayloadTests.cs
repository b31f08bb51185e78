// Every payload of a list is seen, with the rule that names what it does: none gets through by being quiet, late, loud or in disguise.
using Assay.Detection;
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

public sealed class PayloadTests(QuickBox box) : IClassFixture<QuickBox>
{
    public static TheoryData<string, string, string> Payloads => [.. Read().Select(p => (p.Name, p.Rule, p.Told))];

    [Theory]
    [MemberData(nameof(Payloads))]
    public void IsSeenWithTheRuleThatNamesIt(string name, string rule, string told)
    {
        LoadResult result = box.Run(Read().First(p => p.Name == name).Source);
        Finding[] findings = [.. FactBuilder.Judge([.. result.Events])];
        Finding? found = Array.Find(findings, f => f.Rule.Id == rule);
        Assert.True(found is not null, $"{result.End} {result.Detail}: {string.Join(", ", findings.Select(f => f.Rule.Id))}");
        Assert.Contains(result.Events, e => $"{e.Kind} {e.Action} {e.Subject} {string.Join(' ', e.Arguments)}".Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void ThereAreAHundredOfDifferentNames()
    {
        string[] names = [.. Read().Select(p => p.Name)];
        Assert.Equal(names.Distinct(), names);
        Assert.InRange(names.Length, 100, 1000);
    }

    private static IEnumerable<(string Name, string Rule, string Told, string Source)> Read()
    {
        using Stream stream = typeof(PayloadTests).Assembly.GetManifestResourceStream("sandbox/payloads.txt")!;
        using StreamReader reader = new(stream);
        foreach (string block in reader.ReadToEnd().ReplaceLineEndings("\n").Split("\n### ").Skip(1))
        {
            string[] head = [.. block.Split('\n')[0].Split('|').Select(c => c.Trim())];
            yield return (head[0], head[1], head[2], block[(block.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        }
    }
}

/// <summary>A box that does not wait long for what is left running: none of it ends by itself.</summary>
public sealed class QuickBox : IDisposable
{
    private readonly TestLoader _loader = new(new SandboxOptions { Time = TimeSpan.FromSeconds(60), Linger = TimeSpan.FromMilliseconds(300) });

    public void Dispose() => _loader.Dispose();

    internal LoadResult Run(string source)
    {
        Boxed.Needs();
        using MemorySource bytes = new(Boxed.Running(source));
        return _loader.LoadOnce("model.pkl", bytes, new KnownLoader("pickle.load", ""), [], BoxSetting.Usual, TestContext.Current.CancellationToken);
    }
}
