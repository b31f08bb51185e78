// Who is told of an audit: a command, an address, a mailbox.
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Store.Audits;

/// <summary>Tells of an audit. What goes wrong is said and undoes nothing: the run is kept before anybody is told.</summary>
public static class AuditHooks
{
    /// <summary>The header that holds the signature of what is posted: HMAC-SHA256 over the time, a dot and the body, in hexadecimal.</summary>
    public const string SignatureHeader = "Assay-Signature";

    /// <summary>The header that holds the time in seconds since 1970, which is signed too, so that nobody can post an old report again.</summary>
    public const string TimeHeader = "Assay-Time";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    /// <summary>Whether a text is the address of a mailbox.</summary>
    internal static bool IsMailbox(string text) => MailAddress.TryCreate(text, out _);

    /// <summary>Tells everybody who is to be told, and returns what went wrong, one sentence each.</summary>
    public static IReadOnlyList<string> Tell(Audit audit, string subject, string text, byte[] json, DateTimeOffset now, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(audit);
        List<string> faults = [];
        void Try(string who, string what, Action tell)
        {
            if (who.Length == 0)
            {
                return;
            }

            try
            {
                tell();
            }
            catch (Exception e) when (e is HttpRequestException or SmtpException or Win32Exception or IOException or InvalidOperationException or FormatException or TimeoutException or ArgumentException or OverflowException or UnauthorizedAccessException
                || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                faults.Add($"The {what} could not be told: {(e.InnerException ?? e).Message.TrimEnd('.')}.");
            }
        }

        Try(audit.Settings.Command, "command", () => Command(audit.Settings.Command, json, cancellation));
        Try(audit.Settings.Webhook, "webhook", () => Post(audit.Settings, json, now, cancellation));
        Try(audit.Settings.MailTo, "mailbox", () => Mail(audit.Settings, subject, text));
        return faults;
    }

    /// <summary>The signature of what is posted.</summary>
    public static string Sign(ReadOnlySpan<byte> secret, string time, ReadOnlySpan<byte> body)
    {
        byte[] head = Encoding.ASCII.GetBytes(time + ".");
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret, [.. head, .. body]));
    }

    private static void Command(string command, byte[] json, CancellationToken cancellation)
    {
        ProcessStartInfo start = OperatingSystem.IsWindows() ? new("cmd", ["/c", command]) : new("/bin/sh", ["-c", command]);
        start.RedirectStandardInput = true;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException("it could not be started");
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(s_patience);
        try
        {
            // A command that takes long to read is waited for no longer than one that takes long to end.
            try
            {
                process.StandardInput.BaseStream.WriteAsync(json, patience.Token).AsTask().WaitAsync(patience.Token).GetAwaiter().GetResult();
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // A command need not read what it is told.
            }

            process.WaitForExitAsync(patience.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException("it did not end in time");
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"it ended with {process.ExitCode}"));
        }
    }

    private static void Post(AuditSettings settings, byte[] json, DateTimeOffset now, CancellationToken cancellation)
    {
        using HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = s_patience };
        using HttpRequestMessage request = new(HttpMethod.Post, settings.Webhook) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        string time = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(TimeHeader, time);
        if (settings.SecretFile.Length > 0)
        {
            request.Headers.Add(SignatureHeader, "sha256=" + Sign(Encoding.UTF8.GetBytes(File.ReadAllText(settings.SecretFile).Trim()), time, json));
        }

        using HttpResponseMessage response = client.Send(request, cancellation);
        response.EnsureSuccessStatusCode();
    }

    private static void Mail(AuditSettings settings, string subject, string text)
    {
        string[] server = settings.Smtp.Split(':');
        using SmtpClient client = new(server[0], server.Length > 1 ? int.Parse(server[1], CultureInfo.InvariantCulture) : 25) { Timeout = (int)s_patience.TotalMilliseconds };
        using MailMessage mail = new(settings.MailFrom, settings.MailTo, subject.ReplaceLineEndings(" "), text) { BodyEncoding = Encoding.UTF8, SubjectEncoding = Encoding.UTF8 };
        client.Send(mail);
    }
}
