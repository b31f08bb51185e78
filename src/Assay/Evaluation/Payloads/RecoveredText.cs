// A text or an artifact that folding recovered from a pickle.
namespace Assay.Evaluation.Payloads;

/// <summary>A text that was recovered: what it is, where it was used, and the layers that were undone, outermost first.</summary>
internal sealed record RecoveredText(string Kind, string Text, long Offset, IReadOnlyList<string> Layers)
{
    /// <summary>Whether the text is longer than what was kept.</summary>
    public bool IsCut { get; init; }

    /// <summary>The language of the text, as facts name it; empty where it is none.</summary>
    public string Language => Kind switch
    {
        "python-source" => "python",
        "shell-command" => "shell",
        _ => "",
    };
}

/// <summary>Bytes that a loader would load again, or that look as if.</summary>
/// <param name="Name">How they are named inside the pickle.</param>
/// <param name="Bytes">The bytes.</param>
/// <param name="IsPickle">Whether they are handed to a loader of pickles, so that they must be read as one.</param>
internal sealed record RecoveredBytes(string Name, byte[] Bytes, bool IsPickle)
{
    /// <summary>Whether they are handed to a loader, of pickles or of models.</summary>
    public bool IsLoaded { get; init; }
}
