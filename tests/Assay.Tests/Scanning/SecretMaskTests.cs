// T211: secrets that a payload carries do not travel with the report.
using Assay.Bytes;
using Assay.Detection;
using Assay.Evaluation.Intents;
using Assay.Reports;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Evaluation;

namespace Assay.Tests.Scanning;

public sealed class SecretMaskTests
{
    // Made of parts, so that no scanner of repositories takes these for real.
    public static TheoryData<string, string> Secrets => new()
    {
        { "boto3.client('s3', aws_access_key_id='" + "AKIA" + "IOSFODNN7EXAMPLE')", "IOSFODNN7EXAMPLE" },
        { "AWS_SECRET_ACCESS_KEY=" + "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY aws s3 ls", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
        { "export HF_TOKEN=" + "hf_" + "abcdefghij0123456789ABCDEFGHIJ0123", "abcdefghij0123456789ABCDEFGHIJ0123" },
        { "git clone https://user:" + "s3cr3tpass@example.invalid/x.git", "s3cr3tpass" },
        { "curl -H 'Authorization: Bearer " + "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789'", "abcdefghijklmnopqrstuvwxyz0123456789" },
        { "x = {\"password\": \"correct horse\"}; y = {'api_key': 'abcdef0123'}", "abcdef0123" },
        { "echo '-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA0\nabcdef\n-----END RSA PRIVATE KEY-----' > ~/.ssh/id_rsa", "MIIEpAIBAAKCAQEA0" },
        { "openai.api_key = 'sk-" + "abcdefghijklmnop0123456789abcdefghijklmnop'", "abcdefghijklmnop0123456789" },
        { "t = '" + "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'", "dozjgNryP4J3jVmNHl0w5N" },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public void T211SecretIsMaskedInEveryReport(string command, string secret)
    {
        byte[] pickle = PickleBuilder.Protocol(4).Call("os", "system", p => p.Str(command)).Stop().ToArray();
        ScanReport report = ScanReport.Of(new ScanOptions { Rules = RuleSet.Default }, [new ScanInput { Path = "input", Open = () => new MemorySource(pickle), Named = true }]);
        Assert.Contains(Assert.Single(report.Targets).Findings, f => f.Evidence.Any(e => e.Text.Contains("masked", StringComparison.Ordinal)));
        using MemoryStream json = new();
        report.WriteTo(new JsonReport(json, report.Head));
        using MemoryStream sarif = new();
        report.WriteTo(new SarifReport(sarif, report.Head, new MemoryScratch()));
        using StringWriter text = new();
        report.WriteTo(new TextReport(text, report.Head, new TextReportOptions { Width = 500 }));
        using StringWriter decompiled = new();
        DecompiledText.Write(new MemorySource(pickle), decompiled, new TextReportOptions(), cancellation: TestContext.Current.CancellationToken);
        Assert.All(
            [System.Text.Encoding.UTF8.GetString(json.ToArray()), System.Text.Encoding.UTF8.GetString(sarif.ToArray()), text.ToString(), decompiled.ToString()],
            written => Assert.DoesNotContain(secret, written, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("os.environ['HF_TOKEN']")]
    [InlineData("requests.post(url, data={'password': getpass()})")]
    [InlineData("token=get_token(x)")]
    [InlineData("password == other_word1")]
    [InlineData("cat ~/.aws/credentials")]
    [InlineData("https://example.invalid:8080/path?x=1")]
    [InlineData("ssh://git@example.invalid/x")]
    [InlineData("task-1234567890 and half_0123456789")]
    [InlineData("hf_hub_download")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA0\n-----END CERTIFICATE-----")]
    [InlineData("password=$PASSWORD1")]
    public void WhatIsNoSecretStays(string text) => Assert.Same(text, SecretWords.Mask(text));

    [Fact]
    public void MaskingAMaskedTextChangesNothing()
    {
        string once = SecretWords.Mask("password='" + "abcdef0123' and hf_" + "abcdefghij0123456789");
        Assert.Contains("masked", once, StringComparison.Ordinal);
        Assert.Equal(once, SecretWords.Mask(once));
    }
}
