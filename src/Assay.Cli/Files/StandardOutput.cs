// Standard output, whose failures must not look like anything else.
using Assay.Hosting.Files;

namespace Assay.Cli.Files;

/// <summary>
/// Standard output. What it cannot take (the disk is full, the device is gone) is an <see cref="OutputException"/>. A pipe whose reader has gone is
/// none: .NET's own stream takes what is written to it and lets it go.
/// </summary>
internal sealed class StandardOutput(Stream inner) : OutputOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new OutputException(e);
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new OutputException(e);
        }
    }
}

/// <summary>Standard output cannot be written; there is no complete report or listing.</summary>
internal sealed class OutputException(Exception why) : Exception($"Standard output cannot be written: {FileFault.Of(why)}.", why);
