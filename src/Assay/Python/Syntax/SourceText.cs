// Python source as the UTF-8 text that the lexer reads.
using System.Text;

namespace Assay.Python.Syntax;

/// <summary>
/// Source in UTF-8. Offsets everywhere in this namespace are offsets into <see cref="Utf8"/>; for a file that is written in UTF-8
/// they are those of the file, its byte order mark included.
/// </summary>
internal sealed class SourceText
{
    /// <summary>Bytes behind the end, so that a reader may look ahead without asking where the end is.</summary>
    private const int Padding = 4;

    private int[]? _lines;

    private SourceText(byte[] utf8, int start, SyntaxError? error)
    {
        Utf8 = utf8;
        Start = start;
        Error = error;
    }

    /// <summary>The text, and a few NULs behind it.</summary>
    public byte[] Utf8 { get; }

    /// <summary>Where the text begins: behind a byte order mark.</summary>
    public int Start { get; }

    /// <summary>The offset of the end of the text.</summary>
    public int End => Utf8.Length - Padding;

    /// <summary>Why CPython does not decode the bytes; they are then read as what they come nearest to.</summary>
    public SyntaxError? Error { get; }

    /// <summary>The text of a file, or of bytes that are compiled: UTF-8, unless the first two lines declare something else (PEP 263).</summary>
    public static SourceText Decode(ReadOnlySpan<byte> file)
    {
        int mark = file.StartsWith("\uFEFF"u8) ? 3 : 0;
        string? declared = SourceEncoding.Declared(file[mark..]);
        if (declared is null || SourceEncoding.IsUtf8(declared, marked: mark > 0))
        {
            int valid = ValidUtf8(file);
            return new SourceText([.. file, 0, 0, 0, 0], mark, valid < file.Length ? new SyntaxError(SyntaxErrorKind.UndecodableBytes, valid) : null);
        }

        SourceEncoding? encoding = mark > 0 ? null : SourceEncoding.Find(declared);
        if (encoding is null)
        {
            SyntaxError error = new(SyntaxErrorKind.UnknownEncoding, mark);
            return ValidUtf8(file) == file.Length ? new SourceText([.. file, 0, 0, 0, 0], mark, error) : Transcoded(Encoding.Latin1.GetString(file), error);
        }

        string? text = encoding.Decode(file);
        return text is null ? Transcoded(Encoding.Latin1.GetString(file), new SyntaxError(SyntaxErrorKind.UndecodableBytes, 0)) : OfString(text);
    }

    /// <summary>The text of a <c>str</c>. An encoding that it declares means nothing; a surrogate without its partner cannot be compiled.</summary>
    public static SourceText OfString(string text)
    {
        int surrogate = text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        while (surrogate >= 0 && surrogate + 1 < text.Length && char.IsSurrogatePair(text, surrogate))
        {
            int next = text.AsSpan(surrogate + 2).IndexOfAnyInRange('\uD800', '\uDFFF');
            surrogate = next < 0 ? -1 : surrogate + 2 + next;
        }

        return Transcoded(text, surrogate < 0 ? null : new SyntaxError(SyntaxErrorKind.UndecodableBytes, Encoding.UTF8.GetByteCount(text.AsSpan(0, surrogate))));
    }

    /// <summary>The bytes between two offsets.</summary>
    public ReadOnlySpan<byte> Slice(int start, int end) => Utf8.AsSpan(start, end - start);

    /// <summary>The line of an offset, from 1, and the bytes before it on that line; a byte order mark in front of the text belongs to its first line.</summary>
    public (int Line, int Column) Position(int offset)
    {
        _lines ??= LineStarts();
        int found = Array.BinarySearch(_lines, offset);
        int line = Math.Max(0, found < 0 ? ~found - 1 : found);
        return (line + 1, Math.Max(0, offset - _lines[line]));
    }

    private static SourceText Transcoded(string text, SyntaxError? error)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(text) + Padding];
        Encoding.UTF8.GetBytes(text, utf8);
        return new SourceText(utf8, 0, error);
    }

    /// <summary>How many bytes at the start are UTF-8.</summary>
    private static int ValidUtf8(ReadOnlySpan<byte> bytes)
    {
        if (System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return bytes.Length;
        }

        int at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    /// <summary>The lines end at LF, CR and CR LF, wherever they stand.</summary>
    private int[] LineStarts()
    {
        List<int> starts = [Start];
        for (int at = Start; at < End; at++)
        {
            if (Utf8[at] == '\n' || (Utf8[at] == '\r' && Utf8[at + 1] != '\n'))
            {
                starts.Add(at + 1);
            }
        }

        return [.. starts];
    }
}
