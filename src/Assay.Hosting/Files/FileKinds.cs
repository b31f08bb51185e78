// Says what a path names without opening it.
using System.Formats.Tar;

namespace Assay.Hosting.Files;

/// <summary>What a path names.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A file with bytes.</summary>
    Regular,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A FIFO, a device, a socket: opening it can hang or act, so it is never opened.</summary>
    Special,
}

/// <summary>
/// Says what a path names without opening it: opening a FIFO waits for a writer that never comes, and opening a device can
/// act. .NET has no call for the type of a file; its tar writer looks it up (lstat) before it opens anything, and writes it
/// into the header, which is all that is let through here.
/// </summary>
internal static class FileKinds
{
    /// <summary>What <paramref name="path"/> names; a link at its end is not followed (<see cref="RealPath"/> does that).</summary>
    public static FileKind Of(string path)
    {
        FileInfo info = new(path);
        FileAttributes attributes = info.Attributes;
        if ((int)attributes == -1)
        {
            return FileKind.Missing;
        }

        if (attributes.HasFlag(FileAttributes.Directory))
        {
            return FileKind.Directory;
        }

        if (attributes.HasFlag(FileAttributes.Device))
        {
            return FileKind.Special;
        }

        return Of(path, info.Length);
    }

    /// <summary>What <paramref name="path"/> names, which is known to be neither link nor directory and has that length.</summary>
    public static FileKind Of(string path, long length)
    {
        // On Linux only regular files (and links) have a length; elsewhere a FIFO may have as many bytes as wait in it.
        if (OperatingSystem.IsWindows() || (length > 0 && OperatingSystem.IsLinux()))
        {
            return FileKind.Regular;
        }

        HeaderOnly header = new();
        try
        {
            using TarWriter tar = new(header, TarEntryFormat.Gnu, leaveOpen: true);
            tar.WriteEntry(path, "x");
        }
        catch (HeaderReadException)
        {
            return header.Type is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile or TarEntryType.HardLink
                ? FileKind.Regular
                : FileKind.Special;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return FileKind.Missing;
        }
        catch (UnauthorizedAccessException)
        {
            // Only a regular file was tried to be opened; whoever opens it will hear the same and say so.
            return FileKind.Regular;
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            // Sockets, which tar cannot hold.
            return FileKind.Special;
        }

        return FileKind.Special;
    }

    /// <summary>Whether <paramref name="path"/> leads, over links if need be, to a regular file.</summary>
    public static bool IsRegular(string path) => RealPath.Of(path) is string real && Of(real) == FileKind.Regular;

    /// <summary>Whether a file may be put in the place of <paramref name="path"/>: there is nothing, or a regular file. What stands behind a link, a pipe or a device is never meant.</summary>
    public static bool IsReplaceable(string path) => new FileInfo(path).LinkTarget is null && Of(path) is FileKind.Missing or FileKind.Regular;

    private sealed class HeaderReadException : Exception;

    /// <summary>Takes the first header and stops the writer before it copies anything.</summary>
    private sealed class HeaderOnly : Stream
    {
        private const int TypeOffset = 156;

        public TarEntryType Type { get; private set; } = (TarEntryType)'?';

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer.Length > TypeOffset && Type == (TarEntryType)'?')
            {
                Type = (TarEntryType)buffer[TypeOffset];
                throw new HeaderReadException();
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
