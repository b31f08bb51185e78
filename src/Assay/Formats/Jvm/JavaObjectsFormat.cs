// Reads objects that Java serialised.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Jvm;

/// <summary>
/// A stream of <c>ObjectOutputStream</c>: Weka's models, preprocessors of DL4J, models of Spark and Mahout. Reading one makes objects of any class of the reading program,
/// and runs what those classes say; chains of ordinary classes that end in a command are known as gadgets. Specification: "Java Object Serialization Specification", chapter 6.
/// </summary>
internal sealed class JavaObjectsFormat : IFormat
{
    public string Id => "java-objects";

    public string Name => "Java serialised objects (Weka and others)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".ser"];

    public Claim? Probe(ProbeView view) =>
        view.Head.Span is [0xAC, 0xED, 0x00, 0x05, >= JavaObjectReader.FirstTag and <= JavaObjectReader.LastTag, ..] ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        ByteCursor cursor = new(context.Artifact.Bytes, claim.Range, context.Budget) { IsBigEndian = true };
        JavaObjectReader reader = new(cursor, context);
        try
        {
            cursor.Skip(4);
            reader.Read();
        }
        catch (MalformedException e)
        {
            if (cursor.RanOut)
            {
                // What was read has run by then: Java reads an object before it knows whether there is another.
                context.Anomaly("java.cut", Math.Min(e.Offset, claim.Range.End), 0, "The stream ends in the middle of an object.");
            }

            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Parsed);
            foreach ((string name, (string kind, long offset, long count)) in reader.Classes)
            {
                context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = offset, Domain = "java", Name = name, Count = count, Attributes = [new OperatorAttribute("kind", kind)] });
            }

            context.Meta("classes", reader.Classes.Count.ToString(CultureInfo.InvariantCulture));
        }
    }
}
