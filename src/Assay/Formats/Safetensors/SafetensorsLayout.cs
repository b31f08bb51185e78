// Where the tensors of a safetensors file lie: without hole, overlap or rest.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers;

namespace Assay.Formats.Safetensors;

/// <summary>Where the tensors of a safetensors file lie behind its header.</summary>
internal sealed class SafetensorsLayout(ByteRange body, OddityLog oddities)
{
    private readonly List<(long Begin, long End, long At)> _places = [];

    /// <summary>What lies behind the header.</summary>
    public ByteRange Body => body;

    /// <summary>The bytes of tensors that the file would have to be longer for.</summary>
    public long Missing { get; private set; }

    /// <summary>Adds a tensor whose entry stands at <paramref name="at"/>; false where it lies behind the end.</summary>
    public bool Add(long at, long begin, long end)
    {
        _places.Add((begin, end, at));
        Missing = Math.Max(Missing, end - body.Length);
        return end <= body.Length;
    }

    /// <summary>Covers what belongs to tensors, and says where they overlap, leave holes, or end too early or too late.</summary>
    public void Tell(ReadContext context)
    {
        _places.Sort();
        long next = 0;
        foreach ((long begin, long end, long at) in _places)
        {
            if (begin < next && end > begin)
            {
                Odd("safetensors.overlap", at, 0, $"Two tensors share bytes from {begin} on.");
            }
            else if (begin > next)
            {
                Odd("safetensors.hole", body.Offset + Math.Min(next, body.Length), Math.Min(begin, body.Length) - next, $"{begin - next} bytes between tensors belong to none.");
            }

            if (begin < body.Length)
            {
                context.Cover(new ByteRange(body.Offset + begin, Math.Min(end, body.Length) - begin), CoverageKind.Data);
            }

            next = Math.Max(next, end);
        }

        if (next < body.Length)
        {
            ByteRange rest = new(body.Offset + next, Math.Min(body.Length - next, SafetensorsHeader.MostFilling));
            bool isFilled = Padding.End(context.Artifact.Bytes, rest) < rest.End;
            Odd(isFilled ? "safetensors.trailing-content" : "safetensors.trailing-data", body.Offset + next, body.Length - next, $"{body.Length - next} bytes follow the last tensor.");
        }

        if (Missing > 0)
        {
            string detail = string.Create(CultureInfo.InvariantCulture, $"The tensors need {Missing} bytes more than the file has.");
            context.Unread(UnreadCause.Truncated, body.End, 0, detail);
            if (ArrayExtent.IsAbsurd(Missing + body.Length, body.Length))
            {
                oddities.Add("safetensors.declares-more", body.Offset, 0, detail);
            }
        }
    }

    private void Odd(string code, long offset, long length, FormattableString detail) =>
        oddities.Add(code, offset, Math.Max(0, length), () => detail.ToString(CultureInfo.InvariantCulture));
}
