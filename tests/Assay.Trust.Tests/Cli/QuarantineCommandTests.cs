// assay quarantine from the outside: what it says, and what it does with a wrong use.
using Assay.Tests.Builders;
using Assay.Trust.Tests.Builders;

namespace Assay.Trust.Tests.Cli;

public sealed class QuarantineCommandTests : IDisposable
{
    private readonly TemporaryTree _tree = new();

    public QuarantineCommandTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Quarantine works on Linux only.");

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void AFileGoesAndComesBack()
    {
        string file = _tree.Add("evil.pkl");
        File.WriteAllBytes(file, PickleBuilder.Protocol(4).StackGlobal("os", "system").Str("echo canary").Op(Pickle.Op.TUPLE1).Op(Pickle.Op.REDUCE).Op(Pickle.Op.STOP).ToArray());
        string said = Run("quarantine", file, "--reason", "came by mail", "--by", "Grace").Ended(0);
        string id = said.Split(' ')[0];
        Assert.False(Path.Exists(file));
        string list = Run("quarantine", "list").Ended(0);
        Assert.All([id, "Grace", "came by mail", "malicious"], t => Assert.Contains(t, list, StringComparison.Ordinal));
        Run("quarantine", "restore", id[..6]).Ended(0);
        Assert.True(Path.Exists(file));
        Assert.Equal("", Run("quarantine", "list").Ended(0));
    }

    [Fact]
    public void PurgingDestroys()
    {
        string file = _tree.Add("a.txt");
        Run("quarantine", file).Ended(0);
        Run("quarantine", "purge", file).Ended(0);
        Assert.Equal("", Run("quarantine", "list").Ended(0));
        Run("quarantine", "restore", file).Ended(4);
    }

    [Fact]
    public void NothingIsMovedWhereOneOfTheFilesCannotBe()
    {
        string file = _tree.Add("a.txt");
        Commanded said = Run("quarantine", file, _tree["missing"]);
        said.Ended(4);
        Assert.Single(said.Errors.TrimEnd().Split('\n'));
        Assert.True(Path.Exists(file));
        Run("quarantine").Ended(4);
        Run("quarantine", "restore", "nothing").Ended(4);
        Run("quarantine", "list", "--quarantine", file).Ended(4);
    }

    private Commanded Run(params string[] arguments) => Commanded.Run(_tree["home"], _tree.Root, arguments);
}
