// The reader of XML tokens gives what the platform's own reader gives, wherever its window ends and however the characters are written.
using System.Text;
using Assay.Bytes;
using Assay.Formats.Xml;

namespace Assay.Tests.Formats.Xml;

public sealed class XmlTokenReaderTests
{
    private const string Document = """
        <?xml version="1.0"?>
        <!-- a > comment - with - signs ->-->
        <p:root xmlns:p="urn:x" a="1 &lt; 2" b='"&#x41;&#66;"'>text &amp; more<empty/><deep><deeper x = "ü €" ></deeper>
          <![CDATA[<not> & ]] ]>]]></deep>tail 𝄞</p:root>
        """;

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void TokensAreThoseOfThePlatformsReaderInEveryEncoding(string encoding) => Compare(Document, Encoding.GetEncoding(encoding));

    [Fact]
    public void TokensAreTheSameWhereverTheWindowEnds()
    {
        string[] expected = [.. Ours(Encoding.UTF8.GetBytes(Document)).Where(t => t.TrimEnd() != "text:")];
        for (int blanks = 32_400; blanks < 32_900; blanks += 7)
        {
            Assert.Equal(expected, Ours([.. Encoding.UTF8.GetBytes(Document.Replace("?>", "?>" + new string(' ', blanks), StringComparison.Ordinal))]).Where(t => t.TrimEnd() != "text:"));
        }
    }

    [Fact]
    public void OffsetsAreThoseOfBytes()
    {
        byte[] xml = Encoding.UTF8.GetBytes("<a>€<b/></a>");
        XmlTokenReader reader = Reader(xml);
        List<(XmlTokenType, long)> seen = [];
        while (reader.Read())
        {
            seen.Add((reader.Type, reader.Offset));
        }

        Assert.Equal([(XmlTokenType.StartElement, 0), (XmlTokenType.Text, 3), (XmlTokenType.StartElement, 6), (XmlTokenType.EndElement, 10), (XmlTokenType.EndElement, 10)], seen);
    }

    [Fact]
    public void EntitiesAreToldAndNotReplaced()
    {
        const string xml = """
            <!DOCTYPE r PUBLIC "-//X" "http://x/y.dtd" [
              <!ELEMENT r (#PCDATA)> <!ATTLIST r a CDATA "]>">
              <!ENTITY one "two > ]"> <!ENTITY far SYSTEM "file:///etc/passwd"> <!ENTITY % par PUBLIC "p" "q"> <!ENTITY pic SYSTEM "x.gif" NDATA gif>
              <!-- ]> --> <?pi ]> ?> %par;
            ]><r a="&one;">x&far;y</r>
            """;
        XmlTokenReader reader = Reader(Encoding.UTF8.GetBytes(xml));
        List<XmlEntity> entities = [];
        List<string> rest = [];
        while (reader.Read())
        {
            if (reader.Type == XmlTokenType.Doctype)
            {
                Assert.Equal(("r", "-//X", "http://x/y.dtd"), (reader.Name, reader.PublicId, reader.SystemId));
            }
            else if (reader.Type == XmlTokenType.Entity)
            {
                entities.Add(reader.Entity);
            }
            else if (reader.Type == XmlTokenType.StartElement)
            {
                Assert.Equal("&one;", reader.Attribute("a"));
            }

            rest.Add(reader.Type == XmlTokenType.Text ? reader.Text.ToString() : $"{reader.Type} {reader.Name}");
        }

        Assert.Equal(
            [
                new XmlEntity("one", false, "two > ]", null, null, null), new XmlEntity("far", false, null, "file:///etc/passwd", null, null),
                new XmlEntity("par", true, null, "q", "p", null), new XmlEntity("pic", false, null, "x.gif", null, "gif"),
            ],
            entities);
        Assert.Equal(["DoctypeEnd par", "StartElement r", "x", "EntityReference far", "y", "EndElement far"], rest[^6..]);
        Assert.Equal(1, reader.EntityUses);
    }

