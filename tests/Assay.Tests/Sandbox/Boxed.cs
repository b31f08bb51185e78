// Loads pickles that the tests made in the real sandbox, or skips where the machine has none.
using Assay.Artifacts;
using Assay.Bytes;
using Op = Assay.Pickle.Op;
using Assay.Sandbox;
using Assay.Sandbox.Boxes;
using Assay.Sandbox.Loading;
using Assay.Tests.Builders;

namespace Assay.Tests.Sandbox;

/// <summary>One sandbox for all tests of a class; its boxes are started once.</summary>
public sealed class Boxed : IDisposable
{
    internal TestLoader Loader { get; } = new(new SandboxOptions { Time = TimeSpan.FromSeconds(40), Linger = TimeSpan.FromSeconds(4) });

    public void Dispose() => Loader.Dispose();

    /// <summary>Skips the test where this machine has no box for anybody; whatever else keeps ours from starting fails it.</summary>
    internal static void Needs() => Assert.SkipWhen(PlainBubblewrap.Refusal is not null, PlainBubblewrap.Refusal ?? "");

    /// <summary>A pickle that runs Python source while it is loaded.</summary>
    internal static byte[] Running(string source) => PickleBuilder.Protocol(4)
        .Global("builtins", "exec").Str(source).Op(Op.EMPTY_DICT).Tuple2().Reduce().Stop().ToArray();

    internal LoadResult Load(byte[] pickle, string loader = "pickle.load", string library = "", params string[] libraries)
    {
        Needs();
        using MemorySource bytes = new(pickle);
        return Loader.LoadOnce("model.pkl", bytes, new KnownLoader(loader, library), libraries, BoxSetting.Usual, TestContext.Current.CancellationToken);
    }

    internal LoadResult Run(string source) => Load(Running(source));
}
