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
        if (!target.IsTestLoaded)
        {
            return;
        }

        BehaviourFact[] events = [.. target.Events.Where(e => e.Kind != BehaviourFact.LoadEnding)];
        if (!brief)
        {
            page.Blank();
            page.Line(2, new Piece("TEST LOAD", Ink.Faint), events.Length > 0 ? "  what was seen, in order of time; [n<m] is process n, started by m" : "");
        }

        Endings(page, target.Events);
        if (events.Length == 0 || brief)
        {
            page.Entry(4, TextReport.Label("seen"), Hang, events.Length > 0 ? $"{Words.Count(events.Length, "event")}; --format json lists them"
                : target.Events.Count > 0 ? "nothing that a load does not do by itself; elsewhere or later it may do more" : "no load took place");
            return;
        }

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

        if (events.Length > Shown)
        {
            page.Line(4, new Piece($"and {Words.Count(events.Length - Shown, "more event")}; --format json lists all", Ink.Faint));
        }
    }

    /// <summary>Which loaders loaded the file, and how that ended.</summary>
    private static void Endings(TextPage page, IReadOnlyList<BehaviourFact> events)
    {
        foreach (BehaviourFact ending in events.Where(e => e.Kind == BehaviourFact.LoadEnding))
        {
            string runs = ending.Runs > 1 ? $", in {ending.SeenIn} of {Words.Count(ending.Runs, "load")}" : "";
            string record = ending.Arguments.Count > 0 ? " (" + string.Join(", ", ending.Arguments) + ")" : "";
            page.Entry(4, TextReport.Label("load"), Hang, $"{ending.Loader}: {Escape.Cut(ending.Subject, 200)}{runs}{Escape.Cut(record, 300)}");
        }
    }
}
