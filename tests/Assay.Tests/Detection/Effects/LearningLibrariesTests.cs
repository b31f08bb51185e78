// What Keras, TensorFlow, Transformers and Diffusers offer a hostile pickle: callables that load, import, run, fetch or write by their arguments are told, and what honest objects of these libraries are written as passes.
using Assay.Detection;
using Assay.Tests.Builders;

namespace Assay.Tests.Detection.Effects;

public sealed class LearningLibrariesTests
{
    [Theory]
    [InlineData("keras.src.saving.saving_api.load_model", "[/tmp/canary]")]
    [InlineData("keras.src.saving.serialization_lib.deserialize_keras_object", "[{module: os, class_name: function, config: system, registered_name: function}]")]
    [InlineData("keras.src.utils.python_utils.func_load", "['4wEAAAAAAA==']")]
    [InlineData("keras.src.utils.file_utils.get_file", "[x, 'http://canary.example/x']")]
    [InlineData("keras.src.utils.file_utils.extract_archive", "[/tmp/canary.tar, /tmp/canary]")]
    [InlineData("keras.src.legacy.saving.legacy_h5_format.load_model_from_hdf5", "[/tmp/canary.h5]")]
    [InlineData("tensorflow.python.framework.load_library.load_op_library", "[/tmp/canary.so]")]
    [InlineData("tensorflow.python.saved_model.load.load", "[/tmp/canary]")]
    [InlineData("tensorflow.python.lib.io.file_io.write_string_to_file", "[/tmp/canary, word]")]
    [InlineData("tensorflow.python.lib.io.file_io.delete_recursively_v2", "[/tmp/canary]")]
    [InlineData("tensorflow.io.gfile.rmtree", "[/tmp/canary]")]
    [InlineData("tensorflow.python.ops.script_ops.numpy_function", "[{import: pkg.run}, [word], []]")]
    [InlineData("tensorflow.python.autograph.pyct.loader.load_source", "['import os', true]")]
    [InlineData("tensorflow.python.keras.utils.generic_utils.func_load", "['4wEAAAAAAA==']")]
    [InlineData("transformers.dynamic_module_utils.get_class_from_dynamic_module", "[m.C, canary/repo]")]
    [InlineData("transformers.models.auto.modeling_auto.AutoModel.from_pretrained", "[canary/repo]")]
    [InlineData("transformers.modeling_utils.load_state_dict", "[/tmp/canary.bin]")]
    [InlineData("transformers.utils.import_utils.direct_transformers_import", "[/tmp/canary]")]
    [InlineData("transformers.image_utils.load_image", "['http://canary.example/x']")]
    [InlineData("diffusers.pipelines.pipeline_utils.DiffusionPipeline.from_pretrained", "[canary/repo]")]
    [InlineData("diffusers.utils.dynamic_modules_utils.get_class_from_dynamic_module", "[canary/repo, m.py, C]")]
    [InlineData("diffusers.pipelines.pipeline_loading_utils.simple_get_class_obj", "[subprocess, Popen]")]
    [InlineData("diffusers.models.model_loading_utils.load_state_dict", "[/tmp/canary.bin]")]
    [InlineData("diffusers.utils.export_utils.export_to_gif", "[[], /tmp/canary]")]
    [InlineData("kernels.get_kernel", "[canary/repo]")]
    public void CallablesThatActAreTold(string callable, string arguments)
    {
        Assert.Contains(Judge($"{{call: {callable}, args: {arguments}}}"), f => f.Severity >= Severity.Medium);
        Assert.Contains(Judge($"{{call: builtins.map, args: [{{import: {callable}}}, {arguments}]}}"), f => f.Severity >= Severity.Medium);
    }

    [Theory]
    [InlineData("{call: builtins.getattr, args: [{result: transformers.utils.import_utils._LazyModule, args: [canary, x.py, {m: [run]}]}, run]}")]
    [InlineData("{call: builtins.getattr, args: [{result: keras.src.utils.module_utils.LazyModule, args: [subprocess]}, Popen]}")]
    [InlineData("{call: builtins.getattr, args: [{result: tensorflow.python.util.lazy_loader.LazyLoader, args: [x, {}, os]}, system]}")]
    [InlineData("{state: 'keras.src.layers.core.lambda_layer.Lambda()', args: [{function: {import: os.system}}]}")]
    public void ModulesThatWaitToBeImportedAreTold(string fact) => Assert.Contains(Judge(fact), f => f.Severity >= Severity.Medium);

    [Theory]
    [InlineData("{construct: keras.src.legacy.preprocessing.text.Tokenizer}")]
    [InlineData("{construct: keras.src.losses.losses.MeanSquaredError}")]
    [InlineData("{call: keras.src.dtype_policies.dtype_policy.DTypePolicy, args: [float32]}")]
    [InlineData("{state: 'keras.src.callbacks.history.History()', args: [{history: {loss: [1.5]}, epoch: [0]}]}")]
    [InlineData("{call: tensorflow.python.framework.tensor_shape.TensorShape, args: [[1, 2]]}")]
    [InlineData("{state: 'transformers.trainer_callback.TrainerState()', args: [{best_model_checkpoint: ./results/checkpoint-500, epoch: 1.5}]}")]
    [InlineData("{state: 'diffusers.schedulers.scheduling_ddpm.DDPMScheduler()', args: [{_internal_dict: {beta_schedule: linear, _class_name: DDPMScheduler}}]}")]
    public void WhatTheirObjectsAreWrittenAsPasses(string fact) => Assert.DoesNotContain(Judge(fact), f => f.Severity >= Severity.Medium);

    private static List<Finding> Judge(string fact) => FactBuilder.Judge(FactBuilder.Facts($"[{fact}]"), RuleSet.Default);
}
