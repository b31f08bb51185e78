// BSON as Julia writes models: plain ones pass with everything read, code and names of what acts are told, and lengths that lie.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Bson;

public sealed class BsonFormatTests
{
    [Fact]
    public void AModelOfNumbersPasses()
    {
        TargetReport target = Scans.Of(Document(("model", Document(("tag", "struct"), ("type", Document(("tag", "datatype"), ("name", Document(("0", "Main"), ("1", "Flux"), ("2", "Dense"))))), ("data", new byte[16]), ("n", 7)))), "model.bson");
        Assert.Equal(Verdict.Passed, target.Verdict);
        Assert.Equal(["bson"], target.Formats);
        target.AssertComplete();
    }

    [Fact]
    public void CodeOfJuliaIsSuspicious()
    {
        byte[] file = Document(("_backrefs", Document(("0", Document(("tag", "anonymous"), ("name", Document(("0", "Main"), ("1", "Base"), ("2", "run"))), ("data", Document(("tag", "expr"), ("head", "call"))))))));
        TargetReport target = Scans.Of(file, "model.bson");
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
        Assert.Contains("bson.julia-acts", target.Anomalies());
        Assert.Contains("bson.julia-code", target.Anomalies());
    }

    [Fact]
    public void ALengthThatLiesIsSuspicious()
    {
        byte[] file = Document(("model", Document(("tag", "struct"), ("name", "abc"))));
        BitConverter.TryWriteBytes(file.AsSpan(11), 1 << 30);
        Assert.Contains("bson.length", Scans.Of(file, "model.bson").Anomalies());
    }

    [Fact]
    public void AFileCutAnywhereIsNeverPassed()
    {
        byte[] file = Document(("model", Document(("tag", "struct"), ("n", 7))), ("other", "abc"));
        for (int length = 1; length < file.Length; length++)
        {
            Assert.NotEqual(Verdict.Passed, Scans.Of(file[..length], "model.bson").Verdict);
        }
    }

    private static byte[] Document(params (string Name, object Value)[] elements)
    {
        List<byte> bytes = [];
        foreach ((string name, object value) in elements)
        {
            (byte type, byte[] held) = Element(value);
            bytes.Add(type);
            bytes.AddRange(Encoding.UTF8.GetBytes(name));
            bytes.Add(0);
            bytes.AddRange(held);
        }

        return [.. BitConverter.GetBytes(bytes.Count + 5), .. bytes, 0];
    }

    private static (byte Type, byte[] Held) Element(object value)
    {
        switch (value)
        {
            case string said:
                byte[] text = [.. Encoding.UTF8.GetBytes(said), 0];
                return (2, [.. BitConverter.GetBytes(text.Length), .. text]);
            case int number:
                return (0x10, BitConverter.GetBytes(number));
            case byte[] document when document.Length > 4 && BitConverter.ToInt32(document) == document.Length:
                return (3, document);
            default:
                byte[] data = (byte[])value;
                return (5, [.. BitConverter.GetBytes(data.Length), 0, .. data]);
        }
    }
}
