// Reads SVG pictures: what of them would run where somebody opens them.
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Formats.Xml;

namespace Assay.Formats.Media;

/// <summary>
/// A picture in SVG. Where a page or a browser opens it as a document, its scripts run, its handlers wait for events and links lead elsewhere; as a picture in a page none of that happens, and no loader of models
/// opens it. Tools that draw such pictures bring scripts of their own (profilers, plots): what tells an attack is that a script reaches the network, the page around it or hidden text.
/// Specification: SVG 2, chapters on scripting and linking.
/// </summary>
internal sealed class SvgFormat : IFormat
{
    private const int MostTold = 16;
    private const int LongestScript = 256 << 10;
    private static readonly string[] s_reaching = ["fetch(", "XMLHttpRequest", "document.cookie", "eval(", "atob(", "localStorage", "sessionStorage", "WebSocket", "sendBeacon", "window.location", "document.location", "location.href", "top.location", "importScripts", "createElement('script", "createElement(\"script", "innerHTML", "fromCharCode", "http://", "https://"];

    public string Id => "svg";

    public string Name => "SVG picture";

    public FormatSupport Support => FormatSupport.Full;

    public IReadOnlyList<string> Extensions { get; } = [];

    public Claim? Probe(ProbeView view) => XmlRoot.Of(view) is { Name: "svg" } ? new Claim(view.Range, ClaimStrength.Certain) : null;

    public void Read(Claim claim, ReadContext context)
    {
        int told = 0;
        long scriptAt = -1;
        System.Text.StringBuilder script = new();
        context.Lines = new Texts.LineMap(context.Artifact.Bytes, claim.Range).Of;
        new XmlDocumentReading(claim, context).Read(xml =>
        {
            switch (xml.Type)
            {
                case XmlTokenType.StartElement:
                    string name = xml.LocalName.ToString();
                    scriptAt = name.Equals("script", StringComparison.OrdinalIgnoreCase) ? xml.Offset : scriptAt;
                    foreach (XmlAttribute attribute in xml.Attributes)
                    {
                        if (told < MostTold && Acts(name, attribute) is { } what)
                        {
                            told++;
                            context.Anomaly("svg.script", attribute.Offset, 0, what);
                        }
                    }

                    break;
                case XmlTokenType.Text when scriptAt >= 0 && script.Length < LongestScript:
                    script.Append(xml.Text);
                    break;
                case XmlTokenType.EndElement when scriptAt >= 0:
                    if (told < MostTold && Reaches(script.ToString()) is { } reached)
                    {
                        told++;
                        context.Anomaly("svg.script", scriptAt, 0, $"A script of the picture uses {reached}.");
                    }

                    script.Clear();
                    scriptAt = -1;
                    break;
            }
        });
    }

    /// <summary>What an attribute does: a handler of an event, a link to a script, a script from elsewhere.</summary>
    private static string? Acts(string element, XmlAttribute attribute)
    {
        string local = attribute.Name[(attribute.Name.IndexOf(':', StringComparison.Ordinal) + 1)..];
        string value = attribute.Value.Trim();
        bool isScript = value.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("data:text/html", StringComparison.OrdinalIgnoreCase) || value.StartsWith("vbscript:", StringComparison.OrdinalIgnoreCase);
        if (local is "href" or "src" or "to" or "from" or "values" && isScript)
        {
            return $"A {Short(element)} leads to {Short(value)}.";
        }

        if (element.Equals("script", StringComparison.OrdinalIgnoreCase) && local is "href" or "src" && value.Contains("//", StringComparison.Ordinal))
        {
            return $"The picture runs a script of {Short(value)}.";
        }

        if (element is "iframe" or "embed" or "object" && local is "src" or "data" && value.Contains("//", StringComparison.Ordinal))
        {
            return $"The picture shows the page {Short(value)}.";
        }

        bool isHandler = local.Length > 3 && local.StartsWith("on", StringComparison.OrdinalIgnoreCase) && local.AsSpan(2).IndexOfAnyExceptInRange('a', 'z') < 0;
        return !isHandler ? null : Reaches(value) is { } reached ? $"{local} uses {reached}: {Short(value)}" : value.Contains("alert(", StringComparison.Ordinal) ? $"{local} runs {Short(value)}" : null;
    }

    private static string? Reaches(string script)
    {
        foreach (string word in s_reaching)
        {
            int at = script.IndexOf(word, StringComparison.Ordinal);
            if (at >= 0 && !(word.StartsWith("http", StringComparison.Ordinal) && script.AsSpan(at).StartsWith("http://www.w3.org/")))
            {
                return word.TrimEnd('(');
            }
        }

        return null;
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..97] + "...";
}
