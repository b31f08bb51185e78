// An answer whose body comes in time and within bounds, or not at all.
using System.Globalization;
using System.Net.Http.Headers;

namespace Assay.Hub.Http;

/// <summary>An answer: its head is here, its body comes when it is asked for, in time and within bounds.</summary>
internal sealed class RemoteAnswer(HttpResponseMessage message, HubOptions options, IReadOnlyDictionary<string, string> told, CancellationTokenSource patience) : IDisposable
{
    private Stream? _body;
    private long _got;
    private long _began;

    public int Status => (int)message.StatusCode;

    /// <summary>Where the answer came from, behind all redirects.</summary>
    public Uri Place => message.RequestMessage!.RequestUri!;

    /// <summary>The length of the body, where the server tells it.</summary>
    public long? BodyLength => message.Content.Headers.ContentLength;

    /// <summary>The media type.</summary>
    public MediaTypeHeaderValue? ContentType => message.Content.Headers.ContentType;

    /// <summary>What the server says about the part that it gives: first byte, last byte and size of the whole.</summary>
    public (long From, long To, long? Size)? Part =>
        message.Content.Headers.ContentRange is { Unit: "bytes", From: { } from, To: { } to } range ? (from, to, range.Length) : null;

    /// <summary>The size of the whole, as an answer tells that has no part of it.</summary>
    public long? Whole => message.Content.Headers.ContentRange?.Length;

    /// <summary>Whether the body is the bytes themselves.</summary>
    public bool IsPlain => message.Content.Headers.ContentEncoding.All(e => e == "identity");

    /// <summary>The tag of the content at the place where the answer came from.</summary>
    public EntityTagHeaderValue? Tag => message.Headers.ETag;

    /// <summary>What tells whether the content is still the same: its tag, or the time of its last change.</summary>
    public string? Version => Tag?.ToString() ?? message.Content.Headers.LastModified?.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>A header of the hub's own, from whichever answer on the way had it.</summary>
    public string? Told(string name) => told.GetValueOrDefault(name);

    /// <summary>A header of this answer.</summary>
    public string? Header(string name) => message.Headers.TryGetValues(name, out IEnumerable<string>? values) ? string.Join(", ", values) : null;

    /// <summary>Reads on; 0 is the end.</summary>
    /// <exception cref="RemoteException">The connection broke, or the body comes too slowly.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellation)
    {
        try
        {
            _began = _began == 0 ? options.Time.GetTimestamp() : _began;
            _body ??= await message.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
            patience.CancelAfter(options.IdleTime);
            int read = await _body.ReadAsync(destination, patience.Token).ConfigureAwait(false);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            _got += read;
            TimeSpan taken = options.Time.GetElapsedTime(_began) - options.AnswerTime;
            if (taken > TimeSpan.Zero && _got < taken.TotalSeconds * options.SlowestRate)
            {
                throw new RemoteException(RemoteFault.TooSlow, $"{Place.Host} sends fewer than {options.SlowestRate} bytes a second.") { IsPassing = true };
            }

            return read;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RemoteException(RemoteFault.TooSlow, $"{Place.Host} sent nothing for {Seconds(options.IdleTime)} seconds.", e) { IsPassing = true };
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException && !cancellation.IsCancellationRequested)
        {
            throw new RemoteException(RemoteFault.Network, $"The connection to {Place.Host} broke.", e) { IsPassing = true };
        }
    }

    /// <summary>Reads the whole of a short body.</summary>
    public async Task<byte[]> ReadAllAsync(int limit, CancellationToken cancellation)
    {
        if (BodyLength > limit)
        {
            throw TooLarge(limit);
        }

        using MemoryStream all = new();
        byte[] step = new byte[1 << 14];
        while (await ReadAsync(step, cancellation).ConfigureAwait(false) is > 0 and int read)
        {
            if (all.Length + read > limit)
            {
                throw TooLarge(limit);
            }

            all.Write(step, 0, read);
        }

        return BodyLength is { } promised && promised != all.Length
            ? throw new RemoteException(RemoteFault.Network, $"The connection to {Place.Host} broke.") { IsPassing = true }
            : all.ToArray();
    }

    public void Dispose()
    {
        message.Dispose();
        patience.Dispose();
    }

    internal static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);

    private RemoteException TooLarge(int limit) =>
        new(RemoteFault.TooLarge, $"The answer of {Place.Host} is larger than {limit.ToString(CultureInfo.InvariantCulture)} bytes, which no such answer should be.");
}
