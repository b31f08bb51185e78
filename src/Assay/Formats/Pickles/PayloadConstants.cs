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
internal sealed class PayloadConstants(HeldMemory held)
{
    private const int MostPlain = 256;
    private const int Most = 4096;
    private const int LongestEncoded = 16 << 20;
    private const int LongestText = 64 << 20;

    /// <summary>Work for each byte that is decoded or compared.</summary>
    private const int ByteWork = 4;
    private const int PayloadSize = 300;

    private readonly List<Payload> _found = [];
    private readonly Dictionary<string, int> _names = new(0, StringComparer.Ordinal);
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
        if (length <= LongestEncoded)
        {
            machine.Budget?.SpendWork(ByteWork * bytes.Length, offset);
        }

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

        string name = $"encoded@0x{text.Payload:x}";
        if (_names.ContainsKey(name))
        {
            return;
        }

        if (machine.GetRange(text).Length > LongestText)
        {
            _missed++;
            return;
        }

        // The text takes twice as much while it is there.
        long size = machine.GetRange(text).Length;
        held.Add(3 * size);
        byte[] bytes = Encoding.Latin1.GetBytes(machine.GetText(text, LongestText, out _));
        held.Remove(2 * size);
        Add(name, new MemorySource(bytes), machine.Budget!);
    }

    /// <summary>Examines the constants, and the bytes that folding <paramref name="recovered"/>, each once.</summary>
    public void Submit(IEnumerable<RecoveredBytes> recovered, ReadContext context)
    {
        // The same bytes have the same digest: comparing all with all would take their product.
        List<RecoveredBytes> folded = [.. recovered];
        if (_found.Count == 0 && folded.Count == 0 && _missed == 0)
        {
            return;
        }

        List<(RecoveredBytes Found, string Digest)> all = [.. folded.Select(r => (r, Digest(r.Bytes, context.Budget)))];
        HashSet<string> loaded = [.. all.Where(r => r.Found.IsLoaded).Select(r => r.Digest)];
        HashSet<string> submitted = [];
        foreach (Payload payload in _found)
        {
            string digest = all.Count > 0 && payload.Bytes.Length <= LongestEncoded ? Digest(payload.Bytes.ReadUpTo(0, (int)payload.Bytes.Length), context.Budget) : "";
            submitted.Add(digest);
            bool isLoaded = payload.IsLoaded || loaded.Contains(digest);
            context.Submit(new Artifact(payload.Name, payload.Bytes, context.Artifact, payload.IsPickle ? "pickle" : null) { MayBeOpaque = !payload.IsLoaded, IsLoaded = isLoaded });
        }

        foreach ((RecoveredBytes found, string digest) in all)
        {
            if (submitted.Add(digest))
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
    }

    private static string Digest(byte[] bytes, ScanBudget budget)
    {
        budget.SpendWork((long)ByteWork * bytes.Length);
        return Sha256.HexOf(bytes);
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
            held.Add(payload.Bytes is MemorySource ? PayloadSize + payload.Bytes.Length : PayloadSize);
            _names.Add(payload.Name, _found.Count);
            _found.Add(payload);
        }
    }
}
