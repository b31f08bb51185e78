// The keyword records of a pax extended header.
using System.Text;

namespace Assay.Containers.Tar;

/// <summary>The records of a pax header (POSIX.1-2001): <c>length keyword=value newline</c>.</summary>
internal sealed class PaxRecords
{
    private const int MostRecords = 4096;
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public bool IsBroken { get; private set; }

    public bool HasRepeatedSparse { get; private set; }

    public string? this[string keyword] => _values.GetValueOrDefault(keyword);

    public long? Number(string keyword) =>
        _values.TryGetValue(keyword, out string? text)
        && long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out long value)
            ? value
            : null;

    public void Clear() => _values.Clear();

    /// <summary>Adds what <paramref name="body"/> holds; later records win. What does not follow the syntax ends the walk.</summary>
    public void Add(ReadOnlySpan<byte> body)
    {
        for (int records = 0; !body.IsEmpty && body[0] != 0; records++)
        {
            int space = body.IndexOf((byte)' ');
            if (records >= MostRecords || space is <= 0 or > 10
                || !System.Buffers.Text.Utf8Parser.TryParse(body[..space], out int length, out int digits)
                || digits != space || length <= space + 2 || length > body.Length)
            {
                IsBroken = true;
                return;
            }

            ReadOnlySpan<byte> record = body[(space + 1)..length];
            body = body[length..];
            int equals = record.IndexOf((byte)'=');
            if (equals <= 0)
            {
                IsBroken = true;
                return;
            }

            if (record[^1] == (byte)'\n')
            {
                record = record[..^1];
            }
            else
            {
                IsBroken = true;
            }

            string keyword = TarHeader.Text(record[..equals]);
            HasRepeatedSparse |= keyword is "GNU.sparse.numbytes";
            ReadOnlySpan<byte> value = record[Math.Min(equals + 1, record.Length)..];
            _values[keyword] = System.Text.Unicode.Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : Encoding.Latin1.GetString(value);
        }
    }
}
