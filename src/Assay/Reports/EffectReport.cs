// Shows what Assay knows of a callable: each way in, each effect, which value decides, and where the knowledge comes from.
using System.Globalization;
using System.Text.Json;
using Assay.Detection;
using Assay.Detection.Effects;
using Assay.Effects;
using Assay.Effects.Packs;

namespace Assay.Reports;

/// <summary>Writes what is known of a callable as text or JSON.</summary>
public static class EffectReport
{
    private const int Hang = 12;

    /// <summary>Writes for people what is known of a dotted name.</summary>
    /// <param name="rules">The rules and effect packs in force.</param>
    /// <param name="name">The dotted name.</param>
    /// <param name="evidence">The evidence of one of the effect packs, or null.</param>
    /// <param name="writer">Gets the text.</param>
    /// <param name="options">How it looks.</param>
    /// <exception cref="EffectPackException">The evidence belongs to no pack in force, or does not hold together.</exception>
    public static void Show(RuleSet rules, string name, TextReader? evidence, TextWriter writer, TextReportOptions options)
    {
        EffectAnswer answer = EffectLookup.Of(rules, name);
        ILookup<string, EffectEvidence> rests = Rests(rules, answer, evidence);
        TextPage page = TextPage.Of(writer, options);
        string kind = answer.Own is null ? "nothing is known of it" : EffectWords.Of(answer.Own.Entry.Kind);
        page.Entry(0, new Piece(answer.Path, Ink.Strong), TextWidth.Of(Escape.Visible(answer.Path)) + 2, kind);
        if (answer.Path != answer.Written)
            page.Entry(2, TextReport.Label("written"), Hang, new Piece(answer.Written, Whole: true));

        if (answer.Own is null)
            page.Entry(2, TextReport.Label("then"), Hang, Unknown(answer));
        else
            Write(page, answer.Own, rests);

        foreach (FoundEffects method in answer.Methods)
        {
            page.Blank();
            page.Entry(0, new Piece(method.Path, Ink.Strong), TextWidth.Of(Escape.Visible(method.Path)) + 2, EffectWords.When(method.Path[(method.Path.LastIndexOf('.') + 1)..]));
            Write(page, method, rests);
        }
    }

