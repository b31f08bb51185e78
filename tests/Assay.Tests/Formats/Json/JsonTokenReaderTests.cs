// The reader of JSON tokens gives what System.Text.Json gives for the whole document, wherever its window ends.
using System.Text;
using System.Text.Json;
using Assay.Bytes;
using Assay.Formats.Json;

namespace Assay.Tests.Formats.Json;

public sealed class JsonTokenReaderTests
{
    private const string Document = """
        { "a" : [1, -2.5e3, true, null, {"b\u0041": "x\n\ud83d\ude00"}],
          "long": "0123456789012345678901234567890123456789", "empty": {}, "last": [] }
        """;

    [Fact]
    public void TokensAreThoseOfTheWholeDocumentWhereverTheWindowEnds()
    {
        for (int blanks = 32_600; blanks < 32_780; blanks++)
        {
            byte[] json = Encoding.UTF8.GetBytes(new string(' ', blanks) + Document);
            JsonTokenReader reader = Reader(json);
            Utf8JsonReader expected = new(json);
            while (expected.Read())
            {
                Assert.True(reader.Read());
                Assert.Equal((expected.TokenType, expected.CurrentDepth, expected.TokenStartIndex), (reader.Type, reader.Depth, reader.Offset));
                if (expected.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    Assert.Equal(expected.GetString(), reader.Text());
                }
                else if (expected.TokenType == JsonTokenType.Number)
                {
                    Assert.Equal(expected.TryGetInt64(out long number), reader.TryNumber(out long read));
                    Assert.Equal(number, read);
                }
            }

            Assert.False(reader.Read());
        }
    }

    [Fact]
    public void ALongTextGrowsTheWindowUpToTheLimit()
    {
        byte[] json = Encoding.UTF8.GetBytes($"\"{new string('x', 300_000)}\"");
        JsonTokenReader reader = Reader(json);
        Assert.True(reader.Read());
        Assert.Equal(300_000, reader.Text().Length);
        Assert.Throws<ScanStopException>(() => Reader(json, new ScanLimits { LineBytes = 100_000 }).Read());
    }

    [Theory]
    [InlineData("{\"a\":[{\"b\":1},2],\"z\":3}", 5)]
    [InlineData("{\"a\":{},\"z\":3}", 5)]
    [InlineData("{\"a\":\"[{\",\"z\":3}", 5)]
    public void AValueIsSteppedOver(string json, int tokens)
    {
        JsonTokenReader reader = Reader(Encoding.UTF8.GetBytes(json));
        int count = 0;
        while (reader.Read())
        {
            count++;
            if (reader.Type == JsonTokenType.PropertyName && reader.Text() == "a")
            {
                reader.Skip();
            }
        }

        Assert.Equal(tokens, count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"a\":}")]
    [InlineData("{} x")]
    [InlineData("[[[[[[[[[]]]]]]]]]")]
    public void WhatBreaksIsMalformed(string json) => Assert.Throws<MalformedException>(() =>
    {
        JsonTokenReader reader = Reader(Encoding.UTF8.GetBytes(json));
        while (reader.Read())
        {
        }
    });

    private static JsonTokenReader Reader(byte[] json, ScanLimits? limits = null) =>
        new(new MemorySource(json), new ByteRange(0, json.Length), new ScanBudget(limits ?? new ScanLimits(), TimeProvider.System), 8);
}
