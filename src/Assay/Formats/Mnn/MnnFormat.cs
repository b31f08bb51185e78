// Reads models of MNN: a FlatBuffer of operators without an identifier.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.FlatBuffers;

namespace Assay.Formats.Mnn;

/// <summary>
/// MNN: a FlatBuffer whose root is a net of operators; it has no identifier, so the probe looks at the root. The operator <c>Plugin</c> is native code that the application loads, <c>Extra</c> one that the runtime does not
/// have. Weights may lie in a file beside the model. Specification: <c>schema/default/MNN.fbs</c>.
/// </summary>
internal sealed class MnnFormat : IFormat
{
    private const int Plugin = 256;
    private const int Extra = 512;
    private const int MostRoots = 4096;

    private static readonly Lazy<FlatSchema> s_schema = new(() => FlatSchema.Load("mnn-schema.tsv"));
    private static readonly Lazy<Dictionary<int, string>> s_operators = new(() =>
        EmbeddedTable.Rows("formats/mnn-operators.txt").ToDictionary(r => int.Parse(r[0], CultureInfo.InvariantCulture), r => r[1]));

    public string Id => "mnn";

    public string Name => "MNN";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".mnn"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < 32)
        {
            return null;
        }

        if (head[2] != 0 || head[3] != 0)
        {
            // There is no mark to tell it by; a file of that name whose root lies outside of it is a broken one.
            bool isOutside = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(head) >= view.Range.Length;
            return isOutside && view.Artifact.Extension == ".mnn" && head[4..32].IndexOfAnyExcept((byte)0) < 0 ? new Claim(view.Range, ClaimStrength.Weak) : null;
        }

        // The root lies near the start, and its operators have inputs, outputs and a type.
        try
        {
            FlatBuffer buffer = new(view.Artifact.Bytes, view.Range, view.Budget);
            long root = buffer.Follow(0);
            if (root > MostRoots || root % 4 != 0)
            {
                return null;
            }

            FlatTable net = buffer.Table(root);
            FlatVector operators = net.Vector(3);
            FlatVector names = net.Vector(7);
            if (net.Fields is < 8 or > 24 || operators.Count is 0 or > 1_000_000 || names.Count is 0 or > 10_000_000)
            {
                return null;
            }

            FlatTable first = operators.Table(0);
            bool fits = first.Fields is >= 4 and <= 12 && s_operators.Value.ContainsKey(first.I32(5)) && names.Text(0).Length < 4096;
            return fits ? new Claim(view.Range, view.Artifact.Extension == ".mnn" ? ClaimStrength.Certain : ClaimStrength.Likely) : null;
        }
        catch (MalformedException)
        {
            return null;
        }
    }

    public void Read(Claim claim, ReadContext context)
    {
        Dictionary<(string Domain, string Name), (long Count, long At)> uses = [];
        FlatBuffer buffer = new(context.Artifact.Bytes, claim.Range, context.Budget);
        FlatWalk walk = new(buffer, s_schema.Value, context.Budget)
        {
            OnTable = (type, table) =>
            {
                if (type == "Op")
                {
                    Operator(table, uses, buffer, context);
                }
                else if (type is "Plugin" or "Extra" && table.Text(0) is { } name)
                {
                    Use("plugin", type == "Extra" && table.Text(1) is { Length: > 0 } engine ? engine + ":" + name : name, table.At, uses, buffer, context);
                }
                else if (type == "Net")
                {
                    context.Meta("uuid", table.Text(11) ?? "");
                    context.Meta("tensors", table.Vector(7).Count.ToString(CultureInfo.InvariantCulture));
                }
                else if (type == "ExtraInfo")
                {
                    context.Meta("version", table.Text(2) ?? "");
                }
            },
        };
        try
        {
            walk.Run("Net", buffer.Follow(0));
        }
        catch (MalformedException e)
        {
            context.Anomaly("flatbuffer.broken", e.Offset, 0, e.Message);
            context.Unread(UnreadCause.Malformed, e.Offset, claim.Range.End - Math.Min(claim.Range.End, e.Offset), e.Message);
        }
        finally
        {
            walk.Cover(context);
            foreach (((string domain, string name), (long count, long at)) in uses)
            {
                context.Add(new OperatorFact { Path = context.Artifact.Path, Offset = at, Domain = domain, Name = name, Count = count });
            }
        }

        FlatProbe.TellNew(walk, context);
    }

    private static void Operator(FlatTable table, Dictionary<(string, string), (long, long)> uses, FlatBuffer buffer, ReadContext context)
    {
        int type = table.I32(5);
        string name = s_operators.Value.TryGetValue(type, out string? known) ? known : type.ToString(CultureInfo.InvariantCulture);
        if (type is not (Plugin or Extra))
        {
            Use(known is null ? "unknown" : "", name, table.At, uses, buffer, context);
        }

        if (table.Text(7) is { Length: > 0 } path)
        {
            context.Refer("external-data", path, buffer.Absolute(table.At));
        }
    }

    private static void Use(string domain, string name, long at, Dictionary<(string, string), (long Count, long At)> uses, FlatBuffer buffer, ReadContext context)
    {
        (long count, long first) = uses.GetValueOrDefault((domain, name), (0, buffer.Absolute(at)));
        context.Budget.Hold(count == 0 ? 128 : 0);
        uses[(domain, name)] = (count + 1, first);
    }
}
