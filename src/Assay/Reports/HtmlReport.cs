// The report for browsers and for paper: one HTML file that needs nothing else.
using System.Globalization;
using System.Text;
using Assay.Bytes;
using Assay.Policies;
using Assay.Scanning;

namespace Assay.Reports;

/// <summary>
/// Writes a report as one self-contained HTML file: the verdict and the counts first, then each file with its findings, searchable and to be narrowed down by verdict; evidence opens by a
/// click, on paper all of it is open. It follows the reader's choice of light or dark. Text from files is escaped, and the file's own policy lets nothing run and nothing load but what
/// stands in it (Content-Security-Policy with the digests of its script and style).
/// </summary>
public sealed class HtmlReport : IScanReport
{
    private readonly Stream _output;
    private readonly ScanHead _head;
    private readonly TextSpool _body;
    private readonly ReportSummary _summary = new();

    /// <summary>Begins a report on <paramref name="output"/>, which stays open.</summary>
    public HtmlReport(Stream output, ScanHead head, Scratch scratch)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(scratch);
        (_output, _head) = (output, head);
        _body = new TextSpool(scratch);
    }

    /// <inheritdoc/>
    public void Add(ScanResult result)
    {
        _summary.Add(result);
        if (result.Report is { } target)
        {
            StringBuilder html = new();
            HtmlTarget.Write(html, target);
            _body.Add(html);
        }
    }

    /// <inheritdoc/>
    public void Add(BundleReport bundle)
    {
        _summary.Add(bundle);
        StringBuilder html = new();
        HtmlTarget.Write(html, bundle);
        _body.Add(html);
    }

    /// <inheritdoc/>
    public void Finish(LeftAside aside = default)
    {
        _summary.Add(aside);
        string verdict = Words.Of(_summary.Verdict);
        StringBuilder html = new();
        html.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<meta http-equiv=\"Content-Security-Policy\" content=\"{HtmlPage.SecurityPolicy}\">\n");
        html.Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n");
        html.Append(CultureInfo.InvariantCulture, $"<title>Assay: {verdict}</title>\n<style>{HtmlPage.Style}</style>\n</head>\n<body>\n<header>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h1><span class=\"badge {verdict}\">{verdict.ToUpperInvariant()}</span> {HtmlPage.Text(ReportGroups.Sentence(_summary))}</h1>\n<ul class=\"counts\">\n");
        foreach (Verdict one in (Verdict[])[Verdict.Malicious, Verdict.Suspicious, Verdict.Incomplete, Verdict.Passed])
        {
            html.Append(CultureInfo.InvariantCulture, $"<li class=\"{Words.Of(one)}\"><b>{_summary[one]:N0}</b> {Words.Of(one)}</li>\n");
        }

        html.Append(CultureInfo.InvariantCulture, $"<li><b>{_summary.Ignored:N0}</b> ignored</li>\n<li><b>{_summary.Findings:N0}</b> findings</li>\n<li><b>{HtmlPage.Text(Words.Size(_summary.Bytes))}</b> examined</li>\n</ul>\n");
        html.Append("<form class=\"tools\" role=\"search\">\n<label>Search <input id=\"search\" type=\"search\" placeholder=\"path, rule, evidence\"></label>\n");
        foreach (Verdict one in (Verdict[])[Verdict.Malicious, Verdict.Suspicious, Verdict.Incomplete, Verdict.Passed])
        {
            html.Append(CultureInfo.InvariantCulture, $"<label><input type=\"checkbox\" name=\"verdict\" value=\"{Words.Of(one)}\" checked> {Words.Of(one)}</label>\n");
        }

        html.Append("<button type=\"button\" id=\"open\">Open all</button>\n<button type=\"button\" id=\"close\">Close all</button>\n<output id=\"shown\"></output>\n</form>\n</header>\n<main>\n");
        Write(html);
        _body.CopyTo(_output);
        html.Clear();
        html.Append(CultureInfo.InvariantCulture, $"</main>\n<footer>\n<p>Assay {HtmlPage.Text(_head.Version)}, rules {HtmlPage.Text(_head.RulesVersion)} <code>{HtmlPage.Text(_head.RulesDigest)}</code>");
        if (_head.Policy.Name.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture, $", policy {HtmlPage.Text(_head.Policy.Name)} <code>{HtmlPage.Text(_head.Policy.Digest)}</code>");
        }

        html.Append(CultureInfo.InvariantCulture, $"</p>\n</footer>\n<script>{HtmlPage.Script}</script>\n</body>\n</html>\n");
        Write(html);
        _output.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _body.Dispose();

    private void Write(StringBuilder text) => _output.Write(Encoding.UTF8.GetBytes(text.ToString()));
}
