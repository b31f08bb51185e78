// The tokens of MessagePack, each form of the specification once.
using Assay.Bytes;
using Assay.Formats.MessagePack;

namespace Assay.Tests.Formats.MessagePack;

public sealed class MessagePackReaderTests
{
    [Theory]
    [InlineData(new byte[] { 0x7F }, "Integer", 127)]
    [InlineData(new byte[] { 0xE0 }, "Integer", -32)]
    [InlineData(new byte[] { 0xCC, 0xFF }, "Integer", 255)]
    [InlineData(new byte[] { 0xCD, 1, 0 }, "Integer", 256)]
    [InlineData(new byte[] { 0xCE, 0xFF, 0xFF, 0xFF, 0xFF }, "Integer", 4294967295)]
    [InlineData(new byte[] { 0xCF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF }, "Integer", long.MaxValue)]
    [InlineData(new byte[] { 0xD0, 0x80 }, "Integer", -128)]
    [InlineData(new byte[] { 0xD1, 0xFF, 0xFE }, "Integer", -2)]
    [InlineData(new byte[] { 0xD2, 0xFF, 0xFF, 0xFF, 0xFE }, "Integer", -2)]
    [InlineData(new byte[] { 0xD3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE }, "Integer", -2)]
    [InlineData(new byte[] { 0xC3 }, "Boolean", 1)]
    public void NumbersAreThoseOfTheSpecification(byte[] bytes, string type, long number)
    {
        MessagePackReader reader = Of(bytes);
        Assert.True(reader.Read());
        Assert.Equal((type, number, true), (reader.Type.ToString(), reader.Number, reader.IsAtEnd));
        Assert.False(reader.Read());
    }

    [Theory]
    [InlineData(new byte[] { 0xA2, 1, 2 }, "Text", 2)]
    [InlineData(new byte[] { 0xD9, 2, 1, 2 }, "Text", 2)]
    [InlineData(new byte[] { 0xDA, 0, 1, 1 }, "Text", 1)]
    [InlineData(new byte[] { 0xDB, 0, 0, 0, 1, 1 }, "Text", 1)]
    [InlineData(new byte[] { 0xC4, 1, 9 }, "Binary", 1)]
    [InlineData(new byte[] { 0xC6, 0, 0, 0, 1, 9 }, "Binary", 1)]
    [InlineData(new byte[] { 0xD5, 7, 1, 2 }, "Extension", 2)]
    [InlineData(new byte[] { 0xC7, 1, 7, 1 }, "Extension", 1)]
    public void PayloadsLieWhereTheyAreSaidToLie(byte[] bytes, string type, long length)
    {
        MessagePackReader reader = Of(bytes);
        Assert.True(reader.Read());
        Assert.Equal((type, length, bytes.Length), (reader.Type.ToString(), reader.Payload.Length, (int)reader.Payload.End));
    }

    [Theory]
    [InlineData(new byte[] { 0xC1 })]
    [InlineData(new byte[] { 0xCE, 1 })]
    [InlineData(new byte[] { 0xA5, 1 })]
    [InlineData(new byte[] { 0xDD, 0xFF, 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xDF, 0, 0, 0, 1, 0 })]
    public void WhatTheBytesCannotFillBreaks(byte[] bytes) => Assert.Throws<MalformedException>(() => Of(bytes).Read());

    private static MessagePackReader Of(byte[] bytes) => new(new MemorySource(bytes), new ByteRange(0, bytes.Length), new ScanBudget(new ScanLimits(), TimeProvider.System));
}