    /// <summary>Writes what is known of a dotted name as a JSON document of schema <c>assay.effects/1</c>.</summary>
    /// <param name="rules">The rules and effect packs in force.</param>
    /// <param name="name">The dotted name.</param>
    /// <param name="evidence">The evidence of one of the effect packs, or null.</param>
    /// <param name="output">Gets the document.</param>
    /// <exception cref="EffectPackException">The evidence belongs to no pack in force, or does not hold together.</exception>
    public static void Show(RuleSet rules, string name, TextReader? evidence, Stream output)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(output);
        EffectAnswer answer = EffectLookup.Of(rules, name);
        ILookup<string, EffectEvidence> rests = Rests(rules, answer, evidence);
        using (Utf8JsonWriter json = new(output, JsonReport.Layout))
        {
            json.WriteStartObject();
            json.WriteString("schema", "assay.effects/1");
            json.WriteString("rules", rules.Digest);
            json.WriteString("name", Escape.WellFormed(answer.Written));
            json.WriteString("path", Escape.WellFormed(answer.Path));
            json.WriteBoolean("known", answer.Own is not null);
            if (answer.Own is null)
            {
                json.WriteBoolean("strict", answer.IsStrict);
                json.WriteString("then", Unknown(answer));
            }
            else
            {
                Write(json, answer.Own, rests);
            }

            json.WriteStartArray("methods");
            foreach (FoundEffects method in answer.Methods)
            {
                json.WriteStartObject();
                json.WriteString("path", Escape.WellFormed(method.Path));
                Write(json, method, rests);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.Write("\n"u8);
    }

    private static string Unknown(EffectAnswer answer) => answer.IsStrict
        ? "The harmless names of its module or class are all listed, and this is none of them: a call of it is suspicious whatever it gets."
        : "A use of it is judged by what the values that it gets can carry: numbers, flags, single words, arrays and containers of them are a note; commands, "
            + "code, paths, addresses, names of callables are suspicious (docs/effects.md). assay effects build makes a pack of packages of your own, for --effects.";

    private static void Write(TextPage page, FoundEffects found, ILookup<string, EffectEvidence> rests)
    {
        EffectEntry entry = found.Entry;
        Write(page, found.Path, entry.Kind is NameKind.Class ? "made" : "call", "call", entry.Call, rests);
        if (entry.Kind is NameKind.Class)
            Write(page, found.Path, "new", "new", entry.New, rests);

        page.Entry(2, TextReport.Label("gives"), Hang, entry.Returns.ToString());
        if (entry.Imported is not ReferenceWeight.None)
            page.Entry(2, TextReport.Label("imported"), Hang, entry.Imported is ReferenceWeight.Harmful ? "as bad as a call" : "suspicious by itself");

        if (entry.MembersHarmless)
            page.Entry(2, TextReport.Label("members"), Hang, "harmless where nothing else is said of them");

        page.Entry(2, TextReport.Label("why"), Hang, entry.Origin.Reason);
        page.Entry(2, TextReport.Label("from"), Hang, $"{entry.Origin.Id}{(found.From.Length > 0 ? $" in {found.From}" : "")}{(found.ListedAs != found.Path ? $", as {found.ListedAs}" : "")}");
        bool first = true;
        foreach (string reference in entry.Origin.References)
        {
            page.Entry(2, TextReport.Label(first ? "see" : ""), Hang, new Piece(reference, Whole: true));
            first = false;
        }
    }

    private static void Write(TextPage page, string path, string label, string route, IReadOnlyList<Effect> effects, ILookup<string, EffectEvidence> rests)
    {
        if (effects.Count == 0)
            page.Entry(2, TextReport.Label(label), Hang, "nothing that acts");

        bool first = true;
        foreach (Effect effect in effects)
        {
            page.Entry(2, TextReport.Label(first ? label : ""), Hang, new Piece(effect.ToString(), Ink.Strong, Whole: true), $"({EffectWords.Of(effect)})");
            foreach (EffectEvidence one in rests[path].Where(e => e.Route == route && e.Effect == effect.ToString()))
                page.Entry(Hang, "", Hang, new Piece(string.Create(CultureInfo.InvariantCulture, $"{one.File}:{one.Line}"), Ink.Faint, Whole: true), new Piece(string.Join(" > ", one.Calls), Ink.Faint));

            first = false;
        }
    }

    private static void Write(Utf8JsonWriter json, FoundEffects found, ILookup<string, EffectEvidence> rests)
    {
        EffectEntry entry = found.Entry;
        json.WriteString("kind", EffectWords.Of(entry.Kind));
        Write(json, found.Path, "call", entry.Call, rests);
        if (entry.Kind is NameKind.Class)
            Write(json, found.Path, "new", entry.New, rests);

        json.WriteString("returns", entry.Returns.ToString());
        json.WriteString("imported", EffectWords.Of(entry.Imported));
        json.WriteBoolean("membersHarmless", entry.MembersHarmless);
        json.WriteString("reason", Escape.WellFormed(entry.Origin.Reason));
        json.WriteString("set", Escape.WellFormed(entry.Origin.Id));
        json.WriteString("from", Escape.WellFormed(found.From));
        json.WriteString("listedAs", Escape.WellFormed(found.ListedAs));
        json.WriteStartArray("references");
        foreach (string reference in entry.Origin.References)
            json.WriteStringValue(Escape.WellFormed(reference));

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string path, string route, IReadOnlyList<Effect> effects, ILookup<string, EffectEvidence> rests)
    {
        json.WriteStartArray(route);
        foreach (Effect effect in effects)
        {
            json.WriteStartObject();
            json.WriteString("effect", Escape.WellFormed(effect.ToString()));
            json.WriteString("kind", EffectKinds.Name(effect.Kind));
            json.WriteString("source", Escape.WellFormed(effect.Source.ToString()));
            json.WriteString("means", Escape.WellFormed(EffectWords.Of(effect)));
            json.WriteStartArray("evidence");
            foreach (EffectEvidence one in rests[path].Where(e => e.Route == route && e.Effect == effect.ToString()))
            {
                json.WriteStartObject();
                json.WriteString("file", Escape.WellFormed(one.File));
                json.WriteNumber("line", one.Line);
                json.WriteStartArray("calls");
                foreach (string call in one.Calls)
                    json.WriteStringValue(Escape.WellFormed(call));

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The evidence for what is shown, by path. EffectEvidence of another pack would say something of other code.</summary>
    private static ILookup<string, EffectEvidence> Rests(RuleSet rules, EffectAnswer answer, TextReader? evidence)
    {
        if (evidence is null)
            return Array.Empty<EffectEvidence>().ToLookup(e => e.Path);

        string digest = PackEvidence.ReadHead(evidence);
        if (!rules.Callables.Knowledge.Stores.Any(s => s is EffectPack pack && pack.Digest == digest))
            throw new EffectPackException("The evidence belongs to none of the effect packs in force.");

        HashSet<string> paths = [answer.Path, .. answer.Methods.Select(m => m.Path)];
        return PackEvidence.Of(evidence, paths).ToLookup(e => e.Path);
    }
}
