// Connections of the standard library carry data out without running a command.
// https://github.com/advisories/GHSA-hgrh-qx5j-jfwx
// https://github.com/promptfoo/modelaudit/issues/1247
using static Assay.Tests.Builders.PickleParts;
using static Assay.Tests.Bypasses.BypassHarness;

namespace Assay.Tests.Bypasses;

public sealed class NetworkModulesLeak
{
    [Theory]
    [InlineData("GHSA-hgrh-qx5j-jfwx", "ssl", "get_server_certificate")]
    [InlineData("GHSA-hgrh-qx5j-jfwx", "http.client", "HTTPSConnection")]
    [InlineData("GHSA-hgrh-qx5j-jfwx", "urllib.request", "urlopen")]
    [InlineData("https://github.com/promptfoo/modelaudit/issues/1247", "http.server", "HTTPServer")]
    [InlineData("https://github.com/promptfoo/modelaudit/issues/1247", "nntplib", "NNTP")]
    [InlineData("https://github.com/promptfoo/modelaudit/issues/1247", "imaplib", "IMAP4")]
    [InlineData("https://github.com/mmaitre314/picklescan/commits", "socket", "create_connection")]
    [InlineData("https://github.com/mmaitre314/picklescan/commits", "smtplib", "SMTP")]
    [InlineData("https://github.com/mmaitre314/picklescan/commits", "ftplib", "FTP")]
    public void EachIsTold(string source, string module, string name)
    {
        Assert.NotEmpty(source);
        Malicious("callable-network", PickleOf(Call(module, name, "example.invalid"), 4));
    }
}
