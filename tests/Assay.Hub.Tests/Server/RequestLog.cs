// What the test hub was asked, and what it sent.
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Assay.Hub.Tests.Server;

/// <summary>One request, as the server saw it.</summary>
internal sealed class TestRequest(HttpContext context, bool isStorage)
{
    public string Method { get; } = context.Request.Method;

    /// <summary>The path, not decoded.</summary>
    public string Path { get; } = new Uri(context.Request.GetEncodedUrl()).AbsolutePath;

    public string Query { get; } = context.Request.QueryString.Value ?? "";

    public string? Range { get; } = context.Request.Headers.Range.FirstOrDefault();

    public string? Authorization { get; } = context.Request.Headers.Authorization.FirstOrDefault();

    public string? Host { get; } = context.Request.Host.Value;

    /// <summary>Whether it came to the second host, which holds the large files.</summary>
    public bool IsStorage { get; } = isStorage;

    /// <summary>How many bytes of bodies were sent.</summary>
    public long Sent { get; set; }

    public override string ToString() => $"{Method} {(IsStorage ? "storage" : "hub")} {Path}{Query}{(Range is null ? "" : " " + Range)}{(Authorization is null ? "" : " authorized")}";
}

/// <summary>All requests so far, in the order in which they came.</summary>
internal sealed class RequestLog
{
    private readonly List<TestRequest> _requests = [];

    public IReadOnlyList<TestRequest> All
    {
        get
        {
            lock (_requests)
            {
                return [.. _requests];
            }
        }
    }

    public int Count => All.Count;

    public long Sent => All.Sum(r => r.Sent);

    public void Add(TestRequest request)
    {
        lock (_requests)
        {
            _requests.Add(request);
        }
    }

    public void Clear()
    {
        lock (_requests)
        {
            _requests.Clear();
        }
    }
}
