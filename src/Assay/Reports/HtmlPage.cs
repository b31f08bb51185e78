// What an HTML report looks like and does, and how text comes into it.
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Assay.Reports;

/// <summary>The style and the script of an HTML report, and the escaping of texts.</summary>
internal static class HtmlPage
{
    /// <summary>The style: light or dark as the reader has it, and for paper.</summary>
    public const string Style = """

        :root { --ink: #1b1f24; --soft: #57606a; --page: #ffffff; --box: #f6f8fa; --line: #d0d7de; --malicious: #b3131c; --suspicious: #8a5300; --incomplete: #5b3fa8; --passed: #116329; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9aa4ae; --page: #0d1117; --box: #161b22; --line: #30363d; --malicious: #ff7b72; --suspicious: #e3a33c; --incomplete: #bfa3ff; --passed: #56d364; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin: .2rem 0; } h3 { font-size: 1rem; margin: 1rem 0 .3rem; }
        .lead { font-size: 1.05rem; }
        summary, .lead, li { overflow-wrap: anywhere; }
        pre { margin: .3rem 0; padding: .6rem .8rem; background: var(--box); border: 1px solid var(--line); border-radius: .3rem; white-space: pre-wrap; }
        code, pre, .evidence td, .path { font-family: ui-monospace, monospace; font-size: .88em; overflow-wrap: anywhere; }
        .badge { display: inline-block; padding: 0 .5em; border: 2px solid currentColor; border-radius: .4em; font-size: .8em; font-weight: 700; }
        .malicious, .critical, .high { color: var(--malicious); } .suspicious, .medium { color: var(--suspicious); } .incomplete { color: var(--incomplete); } .passed { color: var(--passed); } .low, .info { color: var(--soft); }
        .counts { display: flex; flex-wrap: wrap; gap: .3rem 1.5rem; padding: 0; list-style: none; }
        .tools { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .7rem; background: var(--box); border: 1px solid var(--line); border-radius: .5rem; }
        .tools input[type=search] { width: 18rem; max-width: 100%; }
        input, button { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--line); border-radius: .3rem; padding: .15rem .5rem; }
        .file { margin: .8rem 0; border: 1px solid var(--line); border-radius: .5rem; }
        .file > summary { padding: .6rem .8rem; background: var(--box); border-radius: .5rem; cursor: pointer; }
        .file > div { padding: .2rem 1rem 1rem; }
        .soft { color: var(--soft); }
        .finding { border-left: 4px solid var(--line); padding-left: .8rem; margin: 1rem 0; }
        .finding details { margin: .3rem 0; }
        .evidence { border-collapse: collapse; width: 100%; } .evidence th { text-align: left; font-weight: 400; color: var(--soft); padding: .1rem .8rem .1rem 0; vertical-align: top; white-space: nowrap; } .evidence td { padding: .1rem 0; white-space: pre-wrap; }
        .hidden { display: none; }
        footer { margin-top: 2rem; color: var(--soft); font-size: .85em; }
        @media print { body { max-width: none; padding: 0; background: #fff; color: #000; } .tools { display: none; } .file, .finding { break-inside: avoid-page; } }

        """;

    /// <summary>The script: search, verdicts, opening and closing, and everything open on paper. The report is whole without it.</summary>
    public const string Script = """

        'use strict';
        const files = [...document.querySelectorAll('.file')];
        const search = document.getElementById('search');
        const verdicts = [...document.querySelectorAll('input[name=verdict]')];
        const texts = new Map();
        function narrow() {
          const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
          const wanted = new Set(verdicts.filter(v => v.checked).map(v => v.value));
          let shown = 0;
          for (const file of files) {
            if (words.length && !texts.has(file)) texts.set(file, file.textContent.toLowerCase());
            const fits = wanted.has(file.dataset.verdict) && words.every(w => texts.get(file).includes(w));
            file.classList.toggle('hidden', !fits);
            shown += fits ? 1 : 0;
          }
          document.getElementById('shown').textContent = shown === files.length ? '' : shown + ' of ' + files.length + ' shown';
        }
        function all(open) { for (const d of document.querySelectorAll('details')) d.open = open; }
        search.addEventListener('input', narrow);
        for (const v of verdicts) v.addEventListener('change', narrow);
        document.querySelector('form').addEventListener('submit', e => e.preventDefault());
        document.getElementById('open').addEventListener('click', () => all(true));
        document.getElementById('close').addEventListener('click', () => all(false));
        addEventListener('beforeprint', () => all(true));

        """;

    /// <summary>What a browser may do with the report: nothing but its own style and script.</summary>
    public static string SecurityPolicy { get; } = $"default-src 'none'; style-src '{Digest(Style)}'; script-src '{Digest(Script)}'; base-uri 'none'; form-action 'none'";

    /// <summary>A text as HTML: nothing in it is markup, and nothing in it is invisible.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(Escape.Visible(text));

    private static string Digest(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
