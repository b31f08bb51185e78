// Adding a format is one class: it is scanned, inspected and converted.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Formats;
using Assay.Inspection;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Conversion;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats;

public sealed class ToyFormatTests
{
    private static readonly byte[] s_file = [.. "TOY1"u8, 2, .. WeightFiles.Floats(1, 2), .. "by nobody"u8];
    private static readonly IFormat[] s_formats = [new ToyFormat(), .. FormatCatalog.All];

    [Fact]
    public void ItIsScanned()
    {
        TargetReport target = Assert.Single(Scans.Run(Scans.Options with { Formats = s_formats }, Scans.Input(s_file)).Targets);
        Assert.Equal((Verdict.Passed, "toy"), (target.Verdict, Assert.Single(target.Formats)));
        target.AssertComplete();
    }

    [Fact]
    public void ItIsInspectedAloneAndCompressed()
    {
        foreach (byte[] bytes in (byte[][])[s_file, Builders.Wrapping.Compress("gz", s_file)])
        {
            InspectedArtifact file = Inspector.Inspect("file", () => new MemorySource(bytes), new InspectionOptions { Reading = Options }, TestContext.Current.CancellationToken);
            InspectedArtifact toy = file.Members.Count == 0 ? file : file.Members[0];
            Assert.Equal(("toy", "w"), (toy.Tensors!.Kind, Assert.Single(toy.Tensors.Tensors).Name));
            Assert.Equal("by nobody", toy.Metadata["author"]);
            Assert.True(file.IsComplete);
        }
    }

    [Fact]
    public void ItIsConverted()
    {
        using TensorMap map = WeightsReader.Read(new MemorySource(Builders.Wrapping.Compress("gz", s_file)), Options, TestContext.Current.CancellationToken);
        using MemoryOutput output = new();
        Converter.Write(ConversionPlan.Of(map, new ConversionOptions()), output, verify: true, cancellation: TestContext.Current.CancellationToken);
        output.Commit();
        using TensorMap written = WeightFiles.Read(output.Files["model.safetensors"]);
        Assert.Equal(WeightFiles.Floats(1, 2), WeightFiles.Elements(written, "w"));
    }

    private static ReadingOptions Options => new() { Formats = s_formats };

    /// <summary>A signature, a count, as many floats, and the author.</summary>
    private sealed class ToyFormat : IFormat
    {
        public string Id => "toy";

        public string Name => "Toy";

        public FormatSupport Support => FormatSupport.Full;

        public IReadOnlyList<string> Extensions => [".toy"];

        public Claim? Probe(ProbeView view) => view.StartsWith("TOY1"u8) && view.Head.Length > 4
            ? new Claim(view.Range, ClaimStrength.Certain) { Parsed = new Header(view.Head.Span[4]) }
            : null;

        public void Read(Claim claim, ReadContext context)
        {
            Header header = (Header)claim.Parsed!;
            ByteRange elements = new(5, 4 * header.Count);
            context.Cover(new ByteRange(0, 5), CoverageKind.Parsed);
            context.Cover(elements, CoverageKind.Data);
            context.Cover(new ByteRange(elements.End, claim.Range.End - elements.End), CoverageKind.Parsed);
            context.Meta("author", Encoding.UTF8.GetString(context.Artifact.Bytes.ReadUpTo(elements.End, 64)));
            context.ReadTensors(Id, tensors =>
                tensors.Add("w", TensorView.RowMajor(ElementType.F32, [header.Count]), new TensorStorage("", context.Artifact.Bytes, elements)));
        }

        private sealed record Header(int Count);
    }
}
