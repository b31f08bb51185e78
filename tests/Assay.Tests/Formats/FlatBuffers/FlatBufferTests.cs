// The reader of FlatBuffers: whatever the numbers say, nothing outside of the buffer is believed.
using Assay.Bytes;
using Assay.Formats.FlatBuffers;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.FlatBuffers;

public sealed class FlatBufferTests
{
    [Fact]
    public void FieldsAreReadWhereTheyLie()
    {
        FlatBuffer buffer = Buffer(new FlatBuilder((byte)7, null, -5, "text", new int[] { 1, 2, 3 }, new FlatBuilder(9ul), new object[] { "a", "bc" }).Build("TEST"));
        FlatTable root = buffer.Table(buffer.Follow(0));
        Assert.Equal((7, 0u, -5, "text"), (root.U8(0), root.U32(1), root.I32(2), root.Text(3)));
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(i => root.Vector(4).I32((uint)i)));
        Assert.Equal(9ul, root.Table(5)?.U64(0));
        Assert.Equal("bc", root.Vector(6).Text(1));
        Assert.Null(root.Text(40));
        Assert.Equal(0u, root.Vector(40).Count);
    }

    [Fact]
    public void EveryByteChangedEndsInAValueOrABreak()
    {
        byte[] good = new FlatBuilder((byte)7, null, -5, "text", new int[] { 1, 2, 3 }, new FlatBuilder(9ul)).Build("TEST");
        int breaks = 0;
        for (int i = 0; i < good.Length; i++)
        {
            foreach (byte value in (byte[])[0, 1, 0x7F, 0x80, 0xFF])
            {
                byte[] bad = [.. good];
                bad[i] = value;
                try
                {
                    FlatBuffer buffer = Buffer(bad);
                    FlatTable root = buffer.Table(buffer.Follow(0));
                    _ = (root.U8(0), root.I32(2), root.Text(3), root.Vector(4).Count, root.Table(5)?.U64(0));
                }
                catch (MalformedException)
                {
                    breaks++;
                }
            }
        }

        Assert.True(breaks > 0);
    }

    [Theory]
    [InlineData("tflite-schema.tsv", "Model")]
    [InlineData("ort-schema.tsv", "InferenceSession")]
    [InlineData("executorch-schema.tsv", "Program")]
    [InlineData("mnn-schema.tsv", "Net")]
    public void EveryTableOfASchemaIsThere(string name, string root)
    {
        FlatSchema schema = FlatSchema.Load(name);
        HashSet<string> seen = [root];
        Stack<string> open = new([root]);
        while (open.TryPop(out string? next))
        {
            foreach (FlatField field in schema.Fields(next))
            {
                IEnumerable<string> led = field.Kind == FlatKind.Union ? Enumerable.Range(1, 255).Select(i => schema.Member(field.Of, (byte)i)).OfType<string>()
                    : field.Of.Length > 0 ? [field.Of] : [];
                foreach (string one in led.Where(seen.Add))
                {
                    open.Push(one);
                }
            }
        }

        Assert.True(seen.Count > 20);
    }

    private static FlatBuffer Buffer(byte[] bytes) => new(new MemorySource(bytes), new ByteRange(0, bytes.Length), new ScanBudget(new ScanLimits(), TimeProvider.System));
}
