// Fingerprints name the same finding alike, whatever the file is called.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection;

public sealed class FingerprintTests
{
    private const string Calls = "[{call: os.system, args: [id]}, {import: posix.popen}, {anomaly: zip.overlap}]";

    [Fact]
    public void RenamingTheFileKeepsFingerprints()
    {
        IEnumerable<string> one = FactBuilder.Judge(FactBuilder.Facts(Calls, "a.pt!/archive/data.pkl")).Select(f => f.Fingerprint);
        IEnumerable<string> two = FactBuilder.Judge(FactBuilder.Facts(Calls, "/some/where/b.bin!/archive/data.pkl")).Select(f => f.Fingerprint);
        Assert.Equal(one, two);
    }

    [Fact]
    public void AnotherMemberHasAnotherFingerprint()
    {
        List<Fact> facts = [.. FactBuilder.Facts(Calls, "a.pt!/one.pkl"), .. FactBuilder.Facts(Calls, "a.pt!/two.pkl")];
        List<string> fingerprints = [.. FactBuilder.Judge(facts).Select(f => f.Fingerprint)];
        Assert.Equal(6, fingerprints.Count);
        Assert.Distinct(fingerprints);
    }

    [Fact]
    public void ArgumentsDoNotChangeIt()
    {
        // The offset and the text of a payload change with every build of the same model; the finding is the same one.
        string one = FactBuilder.Judge("{call: os.system, args: [id]}").Single().Fingerprint;
        string two = FactBuilder.Judge("{call: os.system, args: [whoami]}").Single().Fingerprint;
        Assert.Equal(one, two);
    }

    [Fact]
    public void TheSubjectChangesIt() =>
        Assert.NotEqual(FactBuilder.Judge("{call: os.system}").Single().Fingerprint, FactBuilder.Judge("{call: os.popen}").Single().Fingerprint);
}
