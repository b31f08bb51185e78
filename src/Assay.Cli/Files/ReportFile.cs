// Puts a report into a file whole or not at all, and never into something that is being examined.
using System.Text;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;

namespace Assay.Cli.Files;

/// <summary>The file that <c>--output</c> or <c>--facts</c> names.</summary>
internal sealed class ReportFile
{
    private readonly string _path;
    private readonly string _temporary;

    /// <summary>Checks that <paramref name="path"/> can take a report.</summary>
    public ReportFile(string path)
    {
        // What a link leads to is replaced or made, and not the link.
        string? real = RealPath.Of(path);
        _path = RealPath.Leading(path) ?? throw new UsageException($"The report cannot be written to {path}: its links lead nowhere.");
        if (real is not null && FileKinds.Of(real) != FileKind.Regular)
        {
            throw new UsageException($"The report cannot be written to {path}, which is no regular file.");
        }

        if (RealPath.Of(Path.GetDirectoryName(_path)!) is not { } folder || !Directory.Exists(folder))
        {
            throw new UsageException($"The report cannot be written to {path}: there is no such directory.");
        }

        _temporary = Path.Join(folder, ".assay-" + Path.GetRandomFileName());

        Real = real;
    }

    /// <summary>The real path of what is there already, or null.</summary>
    public string? Real { get; }

    /// <summary>Whether both lead to one file.</summary>
    public bool IsSameAs(ReportFile other) => _path == other._path;

    /// <summary>
    /// Leaves the report, while it is written, and an earlier report of ours out of <paramref name="walk"/>. Anything else that the report would
    /// overwrite is the user's error.
    /// </summary>
    public void KeepOutOf(FileWalk walk)
    {
        walk.LeaveOut(_temporary);
        if (Real is null || !walk.Meets(Real, out bool named))
        {
            return;
        }

        if (named || !IsReport(Real))
        {
            throw new UsageException($"The report would overwrite {_path}, which is to be examined.");
        }

        walk.LeaveOut(Real);
    }

    /// <summary>Writes the report beside the file and renames it into place; what ends <paramref name="report"/> early leaves nothing behind.</summary>
    public void Write(Action<Stream> report)
    {
        try
        {
            WholeFile.Write(_path, report, replace: true, temporary: _temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The report cannot be written to {_path}: {FileFault.Of(e)}.");
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
                || text.StartsWith("{\"run\":{\"schema\":\"assay.facts/", StringComparison.Ordinal)
                || (text.StartsWith("{\n  \"$schema\": ", StringComparison.Ordinal) && text.Contains("\"writtenBy\": \"Assay ", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
