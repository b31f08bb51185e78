// What objects of libraries are pickled as passes, and the same callables with what their code would act on are told; the pack of the program knows them.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class LibraryObjectsTests
{
    private const string Code = "{text: \"__import__('os').mkdir('/tmp/canary')\"}";

    [Theory]
    [InlineData("{call: sympy.core.symbol.Symbol.__new__, args: [{import: sympy.core.symbol.Symbol}, x]}")]
    [InlineData("{construct: sympy.core.symbol.Symbol, args: [x]}")]
    [InlineData("{construct: transformers.training_args.TrainingArguments}")]
    [InlineData("{state: transformers.training_args.TrainingArguments(), args: [{output_dir: ./results, run_name: first, fp16: true}]}")]
    [InlineData("{call: transformers.trainer_utils.IntervalStrategy, args: [steps]}")]
    [InlineData("{construct: diffusers.configuration_utils.FrozenDict}")]
    [InlineData("{call: tensorflow.python.framework.dtypes.as_dtype, args: [float32]}")]
    [InlineData("{construct: keras.src.losses.losses.MeanSquaredError}")]
    public void WhatLibrariesWritePasses(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    [Theory]
    [InlineData("{call: sympy.functions.elementary.trigonometric.sin, args: [" + Code + "]}")]
    [InlineData("{construct: sympy.functions.elementary.trigonometric.sin, args: [" + Code + "]}")]
    [InlineData("{call: sympy.core.add.Add, args: [" + Code + ", x]}")]
    [InlineData("{construct: sympy.core.add.Add, args: [" + Code + ", x]}")]
    [InlineData("{call: sympy.core.sympify.sympify, args: [" + Code + "]}")]
    [InlineData("{call: sympy.core.containers.Tuple, args: [" + Code + "]}")]
    public void TextThatTheyWouldRunIsTold(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.High);

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), RuleSet.Default);
}
