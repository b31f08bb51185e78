// Reads the tensors of a file as data: nothing of the file is run, imported or trusted.
using System.Runtime.ExceptionServices;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Keras;
using Assay.Scanning;

namespace Assay.Conversion;

/// <summary>
/// Reads the tensors of a file, by the road that a scan takes: of every format that has some, also inside compressed streams. The format is recognised
/// by the bytes. Of the index of sharded weights the tensors are those of the files that it names, where they lie in its bundle.
/// </summary>
public static class WeightsReader
{
    /// <summary>Reads the tensors of <paramref name="bytes"/>. The map refers to them: it must not outlive them.</summary>
    /// <exception cref="MalformedException">No tensors can be read: the file is broken, ambiguous or of a kind that is not read.</exception>
    /// <exception cref="ScanStopException">A limit is spent, the host cancelled, or the bytes went away.</exception>
    public static TensorMap Read(ByteSource bytes, ReadingOptions options, CancellationToken cancellation = default) =>
        TryRead(bytes, options, cancellation) ?? throw new MalformedException(0, "The file is of no kind that tensors can be read from.");

    /// <summary>Reads like <see cref="Read(ByteSource, ReadingOptions, CancellationToken)"/>; null for a file of a kind that has no tensors.</summary>
    /// <exception cref="MalformedException">The file is broken or ambiguous.</exception>
    /// <exception cref="ScanStopException">A limit is spent, the host cancelled, or the bytes went away.</exception>
    public static TensorMap? TryRead(ByteSource bytes, ReadingOptions options, CancellationToken cancellation = default) =>
        TryRead(bytes, options, isShard: false, cancellation);

    /// <summary>Reads the tensors of a file, or of a shard, which is no index again.</summary>
    internal static TensorMap? TryRead(ByteSource bytes, ReadingOptions options, bool isShard, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(options);
        TensorCollector collector = new();
        try
        {
            IReadOnlyList<Fact> facts = ArtifactSurvey.Walk("", bytes, options, collector, cancellation);
            UnreadFact[] unread = [.. facts.OfType<UnreadFact>()];
            ThrowStop(unread);
            // Keras 3 keeps the weights of a model in one member of its archive.
            bool inMember = facts.OfType<FormatFact>().Any(f => f.Path.Length == 0 && f.Format == KerasZipKind.KindId);
            if ((collector.Best() ?? (inMember ? collector.OfOnlyMember() : null)) is not (var group, var damage))
            {
                ThrowBreak(unread);
                collector.Free();
                return null;
            }

            if (damage is not null)
            {
                ThrowBreak(unread);
                throw new MalformedException(0, $"The file cannot be unpacked: {damage}");
            }

            if (group.Failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }

            if (group.Elsewhere.Count == 0)
            {
                return collector.ToMap(group);
            }

            collector.Free();
            return isShard ? null : ShardedWeights.Read(group, options, cancellation);
        }
        catch
        {
            collector.Free();
            throw;
        }
    }

    /// <summary>What ends a walk is a fact; whoever asks for tensors gets it as what it was.</summary>
    private static void ThrowStop(UnreadFact[] unread)
    {
        foreach (UnreadFact fact in unread)
        {
            StopReason? reason = fact.Cause switch
            {
                UnreadCause.Cancelled => StopReason.Cancelled,
                UnreadCause.Changed => StopReason.Changed,
                UnreadCause.Unreadable => StopReason.InputOutput,
                _ => null,
            };
            if (reason is { } stop)
            {
                throw new ScanStopException(stop, fact.Detail, fact.Offset);
            }
        }
    }

    /// <summary>Why a file that is of a known kind gives no tensors.</summary>
    private static void ThrowBreak(UnreadFact[] unread)
    {
        foreach (UnreadFact fact in unread)
        {
            switch (fact.Cause)
            {
                case UnreadCause.Limit:
                    throw new ScanStopException(StopReason.Limit, fact.Detail, fact.Offset);
                case UnreadCause.Malformed or UnreadCause.Truncated or UnreadCause.Encrypted or UnreadCause.Fault:
                    throw new MalformedException(fact.Offset, fact.Detail);
                default:
                    break;
            }
        }
    }
}
