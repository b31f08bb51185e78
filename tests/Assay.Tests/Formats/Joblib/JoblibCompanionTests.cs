// Files beside an old joblib pickle.
using Assay.Formats.Joblib;
using Assay.Tests.Tensors;

namespace Assay.Tests.Formats.Joblib;

public sealed class JoblibCompanionTests
{
    [Theory]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", "model.pkl_01.npy", false, false)]
    [InlineData("joblib.numpy_pickle_compat.ZNDArrayWrapper", "model.pkl_01.npy.z", true, false)]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", "../x.npy", false, true)]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", "/etc/x.npy", false, true)]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", "a\\..\\x.npy", false, true)]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", "C:x.npy", false, true)]
    [InlineData("joblib.numpy_pickle.NDArrayWrapper", "a..b.npy", false, false)]
    public void ACompanionIsNamedByThePickle(string wrapper, string name, bool raw, bool outside)
    {
        JoblibCompanion companion = JoblibCompanion.FromState(wrapper, PickledShapes.Of($"{{'filename': '{name.Replace("\\", "\\\\", StringComparison.Ordinal)}'}}"))!;
        Assert.Equal((name, raw, outside), (companion.FileName, companion.IsRaw, companion.LeadsOutside));
    }

    [Fact]
    public void ACompanionOutsideTheFolderIsAnAnomalyOfItsOwn()
    {
        Assert.Equal("joblib.companion", new JoblibCompanion("a.npy", false).Code);
        Assert.Equal("joblib.companion-outside", new JoblibCompanion("../a.npy", false).Code);
    }

    [Fact]
    public void OtherStatesNameNoCompanion()
    {
        Assert.Null(JoblibCompanion.FromState("joblib.numpy_pickle.NumpyArrayWrapper", PickledShapes.Of("{'filename': 'a'}")));
        Assert.Null(JoblibCompanion.FromState("joblib.numpy_pickle.NDArrayWrapper", PickledShapes.Of("{'filename': 5}")));
        Assert.Null(JoblibCompanion.FromState("joblib.numpy_pickle.NDArrayWrapper", PickledShapes.Of("'a'")));
    }
}
