// Output to a terminal on which something else is shown that must go first.
namespace Assay.Cli.Files;

/// <summary>Passes on what is written to <paramref name="inner"/>; <paramref name="first"/> is called once, before anything is.</summary>
internal sealed class CoveringStream(Stream inner, Action first) : OutputOnlyStream
{
    private Action? _first = first;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Interlocked.Exchange(ref _first, null)?.Invoke();
        inner.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();
}
