// Protocol buffers field by field: right ones, and what parsers refuse.
using Assay.Bytes;
using Assay.Formats.Protobuf;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Protobuf;

public sealed class ProtobufWireTests
{
    [Fact]
    public void FieldsOfEveryWireTypeAreReadWhereTheyLie()
    {
        byte[] bytes = new ProtobufBuilder().Number(1, -1).Eight(2, 1.5).Text(3, "text").Key(4, 3).Number(1, 7).Key(4, 4).Four(5, 0.5f).Build();
        List<ProtobufWireField> fields = Fields(bytes);
        Assert.Equal([1, 2, 3, 4, 5], fields.Select(f => f.Number));
        Assert.Equal([0, 1, 2, 3, 5], fields.Select(f => f.Wire));
        Assert.Equal(ulong.MaxValue, fields[0].Value);
        Assert.Equal(BitConverter.DoubleToUInt64Bits(1.5), fields[1].Value);
        Assert.Equal("text"u8.ToArray(), bytes[(int)fields[2].Payload.Offset..(int)fields[2].Payload.End]);
        Assert.Equal(2, fields[3].Payload.Length);
        Assert.Equal(bytes.Length, fields[4].End);
    }

    [Fact]
    public void ANumberInTheLongestFormIsRead() =>
        Assert.Equal(1UL, Assert.Single(Fields([8, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0])).Value);

    [Theory]
    [InlineData(new byte[] { 0, 0 })] // Field 0.
    [InlineData(new byte[] { 8 })] // A number that is missing.
    [InlineData(new byte[] { 8, 0x80 })]
    [InlineData(new byte[] { 8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0 })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0 })]
    [InlineData(new byte[] { 14, 0 })] // Wire type 6.
    [InlineData(new byte[] { 12 })] // The end of a group that was not begun.
    [InlineData(new byte[] { 11, 20 })] // A group ends with another's number.
    [InlineData(new byte[] { 11, 8, 1 })] // A group does not end.
    public void WhatParsersRefuseIsNoField(byte[] bytes)
    {
        Assert.NotNull(Wire(bytes).TryRead(0, bytes.Length, out ProtobufWireField field));
        Assert.Equal(default, field);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)] // As unsigned: 2^64 - 1.
    public void APayloadThatRunsOverTheEndIsCut(long length)
    {
        byte[] bytes = new ProtobufBuilder().Key(1, 2).Varint((ulong)length).Raw("abcd"u8).Build();
        ProtobufWireField field = Assert.Single(Fields(bytes));
        Assert.True(field.IsCut);
        Assert.Equal((4, bytes.Length), (field.Payload.Length, field.End));
    }

    [Fact]
    public void GroupsInGroupsEndSomewhere()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)11, 100_000)];
        Assert.NotNull(Wire(bytes).TryRead(0, bytes.Length, out _));
    }

    private static ProtobufWire Wire(byte[] bytes) => new(new MemorySource(bytes), new ScanBudget(new ScanLimits(), TimeProvider.System));

    private static List<ProtobufWireField> Fields(byte[] bytes)
    {
        ProtobufWire wire = Wire(bytes);
        List<ProtobufWireField> fields = [];
        for (long at = 0; at < bytes.Length; at = fields[^1].End)
        {
            Assert.Null(wire.TryRead(at, bytes.Length, out ProtobufWireField field));
            fields.Add(field);
        }

        return fields;
    }
}
