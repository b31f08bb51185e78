// --limit NAME=VALUE: numbers that bound a scan.
using System.Globalization;
using Assay.Bytes;

namespace Assay.Cli.Commands;

/// <summary>Reads <c>--limit NAME=VALUE</c>.</summary>
internal static class LimitOption
{
    /// <summary>The name of the limit of standard input.</summary>
    public const string InputLimit = "stdin-bytes";

    /// <summary>How many bytes of standard input are taken where <c>--limit stdin-bytes=N</c> does not say otherwise.</summary>
    private const long DefaultInputBytes = 8L << 30;

    private static readonly (string Suffix, long Factor)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)];

    /// <summary>The default limits with those of <paramref name="texts"/>, and the limit of standard input.</summary>
    public static (ScanLimits Limits, long StandardInputBytes) Read(IEnumerable<string> texts)
    {
        ScanLimits limits = new();
        long input = DefaultInputBytes;
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? text : text[..equals];
            LimitEntry? entry = LimitTable.Find(name);
            if (entry is null && name != InputLimit)
            {
                throw new UsageException($"There is no limit {name}; there are {string.Join(", ", LimitTable.All.Select(l => l.Name))} and {InputLimit}.");
            }

            long maximum = entry?.Maximum ?? long.MaxValue;
            long? value = equals < 0 ? null : Number(text[(equals + 1)..]);
            if (value is not >= 1 || value > maximum)
            {
                throw new UsageException($"The limit {name} takes a whole number from 1 to {maximum}, such as {name}=1000 or {name}=64MiB.");
            }

            if (entry is null)
            {
                input = value.Value;
            }
            else
            {
                limits = entry.With(limits, value.Value);
            }
        }

        return (limits, input);
    }

    /// <summary>A whole number, with a unit or without; null for anything else.</summary>
    public static long? Number(string text)
    {
        long factor = 1;
        foreach ((string suffix, long times) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                text = text[..^suffix.Length];
                factor = times;
                break;
            }
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number <= long.MaxValue / factor
            ? number * factor
            : null;
    }
}
