// Reads XGBoost's own binary form, which releases before 3.1 read and write.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.XgBoost;

/// <summary>
/// XGBoost's binary form: little-endian structures, bare, behind <c>binf</c>, in base64 behind <c>bs64</c>, or in front of a configuration as pickles of
/// 1.0 to 1.5 hold it (<c>CONFIG-offset:</c>). Specification: <c>LearnerIO::LoadModel(dmlc::Stream*)</c> and <c>RegTree::Load</c> of release 1.7.
/// </summary>
internal sealed class XgBoostBinaryFormat : IFormat
{
    private const int LongestName = 64;
    private const int LongestBase64 = 64 << 20;
    private static readonly string[] s_objectives = ["binary:", "reg:", "multi:", "rank:", "count:", "survival:"];
    private static readonly string[] s_boosters = ["gbtree", "gblinear", "dart"];

    public string Id => "xgboost-binary";

    public string Name => "XGBoost (binary)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".bst"];

    public Claim? Probe(ProbeView view)
    {
        if (view.StartsWith("bs64\t"u8) || view.StartsWith(XgBoostBinaryReader.Configured))
        {
            return new Claim(view.Range, ClaimStrength.Likely);
        }

        ReadOnlySpan<byte> head = view.Head.Span;
        int start = (view.StartsWith("binf"u8) ? 4 : 0) + XgBoostBinaryReader.LearnerSize;
        if (head.Length < start)
        {
            return null;
        }

        ReadOnlySpan<byte> rest = head[start..];
        string first = Encoding.Latin1.GetString(rest[Math.Min(8, rest.Length)..Math.Min(rest.Length, 24)]);
        bool isSigned = view.StartsWith("binf"u8) && rest.Length >= 8 && BinaryPrimitives.ReadUInt64LittleEndian(rest) > LongestName;
        if (isSigned || s_objectives.Any(o => first.StartsWith(o, StringComparison.Ordinal)))
        {
            // Whatever the length of the name says: a reader makes room by it.
            return new Claim(view.Range, ClaimStrength.Likely);
        }

        return TryName(ref rest, out string objective) && TryName(ref rest, out string booster) && s_boosters.Contains(booster)
            && objective.All(c => char.IsAsciiLetterOrDigit(c) || c is ':' or '_' or '-' or '@' or '.') ? new Claim(view.Range, ClaimStrength.Certain) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        if (bytes.ReadUpTo(claim.Range.Offset, 5).AsSpan().SequenceEqual("bs64\t"u8))
        {
            ReadBase64(claim, context);
            return;
        }

        ByteCursor cursor = new(bytes, claim.Range, context.Budget);
        XgBoostBinaryReader reader = new(cursor, context);
        try
        {
            reader.Read();
        }
        catch (MalformedException e)
        {
            context.Unread(cursor.RanOut ? UnreadCause.Truncated : UnreadCause.Malformed, e.Offset, claim.Range.End - e.Offset, e.Message);
        }
        finally
        {
            context.Cover(new ByteRange(claim.Range.Offset, cursor.Offset - claim.Range.Offset), CoverageKind.Parsed);
            foreach (Oddity odd in reader.Oddities.All)
            {
                context.Add(new AnomalyFact { Path = context.Artifact.Path, Code = odd.Code, Offset = odd.Offset, Length = odd.Length, Detail = odd.Detail, Count = odd.Count });
            }
        }
    }

    private static void ReadBase64(Claim claim, ReadContext context)
    {
        if (claim.Range.Length > LongestBase64)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, "Base64 of more than 64 MB was not read.");
            return;
        }

        byte[] text = context.Artifact.Bytes.ReadUpTo(claim.Range.Offset + 5, (int)claim.Range.Length - 5);
        context.Held.Add(2L * text.Length);
        byte[] decoded = new byte[text.Length];
        if (System.Buffers.Text.Base64.DecodeFromUtf8(text.AsSpan().TrimEnd("\r\n\t \0"u8), decoded, out _, out int written) != System.Buffers.OperationStatus.Done)
        {
            context.Unread(UnreadCause.Malformed, claim.Range.Offset, claim.Range.Length, "The model is no base64.");
            return;
        }

        context.Cover(claim.Range, CoverageKind.Parsed);
        context.Submit(new Artifact(string.Create(CultureInfo.InvariantCulture, $"base64@0x{claim.Range.Offset + 5:x}"), new MemorySource(decoded.AsMemory(0, written)), context.Artifact, "xgboost-binary"));
    }

    private static bool TryName(ref ReadOnlySpan<byte> rest, out string name)
    {
        name = "";
        if (rest.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(rest) is not (> 0 and < LongestName and ulong length) || rest.Length < 8 + (int)length)
        {
            return false;
        }

        name = Encoding.Latin1.GetString(rest.Slice(8, (int)length));
        rest = rest[(8 + (int)length)..];
        return true;
    }
}
