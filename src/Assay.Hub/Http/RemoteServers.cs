// Makes requests: leads them on, waits and tries again, keeps secrets to those whose they are.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Assay.Hub.Secrets;

namespace Assay.Hub.Http;

/// <summary>
/// Makes requests of web servers. Every answer is hostile input: where it leads is looked at before it is gone to, what it holds is bounded, and so is
/// the time that it takes. May be asked by several threads at a time.
/// </summary>
internal sealed class RemoteServers : IDisposable
{
    private static readonly string[] s_told = ["X-Repo-Commit", "X-Linked-Size", "X-Linked-Etag", "X-Error-Code", "X-Error-Message"];
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _turns;
    private readonly AddressRules _addresses;
    private long _requests;
    private long _bytes;

    public RemoteServers(HubOptions options)
    {
        Options = options;
        _addresses = new AddressRules(options);
        _turns = new SemaphoreSlim(options.Connections);
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTime,
            MaxConnectionsPerServer = options.Connections,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseDrainSize = 0,
            ConnectCallback = _addresses.ConnectAsync,
        };
        _client = new HttpClient(_handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "assay/" + Scanning.Scanner.Version);
    }

    public HubOptions Options { get; }

    /// <summary>What servers can do.</summary>
    public Reading.ServerTraits Traits { get; } = new();

    /// <summary>How many requests were made.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>How many bytes of bodies came.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Counts bytes that came.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Makes a request and reads the whole of its short answer; all of it is tried again where it fails in passing.</summary>
    public Task<(RemoteAnswer Head, byte[] Body)> AskAsync(RemoteRequest request, CancellationToken cancellation) => TryAsync(async () =>
    {
        using RemoteAnswer answer = await OnceAsync(request, cancellation).ConfigureAwait(false);
        byte[] body = await answer.ReadAllAsync(Options.AnswerBytes, cancellation).ConfigureAwait(false);
        Count(body.Length);
        return (answer, body);
    }, cancellation);

    /// <summary>Makes a request, and hands the answer to <paramref name="use"/> while its body comes. Where that fails in passing, all of it is tried again.</summary>
    public Task<T> UseAsync<T>(Func<RemoteRequest> request, Func<RemoteAnswer, Task<T>> use, CancellationToken cancellation) => TryAsync(async () =>
    {
        using RemoteAnswer answer = await OnceAsync(request(), cancellation).ConfigureAwait(false);
        return await use(answer).ConfigureAwait(false);
    }, cancellation);

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
        _turns.Dispose();
        Traits.Dispose();
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> once, CancellationToken cancellation)
    {
        TimeSpan pause = Options.FirstPause;
        for (int attempt = 1; ; attempt++)
        {
            await _turns.WaitAsync(cancellation).ConfigureAwait(false);
            TimeSpan wait;
            try
            {
                return await once().ConfigureAwait(false);
            }
            catch (RemoteException e) when (e.IsPassing && attempt < Options.Attempts)
            {
                if (e.After > Options.LongestWait)
                {
                    throw new RemoteException(e.Fault, $"{e.Message.TrimEnd('.')}, and asks to come back in {RemoteAnswer.Seconds(e.After.Value)} seconds.", e);
                }

                wait = e.After ?? pause;
            }
            finally
            {
                _turns.Release();
            }

            await Task.Delay(wait, Options.Time, cancellation).ConfigureAwait(false);
            pause = pause * 2 < Options.LongestPause ? pause * 2 : Options.LongestPause;
        }
    }

    /// <summary>Makes a request once, and follows where it leads.</summary>
    private async Task<RemoteAnswer> OnceAsync(RemoteRequest request, CancellationToken cancellation)
    {
        Dictionary<string, string> told = new(StringComparer.OrdinalIgnoreCase);
        Uri place = request.Place;
        for (int led = 0; ; led++)
        {
            _addresses.Check(place);
            CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            HttpResponseMessage? answer = null;
            try
            {
                answer = await SendAsync(request, place, patience, cancellation).ConfigureAwait(false);
                int status = (int)answer.StatusCode;

                // What a stranger says of a file of the hub counts for nothing.
                if (Uri.Compare(place, request.Place, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0)
                {
                    foreach (string name in s_told)
                    {
                        if (answer.Headers.TryGetValues(name, out IEnumerable<string>? values))
                        {
                            told.TryAdd(name, values.First());
                        }
                    }
                }

                if (status is 301 or 302 or 303 or 307 or 308 && answer.Headers.Location is { } location && !request.StopsAtRedirect)
                {
                    if (led == Options.Redirects)
                    {
                        throw new RemoteException(RemoteFault.Refused, $"{request.Place.Host} leads on more than {Options.Redirects} times.");
                    }

                    place = Next(place, location);
                    continue;
                }

                if (!request.IsExpected(status) && !(request.StopsAtRedirect && status is >= 300 and < 400))
                {
                    throw RemoteFailure.Of(answer, place, told, Options, request);
                }

                RemoteAnswer given = new(answer, Options, told, patience);
                answer = null;
                patience = null!;
                return given;
            }
            finally
            {
                answer?.Dispose();
                patience?.Dispose();
            }
        }
    }

    private static Uri Next(Uri place, Uri location)
    {
        Uri next = location.IsAbsoluteUri ? location : new Uri(place, location);
        return place.Scheme == Uri.UriSchemeHttps && next.Scheme == Uri.UriSchemeHttp
            ? throw new RemoteException(RemoteFault.Refused, $"{place.Host} leads from a place protected by TLS to {AddressRules.Shown(next)}, which is not.")
            : next;
    }

    private async Task<HttpResponseMessage> SendAsync(RemoteRequest request, Uri place, CancellationTokenSource patience, CancellationToken cancellation)
    {
        using HttpRequestMessage message = new(request.Method, place);
        if (request.Ranges.Count > 0)
        {
            message.Headers.TryAddWithoutValidation("Range", "bytes=" + string.Join(',', request.Ranges.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.From}-{r.To}"))));
        }

        message.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        message.Headers.TryAddWithoutValidation("Accept", request.Accept ?? "*/*");
        Authorize(message, request, place);
        if (request.Json is { } json)
        {
            message.Content = new StringContent(json, Encoding.UTF8, request.JsonType);
        }

        Interlocked.Increment(ref _requests);
        patience.CancelAfter(Options.AnswerTime);
        try
        {
            HttpResponseMessage answer = await _client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            patience.CancelAfter(Timeout.InfiniteTimeSpan);
            return answer;
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RemoteException(RemoteFault.TooSlow, $"{place.Host} did not answer within {RemoteAnswer.Seconds(Options.AnswerTime)} seconds.", e) { IsPassing = true };
        }
        catch (HttpRequestException e)
        {
            throw e.InnerException as RemoteException ?? Broken(e, place);
        }
        catch (IOException e)
        {
            throw Broken(e, place);
        }
    }

    /// <summary>A secret goes to the host that it is for, and over a connection that nobody reads, or to a host that the user has named.</summary>
    private void Authorize(HttpRequestMessage message, RemoteRequest request, Uri place)
    {
        AccessToken? token = request.Bearer is not null && SameServer(place, request.Place) ? request.Bearer
            : request.Credentials == Credentials.Hub && SameServer(place, Options.Endpoint) ? Options.Token : null;
        if (place.Scheme != Uri.UriSchemeHttps && !_addresses.IsNamed(place))
        {
            return;
        }

        if (token is not null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", token.Header);
        }
        else if (request.SignedBy is { } key && SameServer(place, request.Place))
        {
            foreach ((string name, string value) in key.Sign(request.Method.Method, place, Options.Time.GetUtcNow()))
            {
                message.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    private static bool SameServer(Uri one, Uri other) => Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;

    private static RemoteException Broken(Exception e, Uri place) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } or { InnerException: AuthenticationException } =>
            new RemoteException(RemoteFault.Certificate, $"The certificate of {place.Host} is not to be trusted.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } or { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound } } =>
            new RemoteException(RemoteFault.Network, $"There is no server called {place.Host}.", e) { IsPassing = true },
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
            new RemoteException(RemoteFault.Network, $"{place.Host} takes no connections.", e) { IsPassing = true },
        _ => new RemoteException(RemoteFault.Network, $"The connection to {place.Host} broke.", e) { IsPassing = true },
    };
}
