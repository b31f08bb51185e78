// A folder that stays the same while its name may come to lead elsewhere.
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Assay.Trust.Storage;

/// <summary>
/// An open folder. Who may write above it can put another in its place, or a link, between two operations on a path; below the path of this the kernel goes by the open folder.
/// </summary>
internal sealed class HeldFolder(SafeFileHandle folder) : IDisposable
{
    /// <summary>The path of the folder itself.</summary>
    public string Path { get; } = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{folder.DangerousGetHandle()}");

    /// <summary>The path of something in it.</summary>
    public string this[string path] => System.IO.Path.Join(Path, System.IO.Path.GetFileName(path));

    public void Dispose() => folder.Dispose();
}
