// The constants of a pickle that look like files of their own.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation.Payloads;
using Assay.Pickle;

namespace Assay.Formats.Pickles;

/// <summary>Gathers the constants of one pickle that look like files of their own, and what folding recovered, and hands them to the scan.</summary>
internal sealed class PayloadConstants
{
    private const int MaxPayloads = 256;
    private const int LongestEncoded = 16 << 20;
    private const int LongestText = 64 << 20;

    private readonly List<(string Name, ByteSource Bytes)> _found = [];
    private readonly HashSet<string> _names = [];

    /// <summary>A constant of the stream begins like a file.</summary>
    public void Add(PickleMachine machine, long offset, long length)
    {
        if (_found.Count >= MaxPayloads || !_names.Add($"bytes@0x{offset:x}"))
        {
            return;
        }

        ByteSource bytes = machine.Source.Slice(new ByteRange(offset, length));
        if (length <= LongestEncoded && EncodedText.TryDecode(bytes.ReadUpTo(0, (int)length)) is { } decoded)
        {
            _found.Add(($"decoded@0x{offset:x}", new MemorySource(decoded)));
        }
        else
        {
            _found.Add(($"bytes@0x{offset:x}", bytes));
        }
    }

    /// <summary>Protocol 2 writes bytes as text that <c>_codecs.encode</c> turns back: those bytes may be a file as well.</summary>
    public void AddEncoded(PickleMachine machine, CallableFact fact, PickleValue arguments)
    {
        if (fact.Resolved != "_codecs.encode" || fact.Arguments is not [{ Kind: ShapeKind.Str, Count: >= 16 } text, { Text: "latin1" or "latin-1" }]
            || !(text.Text.StartsWith('\u0080') || text.Text.StartsWith("PK\u0003\u0004", StringComparison.Ordinal)) || _found.Count >= MaxPayloads)
        {
            return;
        }

        PickleValue leaf = machine.Children(arguments, 2, out _)[0];
        if (_names.Add($"encoded@0x{leaf.Payload:x}"))
        {
            string whole = machine.GetText(leaf, LongestText, out _);
            _found.Add(($"encoded@0x{leaf.Payload:x}", new MemorySource(Encoding.Latin1.GetBytes(whole))));
        }
    }

    /// <summary>Examines the constants, and the bytes that folding <paramref name="recovered"/>, each once.</summary>
    public void Submit(IEnumerable<RecoveredBytes> recovered, ReadContext context)
    {
        List<RecoveredBytes> all = [.. recovered];
        foreach ((string name, ByteSource bytes) in _found)
        {
            if (IsWorthReading(bytes, context.Budget))
            {
                context.Submit(new Artifact(name, bytes, context.Artifact) { MayBeOpaque = true, IsLoaded = all.Exists(r => r.IsLoaded && Same(bytes, r)) });
            }
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

        static bool Same(ByteSource bytes, RecoveredBytes recovered) =>
            bytes.Length == recovered.Bytes.Length && bytes.ReadUpTo(0, recovered.Bytes.Length).AsSpan().SequenceEqual(recovered.Bytes);
    }

    /// <summary>
    /// Whether a constant that begins like a pickle is one: it ends in STOP, or does something before it breaks. Byte code and random
    /// numbers begin like that as well.
    /// </summary>
    private static bool IsWorthReading(ByteSource bytes, ScanBudget budget)
    {
        if (bytes.ReadUpTo(0, 1) is not [(byte)Op.PROTO])
        {
            return true;
        }

        PickleProbe.Trial trial = PickleProbe.Try(bytes, new ByteRange(0, bytes.Length), budget);
        return trial.Ending is PickleEnding.Stop or PickleEnding.Suspended or PickleEnding.Limit || trial.Acts || trial.KnownImports;
    }
}
