// Loads pickles that the tests made under gVisor, or skips where the machine cannot run it.
using Assay.Bytes;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;

namespace Assay.Tests.Sandbox;

/// <summary>A sandbox of gVisor.</summary>
public sealed class Guarded : IDisposable
{
    private static readonly Lazy<string?> s_refusal = new(Try);

    internal TestLoader Loader { get; } =
        new(new SandboxOptions { Backend = SandboxBackend.Runsc, Time = TimeSpan.FromSeconds(60), Linger = TimeSpan.FromSeconds(4) });

    public void Dispose() => Loader.Dispose();

    /// <summary>Skips the test where this machine runs no gVisor for anybody; whatever else keeps ours from starting fails it.</summary>
    internal static void Needs()
    {
        Boxed.Needs();
        Assert.SkipWhen(s_refusal.Value is not null, s_refusal.Value ?? "");
    }

    internal LoadResult Load(byte[] pickle, BoxSetting? setting = null, string loader = "pickle.load", params string[] libraries)
    {
        Needs();
        using MemorySource bytes = new(pickle);
        return Loader.LoadOnce(
            "model.pkl", bytes, new KnownLoader(loader, libraries.FirstOrDefault() ?? ""), libraries, setting ?? BoxSetting.Usual, TestContext.Current.CancellationToken);
    }

    internal LoadResult Run(string source, BoxSetting? setting = null) => Load(Boxed.Running(source), setting);

    private static string? Try()
    {
        if (!File.Exists("/usr/bin/runsc"))
        {
            return "runsc is not installed.";
        }

        string? complaint = PlainBubblewrap.Complaint(
            "/usr/bin/bwrap", "--unshare-user", "--unshare-pid", "--unshare-net", "--die-with-parent", "--uid", "0", "--gid", "0", "--cap-add", "ALL", "--ro-bind", "/", "/",
            "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run",
            "/usr/bin/runsc", "--rootless", "--root=/run", "--network=none", "--platform=ptrace", "--ignore-cgroups", "do", "/bin/true");
        return complaint is null ? null : "This machine does not run gVisor for an unprivileged user: " + complaint;
    }
}
