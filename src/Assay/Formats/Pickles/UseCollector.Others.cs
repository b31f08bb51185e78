// Collects what is no use of a callable: persistent ids, extension codes, payloads and oddities.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

internal sealed partial class UseCollector
{
    private const int PartsVisited = 64;

    public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
    {
        Persistents.Add(persistent);

        AddParts(machine, persistent, offset, opcode);

        // PyTorch's legacy loader: ('module', class, file, source) without a source is let alone.
        if (machine.Items(machine.Call(persistent).Callee) is [{ Kind: PickleKind.Str or PickleKind.PyString } kind, { Kind: not PickleKind.Import }, _, _, ..]
            && machine.GetText(kind, 8, out _) == "module")
        {
            _oddities.Add("torch.container-made", offset, "A persistent id of a module names a class that is none of a library's.");
        }
    }

    public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode) =>
        _oddities.Add("pickle.extension-unregistered", offset, $"Extension code {extension.Payload} means whatever the loading program registered for it.");

    public override void OnPayload(PickleMachine machine, PickleValue constant, long offset, long length) => _constants.Add(machine, constant, offset, length);

    public override bool IsOldNews(string code) => _oddities.IsOldNews(code);

    public override void OnOddity(PickleMachine machine, string code, long offset, string detail) => _oddities.Add(code, offset, detail);

    /// <summary>A loader goes through the parts of an id: objects among them of a class that the stream makes are entered.</summary>
    private void AddParts(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
    {
        PickleValue id = machine.Call(persistent).Callee;
        bool isMade = machine.IsTainted(id) && machine.Children(id, PartsVisited, out _).Prepend(id).Any(p => p.Kind is PickleKind.Instance or PickleKind.Result && machine.Call(p).Callee.Kind is not PickleKind.Import);
        if (!isMade || !Takes(machine, persistent))
        {
            return;
        }

        int budget = _room.Values;
        ValueShape shape = machine.Shape(persistent, ref budget, _room.Text);
        Keep(machine.Encodings, Describe(machine, persistent, CallableUse.Method, opcode, offset) with { Arguments = [shape], Derivation = ["persistent_load"] });
    }
}
