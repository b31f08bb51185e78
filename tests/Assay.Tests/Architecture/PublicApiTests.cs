// A change of the library's public face is a decision, seen in a review, not an accident.
namespace Assay.Tests.Architecture;

public sealed class PublicApiTests
{
    private const string Written = "tests/Assay.Tests/Architecture/PublicApi.txt";

    [Fact]
    public void ThePublicFaceIsAsWrittenDown()
    {
        string now = PublicApiText.Of(typeof(Assay.Bytes.ByteSource).Assembly);
        if (Environment.GetEnvironmentVariable("ASSAY_ACCEPT") == "api")
        {
            File.WriteAllText(Repository.Full(Written), now);
        }

        // When the change is meant: ASSAY_ACCEPT=api ./test --filter PublicApiTests, and commit the file.
        string[] before = Repository.Read(Written).ReplaceLineEndings("\n").Split('\n');
        string[] after = now.Split('\n');
        Offenders.None([.. after.Except(before).Select(l => "new:  " + l.Trim()), .. before.Except(after).Select(l => "gone: " + l.Trim())]);
        Assert.Equal(before, after);
    }
}
