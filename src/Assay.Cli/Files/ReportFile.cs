// Puts a report into a file whole or not at all, and never into something that is being read.
using System.Text;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;

namespace Assay.Cli.Files;

/// <summary>A file that a command writes: what <c>--output</c>, <c>--facts</c> and their like name.</summary>
internal sealed class ReportFile
{
    private const string Database = "SQLite format 3\0";

    private readonly string _path;
    private readonly string _temporary;

    /// <summary>Checks that <paramref name="path"/> can take a report.</summary>
    /// <param name="path">The path.</param>
    /// <param name="inputs">What the command reads, which is never overwritten.</param>
    /// <param name="replaces">What has to stand at the beginning of a file that is replaced; null where any regular file is.</param>
    public ReportFile(string path, CommandInputs inputs, string? replaces = null)
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

        string head = real is null ? "" : Head(real);
        inputs.KeepFrom(path, _path, isOther: real is not null && !IsReport(head));
        if (head.StartsWith(Database, StringComparison.Ordinal))
        {
            throw new UsageException($"What is to be written would overwrite {path}, which is a database.");
        }

        if (real is not null && replaces is not null && !head.Contains(replaces, StringComparison.Ordinal))
        {
            throw new UsageException($"{path} is there already, and is something else than this command writes.");
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

        if (named || !IsReport(Head(Real)))
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

    /// <summary>Whether a file that begins so looks like one of our own machine-readable reports, or a signature of a model.</summary>
    private static bool IsReport(string head) =>
        head.StartsWith("{\n  \"schema\": \"assay.scan/", StringComparison.Ordinal)
        || head.StartsWith("{\"run\":{\"schema\":\"assay.facts/", StringComparison.Ordinal)
        || (head.StartsWith("{\n  \"$schema\": ", StringComparison.Ordinal) && head.Contains("\"writtenBy\": \"Assay ", StringComparison.Ordinal))
        || (head.StartsWith('{') && head.Contains("application/vnd.dev.sigstore.bundle", StringComparison.Ordinal));

    private static string Head(string path)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            byte[] head = new byte[512];
            return Encoding.Latin1.GetString(head, 0, stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
