// The encodings of source, which CPython tells.
using System.Text;
using Assay.Python.Syntax;
using Assay.Tests.Builders;

namespace Assay.Tests.Python.Syntax;

public sealed class SourceTextTests
{
    private static readonly string[] s_sources =
    [
        "x = 'plain'", "# -*- coding: latin-1 -*-\nx = '\u00e9'", "#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\nx = '\u00a4'", "# coding=cp1252\nx = '\u0080'", "# coding: koi8-r\nx = '\u00c1'",
        "x = 1\n# coding: latin-1\ny = 'z'", "\n# coding: latin-1\ny = '\u00e9'", "\f # coding: ascii\nx = 'a'", "# coding: unicode_escape\nx = 'a'\\x0ay = 'b'", "# coding: raw_unicode_escape\nx = '\\u0041'",
        "# coding: utf-7\nx = '+AOk-'", "# coding: utf-8-sig\nx = 'a'", "# coding: UTF_8\nx = 'a'", "# coding: cp437\nx = '\u0081'", "# coding: shift_jis\nx = '\u0082\u00a0'", "# coding: big5\nx = '\u00a4\u00a4'", "# coding: euc_jp\nx = '\u00a4\u00a2'",
        "# coding: gbk\nx = '\u00d6\u00d0'", "# coding: no-such-thing\nx = 1", "# coding: rot13\nk = 1", "# coding: ascii\nx = '\u00e9'", "# encoding is a word: latin-1\nx = 'a'", "\r# coding: latin-1\rx = '\u00e9'", "x = '\u00e9'", "\u00ef\u00bb\u00bfx = 'a'", "\u00ef\u00bb\u00bf# coding: latin-1\nx = 'a'",
        "# coding: iso8859-5\nx = '\u00d0'", "# coding: mac_roman\nx = '\u008e'", "# coding: hex\nx = 1",
    ];

    [Fact]
    public void TheTextIsThatWhichCPythonReads()
    {
        string[] expected = CPython.Lines(
            """
            import ast, sys
            for line in sys.argv[1].split():
                try: tree = ast.parse(bytes.fromhex(line))
                except SyntaxError: print("error"); continue
                print(*(n.value.encode().hex() for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)), sep=".")
            """,
            string.Join(' ', s_sources.Select(s => Convert.ToHexStringLower(Encoding.Latin1.GetBytes(s)))));
        Assert.Equal(expected, s_sources.Select(Strings));
    }

    private static string Strings(string source)
    {
        SourceText text = SourceText.Decode(Encoding.Latin1.GetBytes(source));
        if (text.Error is not null)
        {
            return "error";
        }

        List<string> found = [];
        PythonLexer lexer = new(text);
        for (Token token = lexer.Read(); token.Kind != TokenKind.EndMarker; token = lexer.Read())
        {
            if (token.Kind == TokenKind.String)
            {
                StringLiteral.Split(text.Slice(token.Start, token.End), out Range content);
                byte[] value = new byte[token.Length];
                int length = StringLiteral.Decode(text.Slice(token.Start, token.End)[content], StringEscapes.All, value, out _);
                found.Add(Convert.ToHexStringLower(value.AsSpan(0, length)));
            }
        }

        return string.Join('.', found);
    }

    [Fact]
    public void WhatCannotBeDecodedIsReadAllTheSame()
    {
        SourceText text = SourceText.Decode([.. "# coding: no-such-thing\nx = '"u8, 0xE9, (byte)'\'']);
        Assert.Equal(SyntaxErrorKind.UnknownEncoding, text.Error?.Kind);
        Assert.EndsWith("'é'", Encoding.UTF8.GetString(text.Slice(text.Start, text.End)), StringComparison.Ordinal);
    }

    [Fact]
    public void TheFirstByteThatIsNoUtf8IsTold() =>
        Assert.Equal(new SyntaxError(SyntaxErrorKind.UndecodableBytes, 4), SourceText.Decode([.. "x=é"u8, 0xE9, (byte)'a']).Error);

    [Fact]
    public void ASurrogateAloneCannotBeCompiled()
    {
        Assert.Equal(new SyntaxError(SyntaxErrorKind.UndecodableBytes, 1), SourceText.OfString("a\ud800b").Error);
        Assert.Equal(new SyntaxError(SyntaxErrorKind.UndecodableBytes, 6), SourceText.OfString("é😀\udc00").Error);
        Assert.Null(SourceText.OfString("é😀😀é").Error);
    }

    [Fact]
    public void LinesEndAtEachKindOfLineEnd()
    {
        SourceText text = SourceText.Decode("\uFEFFa\r\nb\rc\nd"u8);
        Assert.Equal([(1, 0), (2, 0), (3, 0), (4, 0)], new[] { 3, 6, 8, 10 }.Select(text.Position));
    }
}
