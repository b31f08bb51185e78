// PyTorch's restricted unpickler: what it refuses that others run.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>Runs opcode by opcode as PyTorch's restricted unpickler: the loop of the others must not pay for its list.</summary>
    private int RunRestricted(int count)
    {
        int executed = 0;
        while (executed < count && !_halt)
        {
            if (_reader.TryPeek(out byte code) && !WeightsOnlyList.Knows(code))
            {
                End(
                    OpcodeTable.IsOpcode(code) ? PickleEnding.Refused : PickleEnding.UnknownOpcode,
                    $"torch.load(weights_only=True) does not know {OpcodeTable.Name((Op)code)}.");
                EndingOffset = _reader.Position;
                break;
            }

            executed += RunBatch(1);
        }

        return executed;
    }

    /// <summary>Whether the restricted unpickler is followed and refuses, because of <paramref name="what"/>; the run then has ended.</summary>
    private bool IsRefused(bool what, string why)
    {
        if (_dialect != PickleDialect.WeightsOnly || !what)
        {
            return false;
        }

        End(PickleEnding.Refused, why);
        return true;
    }

    /// <summary>Of persistent ids that are tuples it takes those of storages.</summary>
    private bool IsNoStorage(PickleValue id)
    {
        if (id.Kind != PickleKind.Tuple || Items(id) is not { Length: > 0 } items)
        {
            return false;
        }

        PickleValue kind = items[0];
        return kind.Kind < PickleKind.Import && (kind.Kind is not (PickleKind.Str or PickleKind.PyString) || GetText(kind, 16, out _) != "storage");
    }
}
