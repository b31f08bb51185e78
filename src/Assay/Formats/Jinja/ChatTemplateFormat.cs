// Reads Jinja templates: what they write is theirs, what they reach and cost is told.
using System.Globalization;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Texts;

namespace Assay.Formats.Jinja;

/// <summary>
/// Jinja templates, above all chat templates: <c>chat_template.jinja</c>, and what <c>tokenizer_config.json</c>, GGUF and other files hold, which hand it in. Loaders render them with
/// jinja2, in its sandbox or without, or with engines of their own; a template is read as the widest of them reads it. Specification: jinja2 3.1, <c>docs/templates.rst</c>.
/// </summary>
internal sealed class ChatTemplateFormat : IFormat
{
    /// <summary>The id by which others say that what they hold is a template.</summary>
    public const string FormatId = "chat-template";

    private const int MostNames = 64;
    private static readonly HashSet<string> s_names = new(StringComparer.Ordinal) { ".jinja", ".jinja2", ".j2" };

    /// <summary>What only a template that is handed to a model has no use for; one of a web page has.</summary>
    private static readonly HashSet<string> s_onlyChat = ["template.include", "template.foreign-global", "template.unknown-call", "template.hidden-text", "template.drops-system", "template.private-attribute", "template.attribute-filter"];

    public string Id => FormatId;

    public string Name => "Jinja chat template";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [".jinja"];

    public Claim? Probe(ProbeView view)
    {
        if (!view.IsWhole || view.Range.IsEmpty || view.Head.Span.Contains((byte)0))
        {
            return null;
        }

        bool isNamed = s_names.Contains(view.Artifact.Extension) || view.Artifact.Name.EndsWith("chat_template", StringComparison.Ordinal);
        return isNamed ? new Claim(view.Range, ClaimStrength.Likely) : IsTemplate(view.Head.Span) ? new Claim(view.Range, ClaimStrength.Weak) : null;
    }

    public void Read(Claim claim, ReadContext context)
    {
        TextDocument document = TextDocument.Read(context.Artifact.Bytes, claim.Range, context.Budget);
        context.Cover(claim.Range, CoverageKind.Parsed);
        if (document.IsCut)
        {
            context.Unread(UnreadCause.Limit, claim.Range.Offset, claim.Range.Length, $"The template is longer than {TextDocument.Longest >> 20} MB.");
        }

        context.Lines = new LineMap(context.Artifact.Bytes, claim.Range).Of;
        JinjaUses uses = JinjaParser.Parse(document.Text, context.Budget, out _);
        bool isChat = context.Artifact.ReadAs is not null || context.Artifact.Name.Contains("chat", StringComparison.OrdinalIgnoreCase) || uses.Reads.Contains("messages") || uses.Reads.Contains("add_generation_prompt");
        context.Add(new CodeFact
        {
            Path = context.Artifact.Path,
            Offset = claim.Range.Offset,
            Length = claim.Range.Length,
            Language = "jinja",
            Summary = isChat ? "a chat template" : "a template",
            Names = [.. uses.Calls.Take(MostNames)],
            Phase = "infer",
        });
        context.Meta("lines", document.Line(document.Text.Length).ToString(CultureInfo.InvariantCulture));
        if (GoTemplate.TurnsRoles(document.Text) is >= 0 and var turned)
        {
            context.Anomaly("template.turns-roles", document.Offset(turned), 0, $"Line {document.Line(turned)}: What the user wrote is given to the model as the words of its operator.");
        }

        foreach (JinjaUse use in uses.All)
        {
            if (isChat || !s_onlyChat.Contains(use.Code))
            {
                context.Anomaly(use.Code, document.Offset(use.At), 0, $"Line {document.Line(use.At)}: {use.Detail}");
            }
        }
    }

    /// <summary>Whether a text begins with a tag and goes over the messages of a chat.</summary>
    private static bool IsTemplate(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.TrimStart(" \t\r\n"u8);
        bool begins = text.StartsWith("{%"u8) || text.StartsWith("{{"u8) || text.StartsWith("{#"u8);
        return begins && (text.IndexOf("%}"u8) > 0 || text.IndexOf("}}"u8) > 0 || text.IndexOf("#}"u8) > 0);
    }
}
