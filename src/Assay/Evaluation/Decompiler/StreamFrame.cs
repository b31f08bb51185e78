// One pickle while it is decompiled.
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>One pickle while it is walked, and what its values are called.</summary>
internal sealed class StreamFrame(PickleMachine machine, StreamUses uses)
{
    private CallFolding? _folding;

    public PickleMachine Machine => machine;

    public StreamUses Uses => uses;

    /// <summary>What folding its calls gives.</summary>
    public CallFolding Folding => _folding ??= new CallFolding(machine);

    /// <summary>The variables that hold what was made, and the containers that need a name.</summary>
    public Dictionary<PickleValue, string> Variables { get; } = [];

    /// <summary>How many children each container had when it was last written.</summary>
    public Dictionary<PickleValue, long> Written { get; } = [];

    /// <summary>Rows of imports that were written.</summary>
    public HashSet<int> Imported { get; } = [];
}
