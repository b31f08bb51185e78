// Sends bodies, whole or in part, and the faults of bodies.
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Assay.Hub.Tests.Server;

/// <summary>Sends the body of one answer.</summary>
internal sealed class HubReply(HttpContext context, TestRequest request, Fault fault)
{
    private const int Step = 1 << 16;

    /// <summary>An error as the hub gives it.</summary>
    public Task ErrorAsync(int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.Headers["X-Error-Code"] = code;
        context.Response.Headers["X-Error-Message"] = message;
        return JsonAsync("{\"error\":\"" + message + "\"}");
    }

    public Task JsonAsync(string json) => BytesAsync(Encoding.UTF8.GetBytes(json), "application/json; charset=utf-8");

    public async Task BytesAsync(byte[] bytes, string type)
    {
        context.Response.ContentType = type;
        byte[] body = fault.Body ?? bytes;
        if (!fault.IsEndless)
        {
            context.Response.ContentLength = body.Length;
        }

        if (request.Method != "HEAD")
        {
            await SendAsync(body.Length, (offset, destination) => body.AsSpan((int)offset, destination.Length).CopyTo(destination));
        }
    }

    /// <summary>A file, or the range of it that was asked for (RFC 9110, 14).</summary>
    public async Task FileAsync(TestFile file, string etag, bool ranges = true)
    {
        HttpResponse response = context.Response;
        response.ContentType = "application/octet-stream";
        if (response.Headers.ETag.Count == 0)
        {
            response.Headers.ETag = $"\"{etag}\"";
        }

        long from = 0, to = file.Length - 1;
        if (ranges && !fault.IgnoresRanges && request.Range is { } range && (context.Request.Headers.IfRange.FirstOrDefault() ?? $"\"{etag}\"") == $"\"{etag}\"")
        {
            response.Headers.AcceptRanges = "bytes";
            if (range.Contains(',', StringComparison.Ordinal))
            {
                await PartsAsync(file, range);
                return;
            }

            string[] ends = range["bytes=".Length..].Split('-');
            from = ends[0].Length > 0 ? long.Parse(ends[0], CultureInfo.InvariantCulture) : Math.Max(0, file.Length - long.Parse(ends[1], CultureInfo.InvariantCulture));
            to = ends[0].Length > 0 && ends[1].Length > 0 ? Math.Min(long.Parse(ends[1], CultureInfo.InvariantCulture), to) : to;
            if (from > to)
            {
                response.StatusCode = 416;
                response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{fault.Total ?? file.Length}");
                return;
            }

            response.StatusCode = 206;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{fault.Total ?? file.Length}");
        }

        if (!fault.IsEndless)
        {
            response.ContentLength = to - from + 1;
        }

        if (request.Method != "HEAD")
        {
            await SendAsync(to - from + 1, (offset, destination) =>
            {
                file.Read(from + offset, destination);
                if (fault.Corrupts)
                {
                    destination[0] ^= 0x55;
                }
            });
        }
    }

    /// <summary>Several ranges in one answer, where the server gives them; else the whole file, as RFC 9110 allows.</summary>
    private async Task PartsAsync(TestFile file, string range)
    {
        const string Boundary = "THIS_STRING_SEPARATES";
        if (!fault.GivesParts)
        {
            context.Response.ContentLength = file.Length;
            await SendAsync(file.Length, file.Read);
            return;
        }

        context.Response.StatusCode = 206;
        context.Response.ContentType = "multipart/byteranges; boundary=" + Boundary;
        using MemoryStream body = new();
        foreach (string part in range["bytes=".Length..].Split(','))
        {
            string[] ends = part.Split('-');
            long from = long.Parse(ends[0], CultureInfo.InvariantCulture);
            long to = Math.Min(long.Parse(ends[1], CultureInfo.InvariantCulture), file.Length - 1);
            byte[] bytes = new byte[to - from + 1];
            file.Read(from, bytes);
            bytes[0] ^= (byte)(fault.Corrupts ? 0x55 : 0);
            body.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\r\n--{Boundary}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {from}-{to}/{fault.Total ?? file.Length}\r\n\r\n")));
            body.Write(bytes);
        }

        body.Write(Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"));
        byte[] all = body.ToArray();
        context.Response.ContentLength = fault.IsEndless ? null : all.Length;
        await SendAsync(all.Length, (offset, destination) => all.AsSpan((int)offset, destination.Length).CopyTo(destination));
    }

    private delegate void Fill(long offset, Span<byte> destination);

    private async Task SendAsync(long length, Fill fill)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        byte[] step = new byte[Math.Min(fault.Drip is null ? Step : 1, Math.Max(1, length))];
        for (long at = 0; at < length;)
        {
            int count = (int)Math.Min(step.Length, length - at);
            if (fault.CutAfter is { } cut)
            {
                count = (int)Math.Min(count, cut - at);
                if (count == 0)
                {
                    // What was written is on its way before the connection goes.
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await Task.Delay(50, context.RequestAborted);
                    context.Abort();
                    return;
                }
            }

            if (fault.SilentAfter is { } silent)
            {
                count = (int)Math.Min(count, silent - at);
                if (count == 0)
                {
                    await context.Response.Body.FlushAsync(context.RequestAborted);
                    await Task.Delay(Timeout.Infinite, context.RequestAborted);
                }
            }

            fill(at, step.AsSpan(0, count));
            await context.Response.Body.WriteAsync(step.AsMemory(0, count), context.RequestAborted);
            request.Sent += count;
            at += count;
            if (fault.Drip is { } pause)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(pause, context.RequestAborted);
            }
        }

        if (fault.CutAfter is not null)
        {
            context.Abort();
        }

        byte[] spaces = new byte[Step];
        spaces.AsSpan().Fill((byte)' ');
        while (fault.IsEndless)
        {
            await context.Response.Body.WriteAsync(spaces, context.RequestAborted);
            request.Sent += spaces.Length;
        }
    }
}
