// Several parts of a file in one answer.
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace Assay.Hub.Reading;

/// <summary>Reads <c>multipart/byteranges</c> (RFC 9110, 14.6): each part with a head that says which one it is.</summary>
internal static class MultipartRanges
{
    /// <summary>Room for the boundary and the head of one part.</summary>
    public const int LongestHead = 2048;

    private const int LongestBoundary = 70;

    /// <summary>What separates the parts; null where the media type is another.</summary>
    public static string? Boundary(MediaTypeHeaderValue? type)
    {
        if (!string.Equals(type?.MediaType, "multipart/byteranges", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string? boundary = type!.Parameters.FirstOrDefault(p => p.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');
        return boundary is { Length: > 0 and <= LongestBoundary } ? boundary : null;
    }

    /// <summary>
    /// Fills <paramref name="wanted"/> from <paramref name="body"/>, in whatever order its parts come. False where one is missing; <paramref name="other"/> is then
    /// the size of the whole that the server gives, where it is not <paramref name="size"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> body, string boundary, long size, IReadOnlyList<(long From, byte[] Bytes)> wanted, out long? other)
    {
        other = null;
        HashSet<long> filled = [];
        byte[] separator = Encoding.Latin1.GetBytes("--" + boundary);
        while (body.IndexOf(separator) is >= 0 and int begin)
        {
            body = body[(begin + separator.Length)..];
            if (body.StartsWith("--"u8))
            {
                break;
            }

            int end = body[..Math.Min(body.Length, LongestHead)].IndexOf("\r\n\r\n"u8);
            if (end < 0 || !TryHead(Encoding.Latin1.GetString(body[..end]), out long from, out long to, out long? whole))
            {
                return false;
            }

            if (whole is { } told && told != size)
            {
                other = told;
                return false;
            }

            body = body[(end + 4)..];
            long length = to - from + 1;
            if (length <= 0 || length > body.Length || wanted.FirstOrDefault(w => w.From == from && w.Bytes.Length == length) is not { Bytes: { } bytes })
            {
                return false;
            }

            body[..(int)length].CopyTo(bytes);
            body = body[(int)length..];
            filled.Add(from);
        }

        return filled.Count == wanted.Count;
    }

    private static bool TryHead(string head, out long from, out long to, out long? whole)
    {
        foreach (string line in head.Split("\r\n"))
        {
            if (line.StartsWith("Content-Range:", StringComparison.OrdinalIgnoreCase) && ContentRangeHeaderValue.TryParse(line["Content-Range:".Length..].Trim(), out ContentRangeHeaderValue? range)
                && range is { Unit: "bytes", From: { } first, To: { } last })
            {
                (from, to, whole) = (first, last, range.Length);
                return true;
            }
        }

        (from, to, whole) = (0, 0, null);
        return false;
    }
}