    [Theory]
    [InlineData("<a>")]
    [InlineData("<a></b>")]
    [InlineData("</a>")]
    [InlineData("<a b>")]
    [InlineData("<a b=c/>")]
    [InlineData("<a b='c/>")]
    [InlineData("<!-- x")]
    [InlineData("<!DOCTYPE a [ <!ENTITY x 'y'> ")]
    [InlineData("<!DOCTYPE a [ text ]><a/>")]
    [InlineData("<a><![CDATA[ x ]]</a>")]
    [InlineData("<?xml version='1.0'")]
    [InlineData("< a/>")]
    public void WhatIsNotWellFormedBreaks(string xml) => Assert.Throws<MalformedException>(() => Ours(Encoding.UTF8.GetBytes(xml)).ToList());

    [Fact]
    public void NestingTakesNoStackAndEndsAtALimit()
    {
        string deep = string.Concat(Enumerable.Repeat("<a>", 90_000));
        Assert.Equal(180_000, Ours(Encoding.UTF8.GetBytes(deep + string.Concat(Enumerable.Repeat("</a>", 90_000)))).Count());
        Assert.Throws<ScanStopException>(() => Ours(Encoding.UTF8.GetBytes(deep + deep)).ToList());
    }

    [Fact]
    public void ACodePageOfSingleBytesIsReadAsOne()
    {
        byte[] xml = Encoding.Latin1.GetBytes("<?xml version='1.0' encoding='ISO-8859-1'?><a>é</a>");
        Assert.Contains("text:é", Ours(xml));
        XmlTokenReader reader = Reader(xml);
        while (reader.Read())
        {
            Assert.False(reader.IsBroken);
        }
    }

    [Fact]
    public void ALongTextComesInParts()
    {
        string text = new('x', 100_000);
        Assert.Equal(text, string.Concat(Ours(Encoding.UTF8.GetBytes($"<a>{text}</a>")).Where(t => t.StartsWith("text:", StringComparison.Ordinal)).Select(t => t[5..])));
        string raw = new(']', 16 << 10);
        Assert.Equal(raw, string.Concat(Ours(Encoding.UTF8.GetBytes($"<a><![CDATA[{raw}]]></a>")).Where(t => t.StartsWith("text:", StringComparison.Ordinal)).Select(t => t[5..])));
    }

    private static void Compare(string xml, Encoding encoding)
    {
        List<string> expected = [];
        using System.Xml.XmlReader theirs = System.Xml.XmlReader.Create(new StringReader(xml));
        while (theirs.Read())
        {
            switch (theirs.NodeType)
            {
                case System.Xml.XmlNodeType.Element:
                    expected.Add($"start:{theirs.Name}");
                    bool empty = theirs.IsEmptyElement;
                    string name = theirs.Name;
                    while (theirs.MoveToNextAttribute())
                    {
                        expected.Add($"attribute:{theirs.Name}={theirs.Value}");
                    }

                    if (empty)
                    {
                        expected.Add("end");
                    }

                    break;
                case System.Xml.XmlNodeType.EndElement:
                    expected.Add("end");
                    break;
                case System.Xml.XmlNodeType.Text or System.Xml.XmlNodeType.Whitespace or System.Xml.XmlNodeType.CDATA:
                    expected.Add($"text:{theirs.Value}");
                    break;
            }
        }

        string[] ours = [.. Ours([.. encoding.GetPreamble(), .. encoding.GetBytes(xml.ReplaceLineEndings("\n"))])];
        Assert.Equal(expected, ours);
    }

    private static IEnumerable<string> Ours(byte[] xml)
    {
        XmlTokenReader reader = Reader(xml);
        while (reader.Read())
        {
            switch (reader.Type)
            {
                case XmlTokenType.StartElement:
                    yield return $"start:{reader.Name}";
                    foreach (XmlAttribute attribute in reader.Attributes)
                    {
                        yield return $"attribute:{attribute.Name}={attribute.Value}";
                    }

                    break;
                case XmlTokenType.EndElement:
                    yield return "end";
                    break;
                case XmlTokenType.Text:
                    yield return $"text:{reader.Text}";
                    break;
            }
        }
    }

    private static XmlTokenReader Reader(byte[] xml) =>
        new(new MemorySource(xml), new ByteRange(0, xml.Length), new ScanBudget(new ScanLimits(), TimeProvider.System));
}
