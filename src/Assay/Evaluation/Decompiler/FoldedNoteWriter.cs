// Writes below a call what it gives and what it gets, unpacked.
using System.Globalization;
using System.Text;
using Assay.Bytes;
using Assay.Evaluation.Intents;
using Assay.Evaluation.Marshalled;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Decompiler;

/// <summary>Writes notes as comments below a call: source as a block, pickles decompiled, code objects by their names and constants.</summary>
/// <param name="text">Where the comments go.</param>
/// <param name="inner">Decompiles a pickle inside and hands its lines on; false where it lies too deep or too many were written.</param>
internal sealed class FoldedNoteWriter(CodeText text, Func<byte[], Action<string>, bool> inner)
{
    private const int MaxNotes = 2000;
    private const int ShownBytes = 40;
    private const int ShownNames = 40;
    private const int ShownTexts = 12;
    private int _left = MaxNotes;

    public void Write(FoldedNote note)
    {
        if (_left == 0)
        {
            return;
        }

        if (--_left == 0)
        {
            text.Comment("  what further calls give and get is not written", CodeInk.Warning);
            return;
        }

        string by = note.Layers.Count > 0 ? $" by {string.Join(", ", note.Layers.Take(16))}" : "";
        string head = note.Head.Length == 0 ? "=" : note.Head + ":";
        switch (note)
        {
            case { Text: { } source }:
                Source(SecretWords.Mask(source), head, by);
                break;
            case { Bytes: { } bytes }:
                string shown = PythonLiteral.Bytes(bytes.AsSpan(0, Math.Min(bytes.Length, ShownBytes)));
                text.Comment($"  {head} {shown}{(bytes.Length > ShownBytes ? "... " + Size(bytes, "bytes", bytes.Length) : "")}{by}");
                break;
            case { Code: { } code }:
                Code(code, head, by);
                break;
            case { Pickle: { } pickle }:
                Pickle(pickle, head, by);
                break;
            default:
                text.Comment($"  {head} {note.Value}{by}");
                break;
        }
    }

    private void Source(string source, string head, string by)
    {
        string[] lines = source.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n', text.Limits.FoldedLines + 1);
        if (lines.Length == 1)
        {
            text.Comment($"  {head} {PythonLiteral.Str(Start(source))}{Rest(source)}{by}");
            return;
        }

        text.Comment($"  {head}{by}");
        for (int i = 0; i < Math.Min(lines.Length, text.Limits.FoldedLines); i++)
        {
            text.Comment("  | " + Start(lines[i]) + Rest(lines[i]));
        }

        if (lines.Length > text.Limits.FoldedLines)
        {
            text.Comment("  | ... " + Size(Encoding.UTF8.GetBytes(source), "characters in all", source.Length));
        }
    }

    private void Code(PythonCode code, string head, string by)
    {
        text.Comment($"  {head} code of {PythonLiteral.Str(Start(code.Name))}{by}");
        if (code.Names.Count > 0)
        {
            string more = code.Names.Count > ShownNames ? string.Create(CultureInfo.InvariantCulture, $" and {code.Names.Count - ShownNames:N0} more") : "";
            text.Comment("  | names: " + string.Join(", ", code.Names.Take(ShownNames).Select(n => Start(n))) + more);
        }

        foreach (string constant in code.Texts.Take(ShownTexts))
        {
            text.Comment($"  | constant: {PythonLiteral.Str(Start(constant))}{Rest(constant)}");
        }

        if (code.Texts.Count > ShownTexts)
        {
            text.Comment(string.Create(CultureInfo.InvariantCulture, $"  | {code.Texts.Count - ShownTexts:N0} more constants"));
        }
    }

    private void Pickle(byte[] pickle, string head, string by)
    {
        text.Comment($"  {head} {Size(pickle, "bytes of pickle", pickle.Length).Trim('(', ')')}{by}");
        if (!inner(pickle, line => text.Comment("  | " + line)))
        {
            text.Comment("  | not decompiled: it lies too deep, or too many pickles inside were written", CodeInk.Warning);
        }
    }

    private string Start(string content) => content.Length <= text.Limits.ArgumentText ? content : content[..text.Limits.ArgumentText];

    private string Rest(string content) =>
        content.Length <= text.Limits.ArgumentText ? "" : "... " + Size(Encoding.UTF8.GetBytes(content), "characters", content.Length);

    private static string Size(byte[] content, string unit, int length) =>
        string.Create(CultureInfo.InvariantCulture, $"({length:N0} {unit}, sha256 {Sha256.HexOf(content)})");
}
