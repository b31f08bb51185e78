// What libraries and notebooks keep in their objects passes, and its hostile twin is told: functions of the own package, metaclasses of the standard library, messages of exceptions, operators of classes whose source was read.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class KeptThingsTests
{
    private const string Code = "\"__import__('os').mkdir('/tmp/canary')\"";

    [Theory]
    [InlineData("{state: 'sklearn.cluster._bisect_k_means.BisectingKMeans()', args: [{n_clusters: 2, _kmeans_single: {import: sklearn.cluster._kmeans._kmeans_single_lloyd}}]}")]
    [InlineData("{call: cloudpickle.cloudpickle._make_skeleton_class, args: [{import: typing._TypedDictMeta}, TD, {tuple: [{import: typing.TypedDict}]}, {}, 414eefbddc894e72bb9b2ebc7e5c6ca8, null]}")]
    [InlineData("{call: shop.core.Ex, args: [3, 'failed: rm -rf ./tmp']}")]
    [InlineData("{call: pyarrow.lib.field, args: [name, {result: pyarrow.lib.type_for_alias, args: [int64]}, true]}")]
    [InlineData("{call: operator.mul, args: [{result: sympy.geometry.point.Point2D, args: [1, 1]}, 2]}")]
    public void WhatIsKeptPasses(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    [Theory]
    [InlineData("{state: 'shop.core.Store()', args: [{f: {import: sklearn.cluster._kmeans._kmeans_single_lloyd}}]}")]
    [InlineData("{call: sklearn.cluster._kmeans._kmeans_single_lloyd}")]
    [InlineData("{call: cloudpickle.cloudpickle._make_skeleton_class, args: [{import: typing._TypedDictMeta}, 'os.system(1)', {tuple: [{import: typing.TypedDict}]}, {}, word, null]}")]
    [InlineData("{call: cloudpickle.cloudpickle._make_skeleton_class, args: [{import: tempfile.TemporaryDirectory}, TD, {tuple: [{import: typing.TypedDict}]}, {}, word, null]}")]
    [InlineData("{call: shop.core.Ex, args: [3, 'rm -rf ./tmp']}")]
    [InlineData("{call: shop.core.Ex, args: ['failed: rm -rf ./tmp', /etc/passwd]}")]
    [InlineData("{call: operator.mul, args: [{result: sympy.geometry.point.Point2D, args: [1, 1]}, " + Code + "]}")]
    [InlineData("{call: operator.getitem, args: [{result: sympy.tensor.indexed.IndexedBase, args: [A]}, " + Code + "]}")]
    [InlineData("{call: operator.getitem, args: [{instance: torch.jit.annotations.EvalEnv, state: {rcb: {import: sympy.functions.elementary.complexes.Abs}}}, " + Code + "]}")]
    public void ItsTwinIsTold(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), RuleSet.Default);
}
