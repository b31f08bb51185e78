// UBJSON in XGBoost's dialect: every kind of value, and lengths that lie.
using Assay.Bytes;
using Assay.Formats.Json;
using Assay.Formats.Ubjson;

namespace Assay.Tests.Formats.Ubjson;

public sealed class UbjsonReaderTests
{
    private static byte[] Bytes(string text) => [.. text.Select(c => (byte)c)];

    private static string Length(int length) => "L\0\0\0\0\0\0\0" + (char)length;

    private static UbjsonReader Of(string text) => new(new MemorySource(Bytes(text)), new ByteRange(0, text.Length), new ScanBudget(new ScanLimits(), TimeProvider.System));

    private static List<string> Tokens(UbjsonReader reader)
    {
        List<string> tokens = [];
        while (reader.Read())
        {
            tokens.Add(reader.Kind is DocumentToken.Key or DocumentToken.Text ? $"{reader.Kind} {reader.Text}" : reader.Kind is DocumentToken.Number ? $"Number {reader.Integer}" : reader.Kind.ToString());
        }

        return tokens;
    }

    [Fact]
    public void EveryKindOfValueIsAToken()
    {
        string document = "{" + Length(1) + "a" + "S" + Length(2) + "hi" + Length(1) + "b" + "[Zi\u00ffU\u00ffI\u00ff\u00fel\0\0\u0001\0L\0\0\0\0\0\0\0\u0007T]" + Length(1) + "c" + "[#" + Length(1) + "F"
            + Length(1) + "d" + "[$l#" + Length(2) + "\0\0\0\u0001\u00ff\u00ff\u00ff\u00ff" + Length(1) + "e" + "d\0\0\0\0" + "}";
        UbjsonReader reader = Of(document);
        Assert.Equal(
            [
                "ObjectStart", "Key a", "Text hi", "Key b", "ListStart", "Word", "Number -1", "Number 255", "Number -2", "Number 256", "Number 7", "Word", "ListEnd", "Key c", "ListStart", "Word", "ListEnd",
                "Key d", "ListStart", "Number 1", "Number -1", "ListEnd", "Key e", "Number ", "ObjectEnd",
            ],
            Tokens(reader));
        Assert.Equal(document.Length, reader.End);
    }

    [Theory]
    [InlineData("{L\0\0\0\0\0\0\u00ff\u00ff")]
    [InlineData("[$l#L\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("[$D#L\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData("SL\u0080\0\0\0\0\0\0\0")]
    public void ALengthThatLeadsPastTheEndIsKept(string document)
    {
        UbjsonReader reader = Of(document);
        Assert.Throws<MalformedException>(() => Tokens(reader));
        Assert.NotNull(reader.Declared);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[")]
    [InlineData("[$l")]
    [InlineData("Q")]
    [InlineData("{i")]
    public void WhatIsNoDocumentIsMalformed(string document) => Assert.Throws<MalformedException>(() => Tokens(Of(document)));
}
