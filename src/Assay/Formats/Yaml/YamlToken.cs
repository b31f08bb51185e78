// The tokens of YAML.
namespace Assay.Formats.Yaml;

/// <summary>The kinds of tokens, by the names of the YAML specification.</summary>
internal enum YamlTokenKind
{
    StreamEnd,
    Directive,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowMappingStart,
    FlowSequenceEnd,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

/// <summary>A token.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Start">The index of its first character.</param>
/// <param name="End">The index behind its last one.</param>
/// <param name="Text">The text of a scalar, the name of an anchor or alias, a tag as written, a directive.</param>
/// <param name="IsPlain">Whether a scalar is written without quotes.</param>
internal readonly record struct YamlToken(YamlTokenKind Kind, int Start, int End, string Text = "", bool IsPlain = false);
