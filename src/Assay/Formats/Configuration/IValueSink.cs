// What takes the values of a document while they are read, whatever language it is written in.
using Assay.Artifacts;

namespace Assay.Formats.Configuration;

/// <summary>A value that is no map and no list.</summary>
/// <param name="Kind">Its kind: text, integer, number, boolean or null.</param>
/// <param name="Text">The text, or how a number is written.</param>
/// <param name="Offset">Where it stands in the file.</param>
/// <param name="IsCut">Whether the text is longer than what was kept.</param>
/// <param name="Tag">The full tag that the document gives it; empty where there is none.</param>
internal readonly record struct ScalarValue(EntryKind Kind, string Text, long Offset, bool IsCut = false, string Tag = "");

/// <summary>Takes the values of documents in their order: no document is kept as a tree.</summary>
internal interface IValueSink
{
    /// <summary>A map begins; keys and values follow in turn until <see cref="End"/>.</summary>
    void StartMap(long offset, string tag = "");

    /// <summary>A list begins; its items follow until <see cref="End"/>.</summary>
    void StartList(long offset, string tag = "");

    /// <summary>The innermost map or list ends.</summary>
    void End(long offset);

    /// <summary>The key of the next value of the innermost map.</summary>
    void Key(string key, long offset);

    /// <summary>A value.</summary>
    void Scalar(ScalarValue value);
}
