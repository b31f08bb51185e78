// Puts a report into a file whole or not at all, and never into something that is being examined.
using System.Text;
using Assay.Scanning;

namespace Assay.Cli.Files;

/// <summary>The file that <c>--output</c> names.</summary>
internal sealed class ReportFile
{
    private readonly string _path;

    /// <summary>Checks that <paramref name="path"/> can take a report.</summary>
    public ReportFile(string path)
    {
        _path = Path.GetFullPath(path);
        string? real = RealPath.Of(_path);
        if (real is not null && FileKinds.Of(real) != FileKind.Regular)
        {
            throw new UsageException($"The report cannot be written to {path}, which is no regular file.");
        }

        if (!Directory.Exists(Path.GetDirectoryName(_path)))
        {
            throw new UsageException($"The report cannot be written to {path}: there is no such directory.");
        }

        Real = real;
    }

    /// <summary>The real path of what is there already, or null.</summary>
    public string? Real { get; }

    /// <summary>
    /// The inputs without an earlier report of ours. Any other input that the report would overwrite is the user's error.
    /// </summary>
    public IReadOnlyList<ScanInput> Spare(IReadOnlyList<ScanInput> inputs)
    {
        if (Real is null)
        {
            return inputs;
        }

        ScanInput? hit = inputs.FirstOrDefault(i => i.Path != "-" && (Path.GetFullPath(i.Path) == _path || RealPath.Of(i.Path) == Real));
        if (hit is null)
        {
            return inputs;
        }

        if (hit.Named || !IsReport(Real))
        {
            throw new UsageException($"The report would overwrite {hit.Path}, which is to be examined.");
        }

        return [.. inputs.Where(i => !ReferenceEquals(i, hit))];
    }

    /// <summary>Writes the report beside the file and renames it into place.</summary>
    public void Write(Action<Stream> report)
    {
        string temporary = Path.Join(Path.GetDirectoryName(_path), ".assay-" + Path.GetRandomFileName());
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                report(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(temporary);
            throw new UsageException($"The report cannot be written to {_path}: {e.Message}");
        }
    }

    /// <summary>Whether the file looks like one of our own machine-readable reports.</summary>
    private static bool IsReport(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] head = new byte[512];
            int read = stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            string text = Encoding.Latin1.GetString(head, 0, read);
            return text.StartsWith("{\n  \"schema\": \"assay.scan/", StringComparison.Ordinal)
                || (text.StartsWith("{\n  \"$schema\": ", StringComparison.Ordinal) && text.Contains("\"name\": \"Assay\"", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
