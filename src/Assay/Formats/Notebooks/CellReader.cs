// Takes the code of the cells out of a notebook.
using System.Text;
using Assay.Artifacts;
using Assay.Formats.Configuration;

namespace Assay.Formats.Notebooks;

/// <summary>Collects the sources of code cells, and what language they are in.</summary>
internal sealed class CellReader : IValueSink
{
    private const int LongestCode = 8 << 20;
    private const int MostScripts = 64;
    private static readonly string[] s_reaching = ["os.system", "subprocess", "popen", "exec(", "eval(", "__import__", "urllib", "requests", "socket", "open(", "get_ipython", "curl ", "wget "];
    private static readonly string[] s_known = ["plot.ly", "plotly.com", "cloudflare.com", "jsdelivr.net", "unpkg.com", "gstatic.com", "googleapis.com", "google.com", "bokeh.org", "pydata.org", "holoviz.org", "mathjax.org", "d3js.org", "jquery.com", "bootstrapcdn.com", "github.com", "github.io", "rawgit.com", "githubusercontent.com", "fontawesome.com", "jupyter.org", "wandb.ai", "vega.github.io", "esm.sh", "skypack.dev", "datatables.net", "leafletjs.com", "mapbox.com", "highcharts.com", "amcharts.com", "altair-viz.github.io", "kaggle.com", "databricks.com", "polyfill.io", "localhost", "127.0.0.1"];
    private static readonly System.Buffers.SearchValues<char> s_hostLetters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    private readonly List<(bool IsMap, string Key)> _open = [];
    private StringBuilder? _source;
    private string _type = "";
    private List<long> _lines = [];
    private long _at;
    private int _cell = -1;
    private int _length;

    /// <summary>The code, with where it stands, and where each of its lines does.</summary>
    public List<(string Code, long Offset, IReadOnlyList<long> Lines)> Code { get; } = [];

    /// <summary>Hosts of which outputs run scripts, but for those from which plotting libraries are served.</summary>
    public List<(string Host, long Offset)> Scripts { get; } = [];

    /// <summary>Whether the notebook says that it is Python, or nothing else.</summary>
    public bool IsPython { get; private set; } = true;

    /// <summary>Whether there is more than is read.</summary>
    public bool IsCut { get; private set; }

    private string Key0 => _open.Count > 0 ? _open[^1].Key : "";

    public void StartMap(long offset, string tag = "")
    {
        if (_cell < 0 && _open.Count >= 2 && !_open[^1].IsMap && _open[^2].Key is "cells")
        {
            _cell = _open.Count;
            (_source, _type, _at, _lines) = (new StringBuilder(), "", offset, []);
        }

        _open.Add((true, ""));
    }

    public void StartList(long offset, string tag = "") => _open.Add((false, ""));

    public void End(long offset)
    {
        _open.RemoveAt(_open.Count - 1);
        if (_open.Count == _cell)
        {
            if (_type is "code" && _source is { Length: > 0 } code)
            {
                Code.Add((code.ToString(), _at, _lines));
            }

            _cell = -1;
            _source = null;
        }
    }

    public void Key(string key, long offset) => _open[^1] = (true, key);

    private void Script(ScalarValue value)
    {
        int at = Math.Max(0, value.Text.IndexOf("<script", StringComparison.OrdinalIgnoreCase));
        int end = value.Text.IndexOf('>', at);
        string tag = end > at ? value.Text[at..end] : "";
        int source = tag.IndexOf("src=", StringComparison.OrdinalIgnoreCase);
        int scheme = source < 0 ? -1 : tag.IndexOf("//", source, StringComparison.Ordinal);
        string host = scheme < 0 ? "" : tag[(scheme + 2)..].Split('/', ':', '"', '\'', '?', ' ', '\\')[0].ToLowerInvariant();
        if (host.Contains('.', StringComparison.Ordinal) && !IsKnown(host))
        {
            Scripts.Add((host, value.Offset));
        }
        else if (ReachesKernel(value.Text))
        {
            Scripts.Add(("", value.Offset));
        }
    }

    /// <summary>Whether a script of a page speaks to the server that shows it as its user would: it opens a terminal, or has the kernel run what reaches out. Plotting libraries hand the kernel their own names.</summary>
    public static bool ReachesKernel(string script) =>
        script.Contains("/api/terminals", StringComparison.Ordinal) || script.Contains("terminals/websocket", StringComparison.Ordinal) || script.Contains("/api/contents", StringComparison.Ordinal)
        || ((script.Contains("kernel.execute(", StringComparison.Ordinal) || script.Contains("/api/kernels", StringComparison.Ordinal)) && Array.Exists(s_reaching, w => script.Contains(w, StringComparison.Ordinal)));

    /// <summary>The hosts that a script names, but for those from which plotting libraries are served.</summary>
    public static IEnumerable<string> ForeignHosts(string script)
    {
        for (int at = script.IndexOf("://", StringComparison.Ordinal); at >= 0; at = script.IndexOf("://", at + 3, StringComparison.Ordinal))
        {
            int end = script.AsSpan(at + 3).IndexOfAnyExcept(s_hostLetters);
            string host = script[(at + 3)..(end < 0 ? script.Length : at + 3 + end)].ToLowerInvariant();
            if (host.Contains('.', StringComparison.Ordinal) && !IsKnown(host))
            {
                yield return host;
            }
        }
    }

    private static bool IsKnown(string host) => host is "www.w3.org" || Array.Exists(s_known, k => host == k || host.EndsWith("." + k, StringComparison.Ordinal));

    public void Scalar(ScalarValue value)
    {
        string parent = _open.Count > 1 && !_open[^1].IsMap ? _open[^2].Key : Key0;
        int depth = _open.Count - _cell;
        if (_cell >= 0 && depth > 2 && (value.Text.Contains("<script", StringComparison.OrdinalIgnoreCase) || parent is "application/javascript") && Scripts.Count < MostScripts)
        {
            Script(value);
        }
        else if (_cell >= 0 && depth > 2 && ReachesKernel(value.Text) && Scripts.Count < MostScripts && parent is "text/html" or "image/svg+xml")
        {
            // The lines of an output stand one by one in a list.
            Scripts.Add(("", value.Offset));
        }

        if (_cell >= 0 && depth <= 2 && parent is "source" or "input" && _source is not null)
        {
            IsCut |= value.IsCut || (_length += value.Text.Length) > LongestCode;
            if (!IsCut)
            {
                _at = _source.Length == 0 ? value.Offset : _at;
                _source.Append(value.Text);
                if (!_open[^1].IsMap && !value.Text.EndsWith('\n'))
                {
                    // The last line of a list has no end; others have theirs.
                    _source.Append('\n');
                }

                // Each line of code stands in a line of the notebook, as a rule.
                for (int line = value.Text.AsSpan().TrimEnd('\n').Count('\n'); line >= 0; line--)
                {
                    _lines.Add(value.Offset);
                }
            }
        }
        else if (_cell >= 0 && depth == 1 && Key0 is "cell_type")
        {
            _type = value.Text;
        }
        else if (_cell < 0 && Key0 is "language" && value.Kind is EntryKind.Text)
        {
            IsPython = value.Text.StartsWith("python", StringComparison.OrdinalIgnoreCase);
        }
    }
}
