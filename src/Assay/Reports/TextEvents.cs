// What test loads did, in the report for people: a timeline, loader by loader.
using Assay.Artifacts;

namespace Assay.Reports;

/// <summary>Writes the timeline of test loads: phase, process, what was done. What Python alone says is marked.</summary>
internal static class TextEvents
{
    private const int Shown = 24;
    private const int Hang = 12;

    public static void Write(TextPage page, IReadOnlyList<BehaviourFact> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        page.Blank();
        page.Line(2, new Piece("TEST LOAD", Ink.Faint), "  what was seen, in order of time; [n<m] is process n, started by m");
        string loader = "";
        foreach (BehaviourFact seen in events.Take(Shown))
        {
            if (seen.Loader != loader)
            {
                loader = seen.Loader;
                page.Entry(4, TextReport.Label("with"), Hang, loader);
            }

            string process = seen.Parent > 0 ? $"[{seen.Process}<{seen.Parent}] " : $"[{seen.Process}] ";
            string source = seen.Source switch
            {
                BehaviourSource.Python => "(Python says)",
                BehaviourSource.Sandbox => "(the sandbox)",
                _ => "",
            };
            string text = process + Escape.Cut(Detection.Behaviours.BehaviourFindings.Describe(seen), 300);
            page.Entry(4, TextReport.Label(seen.Phase), Hang, source.Length > 0 ? [text, new Piece(source, Ink.Faint, true)] : [text]);
        }

        if (events.Count > Shown)
        {
            page.Line(4, new Piece($"and {Words.Count(events.Count - Shown, "more event")}; --format json lists all", Ink.Faint));
        }
    }
}
