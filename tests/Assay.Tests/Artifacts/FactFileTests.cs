// A file of facts is whole or it is refused.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Tests.Artifacts;

public sealed class FactFileTests
{
    [Fact]
    public void InputsComeBackInTheOrderInWhichTheyWereWritten()
    {
        FactFileReader reader = new(new MemoryStream(Written(3)));
        Assert.Equal(["0", "1", "2"], reader.Inputs().Select(i => i.Path));
        Assert.Equal(5, reader.Ignored);
        Assert.Equal(("9.9", 17), (reader.Version, reader.Limits.Depth));
    }

    [Fact]
    public void AFileThatWasCutAnywhereIsRefused()
    {
        byte[] whole = Written(2);
        for (int length = 0; length < whole.Length - 1; length++)
        {
            Assert.Throws<MalformedException>(() => new FactFileReader(new MemoryStream(whole, 0, length)).Inputs().Count());
        }
    }

    [Theory]
    [InlineData("not JSON\n")]
    [InlineData("{\"run\":{\"schema\":\"assay.facts/0\",\"version\":\"1\",\"limits\":{}}}\n")]
    [InlineData("{\"end\":{\"inputs\":0,\"ignored\":0}}\n")]
    public void WhatDoesNotBeginAsAFileOfFactsIsRefused(string text) =>
        Assert.Throws<MalformedException>(() => new FactFileReader(new MemoryStream(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void ALineThatIsMissingOrTooManyIsNoticed()
    {
        string[] lines = Encoding.UTF8.GetString(Written(2)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Throws<MalformedException>(() => Count(lines[0], lines[1], lines[3]));
        Assert.Throws<MalformedException>(() => Count(lines[0], lines[1], lines[2], lines[2], lines[3]));
        Assert.Throws<MalformedException>(() => Count(lines[0], lines[1], lines[2], lines[3], lines[2]));
        Assert.Equal(2, Count(lines));
    }

    private static int Count(params string[] lines) =>
        new FactFileReader(new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"))).Inputs().Count();

    private static byte[] Written(int inputs)
    {
        using MemoryStream stream = new();
        FactFileWriter writer = new(stream, "9.9", new ScanLimits { Depth = 17 });
        for (int i = 0; i < inputs; i++)
        {
            writer.Write(new FactSet { Path = $"{i}", Facts = [new UnreadFact { Path = $"{i}", Cause = UnreadCause.Missing, Detail = new string('x', 90_000 * i) }] });
        }

        writer.End(5);
        return stream.ToArray();
    }
}
