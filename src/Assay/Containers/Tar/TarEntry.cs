// One member of a tar, after all its extended headers.
using Assay.Bytes;

namespace Assay.Containers.Tar;

/// <summary>What a member of a tar is.</summary>
internal enum TarKind
{
    /// <summary>A regular file, or something unknown that loaders treat as one.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A hard link to another member.</summary>
    HardLink,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>A device, or a FIFO.</summary>
    Device,
}

/// <summary>A stretch of a sparse member: <paramref name="Offset"/> in the content, and where its bytes lie in the source.</summary>
internal readonly record struct TarExtent(long Offset, ByteRange Stored);

/// <summary>One member.</summary>
/// <param name="Name">The name as stored.</param>
/// <param name="Kind">What it is.</param>
/// <param name="LinkTarget">The target of a link; empty otherwise.</param>
/// <param name="Offset">Where its header lies.</param>
/// <param name="Data">Its stored data, cut at the end of the source.</param>
/// <param name="Size">The declared length of the stored data.</param>
internal sealed record TarEntry(string Name, TarKind Kind, string LinkTarget, long Offset, ByteRange Data, long Size)
{
    /// <summary>For a sparse member: its stretches; null otherwise.</summary>
    public IReadOnlyList<TarExtent>? Extents { get; init; }

    /// <summary>For a sparse member: the length of its content.</summary>
    public long RealSize { get; init; }

    /// <summary>Whether the member is sparse in a way that could not be worked out.</summary>
    public bool UnknownSparse { get; init; }
}
