// The filters that the HDF Group has registered.
namespace Assay.Formats.Hdf5;

/// <summary>
/// The filters that the HDF Group has registered: they are libraries that others have to install. A number that is not among them can only be meant for a library that
/// comes with the file.
/// </summary>
internal static class Hdf5Plugins
{
    /// <summary>Whether a number is registered, for a filter or for its owner.</summary>
    public static bool IsRegistered(int id) => id is 305 or 306 or 307 or (>= 32000 and <= 32040) or 37000 or 37001 or 62016;
}
