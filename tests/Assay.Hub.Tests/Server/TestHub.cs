// A hub on this machine that speaks the protocol of huggingface.co over generated repositories, and lies and fails where a test asks for it.
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Assay.Hub.Tests.Server;

/// <summary>
/// The server. It listens twice: as the hub under 127.0.0.1, and as the host that holds large files, to which the hub redirects, under localhost.
/// </summary>
internal sealed class TestHub : IAsyncDisposable
{
    /// <summary>The one token that opens what is closed.</summary>
    public const string Token = "hf_testTokenThatNobodyMayPrint";

    private readonly WebApplication _application;
    private readonly List<TestRepository> _repositories = [];
    private readonly HubAnswers _answers;
    private int _storagePort;

    private TestHub(WebApplication application)
    {
        _application = application;
        _answers = new HubAnswers(this);
    }

    /// <summary>The hub.</summary>
    public Uri Endpoint { get; private set; } = null!;

    /// <summary>The host of large files.</summary>
    public Uri Storage { get; private set; } = null!;

    /// <summary>What was asked.</summary>
    public RequestLog Log { get; } = new();

    /// <summary>What goes wrong with a request, or null.</summary>
    public Func<TestRequest, Fault?>? OnRequest { get; set; }

    /// <summary>How many entries a page of a listing has.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>How long each answer takes to begin.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Whether the hub tells places of large files by the thousand, as git's client for them asks.</summary>
    public bool HasBatches { get; set; } = true;

    /// <summary>Files below <c>/files/</c>, of a plain web server.</summary>
    public Dictionary<string, TestFile> WebFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>The objects of the bucket <c>s3</c>, by <c>s3/key</c>.</summary>
    public SortedDictionary<string, TestFile> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Manifests and blobs of a registry, by <c>name/reference</c>, with their media types.</summary>
    public Dictionary<string, (string Type, TestFile File)> Registry { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether the registry asks for a token first.</summary>
    public bool RegistryAsks { get; set; }

    /// <summary>What the registry, or who gives its tokens, asks for beside: <c>Basic</c> with a name and a password, <c>Token</c> with those, <c>Identity</c> with a token to exchange.</summary>
    public string RegistryLogin { get; set; } = "";

    /// <summary>The name of the key by which requests to the bucket have to be signed; null where it is open.</summary>
    public string? BucketKey { get; set; }

    /// <summary>Whether large files are kept in the hub's newer storage, with all that it tells its own clients about that.</summary>
    public bool HasXet { get; set; }

    /// <summary>Repositories that were given to somebody else: the names that they had, and those that they have.</summary>
    public Dictionary<string, string> Moved { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<TestRepository> Repositories => _repositories;

    /// <summary>Takes a repository away.</summary>
    public void Remove(TestRepository repository) => _repositories.Remove(repository);

    public static async Task<TestHub> StartAsync(X509Certificate2? certificate = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            void Configure(ListenOptions listen)
            {
                if (certificate is not null)
                {
                    listen.UseHttps(new HttpsConnectionAdapterOptions { ServerCertificate = certificate });
                }
            }

            options.AddServerHeader = false;
            options.Listen(IPAddress.Loopback, 0, Configure);
            options.Listen(IPAddress.Loopback, 0, Configure);
        });
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }

        TestHub hub = new(builder.Build());
        hub._application.Run(hub.AnswerAsync);
        await hub._application.StartAsync();
        Uri[] addresses = [.. hub._application.Urls.Select(u => new Uri(u))];
        hub.Endpoint = addresses[0];
        hub._storagePort = addresses[1].Port;
        hub.Storage = new UriBuilder(addresses[1]) { Host = "localhost" }.Uri;
        return hub;
    }

    public TestRepository Add(string name, string kind = "models")
    {
        TestRepository repository = new(kind, name);
        _repositories.Add(repository);
        return repository;
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource now = new(TimeSpan.FromSeconds(1));
        await _application.StopAsync(now.Token);
        await _application.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        bool storage = context.Connection.LocalPort == _storagePort;
        TestRequest request = new(context, storage);
        Log.Add(request);
        Fault fault = OnRequest?.Invoke(request) ?? new Fault();
        try
        {
            if (Delay + fault.Delay > TimeSpan.Zero)
            {
                await Task.Delay(Delay + fault.Delay, context.RequestAborted);
            }

            if (fault.IsSilent)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            if (fault.CutAfter < 0)
            {
                context.Abort();
                return;
            }

            foreach ((string name, string value) in fault.Headers)
            {
                context.Response.Headers.Append(name, value);
            }

            HubReply reply = new(context, request, fault);
            if (fault.Location is not null)
            {
                context.Response.StatusCode = fault.Status ?? 302;
                context.Response.Headers.Location = fault.Location;
            }
            else if (fault.Status is { } status)
            {
                context.Response.StatusCode = status;
                await reply.BytesAsync(fault.Body ?? [], "text/plain");
            }
            else
            {
                await _answers.AnswerAsync(context, request, reply);
            }
        }
        catch (OperationCanceledException)
        {
            // The other side went; there is nobody to answer.
        }
        catch (IOException)
        {
            // As above.
        }
    }

    /// <summary>Where the storage has a file; the place is good for those who know its signature.</summary>
    public string PlaceOf(TestFile file) => string.Create(CultureInfo.InvariantCulture, $"{Storage}objects/{file.Sha256}?X-Signature={Signature}");

    /// <summary>What the storage asks for in the place of a token.</summary>
    public const string Signature = "secretSignature";
}
