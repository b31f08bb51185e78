// Effects as packs write them.
using Assay.Effects;

namespace Assay.Tests.Effects;

public sealed class EffectTextTests
{
    [Theory]
    [InlineData("exec 0")]
    [InlineData("process always")]
    [InlineData("call 0 with 1..")]
    [InlineData("call 1/key with 0[]")]
    [InlineData("call /key with 0[] /default")]
    [InlineData("call 0 with always if 1 given")]
    [InlineData("method close of 0.file")]
    [InlineData("odd always unless 1 in latin1 utf-8")]
    [InlineData("write 0/filename if 1/mode in w wb")]
    [InlineData("new 0 with 2 3")]
    [InlineData("evaluate 1.formula")]
    [InlineData("keep 1[]")]
    public void WhatIsReadIsWrittenBack(string text) => Assert.Equal(text, EffectText.Parse(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData("exec")]
    [InlineData("explode 0")]
    [InlineData("exec x")]
    [InlineData("exec 0 with")]
    [InlineData("exec 999")]
    [InlineData("exec 0.")]
    [InlineData("exec always.x")]
    [InlineData("exec always[]")]
    [InlineData("method of 0")]
    [InlineData("exec 0 if 1")]
    [InlineData("exec 0 if 1 in")]
    [InlineData("exec 0 and more")]
    [InlineData("exec 0../x")]
    public void WhatIsNoEffectIsRefused(string text) => Assert.True(EffectText.Parse(text) is null || EffectText.Parse(text)!.ToString() != text);

    [Theory]
    [InlineData("data")]
    [InlineData("instance")]
    [InlineData("instance numpy.ndarray")]
    [InlineData("argument 0")]
    [InlineData("attribute 0 1")]
    [InlineData("class always")]
    [InlineData("method-caller 0")]
    public void WhatACallReturnsIsWrittenBack(string text) => Assert.Equal(text, EffectText.ParseReturn(text)?.ToString());

    [Theory]
    [InlineData("attribute 0")]
    [InlineData("nothing")]
    [InlineData("data 0")]
    [InlineData("argument x")]
    public void WhatNothingReturnsIsRefused(string text) => Assert.Null(EffectText.ParseReturn(text));

    [Fact]
    public void EveryKindHasAName() => Assert.All(Enum.GetValues<EffectKind>(), k => Assert.True(EffectKinds.TryParse(EffectKinds.Name(k), out EffectKind read) && read == k));
}
