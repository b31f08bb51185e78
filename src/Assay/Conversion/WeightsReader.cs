// Reads the tensors of a file as data: nothing of the file is run, imported or trusted.
using Assay.Bytes;
using Assay.Codecs;
using Assay.Containers.Tar;
using Assay.Formats.Joblib;
using Assay.Formats.Numpy;
using Assay.Pickle;

namespace Assay.Conversion;

/// <summary>What reading weights needs from its host.</summary>
public sealed record WeightsOptions
{
    /// <summary>The limits in force. Those that bound a scan's time and inflated bytes are the host's to widen.</summary>
    public ScanLimits Limits { get; init; } = new();

    /// <summary>Where unpacked bytes go that do not fit in memory.</summary>
    public Scratch Scratch { get; init; } = new MemoryScratch();

    /// <summary>
    /// Opens the file of that name beside the one that is read, or gives null: joblib up to 0.9 kept arrays there. Asked for plain names
    /// only. Null where nothing lies beside the bytes.
    /// </summary>
    public Func<string, ByteSource?>? Companion { get; init; }

    /// <summary>The clock against which the time limit counts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Reads the tensors of a file: PyTorch (zip, legacy stream, oldest tar, TorchScript, torch.package), plain and joblib pickles with NumPy arrays or
/// PyTorch tensors, <c>.npy</c>, <c>.npz</c>, safetensors, and all of them inside gzip, zlib, bz2, xz, lzma, zstd and lz4. The kind is told
/// by the bytes.
/// </summary>
public static class WeightsReader
{
    private const int HeadSize = 512;
    private const int MostLayers = 4;

    /// <summary>Reads the tensors of <paramref name="bytes"/>. The map refers to them: it must not outlive them.</summary>
    /// <exception cref="MalformedException">No tensors can be read: the file is broken, ambiguous or of a kind that is not read.</exception>
    /// <exception cref="ScanStopException">A limit is spent, the host cancelled, or the bytes went away.</exception>
    public static TensorMap Read(ByteSource bytes, WeightsOptions options, CancellationToken cancellation = default) =>
        TryRead(bytes, options, cancellation) ?? throw new MalformedException(0, "The file is of no kind that tensors can be read from.");

    /// <summary>Reads like <see cref="Read(ByteSource, WeightsOptions, CancellationToken)"/>; null for a file of a kind that is not read.</summary>
    /// <exception cref="MalformedException">The file is broken or ambiguous.</exception>
    /// <exception cref="ScanStopException">A limit is spent, the host cancelled, or the bytes went away.</exception>
    public static TensorMap? TryRead(ByteSource bytes, WeightsOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(options);
        return TryRead(bytes, options, new ScanBudget(options.Limits, options.Time, cancellation), Read);
    }

    /// <summary>
    /// Reads what the bytes themselves are, for those who walk through archives and compressed streams on their own: these are not
    /// looked into, but for the ones in which tensors and their bytes are different members.
    /// </summary>
    /// <exception cref="MalformedException">The file is broken or ambiguous.</exception>
    /// <exception cref="ScanStopException">A limit is spent, the host cancelled, or the bytes went away.</exception>
    internal static TensorMap? TryReadOwn(ByteSource bytes, WeightsOptions options, ScanBudget budget, bool isArchive) =>
        TryRead(bytes, options, budget, isArchive ? ReadArchive : source => ReadSigned(source) ?? ReadPickle(source));

    private static TensorMap? TryRead(ByteSource bytes, WeightsOptions options, ScanBudget budget, Func<WeightSource, string?> read)
    {
        TensorLedger ledger = new();
        List<ByteSource> owned = [];
        WeightSource source = new(bytes, budget, options.Scratch, ledger, owned) { Companion = options.Companion };
        try
        {
            if (read(source) is { } format)
            {
                return new TensorMap(format, ledger, owned);
            }

            Free(owned);
            return null;
        }
        catch
        {
            Free(owned);
            throw;
        }
    }

