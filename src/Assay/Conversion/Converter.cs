// Writes the tensors of a map as safetensors, and reads them again to be sure.
using System.IO.Hashing;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Safetensors;
using Assay.Scanning;
using Assay.Tensors;

namespace Assay.Conversion;

/// <summary>How far a conversion has come.</summary>
/// <param name="Done">The bytes that are done.</param>
/// <param name="Total">The bytes in all; those that are read again to be verified count a second time.</param>
/// <param name="Tensor">The tensor that is being done.</param>
public readonly record struct ConversionProgress(long Done, long Total, string Tensor);

/// <summary>Writes the tensors of a map as safetensors. Memory does not depend on their size.</summary>
public static class Converter
{
    /// <summary>
    /// Writes what <paramref name="plan"/> says into <paramref name="output"/>, which the caller commits. With verification, what was
    /// written is read again as any reader would, each tensor's XXH128 is compared with that of what was read from the source, and each member
    /// of an archive that was read with its CRC-32.
    /// </summary>
    /// <exception cref="MalformedException">A header would be longer than readers take, or a member has another CRC-32 than its archive says.</exception>
    /// <exception cref="ScanStopException">The source changed, the output cannot be written, or holds something else than was written.</exception>
    public static void Write(
        ConversionPlan plan, ConversionOutput output, bool verify, IProgress<ConversionProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(output);
        long total = verify ? 2 * plan.Bytes : plan.Bytes;
        Meter meter = new(total, progress, cancellation);
        List<(PlannedFile Plan, ConversionFile File, List<UInt128> Hashes)> written = [];
        MemberChecks? checks = verify ? new MemberChecks(plan.Records) : null;
        foreach (PlannedFile planned in plan.Files)
        {
            byte[] header = SafetensorsWriter.Of(planned);
            ConversionFile file = output.Create(planned.FileName, header.Length + planned.Tensors.Sum(t => t.Bytes));
            file.Append(header);
            List<UInt128> hashes = [];
            foreach (PlannedTensor tensor in planned.Tensors)
            {
                UInt128 hash = Copy(tensor, file, checks, plan, meter);
                if (verify)
                {
                    hashes.Add(hash);
                }
            }

            written.Add((planned, file, hashes));
        }

        checks?.Rest(plan.Tensors, cancellation);
        foreach (ByteSource source in plan.Tensors.Select(t => t.From.Storage.Source).Distinct())
        {
            if (!source.IsUnchanged())
            {
                throw new ScanStopException(StopReason.Changed, "The file changed while it was converted.");
            }
        }

        if (verify)
        {
            foreach ((PlannedFile planned, ConversionFile file, List<UInt128> hashes) in written)
            {
                // What is read again is what the system holds; meanwhile it brings that to the disk.
                Task flush = Task.Run(file.Flush, CancellationToken.None);
                try
                {
                    Verify(planned, file, hashes, meter);
                }
                finally
                {
                    flush.GetAwaiter().GetResult();
                }
            }
        }

        if (plan.IndexName is { } index)
        {
            byte[] bytes = SafetensorsWriter.Index(plan.Files, plan.Bytes);
            output.Create(index, bytes.Length).Append(bytes);
        }
    }

    private static UInt128 Copy(PlannedTensor tensor, ConversionFile file, MemberChecks? checks, ConversionPlan plan, Meter meter)
    {
        XxHash128? hash = checks is null ? null : new XxHash128();
        MemberChecksum? record = checks?.Same(tensor.From);
        Crc32? crc = record is null ? null : new Crc32();
        using TensorBytes bytes = new(tensor.From.Storage, tensor.From.View);
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
        {
            hash?.Append(chunk);
            crc?.Append(chunk);
            file.Append(chunk);
            meter.Add(chunk.Length, tensor.Name);
        }

        if (record is not null)
        {
            checks!.Compare(record, crc!.GetCurrentHashAsUInt32(), plan.Tensors);
        }

        return hash?.GetCurrentHashAsUInt128() ?? default;
    }

    private static void Verify(PlannedFile planned, ConversionFile file, List<UInt128> hashes, Meter meter)
    {
        using ByteSource bytes = file.OpenRead();
        using TensorMap map = WeightsReader.Read(bytes, new ReadingOptions { Formats = [new SafetensorsFormat()] });
        Dictionary<string, StoredTensor> read = map.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        bool same = read.Count == planned.Tensors.Count && map.Metadata.Count == planned.Metadata.Count;
        for (int i = 0; i < planned.Tensors.Count && same; i++)
        {
            PlannedTensor wanted = planned.Tensors[i];
            same = read.TryGetValue(wanted.Name, out StoredTensor? found) && found.Written.Dtype == wanted.Dtype
                && found.Written.Shape.SequenceEqual(wanted.Shape) && Hash(found, meter) == hashes[i];
        }

        if (!same)
        {
            throw new ScanStopException(StopReason.InputOutput, $"{planned.FileName} does not hold what was written into it.");
        }
    }

    private static UInt128 Hash(StoredTensor tensor, Meter meter)
    {
        XxHash128 hash = new();
        using TensorBytes bytes = new(tensor.Storage, tensor.View);
        for (ReadOnlySpan<byte> chunk = bytes.Next(); !chunk.IsEmpty; chunk = bytes.Next())
        {
            hash.Append(chunk);
            meter.Add(chunk.Length, tensor.Name);
        }

        return hash.GetCurrentHashAsUInt128();
    }

    private sealed class Meter(long total, IProgress<ConversionProgress>? progress, CancellationToken cancellation)
    {
        private long _done;

        public void Add(long bytes, string tensor)
        {
            _done += bytes;
            if (cancellation.IsCancellationRequested)
            {
                throw new ScanStopException(StopReason.Cancelled, "The conversion was cancelled.");
            }

            progress?.Report(new ConversionProgress(_done, total, tensor));
        }
    }
}
