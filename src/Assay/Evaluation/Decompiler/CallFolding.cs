// Folds the calls of a pickle while it is decompiled, and says what is worth writing below them.
using Assay.Bytes;
using Assay.Evaluation.Marshalled;
using Assay.Evaluation.Payloads;
using Assay.Evaluation.Values;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>What stands below a call: a value, source, a code object or a pickle.</summary>
/// <param name="Head">What it is: empty for the result of the call.</param>
/// <param name="Layers">The steps that were undone, the outermost first.</param>
internal sealed record FoldedNote(string Head, IReadOnlyList<string> Layers)
{
    /// <summary>A text, written as a block where it has lines.</summary>
    public string? Text { get; init; }

    /// <summary>Bytes that are no text.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>A value that is written in a few words.</summary>
    public string? Value { get; init; }

    public PythonCode? Code { get; init; }

    /// <summary>A pickle that a loader would load, or that somebody unpacked.</summary>
    public byte[]? Pickle { get; init; }
}

/// <summary>Folds the calls of one pickle in the order of the stream. Nothing is said twice.</summary>
internal sealed class CallFolding(PickleMachine machine)
{
    private const int MaxRemembered = 4096;
    private readonly PickleEvaluator _evaluator = new(machine);
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private PayloadFollower? _follower;

    // The machine has its meter only once it is open.
    private PayloadFollower Follower => _follower ??= new PayloadFollower(machine.Budget, machine.Budget?.Limits.TextBytes ?? 1 << 16, machine.Held);

    /// <summary>An opcode changed the value.</summary>
    public void Poison(PickleValue target) => _evaluator.Poison(target);

    /// <summary>Looks at a call as it happens; <paramref name="isWritten"/> says whether anybody wants to know what it gives.</summary>
    public List<FoldedNote> Observe(PickleValue result, long offset, bool isWritten)
    {
        List<FoldedNote> notes = [];
        _evaluator.Folder.OnReached ??= Reached;
        int texts = _follower?.Texts.Count ?? 0;
        int bytes = _follower?.Bytes.Count ?? 0;
        bool followed = _evaluator.Observe(result);
        CallRow row = machine.Call(result);
        if (!isWritten)
        {
            return notes;
        }

        if (!_evaluator.Ignores(row.Callee))
        {
            Arguments(row);
            FoldedValue value = _evaluator.Evaluate(result);
            Add(notes, Result(value));
            if (followed)
            {
                // What a decoder gave may hold layers of its own.
                Follower.FollowResult(value, offset);
            }
        }

        foreach (RecoveredText text in _follower?.Texts.Skip(texts) ?? [])
        {
            // Names and constants of code are told with the code.
            if (text.Kind is not ("code-names" or "code-text") || text.Layers.Count > 0)
            {
                Add(notes, new FoldedNote(text.Kind.Replace('-', ' '), text.Layers) { Text = text.Text });
            }
        }

        foreach (RecoveredBytes recovered in _follower?.Bytes.Skip(bytes) ?? [])
        {
            bool isPickle = recovered.IsPickle || PayloadFollower.LooksLikePickle(recovered.Bytes);
            Add(notes, isPickle ? new FoldedNote("a pickle inside", []) { Pickle = recovered.Bytes } : new FoldedNote("bytes inside", []) { Bytes = recovered.Bytes });
        }

        return notes;
    }

    private static FoldedNote? Result(FoldedValue value) => value switch
    {
        FoldedText text => new FoldedNote("", value.Layers) { Text = text.Value },
        FoldedBytes bytes when PayloadFollower.LooksLikePickle(bytes.Value) => new FoldedNote("", value.Layers) { Pickle = bytes.Value },
        FoldedBytes bytes when MarshalReader.MayBeCode(bytes.Value) && MarshalReader.TryRead(bytes.Value) is { } code => new FoldedNote("", [.. value.Layers, "marshal"]) { Code = code },
        FoldedBytes bytes => Unwrapper.TextOf(bytes.Value) is { } text ? new FoldedNote("", value.Layers) { Text = text } : new FoldedNote("", value.Layers) { Bytes = bytes.Value },
        FoldedCode code => new FoldedNote("", value.Layers) { Code = code.Code },
        FoldedName name => new FoldedNote("", value.Layers) { Value = name.Path },
        FoldedInt or FoldedFloat or FoldedBool => new FoldedNote("", value.Layers) { Value = FoldedShape.Text(value) },
        _ => null,
    };

    private void Reached(FoldedName name, IReadOnlyList<FoldedValue> arguments)
    {
        string canonical = _evaluator.Folder.Canonical(name);
        Follower.Follow(canonical, CallableSinks.Of(canonical), arguments, _evaluator.CurrentOffset);
    }

    /// <summary>What a call gets is written with the call.</summary>
    private void Arguments(CallRow row)
    {
        foreach (FoldedValue argument in (_evaluator.Evaluate(row.Arguments) as FoldedSequence)?.Items.Take(16) ?? [])
        {
            if (Result(argument) is { } note && note.Pickle is null && note.Code is null)
            {
                IsNew(note);
            }
        }
    }

    private void Add(List<FoldedNote> notes, FoldedNote? note)
    {
        if (note is null || !IsNew(note))
        {
            return;
        }

        notes.Add(note);
        if (note.Code is { } code)
        {
            // The follower tells of the same code once more, in pieces.
            foreach (string piece in code.Texts.Take(64).Prepend(string.Join(' ', code.Names)))
            {
                IsNew(new FoldedNote("", []) { Text = piece });
            }
        }
    }

    private bool IsNew(FoldedNote note)
    {
        string key = note switch
        {
            { Text: { } text } => "t" + Digest(System.Text.Encoding.UTF8.GetBytes(text)),
            { Bytes: { } bytes } => "b" + Digest(bytes),
            { Pickle: { } pickle } => "p" + Digest(pickle),
            { Code: { } code } => "c" + Digest(System.Text.Encoding.UTF8.GetBytes($"{code.Name} {string.Join(' ', code.Names)} {string.Join(' ', code.Texts)}")),
            _ => "",
        };
        return key.Length == 0 || (_shown.Count < MaxRemembered && _shown.Add(key));
    }

    private static string Digest(byte[] bytes) => Sha256.HexOf(bytes);
}
