// A set of files that belong together, and that never leads out of itself.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>
/// Files that belong together: a folder, an archive, a remote repository. Names are relative, with <c>/</c> between them and in the form that
/// <see cref="BundleName.IsPlain"/> describes. A bundle never leads out of itself: a link that leaves it, a device or a FIFO is an entry that
/// cannot be opened, and a name that comes out of a hostile file gives a refusal and not an exception. Who made a bundle disposes it, where its
/// type can be disposed; it may be asked by several threads at a time.
/// </summary>
public interface IBundle
{
    /// <summary>What reports call the bundle: the path of the folder or archive as given. It may hold any character, and reports escape it.</summary>
    string Path { get; }

    /// <summary>
    /// The entries in the ordinal order of their names, found while they are asked for. What cannot be opened or listed is an entry that says so,
    /// so that a scan can say what it did not examine. Folders are not entries.
    /// </summary>
    IEnumerable<BundleEntry> List(CancellationToken cancellation = default);

    /// <summary>Opens the file called <paramref name="name"/>; the caller disposes what it gets. Whatever the name is, this does not throw.</summary>
    BundleOpening TryOpen(string name);
}

/// <summary>A bundle that wants to know what a reading asked: who keeps readings must know what they rest on beside their bytes.</summary>
internal interface IWatchedBundle : IBundle
{
    /// <summary>Notes that an index over the whole bundle is asked for what it says of a file. The index is made once and not for that file alone: of the bundle that this gives, which notes nothing.</summary>
    IBundle Asked(BundleIndex index);
}

/// <summary>What is looked up over a whole bundle.</summary>
internal enum BundleIndex
{
    /// <summary>Which models could name a file of data.</summary>
    Holders,

    /// <summary>Whether a module is named by another file.</summary>
    Mentions,
}

/// <summary>One file of a bundle.</summary>
/// <param name="Name">The relative name.</param>
/// <param name="Size">How many bytes it holds, or null where that is not known before it is opened.</param>
/// <param name="Refusal">Why it cannot be opened, or <see cref="BundleRefusal.None"/> where nothing speaks against it.</param>
/// <param name="Detail">The refusal in one plain sentence; empty where there is none.</param>
public readonly record struct BundleEntry(string Name, long? Size, BundleRefusal Refusal = BundleRefusal.None, string Detail = "");

/// <summary>Where a file stands in a bundle.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Name">The file's name in it.</param>
public readonly record struct BundlePlace(IBundle Bundle, string Name)
{
    /// <summary>Opens the file beside it whose name differs in the extension only; the caller disposes what it gets.</summary>
    /// <param name="extension">The extension, with its dot.</param>
    internal BundleOpening TryOpenWith(string extension)
    {
        int dot = Name.LastIndexOf('.');
        return Bundle.TryOpen(string.Concat(dot > Name.LastIndexOf('/') ? Name.AsSpan(0, dot) : Name, extension));
    }

    /// <summary>
    /// Opens what <paramref name="reference"/> leads to, which stands in the file; the caller disposes what it gets. A reference that leads out
    /// of the bundle is a refusal.
    /// </summary>
    public BundleOpening TryOpen(string reference)
    {
        BundleReference resolved = BundleName.Resolve(Name, reference);
        return resolved.Place == ReferencePlace.Inside
            ? Bundle.TryOpen(resolved.Name)
            : BundleOpening.Refuse(BundleRefusal.Outside, "The name leads out of the bundle, or is no name of a file.");
    }
}

/// <summary>What opening a file of a bundle came to.</summary>
/// <param name="Bytes">The bytes, which are the caller's to dispose, or null.</param>
/// <param name="Refusal">Why there are none, or <see cref="BundleRefusal.None"/>.</param>
/// <param name="Detail">The refusal in one plain sentence; empty where there is none.</param>
public readonly record struct BundleOpening(ByteSource? Bytes, BundleRefusal Refusal, string Detail = "")
{
    /// <summary>The file is open.</summary>
    public static BundleOpening Of(ByteSource bytes) => new(bytes, BundleRefusal.None);

    /// <summary>The file is not opened.</summary>
    public static BundleOpening Refuse(BundleRefusal refusal, string detail) => new(null, refusal, detail);
}

/// <summary>Why a bundle does not open something.</summary>
public enum BundleRefusal
{
    /// <summary>It is opened.</summary>
    None,

    /// <summary>The bundle holds nothing of that name.</summary>
    Missing,

    /// <summary>The name, or a link on the way, leads out of the bundle.</summary>
    Outside,

    /// <summary>It is a folder, a device, a FIFO or a socket.</summary>
    NotAFile,

    /// <summary>The bundle holds several files of that name, and loaders may take different ones.</summary>
    Ambiguous,

    /// <summary>The system, the server or the archive does not give its bytes.</summary>
    Unreadable,

    /// <summary>A limit is spent; the detail names it.</summary>
    Limit,
}
