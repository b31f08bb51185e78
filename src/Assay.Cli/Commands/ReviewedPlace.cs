// What a review or a comparison looks at: a folder or a file here, or a model on a server.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Hosting.Files;
using Assay.Hosting.Folders;
using Assay.Hub.Bundles;
using Assay.Hub.Targets;
using Assay.Scanning;

namespace Assay.Cli.Commands;

/// <summary>A folder or a file, here or on a server: its inputs, and its files by the names that reports give them.</summary>
internal sealed class ReviewedPlace : IDisposable
{
    private const int LongestSource = 8 << 20;
    private readonly Host _host;
    private readonly string _root;
    private readonly RemoteBundle? _remote;
    private readonly bool _isFolder;
    private readonly Dictionary<string, string[]> _lines = new(StringComparer.Ordinal);

    private ReviewedPlace(Host host, string root, RemoteBundle? remote)
    {
        _host = host;
        _remote = remote;
        _root = remote?.Path ?? root;
        _isFolder = remote is not null || Directory.Exists(root);
    }

    /// <summary>What reports call it.</summary>
    public string Path => _root.TrimEnd('/');

    /// <summary>The place that a user names.</summary>
    /// <exception cref="UsageException">There is nothing.</exception>
    public static ReviewedPlace Open(Host host, string root) =>
        RemoteTarget.IsRemote(root) ? new ReviewedPlace(host, root, RemoteInputs.OpenOne(host, root))
        : Directory.Exists(root) || File.Exists(root) ? new ReviewedPlace(host, root, null)
        : throw new UsageException($"There is nothing at {root}.");

    /// <summary>The inputs of a scan.</summary>
    public IEnumerable<ScanInput> Inputs() => _remote?.Inputs(static _ => true, _host.Cancellation) ?? new FileWalk([_root], new WalkOptions(), _host.Cancellation).Inputs();

    /// <summary>The name below the place of what a report calls <paramref name="path"/>.</summary>
    public string NameOf(string path) => _isFolder && path.Length > Path.Length ? path[Path.Length..].TrimStart('/') : System.IO.Path.GetFileName(path);

    /// <summary>The bytes of a file; throws what reading throws.</summary>
    public ByteSource OpenFile(string name)
    {
        if (_remote is null)
        {
            return FileOpening.Open(PathOf(name));
        }

        return _remote.TryOpen(name) is var opening && opening.Bytes is { } bytes ? bytes : throw new ScanStopException(StopReason.InputOutput, opening.Detail);
    }

    /// <summary>How a file is read, with what lies around it.</summary>
    public ReadingOptions Reading(string name)
    {
        ReadingOptions options = WeightFile.Options(_host, _remote is null ? PathOf(name) : MemberPath.StandardInput, new ScanLimits());
        return _remote is null ? options : options with { In = new BundlePlace(_remote, name) };
    }

    /// <summary>Whether it lies on a server.</summary>
    public bool IsRemote => _remote is not null;

    private string PathOf(string name) => _isFolder ? System.IO.Path.Combine(_root, name) : _root;

    /// <summary>A line of a file that a report calls <paramref name="path"/>; each file is read once.</summary>
    public string? Line(string path, int line)
    {
        if (!_lines.TryGetValue(path, out string[]? lines))
        {
            _lines.Add(path, lines = Text(path)?.Split('\n') ?? []);
        }

        return line > 0 && line <= lines.Length ? lines[line - 1].TrimEnd('\r') : null;
    }

    public void Dispose() => _remote?.Dispose();

    private string? Text(string path)
    {
        try
        {
            if (_remote is null)
            {
                FileInfo file = new(path);
                return file.Exists && file.Length < LongestSource ? File.ReadAllText(path) : null;
            }

            using ByteSource? bytes = _remote.TryOpen(NameOf(path)).Bytes;
            return bytes is { Length: < LongestSource } ? System.Text.Encoding.UTF8.GetString(bytes.ReadUpTo(0, (int)bytes.Length)) : null;
        }
        catch (ScanStopException)
        {
            return null;
        }
    }
}
