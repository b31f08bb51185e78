// ML.NET: parts with headers that fit pass; assemblies of somebody else and ranges that lead out are flagged.
using System.Buffers.Binary;
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.MlNet;

/// <summary>Parts are written as <c>ModelHeader</c> of Microsoft.ML.Core lays them out.</summary>
public sealed class MlNetTests
{
    private static byte[] Part(string loader, string assembly, Action<byte[]>? change = null)
    {
        byte[] name = Encoding.Unicode.GetBytes(assembly);
        byte[] part = new byte[256 + 4 + name.Length + 8];
        "ML\0MODEL"u8.CopyTo(part);
        BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(16), 256);
        BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(24), 4);
        Encoding.ASCII.GetBytes("CUSTOMXF").CopyTo(part, 64);
        Encoding.ASCII.GetBytes(loader).CopyTo(part, 80);
        BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(128), 260 + name.Length);
        BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(136), part.Length);
        BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(144), 260);
        BinaryPrimitives.WriteInt64LittleEndian(part.AsSpan(152), name.Length);
        name.CopyTo(part, 260);
        "LEDOM\0LM"u8.CopyTo(part.AsSpan(260 + name.Length));
        change?.Invoke(part);
        return part;
    }

    private static TargetReport Scan(byte[] part) => Scans.Of(
        new ZipBuilder().Add("TrainingInfo\\Version.txt", "1.0.0.0"u8.ToArray()).Add("TransformerChain\\Model.key", part).Add("Schema", [0, 1, 0xFF, 3, 4]).Build(), "model.zip");

    [Fact]
    public void AModelOfMlNetPasses()
    {
        TargetReport target = Scan(Part("CustomTransformer", "Microsoft.ML.Transforms, Version=1.0.0.0, Culture=neutral, PublicKeyToken=cc7b13ffcd2ddd51"));
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        Assert.Contains("mlnet", target.Formats);
        target.AssertComplete();
        Assert.Contains(target.Facts.OfType<OperatorFact>(), o => o is { Domain: "mlnet", Name: "CustomTransformer" });
    }

    [Theory]
    [InlineData("Evil, Version=1.0.0.0")]
    [InlineData("Microsoft.ML.Evil.x/../Evil")]
    [InlineData("EvilMicrosoft.ML, Version=1.0.0.0")]
    public void AnAssemblyOfSomebodyElseIsFlagged(string assembly)
    {
        TargetReport target = Scan(Part("Loader", assembly));
        Assert.True(target.Is("mlnet-foreign-assembly"), target.Describe());
    }

    [Theory]
    [InlineData(128, long.MaxValue)]
    [InlineData(136, 1L << 40)]
    [InlineData(24, 1L << 40)]
    [InlineData(144, -5)]
    [InlineData(128, 0)]
    public void ARangeThatLeadsOutIsFlaggedAndNotPassed(int field, long value)
    {
        TargetReport target = Scan(Part("Loader", "Microsoft.ML, Version=1.0.0.0", p => BinaryPrimitives.WriteInt64LittleEndian(p.AsSpan(field), value)));
        Assert.Contains("mlnet.range-outside", target.Anomalies());
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }
}
