// Which modules the files of distributions are.
using Assay.Code;

namespace Assay.Tests.Code;

/// <summary>A file is the module that it is once its distribution is installed, and no other.</summary>
public sealed class SourceTreeTests
{
    [Theory]
    // Folders without __init__ are part of the name (PEP 420), inside packages and above them.
    [InlineData("", "pkg/__init__.py pkg/plain/mod.py", "pkg pkg.plain.mod")]
    [InlineData("", "google/cloud/storage/__init__.py google/cloud/storage/blob.py", "google.cloud.storage google.cloud.storage.blob")]
    [InlineData("", "setup.py plain/models.py plain/sub/utils.py", "plain.models plain.sub.utils")]
    // Source that lies apart, in repositories of several projects, and in archives.
    [InlineData("", "setup.py src/pkg/__init__.py src/pkg/mod.py", "pkg pkg.mod")]
    [InlineData("", "src/space/audio/__init__.py", "space.audio")]
    [InlineData("", "packages/one-core/src/one/__init__.py packages/one-core/tests/helper.py", "one")]
    [InlineData("", "python/setup.py python/pkg/__init__.py", "pkg")]
    [InlineData("", "pkg-1.0/pkg/__init__.py pkg-1.0/pkg/src/mod.py pkg-1.0/train.py", "pkg pkg.src.mod")]
    // What an installation leaves behind.
    [InlineData("", "setup.py pkg/__init__.py utils.py train.py conftest.py", "pkg")]
    [InlineData("", "setup.py pkg/__init__.py tests/__init__.py tests/util.py examples/models.py scripts/run.py tools/gen.py docs/conf.py", "pkg")]
    [InlineData("", "pkg/__init__.py pkg/tests/__init__.py pkg/tests/helper.py pkg/tools/__init__.py pkg/tools/tool.py pkg/scripts/cli.py", "pkg pkg.scripts.cli pkg.tools pkg.tools.tool")]
    [InlineData("", "not-a-name/utils.py pkg/2to3.py pkg/__init__.py", "pkg")]
    // A project of one file is called like it.
    [InlineData("one-file", "setup.py one_file.py other.py", "one_file")]
    [InlineData("six", "six-1.16.0/six.py six-1.16.0/setup.py", "six")]
    // Where nothing says that it is a project, Python looks into the folder.
    [InlineData("", "os.py json/__init__.py json/decoder.py test/support.py", "json json.decoder os")]
    // Folders of a system.
    [InlineData("", "usr/lib/python3/dist-packages/pkg/sub/mod.py usr/lib/python3/dist-packages/one.py usr/share/pkg/helper.py usr/bin/tool.py", "one pkg.sub.mod")]
    [InlineData("", "usr/lib/python3.11/os.py usr/lib/python3.11/json/__init__.py", "json os")]
    [InlineData("", "venv/Lib/site-packages/pkg/__init__.py app/main.py", "app.main pkg")]
    public void AFileIsTheModuleThatAnInstallationMakesOfIt(string distribution, string files, string modules) =>
        Assert.Equal(modules.Split(' '), Named(files, distribution, isInstalled: false));

    [Theory]
    [InlineData("src/__init__.py src/mod.py setup.py pkg/plain/mod.py", "pkg.plain.mod src src.mod")]
    [InlineData("pkg-1.0.data/purelib/pkg/__init__.py pkg/mod.py", "pkg pkg.mod")]
    public void AWheelLiesAsItIsInstalled(string files, string modules) =>
        Assert.Equal(modules.Split(' '), Named(files, "", isInstalled: true));

    private static string[] Named(string files, string distribution, bool isInstalled) =>
        [.. SourceTree.Modules(files.Split(' ').ToDictionary(f => f, _ => Array.Empty<byte>()), distribution, isInstalled).Select(m => m.Name).Order(StringComparer.Ordinal)];
}