    private static void Free(List<ByteSource> owned)
    {
        foreach (ByteSource one in owned)
        {
            one.Dispose();
        }
    }

    private static string? Read(WeightSource source)
    {
        for (int layer = 0; layer <= MostLayers; layer++)
        {
            byte[] head = source.Bytes.ReadUpTo(0, HeadSize);
            if (IsZip(head))
            {
                return ReadTorchZip(source) ?? ReadArrayZip(source);
            }

            if (ReadSigned(source) is { } format)
            {
                return format;
            }

            if (TarReader.IsHeader(head, out _) && ReadTar(source))
            {
                return "pytorch-tar";
            }

            if (ZFileFormat.TryHeader(source.Bytes, 0, out long start, out _))
            {
                source = source with { Bytes = source.Unpack(CodecKind.Zlib, new ByteRange(start, source.Bytes.Length - start), "The file") };
                continue;
            }

            if (Codec.Sniff(head) is not { } kind)
            {
                break;
            }

            try
            {
                source = source with { Bytes = source.Unpack(kind, new ByteRange(0, source.Bytes.Length), "The file") };
            }
            catch (MalformedException) when (kind == CodecKind.LzmaAlone && OpcodeTable.IsOpcode(head[0]))
            {
                // LZMA alone has no signature: an old pickle of a list begins with the same byte.
                break;
            }
        }

        return ReadPickle(source);
    }

    private static string? ReadArchive(WeightSource source)
    {
        byte[] head = source.Bytes.ReadUpTo(0, HeadSize);
        return IsZip(head) ? ReadTorchZip(source) : TarReader.IsHeader(head, out _) && ReadTar(source) ? "pytorch-tar" : null;
    }

    private static bool ReadTar(WeightSource source)
    {
        if (TorchTarFile.Members(source) is not { } members)
        {
            return false;
        }

        TorchTarFile.Read(source, members);
        return true;
    }

    private static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8);

    private static string? ReadSigned(WeightSource source)
    {
        if (NumpyFiles.IsArray(source.Bytes.ReadUpTo(0, HeadSize)))
        {
            NumpyFiles.Read(source, source.Bytes, new ByteRange(0, source.Bytes.Length), "");
            return "npy";
        }

        if (SafetensorsFile.LooksLike(source.Bytes))
        {
            SafetensorsFile.Read(source);
            return "safetensors";
        }

        return null;
    }

    private static string? ReadTorchZip(WeightSource source)
    {
        ZipContent zip = ZipContent.Read(source, isTorch: true);
        if (TorchSavedFile.IsTorch(zip))
        {
            TorchSavedFile.ReadZip(source, zip);
            return "pytorch-zip";
        }

        if (TorchPackageFile.IsPackage(zip))
        {
            TorchPackageFile.Read(source, zip);
            return "pytorch-package";
        }

        return null;
    }

    private static string? ReadArrayZip(WeightSource source)
    {
        ZipContent zip = ZipContent.Read(source, isTorch: false);
        if (NumpyFiles.IsZip(zip))
        {
            NumpyFiles.ReadZip(source, zip);
            return "npz";
        }

        return null;
    }

    private static string? ReadPickle(WeightSource source)
    {
        if (source.Bytes.ReadUpTo(0, 1) is not [byte first] || !OpcodeTable.IsOpcode(first))
        {
            return null;
        }

        using PickleRun run = PickleRun.Of(source, 0, "The pickle");
        if (TorchSavedFile.IsLegacy(run))
        {
            TorchSavedFile.ReadLegacy(source, run.End);
            return "pytorch-legacy";
        }

        if (run.End < source.Bytes.Length)
        {
            source.Ledger.Leave("", "bytes behind the pickle", "Loaders do not read them.");
        }

        source.Ledger.StreamArrays += run.Arrays.Count;
        new WeightWalk(run, new NoStorages(), source).Run(run.Value);
        return "pickle";
    }
}
