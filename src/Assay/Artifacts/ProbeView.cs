// What a format looks at before it claims.
using Assay.Bytes;

namespace Assay.Artifacts;

/// <summary>
/// What a format looks at before it claims. All formats probe a range through one view, so what several of them need (the keys of a JSON
/// document, the fields of a protocol buffer, the directory of a zip) is parsed once and shared.
/// </summary>
internal sealed class ProbeView
{
    /// <summary>How many bytes of the range <see cref="Head"/> holds at most.</summary>
    public const int HeadLength = 4096;

    private Dictionary<Type, object?>? _shared;

    /// <summary>Creates the view of a range of an artifact.</summary>
    public ProbeView(Artifact artifact, ByteRange range, ScanBudget budget, bool isGap = false)
        : this(artifact, range, budget, isGap, new byte[(int)Math.Min(HeadLength, Math.Max(0, range.Length))])
    {
    }

    /// <summary>Creates the view with a buffer for its first bytes, which is the view's until all formats have probed.</summary>
    internal ProbeView(Artifact artifact, ByteRange range, ScanBudget budget, bool isGap, byte[] buffer)
    {
        IsGap = isGap;
        Artifact = artifact;
        Range = range;
        IsWhole = range.Offset == 0 && range.Length == artifact.Bytes.Length;
        Budget = budget;
        int length = (int)Math.Min(Math.Min(HeadLength, buffer.Length), Math.Max(0, range.Length));
        Head = buffer.AsMemory(0, artifact.Bytes.ReadAt(range.Offset, buffer.AsSpan(0, length)));
    }

    /// <summary>The artifact.</summary>
    public Artifact Artifact { get; }

    /// <summary>The range in question: the whole artifact, or a gap that no claim covered. Claims lie inside it.</summary>
    public ByteRange Range { get; }

    /// <summary>The first bytes of the range.</summary>
    public ReadOnlyMemory<byte> Head { get; }

    /// <summary>The meter.</summary>
    public ScanBudget Budget { get; }

    /// <summary>Whether no format claimed the range: a format may then search in it, and claim from where it finds itself.</summary>
    public bool IsGap { get; }

    /// <summary>Whether the range is the whole artifact.</summary>
    public bool IsWhole { get; }

    /// <summary>
    /// What <paramref name="parse"/> makes of the range, the same for all formats that ask for a <typeparamref name="T"/>. It is called once,
    /// also where it gives null or is stopped. Most ranges are not what a format looks for: test a byte or two of the head before asking.
    /// </summary>
    public T? Shared<T>(Func<ProbeView, T?> parse)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(parse);
        _shared ??= [];
        if (!_shared.TryGetValue(typeof(T), out object? known))
        {
            try
            {
                known = parse(this);
            }
            catch (ScanStopException stop)
            {
                // Whoever asks again is stopped by the same, and pays for it once.
                known = stop;
            }

            _shared.Add(typeof(T), known);
        }

        return known is ScanStopException spent ? throw spent : (T?)known;
    }

    /// <summary>Whether the range begins with <paramref name="signature"/>.</summary>
    public bool StartsWith(ReadOnlySpan<byte> signature) => Head.Span.StartsWith(signature);
}
