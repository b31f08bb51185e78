// The constants of a pickle that are files of their own.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation.Payloads;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>
/// Gathers the constants of one pickle that look like files of their own or are handed to a loader, and what folding recovered, and hands them
/// to the scan. What does nothing when it is loaded takes no room from what does; what there is no room for is said.
/// </summary>
internal sealed class PayloadConstants
{
    private const int MostPlain = 256;
    private const int Most = 4096;
    private const int LongestEncoded = 16 << 20;
    private const int LongestText = 64 << 20;

    private readonly List<Payload> _found = [];
    private readonly Dictionary<string, int> _names = [];
    private int _plain;
    private long _missed;

    /// <summary>Bytes to be examined.</summary>
    /// <param name="Name">Their name inside the pickle.</param>
    /// <param name="Bytes">The bytes.</param>
    /// <param name="IsLoaded">Whether the pickle hands them to a loader.</param>
    /// <param name="IsPickle">Whether that loader reads them as a pickle, whatever they look like.</param>
    private readonly record struct Payload(string Name, ByteSource Bytes, bool IsLoaded, bool IsPickle);

    /// <summary>A constant of the stream begins like a file.</summary>
    public void Add(PickleMachine machine, PickleValue constant, long offset, long length)
    {
        ByteSource bytes = Bytes(machine, constant);
        if (length <= LongestEncoded && EncodedText.TryDecode(bytes.ReadUpTo(0, (int)bytes.Length)) is { } decoded)
        {
            Add($"decoded@0x{offset:x}", new MemorySource(decoded), machine.Budget!);
        }
        else
        {
            Add($"bytes@0x{offset:x}", bytes, machine.Budget!);
        }
    }

    /// <summary>
    /// A call gets constants: a loader reads them (<paramref name="isPickle"/>: as a pickle). Those in tuples and lists count as well, since a callable
    /// may be handed its arguments by another.
    /// </summary>
    public void AddLoaded(PickleMachine machine, PickleValue arguments, bool isPickle)
    {
        foreach (PickleValue argument in machine.Children(arguments, 16, out _))
        {
            if (argument.Kind is PickleKind.Bytes or PickleKind.ByteArray or PickleKind.PyString && !machine.IsAssigned(argument))
            {
                Keep(new Payload($"bytes@0x{machine.GetRange(argument).Offset:x}", Bytes(machine, argument), true, isPickle));
            }
        }
    }

    /// <summary>Protocol 2 writes bytes as text that <c>_codecs.encode</c> turns back: those bytes may be a file as well.</summary>
    public void AddEncoded(PickleMachine machine, PickleValue arguments)
    {
        if (machine.Items(arguments) is not [{ Kind: PickleKind.Str } text, ..] || !machine.MayBePayload(text))
        {
            return;
        }

        string whole = machine.GetText(text, LongestText, out long length);
        if (length <= LongestText)
        {
            Add($"encoded@0x{text.Payload:x}", new MemorySource(Encoding.Latin1.GetBytes(whole)), machine.Budget!);
        }
        else
        {
            _missed++;
        }
    }

    /// <summary>Examines the constants, and the bytes that folding <paramref name="recovered"/>, each once.</summary>
    public void Submit(IEnumerable<RecoveredBytes> recovered, ReadContext context)
    {
        List<RecoveredBytes> all = [.. recovered];
        foreach (Payload payload in _found)
        {
            bool isLoaded = payload.IsLoaded || all.Exists(r => r.IsLoaded && Same(payload.Bytes, r));
            context.Submit(new Artifact(payload.Name, payload.Bytes, context.Artifact, payload.IsPickle ? "pickle" : null) { MayBeOpaque = !payload.IsLoaded, IsLoaded = isLoaded });
        }

        foreach (RecoveredBytes found in all)
        {
            if (!_found.Exists(p => Same(p.Bytes, found)))
            {
                context.Submit(new Artifact(found.Name, new MemorySource(found.Bytes), context.Artifact, found.IsPickle ? "pickle" : null)
                {
                    MayBeOpaque = true,
                    IsLoaded = found.IsLoaded,
                });
            }
        }

        if (_missed > 0)
        {
            context.Unread(UnreadCause.Limit, 0, 0, $"{_missed} constants that look like files were not examined: there are more than {Most} of them, or they are too long.");
        }

        static bool Same(ByteSource bytes, RecoveredBytes recovered) =>
            bytes.Length == recovered.Bytes.Length && bytes.ReadUpTo(0, recovered.Bytes.Length).AsSpan().SequenceEqual(recovered.Bytes);
    }

    private static ByteSource Bytes(PickleMachine machine, PickleValue constant)
    {
        (long offset, long length) = machine.GetRange(constant);
        return machine.IsFilled(constant) || machine.ReadsEscapes(constant)
            ? new MemorySource(machine.GetBytes(constant, LongestText, out _))
            : machine.Source.Slice(new ByteRange(offset, length));
    }

    /// <summary>Keeps bytes that are an archive, or a pickle that does something before it breaks; of those that hold data alone only some.</summary>
    private void Add(string name, ByteSource bytes, ScanBudget budget)
    {
        if (_names.ContainsKey(name))
        {
            return;
        }

        byte[] head = bytes.ReadUpTo(0, PicklePreview.Head);
        bool hasHeader = head is [(byte)Op.PROTO, <= 5, ..];
        if (!hasHeader && !PicklePreview.MayAct(head, bytes.Length))
        {
            Keep(new Payload(name, bytes, false, false));
            return;
        }

        PickleProbe.Trial trial = PickleProbe.Try(bytes, new ByteRange(0, bytes.Length), budget);
        bool isWhole = trial.Ending is PickleEnding.Suspended or PickleEnding.Limit;
        if (hasHeader ? trial.Acts || trial.KnownImports || isWhole : (trial.Acts && trial.Imports) || trial.KnownImports || isWhole)
        {
            Keep(new Payload(name, bytes, false, false));
        }
        else if (hasHeader && trial.Ending == PickleEnding.Stop && _plain < MostPlain)
        {
            _plain++;
            Keep(new Payload(name, bytes, false, false));
        }
    }

    private void Keep(Payload payload)
    {
        if (_names.TryGetValue(payload.Name, out int known))
        {
            if (payload.IsLoaded)
            {
                _found[known] = payload with { IsPickle = payload.IsPickle || _found[known].IsPickle };
            }
        }
        else if (_found.Count >= Most)
        {
            _missed++;
        }
        else
        {
            _names.Add(payload.Name, _found.Count);
            _found.Add(payload);
        }
    }
}
