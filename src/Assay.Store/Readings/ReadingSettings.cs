// What a reading depends on beside the bytes: readers and limits.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Assay.Artifacts;
using Assay.Scanning;

namespace Assay.Store.Readings;

/// <summary>What a reading depends on beside the bytes and their name. The same bytes are never read twice under the same settings.</summary>
/// <param name="Schema">The form of the facts.</param>
/// <param name="Readers">The readers: the version of Assay, its build, and what of the facts the rules want.</param>
/// <param name="Limits">The limits, as JSON.</param>
internal sealed record ReadingSettings(string Schema, string Readers, string Limits)
{
    /// <summary>The build that reads: its version and its code, so that a reader that was mended reads again.</summary>
    public static string Build { get; } = $"{Scanner.Version}/{Code()}";

    /// <summary>What tells two builds of one version apart: the number that the compiler gave the code, or where that is not kept, the program's own file.</summary>
    private static string Code()
    {
        try
        {
            if (typeof(Scanner).Module.ModuleVersionId is var number && number != Guid.Empty)
            {
                return number.ToString("n");
            }
        }
        catch (Exception e) when (e is NotSupportedException or NotImplementedException or InvalidOperationException)
        {
            // Said below by another way.
        }

        return Environment.ProcessPath is { } path && new FileInfo(path) is { Exists: true } program ? string.Create(CultureInfo.InvariantCulture, $"{program.Length:x}-{program.LastWriteTimeUtc.Ticks:x}") : "";
    }

    /// <summary>Their digest.</summary>
    public byte[] Digest => SHA256.HashData(Encoding.UTF8.GetBytes($"{Schema}\n{Readers}\n{Limits}"));

    /// <summary>Those of a scan.</summary>
    public static ReadingSettings Of(ScanOptions options) => new(
        FactSet.CurrentSchema,
        $"assay {Build} parts={(int)options.Wants} digest={(options.DigestAll ? -1 : options.DigestLimit)}{(options.TestLoad is null ? "" : " loads")}",
        JsonSerializer.Serialize(options.Limits, FactJsonContext.Default.ScanLimits));
}
