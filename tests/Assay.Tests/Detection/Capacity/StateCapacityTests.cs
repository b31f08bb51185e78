// What the state of an unknown class may hold.
using Assay.Artifacts;
using Assay.Detection;
using Assay.Detection.Capacity;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Capacity;

public sealed class StateCapacityTests
{
    [Theory]
    [InlineData("{path: /data/x, url: 'https://example.org', note: several words here}")]
    [InlineData("{function: {import: pkg.other}, loss: {import: other.loss}}")]
    [InlineData("{file: profile.csv, target: mypackage.module.Class}")]
    [InlineData("{scorer: {result: functools.partial, args: [{import: pkg.metric}]}}")]
    [InlineData("{open: 1.5, close: 2, high: 3}")]
    [InlineData("{bins: [1, 2, 3, 4, 5, 6, 7, 8]}")]
    [InlineData("{query: 'SELECT * FROM {{ ref(''users'') }} WHERE x > 1'}")]
    [InlineData("{line: 'cost = theano.gradient.grad(z.sum(), x)', file: train.py}")]
    [InlineData("{a: {b: [{c: 'lambda: 0'}]}}")]
    [InlineData("{snippet: 'model.eval()'}")]
    [InlineData("{compiler: /usr/bin/g++}")]
    [InlineData("{note: 'internal attribute; id of the action type'}")]
    [InlineData("{columns: [http.request.method, 'time.delta', profile.csv]}")]
    [InlineData("{name: mypackage.Model.__init__}")]
    [InlineData("{words: \"concat\\nbird\\nobject\\ncat\\ndog\\nRob.\"}")]
    public void WhatModelsKeepIsNothing(string state) => Assert.Null(Danger(state));

    [Theory]
    [InlineData("{a: 'import os; os.getcwd()'}")]
    [InlineData("{a: 'x; rm -rf y'}")]
    [InlineData("{a: '{{ x.__class__.__base__ }}'}")]
    [InlineData("{a: 'lambda x: eval(x)'}")]
    [InlineData("{a: 'from os import system; system(1)'}")]
    [InlineData("{a: \"cpkg.shell\\nrun\\n(S'x'\\ntR.\"}")]
    [InlineData("{a: '/bin/sh -c id'}")]
    [InlineData("{a: libevil.so}")]
    [InlineData("{a: os.system}")]
    [InlineData("{a: {import: os.system}}")]
    [InlineData("{a: {result: functools.partial, args: [{import: other.f}]}}")]
    public void WhatActsIsDanger(string state) => Assert.NotNull(Danger(state));

    [Fact]
    public void AStateThatIsOneTextIsDanger() => Assert.NotNull(Capacity().Danger("pkg.Net", new ValueShape(ShapeKind.Str, "word")));

    private static string? Danger(string state)
    {
        CallableFact fact = (CallableFact)Assert.Single(FactBuilder.Facts($"{{state: pkg.Net(), args: [{state}]}}"));
        return Capacity().Danger("pkg.Net", fact.Arguments[0]);
    }

    private static StateCapacity Capacity() => new(RuleSet.Default.Callables.Capacity, new Known());

    private sealed class Known : IStandings
    {
        public bool IsSetting(string path) => false;

        public Standing Of(string path) => path switch
        {
            "os.system" => Standing.Harmful,
            "functools.partial" => Standing.KeepsCallable,
            _ => Standing.Unknown,
        };

        public bool DoesHarm(string path) => Of(path) is Standing.Harmful;
    }
}
