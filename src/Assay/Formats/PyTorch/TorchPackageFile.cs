// Reads the tensors of torch.package archives.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Archives;
using Assay.Formats.Pickles;

namespace Assay.Formats.PyTorch;

/// <summary>
/// Reads the tensors of the pickles in an archive of <c>torch.package</c>: a zip with one folder, in it pickles, texts and Python modules under
/// the names of packages, and storages as <c>.data/KEY.storage</c>. Specification: <c>torch/package/package_exporter.py</c>.
/// </summary>
internal static class TorchPackageFile
{
    /// <summary>The folder of storages and of what the archive says of itself.</summary>
    internal const string Data = ".data/";

    /// <summary>Reads all its pickles; the names of tensors begin with the name of their pickle.</summary>
    public static void Read(TensorSource source, ZipContent zip)
    {
        PackageStorages storages = new(zip, zip.Folder);
        foreach (string name in zip.Names.Where(n => n.StartsWith(zip.Folder, StringComparison.OrdinalIgnoreCase) && !n.EndsWith('/')))
        {
            string own = name[zip.Folder.Length..];
            if (own.StartsWith(Data, StringComparison.OrdinalIgnoreCase))
            {
                if (own.StartsWith(Data + "ts_code/", StringComparison.OrdinalIgnoreCase))
                {
                    source.Tensors.Leave(own, "TorchScript code", "Code is not carried over.");
                }
            }
            else if (own.EndsWith(".py", StringComparison.OrdinalIgnoreCase))
            {
                source.Tensors.Leave(own, "Python modules", "Code is not carried over.");
            }
            else if (zip.Open(name, out string? problem) is not { } member)
            {
                source.Tensors.Problem(own, $"It cannot be read: {problem}.");
            }
            else if (member.Source.Slice(member.Range) is var bytes && IsPickle(name, bytes))
            {
                Pickle(source with { Bytes = bytes }, storages, own);
            }
            else
            {
                source.Tensors.Leave(own, "texts and files of the package", "They are no pickles.");
            }
        }
    }

    /// <summary>Whether a member, by its name in the archive, is a pickle: neither one of the package's own data nor a module.</summary>
    public static bool IsPickle(string name, ByteSource member) =>
        !ZipNames.Tail(name).StartsWith(Data, StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".py", StringComparison.OrdinalIgnoreCase)
        && member.ReadUpTo(0, 2) is [0x80, >= 2 and <= 5];

    private static void Pickle(TensorSource source, TorchStorages storages, string name)
    {
        string stem = name.EndsWith(".pkl", StringComparison.OrdinalIgnoreCase) ? name[..^".pkl".Length] : name;
        using PickleRun run = PickleRun.Of(source, 0, name);
        new WeightWalk(run, storages, source).Run(run.Value, stem.Replace('/', '.'));
    }

    private sealed class PackageStorages(ZipContent zip, string folder) : TorchStorages
    {
        protected override TensorStorage? Locate(string key, out string? problem) =>
            zip.Open($"{folder}{Data}{key}.storage", out problem) is { } member ? new TensorStorage(key, member.Source, member.Range) : null;
    }
}
