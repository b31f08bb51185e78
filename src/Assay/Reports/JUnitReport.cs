// The report for build servers: JUnit's XML, one test for each file.
using System.Globalization;
using System.Text;
using System.Xml;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Detection;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as JUnit XML, as Jenkins, GitLab and GitHub's actions read it: a suite and a test for each file, which fails where it is malicious or suspicious, and errs where it
/// was not read in full. Findings that are only worth knowing are its output.
/// </summary>
public sealed class JUnitReport : IScanReport
{
    private const int Shown = 50;
    private readonly Stream _output;
    private readonly XmlWriter _xml;
    private readonly ScanHead _head;

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public JUnitReport(Stream output, ScanHead head)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        (_output, _head) = (output, head);
        _xml = XmlWriter.Create(output, new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CloseOutput = false });
        _xml.WriteStartDocument();
        _xml.WriteStartElement("testsuites");
        _xml.WriteAttributeString("name", $"Assay {_head.Version}");
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        if (result.Report is { } target)
        {
            Suite(target.Path, target.Judgement, target.Formats.Count > 0 ? string.Join(", ", target.Formats) : "file");
        }
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        // A folder that is no worse than its files has no test of its own: each of theirs fails already.
        if (bundle.Judgement is { Findings.Count: > 0 } or { Unread.Count: > 0 } or { Waived.Count: > 0 } or { WaivedUnread.Count: > 0 })
        {
            Suite(bundle.Path, bundle.Judgement, "folder");
        }
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _xml.WriteEndElement();
        _xml.WriteEndDocument();
        _xml.Flush();
        _output.Write("\n"u8);
        _output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _xml.Dispose();

    private void Suite(string path, Judgement judgement, string kind)
    {
        bool fails = judgement.Verdict >= Verdict.Suspicious;
        bool errs = judgement.Verdict == Verdict.Incomplete;
        _xml.WriteStartElement("testsuite");
        _xml.WriteAttributeString("name", Text(path));
        _xml.WriteAttributeString("tests", "1");
        _xml.WriteAttributeString("failures", fails ? "1" : "0");
        _xml.WriteAttributeString("errors", errs ? "1" : "0");
        _xml.WriteAttributeString("skipped", "0");
        _xml.WriteStartElement("testcase");
        _xml.WriteAttributeString("name", Text(path));
        _xml.WriteAttributeString("classname", Text("assay." + kind));
        _xml.WriteAttributeString("time", "0");
        if (fails || errs)
        {
            _xml.WriteStartElement(fails ? "failure" : "error");
            _xml.WriteAttributeString("type", Words.Of(judgement.Verdict));
            _xml.WriteAttributeString("message", Text(First(judgement)));
            _xml.WriteString(Text(Body(path, judgement), lines: true));
            _xml.WriteEndElement();
        }

        Finding[] notes = ReportGroups.Notes(judgement.Findings);
        string[] purpose = Account.Of(judgement.Findings) is { } account ? [$"looks like: {string.Join(", ", account.Purposes)}", .. account.Reached.Select(r => $"reaches: {r}")] : [];
        if (purpose.Length + notes.Length + judgement.Waived.Count + judgement.WaivedUnread.Count > 0)
        {
            _xml.WriteStartElement("system-out");
            IEnumerable<string> lines = [.. purpose, .. notes.Take(Shown).Select(n => $"note: {n.Message} ({n.Rule.Id})"),
                .. judgement.Waived.Take(Shown).Select(w => $"waived: {w.Finding.Message} ({w.Finding.Rule.Id}; {TextFinding.WhatFor(w.Waiver)})"),
                .. judgement.WaivedUnread.Take(Shown).Select(w => $"accepted: {w.Unread.Detail} ({TextFinding.WhatFor(w.Waiver)})")];
            _xml.WriteString(string.Join('\n', lines.Select(l => Text(l))));
            _xml.WriteEndElement();
        }

        _xml.WriteEndElement();
        _xml.WriteEndElement();
        _xml.Flush();
    }

    private static string First(Judgement judgement) =>
        judgement.Findings.FirstOrDefault(f => f.Severity >= Severity.Medium) is { } finding ? $"{finding.Rule.Title} ({finding.Rule.Id})"
        : judgement.Unread.Count > 0 ? $"Not read: {judgement.Unread[0].Detail}" : Words.Of(judgement.Verdict);

    private static string Body(string path, Judgement judgement)
    {
        StringBuilder text = new();
        foreach (Finding[] places in ReportGroups.Deciding(judgement.Findings))
        {
            Rule rule = places[0].Rule;
            text.Append(CultureInfo.InvariantCulture, $"{Words.Of(places[0].Severity).ToUpperInvariant()} {rule.Title} ({rule.Id})\n");
            foreach (Finding place in places.Take(Shown))
            {
                text.Append(CultureInfo.InvariantCulture, $"  {Escape.Visible(place.Message)} [{Escape.Visible(ReportGroups.Place(path, place))}]\n");
                foreach (Evidence evidence in place.Evidence.Take(8))
                {
                    text.Append(CultureInfo.InvariantCulture, $"    {Escape.Visible(evidence.Kind)}: {Escape.Visible(Escape.Cut(evidence.Text, 300))}\n");
                }
            }

            text.Append(CultureInfo.InvariantCulture, $"  Why: {rule.Why}\n  What to do: {rule.Fix}\n");
        }

        foreach (UnreadFact unread in judgement.Unread.Take(Shown))
        {
            text.Append(CultureInfo.InvariantCulture, $"NOT READ {Words.Of(unread.Cause)}: {Escape.Visible(unread.Detail)} [{Escape.Visible(unread.Path)}, offset {unread.Offset}]\n");
        }

        return text.ToString();
    }

    /// <summary>XML has no place for most control characters, not even escaped.</summary>
    private static string Text(string text, bool lines = false) => lines ? string.Join('\n', text.Split('\n').Select(Escape.Visible)) : Escape.Visible(text);
}
