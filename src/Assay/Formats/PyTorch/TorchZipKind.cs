// What torch.save has written since 1.6: a zip.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Containers.Zip;
using Assay.Formats.Archives;

namespace Assay.Formats.PyTorch;

/// <summary>
/// torch.save since 1.6: <c>data.pkl</c> and <c>data/*</c> under one folder, whose name the loader takes from the first record of
/// the directory. Its zip reader compares names without regard to case and takes the first of several.
/// </summary>
internal sealed class TorchZipKind : IZipKind
{
    public string Id => "torch-zip";

    public string Name => "PyTorch (zip)";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".pt", ".pth", ".bin", ".ckpt"];

    public bool Matches(ZipDirectory directory) => ZipNames.Of(directory).Any(IsPickle);

    /// <summary>
    /// <c>data.pkl</c> in the folder of the first record. Where a <c>constants.pkl</c> lies beside it, spelt exactly so, <c>torch.load</c> takes
    /// the file for TorchScript and unpickles nothing; without a <c>version</c> its reader refuses the file.
    /// </summary>
    public string Main(ZipDirectory directory)
    {
        string top = ZipNames.Top(directory.FirstName);
        bool Has(string name, StringComparison comparison) => directory.Entries.Any(e => e.Name.Equals($"{top}/{name}", comparison));
        return Has("constants.pkl", StringComparison.Ordinal)
            || !(Has("version", StringComparison.OrdinalIgnoreCase) || Has(".data/version", StringComparison.OrdinalIgnoreCase)) ? "" : $"{top}/data.pkl";
    }

    public bool HoldsData(string name)
    {
        string tail = ZipNames.Tail(name);
        return tail.StartsWith("data/", StringComparison.Ordinal) || tail.StartsWith("constants/", StringComparison.Ordinal)
            || tail.StartsWith("tensors/", StringComparison.Ordinal);
    }

    public bool HasTensors => true;

    public long? PickleIn(string name, ByteSource member, ReadContext context) =>
        IsPickle(name) || ZipNames.Tail(name).Equals(TorchSavedFile.Constants + ".pkl", StringComparison.OrdinalIgnoreCase) ? 0 : null;

    public void ReadTensors(ZipDirectory directory, ReadContext context) =>
        ZipContent.ReadTensors(context, directory, Id, isTorch: true, TorchSavedFile.ReadZip);

    public void Read(ZipDirectory directory, ReadContext context)
    {
        TorchArchiveTexts.Tell(directory, context);
        List<ZipEntry> pickles = [.. directory.Entries.Where(e => IsPickle(e.Name) || (e.Local is { } local && IsPickle(local.Name)))];
        foreach (IGrouping<string, ZipEntry> same in pickles.GroupBy(e => e.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (same.Count() > 1 && !directory.IsSeries)
            {
                ZipEntry last = same.Last();
                string all = string.Join(", ", same.Take(8).Select(e => $"0x{e.Offset:X}"));
                context.Anomaly(
                    "torch.duplicate-pickle",
                    last.Offset,
                    0,
                    $"There are {same.Count()} members \"{last.Name}\", at {all}: miniz (torch.load) takes the first, zipfile the last.");
            }
        }

        string top = ZipNames.Top(directory.FirstName);
        ZipEntry? stranger = pickles.Find(e => !string.Equals(ZipNames.Top(e.Name), top, StringComparison.OrdinalIgnoreCase));
        if (stranger is not null && directory.Views.Count > 0)
        {
            context.Anomaly(
                "torch.archive-name",
                stranger.Offset,
                0,
                $"\"{stranger.Name}\" is not under \"{top}\", the folder of the first record, where torch.load looks.");
        }
    }

    internal static bool IsPickle(string name) => ZipNames.Tail(name).Equals("data.pkl", StringComparison.OrdinalIgnoreCase);
}
