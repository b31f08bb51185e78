// A file of weights that a command names: opened, read, and what is said when that cannot be done.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Conversion;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Reports;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>A file of weights that a command names.</summary>
internal sealed class WeightFile : IDisposable
{
    private WeightFile(string path, ByteSource bytes, TensorMap map)
    {
        Path = path;
        Bytes = bytes;
        Map = map;
    }

    /// <summary>The path as given.</summary>
    public string Path { get; }

    /// <summary>The file.</summary>
    public ByteSource Bytes { get; }

    /// <summary>Its tensors.</summary>
    public TensorMap Map { get; }

    /// <summary>Opens and reads the file at <paramref name="path"/>.</summary>
    /// <exception cref="MalformedException">No tensors can be read from it.</exception>
    /// <exception cref="ScanStopException">It is not there, is no regular file, or a limit is spent.</exception>
    public static WeightFile Open(Host host, string path, ScanLimits limits) =>
        TryOpen(host, path, limits) ?? throw new MalformedException(0, "The file is of no kind that tensors can be read from.");

    /// <summary>Opens and reads like <see cref="Open"/>; null for a file of a kind that is not read.</summary>
    public static WeightFile? TryOpen(Host host, string path, ScanLimits limits)
    {
        ByteSource bytes = FileOpening.Open(path);
        try
        {
            if (WeightsReader.TryRead(bytes, Options(host, path, limits), host.Cancellation) is { } map)
            {
                return new WeightFile(path, bytes, map);
            }

            bytes.Dispose();
            return null;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>What reading the weights of the file at <paramref name="path"/> needs.</summary>
    public static ReadingOptions Options(Host host, string path, ScanLimits limits) =>
        new()
        {
            Limits = limits,
            Scratch = new FileScratch(host.TemporaryDirectory, limits.InflatedInMemory),
            In = path != MemberPath.StandardInput && FolderBundle.Around(path) is var (folder, name) ? new BundlePlace(folder, name) : null,
        };

    /// <summary>
    /// The limits of <c>--limit</c>. Time is not limited unless the user does so: a conversion lasts as long as its file is large.
    /// </summary>
    public static ScanLimits Limits(IReadOnlyList<string> texts)
    {
        ScanLimits limits = LimitOption.Read(texts).Limits;
        return texts.Any(t => t.StartsWith("milliseconds=", StringComparison.Ordinal)) ? limits : limits with { Milliseconds = long.MaxValue };
    }

    /// <summary>Runs a command's work; what cannot be read, or is refused, is said on standard error and gives exit code 2.</summary>
    public static int Guard(Host host, string path, Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is ScanStopException or MalformedException or IOException or UnauthorizedAccessException)
        {
            string why = e is IOException or UnauthorizedAccessException ? $"It cannot be read: {FileFault.Of(e)}." : e.Message;
            host.Error.WriteLine($"assay: {Escape.Visible(path)}: {Escape.Visible(why)}");
            return ExitCode.Incomplete;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Map.Dispose();
        Bytes.Dispose();
    }
}
