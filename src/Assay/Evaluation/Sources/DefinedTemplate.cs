// string.Template: a text with holes, and what fills them.
using System.Text;
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;

namespace Assay.Evaluation.Sources;

/// <summary>A <c>string.Template</c> of a known text.</summary>
internal sealed record DefinedTemplate(Folder Folder, string Text) : FoldedDefined
{
    public override FoldedValue Attribute(string name) => name switch
    {
        "template" => new FoldedText(Text),
        "substitute" or "safe_substitute" => new DefinedSubstitution(this),
        _ => FoldedValue.Unknown,
    };

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) => FoldedValue.Unknown;

    /// <summary>The text with its holes filled; unknown where one of them is not known.</summary>
    public FoldedValue Filled(Dictionary<string, FoldedValue> values)
    {
        if (!Folder.Budget.Room(Text.Length))
        {
            return FoldedValue.Unknown;
        }

        StringBuilder made = new();
        for (int at = 0; at < Text.Length; at++)
        {
            if (Text[at] is not '$' || at + 1 == Text.Length)
            {
                made.Append(Text[at]);
                continue;
            }

            if (Text[at + 1] is '$')
            {
                made.Append('$');
                at++;
                continue;
            }

            bool isBraced = Text[at + 1] is '{';
            int start = at + (isBraced ? 2 : 1);
            int end = start;
            while (end < Text.Length && (char.IsAsciiLetterOrDigit(Text[end]) || Text[end] is '_'))
            {
                end++;
            }

            string? filled = values.GetValueOrDefault(Text[start..end]) switch { FoldedText text => text.Value, FoldedInt number when number.Value.GetBitLength() < 64 => number.Value.ToString(null, System.Globalization.CultureInfo.InvariantCulture), _ => null };
            if (filled is null || !Folder.Budget.Room(made.Length + (long)filled.Length))
            {
                return FoldedValue.Unknown;
            }

            made.Append(filled);
            at = isBraced ? end : end - 1;
        }

        return new FoldedText(made.ToString()) { Layers = Arguments.Layers([.. values.Values]) };
    }
}

/// <summary>The method of a template that fills it.</summary>
internal sealed record DefinedSubstitution(DefinedTemplate Template) : FoldedDefined
{
    public override FoldedValue Attribute(string name) => FoldedValue.Unknown;

    public override FoldedValue Call(IReadOnlyList<FoldedValue> arguments, FoldedDict keywords) =>
        Template.Filled(KeywordArguments.ByName(arguments is [FoldedDict mapping, ..] ? new FoldedDict([.. mapping.Pairs, .. keywords.Pairs]) : keywords));
}
