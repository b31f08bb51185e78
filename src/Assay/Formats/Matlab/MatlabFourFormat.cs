// Reads MATLAB files of version 4: matrices one after the other.
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;

namespace Assay.Formats.Matlab;

/// <summary>
/// A MAT-file of level 4: for each matrix five numbers (kind, rows, columns, whether it is complex, the length of its name), the name and the numbers. There is no magic and nothing in it that runs.
/// Specification: MAT-File Format (MathWorks), appendix A.
/// </summary>
internal sealed class MatlabFourFormat : IFormat
{
    private const int HeadSize = 20;
    private const int LongestName = 256;
    private const int MostVariables = 100_000;
    private readonly record struct Variable(string Name, ElementType Type, long Rows, long Columns, bool IsPlain, ByteRange Data, long End);

    public string Id => "matlab-4";

    public string Name => "MATLAB (level 4)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".mat"];

    public Claim? Probe(ProbeView view)
    {
        ReadOnlySpan<byte> head = view.Head.Span;
        if (!view.IsWhole || head.Length < HeadSize + 2 || !(LooksAt(head, isBig: false) || LooksAt(head, isBig: true)))
        {
            return null;
        }

        // Any number of small numbers begins like that, so all matrices have to fit.
        bool isBig = LooksAt(head, isBig: true) && !LooksAt(head, isBig: false);
        long at = view.Range.Offset;
        for (int i = 0; i < 64 && at < view.Range.End; i++)
        {
            if (Next(view.Artifact.Bytes, at, view.Range.End, isBig, view.Budget) is not { } variable || variable.End > view.Range.End)
            {
                return i > 0 && view.Artifact.Extension == ".mat" ? new Claim(view.Range, ClaimStrength.Likely) { Parsed = isBig ? "big" : "little" } : null;
            }

            at = variable.End;
        }

        return new Claim(view.Range, ClaimStrength.Likely) { Parsed = isBig ? "big" : "little" };
    }

    public void Read(Claim claim, ReadContext context)
    {
        ByteSource bytes = context.Artifact.Bytes;
        bool isBig = claim.Parsed is string order ? order == "big" : !LooksAt(bytes.ReadUpTo(claim.Range.Offset, HeadSize + LongestName), isBig: false);
        List<Variable> variables = [];
        long at = claim.Range.Offset;
        for (int i = 0; at < claim.Range.End; i++)
        {
            if (i == MostVariables)
            {
                throw ScanBudget.Spent("entries", MostVariables, at);
            }

            if (Next(bytes, at, claim.Range.End, isBig, context.Budget) is not { } variable || variable.End > claim.Range.End)
            {
                context.Unread(claim.Range.End - at < HeadSize ? UnreadCause.Truncated : UnreadCause.Malformed, at, claim.Range.End - at, "What follows is no matrix, or one that is longer than the file.");
                break;
            }

            context.Cover(new ByteRange(at, variable.Data.Offset - at), CoverageKind.Parsed);
            context.Cover(new ByteRange(variable.Data.Offset, variable.End - variable.Data.Offset), CoverageKind.Data);
            context.Held.Add(128);
            variables.Add(variable);
            at = variable.End;
        }

        context.Meta("variables", variables.Count.ToString(CultureInfo.InvariantCulture));
        context.ReadTensors(Id, group =>
        {
            foreach (Variable one in variables.Where(v => v.IsPlain))
            {
                group.Add(one.Name, TensorView.ColumnMajor(one.Type, [one.Rows, one.Columns]), new TensorStorage("", bytes, one.Data, isBig));
            }
        });
    }

    private static Variable? Next(ByteSource bytes, long at, long end, bool isBig, ScanBudget budget)
    {
        budget.SpendWork(WorkCosts.NearRead, at);
        byte[] head = bytes.ReadUpTo(at, (int)Math.Min(HeadSize + LongestName, end - at));
        if (!LooksAt(head, isBig))
        {
            return null;
        }

        int kind = Number(head, 0, isBig) % 1000;
        long rows = Number(head, 1, isBig);
        long columns = Number(head, 2, isBig);
        bool isComplex = Number(head, 3, isBig) == 1;
        int length = Number(head, 4, isBig);
        ElementType type = (kind / 10 % 10) switch { 0 => ElementType.F64, 1 => ElementType.F32, 2 => ElementType.I32, 3 => ElementType.I16, 4 => ElementType.U16, _ => ElementType.U8 };
        ArrayExtent extent = ArrayExtent.Of([rows, columns], type.Size());
        if (extent.Error != ExtentError.None || extent.Bytes > long.MaxValue / 4)
        {
            return null;
        }

        ByteRange data = new(at + HeadSize + length, extent.Bytes);
        return new Variable(Encoding.Latin1.GetString(head, HeadSize, length).TrimEnd('\0'), type, rows, columns, !isComplex && kind % 10 == 0, data, data.End + (isComplex ? extent.Bytes : 0));
    }

    private static bool LooksAt(ReadOnlySpan<byte> head, bool isBig)
    {
        if (head.Length < HeadSize + 1)
        {
            return false;
        }

        int kind = Number(head, 0, isBig);
        int length = Number(head, 4, isBig);
        bool isKind = kind is >= 0 and < 2000 && kind / 1000 == (isBig ? 1 : 0) && kind / 100 % 10 == 0 && kind / 10 % 10 <= 5 && kind % 10 <= 2;
        if (!isKind || Number(head, 1, isBig) < 0 || Number(head, 2, isBig) < 0 || Number(head, 3, isBig) is not (0 or 1) || length is < 2 or > LongestName || head.Length < HeadSize + length)
        {
            return false;
        }

        ReadOnlySpan<byte> name = head.Slice(HeadSize, length);
        return name[^1] == 0 && char.IsAsciiLetter((char)name[0]) && name[..^1].IndexOfAnyExceptInRange((byte)'0', (byte)'z') < 0;
    }

    private static int Number(ReadOnlySpan<byte> head, int index, bool isBig) =>
        isBig ? BinaryPrimitives.ReadInt32BigEndian(head[(4 * index)..]) : BinaryPrimitives.ReadInt32LittleEndian(head[(4 * index)..]);
}
