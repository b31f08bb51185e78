// What texts look like to code that nothing is known of.
using Assay.Detection;
using Assay.Detection.Capacity;

namespace Assay.Tests.Detection.Capacity;

public sealed class TextCapacityTests
{
    private static readonly TextCapacity s_texts = new(RuleSet.Default.Callables.Capacity);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("x")]
    [InlineData("red")]
    [InlineData("max_depth")]
    [InlineData("not-a-number")]
    [InlineData("Größe")]
    [InlineData("新闻")]
    [InlineData("1.5")]
    [InlineData("-3e-7")]
    [InlineData("2026-11-29")]
    [InlineData("2026-11-29T14:32:01Z")]
    [InlineData("12:30")]
    [InlineData("v1.2.3")]
    [InlineData("0.24.2")]
    [InlineData("f8f5a1c2d3e4")]
    [InlineData("123e4567-e89b-12d3-a456-426614174000")]
    [InlineData("<f8")]
    [InlineData("|O")]
    [InlineData("datetime64[ns]")]
    [InlineData("cuda:0")]
    [InlineData("train")]
    public void WordsAndNumbersCarryNothing(string text) => Assert.Equal(Weight.Inert, s_texts.Of(text).Weight);

    [Theory]
    [InlineData("import os", CarriedForms.Code)]
    [InlineData("__import__('os').system('id')", CarriedForms.Code)]
    [InlineData("lambda x: x + 1", CarriedForms.Code)]
    [InlineData("x.y(1)", CarriedForms.Code)]
    [InlineData("f('a')", CarriedForms.Code)]
    [InlineData("print(1)", CarriedForms.Code)]
    [InlineData("().__class__.__base__", CarriedForms.Code)]
    [InlineData("for i in range(3): pass", CarriedForms.Code)]
    [InlineData("please run os.getcwd() now", CarriedForms.Code)]
    [InlineData("ls -la", CarriedForms.Command)]
    [InlineData("curl example.org", CarriedForms.Command)]
    [InlineData("git clone repository", CarriedForms.Command)]
    [InlineData("touch /tmp/x", CarriedForms.Command)]
    [InlineData("a; rm -rf b", CarriedForms.Shell)]
    [InlineData("echo x > /tmp/y", CarriedForms.Shell)]
    [InlineData("a && whoami", CarriedForms.Shell)]
    [InlineData("$(id)", CarriedForms.Shell)]
    [InlineData("`id`", CarriedForms.Shell)]
    [InlineData("/bin/sh -c x", CarriedForms.Shell)]
    [InlineData("/etc/passwd", CarriedForms.Path)]
    [InlineData("~/.bashrc", CarriedForms.Path)]
    [InlineData("C:\\Users\\x", CarriedForms.Path)]
    [InlineData("\\\\server\\share", CarriedForms.Path)]
    [InlineData("../weights", CarriedForms.Path)]
    [InlineData("data/train.bin", CarriedForms.Path)]
    [InlineData("https://example.org/x", CarriedForms.Address)]
    [InlineData("10.0.0.1", CarriedForms.Address)]
    [InlineData("10.0.0.1:4444", CarriedForms.Address)]
    [InlineData("evil-host.example.org", CarriedForms.Address)]
    [InlineData("example.org:8080", CarriedForms.Address)]
    [InlineData("me@example.org", CarriedForms.Address)]
    [InlineData("libc.so.6", CarriedForms.Native)]
    [InlineData("payload.py", CarriedForms.Native)]
    [InlineData("conftest", CarriedForms.Native)]
    [InlineData("os.system", CarriedForms.DottedName)]
    [InlineData("os:system", CarriedForms.DottedName)]
    [InlineData("system", CarriedForms.PowerfulWord)]
    [InlineData("eval", CarriedForms.PowerfulWord)]
    [InlineData("wb", CarriedForms.WriteMode)]
    [InlineData("{{ 7 * 7 }}", CarriedForms.Template)]
    [InlineData("cos\nsystem\n(S'id'\ntR.", CarriedForms.Pickle)]
    [InlineData("aW1wb3J0IG9zO29zLnN5c3RlbSgnaWQnKQpXb3JsZEhlbGxvMTIzNDU2", CarriedForms.Encoded)]
    public void WhatCanActIsStrong(string text, string form)
    {
        Carried carried = s_texts.Of(text);
        Assert.Equal((Weight.Strong, form), (carried.Weight, carried.Form));
    }

    [Theory]
    [InlineData("shutil")]
    [InlineData("getattr")]
    [InlineData("bash")]
    [InlineData("__doc__")]
    [InlineData("-c")]
    [InlineData("several words here")]
    [InlineData("and/or")]
    [InlineData("100 %d")]
    [InlineData("kW(x)")]
    [InlineData("{\"a\": 1}")]
    public void WordsOfAProgramAndProseAreGrey(string text) => Assert.Equal(Weight.Grey, s_texts.Of(text).Weight);

    [Theory]
    [InlineData("This criterion computes the loss.\n\n    It is useful when training with `C` classes;\n    see `Tensor` for more.")]
    [InlineData("Note: the call of the wild (a novel)")]
    [InlineData("cats; dogs | birds & cows")]
    public void ProseIsNoShellLineAndNoCode(string text) => Assert.Equal(Weight.Grey, s_texts.Of(text).Weight);

    [Fact]
    public void OfACutTextOnlyTheBeginningIsKnown() => Assert.NotEqual(Weight.Inert, s_texts.Of("word", cut: true).Weight);

    [Fact]
    public void LongTextsTakeLinearTime()
    {
        // Each of these makes a naive search quadratic; four thousand characters are the most that a shape keeps.
        foreach (string piece in (string[])["c", "a.", "(", "`", ";", ">", "'", "\"\"\"", "/", "ca\n", "\u0093", "#\n"])
        {
            string text = string.Concat(Enumerable.Repeat(piece, 4096 / piece.Length));
            Assert.Equal(s_texts.Of(text), s_texts.Of(text));
        }
    }
}
