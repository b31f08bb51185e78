// Parquet, Arrow and Avro: ordinary tables pass; pickles, classes, places and sizes in their descriptions are said.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Columns;

public sealed class ColumnFormatTests
{
    private const string Record = "{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"a\",\"type\":\"long\"}]}";

    [Fact]
    public void AnOrdinaryArrowStreamPasses()
    {
        TargetReport target = Scans.Of(Arrow("note", "hello"), "t.arrow");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "arrow");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Fact]
    public void T095_APickledTypeOfArrowIsSaid()
    {
        TargetReport target = Scans.Of(Arrow("ARROW:extension:name", "arrow.py_extension_type"), "t.arrow");
        Assert.Contains("arrow.pickled-type", target.Anomalies());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void T095_ThePickleOfATypeIsRead()
    {
        TargetReport target = Scans.Of(Arrow("ARROW:extension:metadata", Encoding.Latin1.GetString("cos\nsystem\n(Vid\ntR."u8)), "t.arrow");
        Assert.NotEqual(Verdict.Malicious, target.Verdict);
        target = Scans.Of(ArrowBytes("ARROW:extension:metadata", Scans.Canary), "t.arrow");
        Assert.Contains("os.system", target.Callables());
        Assert.Equal(Verdict.Malicious, target.Verdict);
    }

    [Fact]
    public void AnOrdinaryParquetPasses()
    {
        TargetReport target = Scans.Of(Parquet("note", "hello"), "t.parquet");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Fact]
    public void T095_TheSchemaOfArrowInParquetIsReadToo()
    {
        TargetReport target = Scans.Of(Parquet("ARROW:schema", Convert.ToBase64String(Padded(Arrow("ARROW:extension:name", "arrow.py_extension_type")))), "t.parquet");
        Assert.Contains("arrow.pickled-type", target.Anomalies());
    }

    [Fact]
    public void AColumnElsewhereIsSaid() => Assert.Contains(Scans.Of(Parquet("note", "x", "../../secret.bin"), "t.parquet").Findings, f => f.Rule.Id == "parquet-column-elsewhere");

    [Fact]
    public void AClassOfJavaInASchemaIsSaid()
    {
        string schema = "{\"type\":\"string\",\"java-class\":\"com.evil.Loader\"}";
        Assert.Contains("avro.java-class", Scans.Of(Parquet("parquet.avro.schema", schema), "t.parquet").Anomalies());
        Assert.Equal(Verdict.Suspicious, Scans.Of(Avro(schema), "t.avro").Verdict);
        Assert.Equal(Verdict.Passed, Scans.Of(Avro(schema.Replace("com.evil.Loader", "java.math.BigDecimal", StringComparison.Ordinal)), "t.avro").Verdict);
    }

    [Fact]
    public void AnOrdinaryAvroPasses()
    {
        TargetReport target = Scans.Of(Avro(Record), "t.avro");
        Assert.Equal((Verdict.Passed, 0), (target.Verdict, target.Findings.Count));
        target.AssertComplete();
    }

    [Fact]
    public void FilesThatAreCutAreNeverPassed()
    {
        foreach ((byte[] whole, string name) in new[] { (Parquet("note", "hello"), "t.parquet"), (Avro(Record), "t.avro") })
        {
            for (int length = 5; length < whole.Length; length += 3)
            {
                Assert.NotEqual(Verdict.Passed, Scans.Of(whole[..length], name).Verdict);
            }
        }
    }

    private static byte[] Arrow(string key, string value) => ArrowBytes(key, Encoding.UTF8.GetBytes(value));

    private static byte[] ArrowBytes(string key, byte[] value)
    {
        FlatBuilder field = new("a", true, (byte)2, new FlatBuilder(32), null, Array.Empty<object>(), new object[] { new FlatBuilder(key, value) });
        byte[] message = Padded(new FlatBuilder(4, (byte)1, new FlatBuilder(0, new object[] { field }), 0L).Build(""));
        return [.. BitConverter.GetBytes(-1), .. BitConverter.GetBytes(message.Length), .. message, .. BitConverter.GetBytes(-1), .. BitConverter.GetBytes(0)];
    }

    private static byte[] Padded(byte[] bytes) => [.. bytes, .. new byte[(24 - (bytes.Length % 24)) % 24]];

    /// <summary>A foot of Thrift: version, no schema, rows, one group with one column, one text.</summary>
    private static byte[] Parquet(string key, string value, string? file = null)
    {
        byte[] chunk = [.. file is null ? [] : (byte[])[0x18, .. Text(file)], (byte)(file is null ? 0x26 : 0x16), 8, 0];
        byte[] group = [0x19, 0x1C, .. chunk, 0x16, 2, 0];
        byte[] foot = [0x15, 2, 0x19, 0x0C, 0x16, 6, 0x19, 0x1C, .. group, 0x19, 0x1C, 0x18, .. Text(key), 0x18, .. Text(value), 0, 0x18, .. Text("test"), 0];
        return [.. "PAR1"u8, .. Enumerable.Repeat((byte)7, 32), .. foot, .. BitConverter.GetBytes(foot.Length), .. "PAR1"u8];

        static byte[] Text(string text)
        {
            List<byte> bytes = [];
            for (uint length = (uint)Encoding.UTF8.GetByteCount(text); ; length >>= 7)
            {
                bytes.Add((byte)(length >= 128 ? length | 128 : length));
                if (length < 128)
                {
                    break;
                }
            }

            return [.. bytes, .. Encoding.UTF8.GetBytes(text)];
        }
    }

    private static byte[] Avro(string schema)
    {
        byte[] mark = [.. Enumerable.Repeat((byte)0x5A, 16)];
        return [.. "Obj\u0001"u8, 4, .. Text("avro.schema"), .. Text(schema), .. Text("avro.codec"), .. Text("null"), 0, .. mark, 2, 2, 10, .. mark];

        static byte[] Text(string text)
        {
            List<byte> bytes = [];
            for (uint length = 2 * (uint)Encoding.UTF8.GetByteCount(text); ; length >>= 7)
            {
                bytes.Add((byte)(length >= 128 ? length | 128 : length));
                if (length < 128)
                {
                    break;
                }
            }

            return [.. bytes, .. Encoding.UTF8.GetBytes(text)];
        }
    }
}
