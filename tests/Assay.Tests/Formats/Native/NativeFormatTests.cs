// Programs and libraries: told by their heads, read for what they link to, and said where a model is expected.
using System.Text;
using Assay.Artifacts;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Native;

public sealed class NativeFormatTests
{
    public static TheoryData<string, byte[]> Programs => new()
    {
        { "elf", Elf() },
        { "pe", [.. "MZ"u8, .. new byte[58], 64, 0, 0, 0, .. "PE\0\0"u8, 0x64, 0x86, 0, 0, .. new byte[12], 0xF0, 0, 2, 0x20, .. new byte[300]] },
        { "mach-o", [0xCF, 0xFA, 0xED, 0xFE, 7, 0, 0, 1, 3, 0, 0, 0, 2, 0, 0, 0, .. new byte[16]] },
        { "wasm", [.. "\0asm"u8, 1, 0, 0, 0, 2, 8, 1, 1, (byte)'e', 1, (byte)'f', 0, 0, 0] },
        { "java-class", Java() },
        { "llamafile", [.. "MZqFpD='\n"u8, .. new byte[200]] },
    };

    [Theory]
    [MemberData(nameof(Programs))]
    public void AProgramInAModelsPlaceIsSaid(string format, byte[] bytes)
    {
        TargetReport target = Scans.Of(bytes, "model.bin");
        Assert.Contains(format, target.Formats);
        Assert.Equal(Verdict.Suspicious, target.Verdict);
        Assert.Contains(target.Facts.OfType<CodeFact>(), c => c.Summary.Length > 0);
        Assert.Contains(target.Facts.OfType<IndicatorFact>(), i => i.Kind == "hash");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void AProgramInAnArchiveIsSaid(string format, byte[] bytes)
    {
        TargetReport target = Scans.Of(new ZipBuilder().Add("weights.bin", bytes).Build(), "model.zip");
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == format);
        Assert.Equal(Verdict.Suspicious, target.Verdict);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void WhatIsCutNeverFaults(string format, byte[] bytes)
    {
        Assert.NotEmpty(format);
        for (int length = 4; length < bytes.Length; length++)
        {
            Assert.DoesNotContain(UnreadCause.Fault, Scans.Of(bytes[..length], "model.bin").Causes());
        }
    }

    [Fact]
    public void T148_ALlamafileIsAProgramAndAnArchive()
    {
        byte[] zip = new ZipBuilder().Add("model.gguf", new GgufBuilder().Text("general.name", "x").Build()).Build();
        TargetReport target = Scans.Of([.. "MZqFpD='\n"u8, .. new byte[200], .. zip], "model.llamafile");
        Assert.Contains("llamafile", target.Formats);
        Assert.Contains(target.Facts.OfType<FormatFact>(), f => f.Format == "gguf");
        Assert.Equal(Verdict.Suspicious, target.Verdict);
        target.AssertComplete();
    }

    [Fact]
    public void AProgramBehindAModelIsNeverPassed() =>
        Assert.NotEqual(Verdict.Passed, Scans.Of([.. new GgufBuilder().Text("a", "b").Build(), .. new byte[64], .. Elf()], "model.gguf").Verdict);

    [Fact]
    public void T202_RandomBytesThatBeginLikeAProgramElsewhereFlagNothing()
    {
        byte[] weights = new byte[4096];
        new Random(1).NextBytes(weights);
        "\x7fELF"u8.CopyTo(weights.AsSpan(1000));
        TargetReport target = Scans.Of(new GgufBuilder().Tensor("t", 24, 0, 4096).Build(), "a.gguf");
        Assert.DoesNotContain("elf", target.Formats);
    }

    [Fact]
    public void ImportsOfAClassAreNames() =>
        Assert.Contains("java.lang.Runtime", Assert.Single(Scans.Of(Java(), "x.class").Facts.OfType<CodeFact>()).Names);

    private static byte[] Elf()
    {
        byte[] file = new byte[64 + 56];
        byte[] head = [0x7F, .. "ELF"u8, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0, 1, 0, 0, 0];
        head.CopyTo(file, 0);
        file[32] = 64;
        file[52] = 64;
        file[54] = 56;
        file[56] = 1;
        file[64] = 1;
        BitConverter.TryWriteBytes(file.AsSpan(64 + 32), (long)file.Length);
        return file;
    }

    private static byte[] Java()
    {
        List<byte> file = [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 52, 0, 5];
        foreach (string name in (string[])["Evil", "java/lang/Runtime"])
        {
            file.AddRange([1, 0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)]);
        }

        file.AddRange([7, 0, 1, 7, 0, 2, 0, 0x21, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        return [.. file];
    }

    [Fact]
    public void AShortcutIsSaid() =>
        Assert.NotEqual(Verdict.Passed, Scans.Of([0x4C, 0, 0, 0, 1, 0x14, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46, .. new byte[56], .. Encoding.Unicode.GetBytes("cmd.exe /c calc")], "model.lnk").Verdict);

    [Theory]
    [InlineData("autorun.inf", "[autorun]\nopen=x.exe\n", Verdict.Suspicious)]
    [InlineData("x.plist", "<plist version=\"1.0\"><dict><key>ProgramArguments</key><array><string>/tmp/x</string></array></dict></plist>\n", Verdict.Suspicious)]
    [InlineData("x.vbs", "Set s = CreateObject(\"WScript.Shell\")\ns.Run \"calc\"\n", Verdict.Suspicious)]
    [InlineData("x.reg", "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\Software\\Run]\r\n\"x\"=\"echo canary\"\r\n", Verdict.Suspicious)]
    [InlineData("notes.txt", "REGEDIT4\r\n\r\n[HKEY_CURRENT_USER\\Software\\Run]\r\n", Verdict.Suspicious)]
    [InlineData("home.url", "[InternetShortcut]\r\nURL=https://example.com/model\r\n", Verdict.Passed)]
    [InlineData("model.url", "[InternetShortcut]\r\nURL=file://host.example/share/x.exe\r\n", Verdict.Suspicious)]
    [InlineData("crontab", "# every minute\n* * * * * echo canary\n", Verdict.Suspicious)]
    [InlineData("crontab", "@reboot echo canary\n", Verdict.Suspicious)]
    [InlineData("crontab", "Notes on how often to train.\n", Verdict.Passed)]
    [InlineData("x.inf", "Notes about the [Service] of this model.\n", Verdict.Passed)]
    public void WhatStartsByItselfIsSaid(string name, string text, Verdict verdict) => Assert.Equal(verdict, Scans.Of(Encoding.UTF8.GetBytes(text), name).Verdict);
}
