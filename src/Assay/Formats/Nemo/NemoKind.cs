// NeMo's models: a tar of checkpoints and a configuration.
using Assay.Artifacts;
using Assay.Formats.Archives;

namespace Assay.Formats.Nemo;

/// <summary>NeMo: a tar of checkpoints and <c>model_config.yaml</c>, whose <c>_target_</c> entries name callables that are called.</summary>
internal sealed class NemoKind : ITarKind
{
    public string Id => "nemo";

    public string Name => "NeMo model";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".nemo"];

    public bool Matches(IReadOnlySet<string> names) => names.Contains("model_config.yaml") || names.Contains("./model_config.yaml");
}
