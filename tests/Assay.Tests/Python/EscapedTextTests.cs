// Escapes outside of source, as CPython's codecs undo them.
using System.Text;
using Assay.Python.Literals;
using Assay.Python.Syntax;
using Assay.Tests.Builders;

namespace Assay.Tests.Python;

public sealed class EscapedTextTests
{
    private static readonly string[] s_texts =
    [
        "", "plain", @"\n\t\\\'\""\a\b\f\r\v", @"\x41\x4", @"\x", @"\101\7\0\777\400", @"\q\8", @"\u0041\u41", @"\U0001F600", @"\U00110000", @"\ud83d\ude00", @"\ud800x",
        @"\N{LATIN SMALL LETTER A}", @"\N{}", @"\N", "a\\\nb", "a\\\r\nb", "a\r\nb", "\\", @"\\", @"\\\", @"\\u0041", @"\\\u0041", "é\\xe9", @"\u", @"\U0041", "x\\",
    ];

    [Fact]
    public void EveryEscapeIsWhatCPythonMakesOfIt()
    {
        string list = string.Join(',', s_texts.Select(t => $"bytes.fromhex('{Convert.ToHexString(Encoding.Latin1.GetBytes(t))}')"));
        string[] rows = Encoding.ASCII.GetString(CPython.Run($$"""
            import codecs, warnings
            warnings.simplefilter('ignore')
            def tried(f):
                try: v = f()
                except Exception: return 'raises'
                return '=' + (v if isinstance(v, bytes) else v.encode('utf-16-le', 'surrogatepass')).hex()
            for t in [{{list}}]:
                print(tried(lambda: codecs.escape_decode(t)[0]), tried(lambda: t.decode('unicode_escape')), tried(lambda: t.decode('raw_unicode_escape')))
            """)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(s_texts.Length, rows.Length);
        for (int i = 0; i < rows.Length; i++)
        {
            byte[] text = Encoding.Latin1.GetBytes(s_texts[i]);
            string ours = string.Join(' ', Shown(EscapedText.Bytes(text)), Shown(EscapedText.Text(text)), Shown(EscapedText.Text(text, StringEscapes.CodePoints)));
            Assert.Equal((s_texts[i], rows[i].TrimEnd()), (s_texts[i], ours));
        }
    }

    private static string Shown(byte[]? value) => value is null ? "raises" : "=" + Convert.ToHexStringLower(value);

    private static string Shown(string? value) => value is null ? "raises" : "=" + string.Concat(value.Select(c => $"{c & 0xFF:x2}{c >> 8:x2}"));
}
