// What test loads did, in the report for people: a timeline, loader by loader.
using Assay.Artifacts;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>Writes the timeline of test loads: phase, process, what was done. What Python alone says is marked.</summary>
internal static class TextEvents
{
    private const int Shown = 24;
    private const int Hang = 12;

    /// <summary>Writes the timeline; in brief, only how the loads ended and how much was seen.</summary>
    public static void Write(TextPage page, TargetReport target, bool brief)
    {
        if (LoadAccount.Of(target) is not { } loads)
        {
            return;
        }

        if (!brief)
        {
            page.Blank();
            page.Line(2, new Piece("TEST LOAD", Ink.Faint), loads.Events.Count > 0 ? "  what was seen, in order of time; [n<m] is process n, started by m" : "");
        }

        foreach (string ending in loads.Endings)
        {
            page.Entry(4, TextReport.Label("load"), Hang, ending);
        }

        if (loads.Events.Count == 0 || brief)
        {
            page.Entry(4, TextReport.Label("seen"), Hang, loads.Seen);
            return;
        }

        string loader = "";
        foreach (BehaviourFact seen in loads.Events.Take(Shown))
        {
            if (seen.Loader != loader)
            {
                loader = seen.Loader;
                page.Entry(4, TextReport.Label("with"), Hang, loader);
            }

            string text = $"{LoadAccount.Process(seen)} {LoadAccount.Describe(seen)}";
            string source = LoadAccount.Source(seen);
            page.Entry(4, TextReport.Label(seen.Phase), Hang, source.Length > 0 ? [text, new Piece(source, Ink.Faint, true)] : [text]);
        }

        if (loads.Events.Count > Shown)
        {
            page.Line(4, new Piece($"and {Words.Count(loads.Events.Count - Shown, "more event")}; --format json lists all", Ink.Faint));
        }
    }
}
