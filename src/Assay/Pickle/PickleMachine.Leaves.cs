// Constants of the pickle machine: how the opcodes of numbers, strings and bytes load.
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using Assay.Python.Literals;
using Assay.Python.Syntax;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private const int PayloadProbe = 16;

    /// <summary>A name of a module and one in it, a line each, and what is done with it.</summary>
    private const int ShortestPickle = 6;

    /// <summary>Work for each byte of a text that is decoded.</summary>
    private const int TextWork = 4;

    /// <summary>Work for finding a leaf again.</summary>
    private const int LeafWork = 20;

    private readonly Dictionary<long, (long Offset, long Length)> _moved = [];

    private void LoadUnicode(long offset)
    {
        ReadOnlySpan<byte> bytes = _reader.PayloadInWindow();
        if (!SurrogateText.IsUtf8(bytes))
        {
            End(PickleEnding.BadArgument, "A string is not UTF-8.");
            return;
        }

        PickleValue value = new(PickleKind.Str, offset);
        NoteMoved(offset);
        Push(value);
        if (bytes.Length >= PayloadProbe && LooksEncoded(bytes))
        {
            _observer.OnPayload(this, value, _reader.PayloadOffset, _reader.PayloadLength);
        }
    }

    /// <summary>Whether a text begins as the header of a pickle does in base64 or in hex, or as its bytes written as characters.</summary>
    private static bool LooksEncoded(ReadOnlySpan<byte> head) => head[0] switch
    {
        (byte)'g' => head[1] == (byte)'A' && head[2] is >= (byte)'I' and <= (byte)'X',
        (byte)'8' => head[1] == (byte)'0' && head[2] == (byte)'0' && head[3] is >= (byte)'2' and <= (byte)'5',
        _ => false,
    };

    private void LoadBytes(PickleKind kind, long offset)
    {
        PickleValue value = new(kind, offset);
        NoteMoved(offset);
        Push(value);
        long length = _reader.PayloadLength;
        if (length >= ShortestPickle)
        {
            Span<byte> beyond = stackalloc byte[PicklePreview.Head];
            int looked = (int)Math.Min(length, PicklePreview.Head);
            scoped ReadOnlySpan<byte> head = _reader.InWindow(_reader.PayloadOffset, looked);
            if (head.Length < looked)
            {
                head = beyond[..ReadSource(_reader.PayloadOffset, beyond[..looked])];
            }

            if (head.Length == looked && LooksLikeFile(head, length))
            {
                _observer.OnPayload(this, value, _reader.PayloadOffset, length);
            }
        }
    }

    /// <summary>Whether the text of a string constant, a byte for each character, begins like a file.</summary>
    public bool MayBePayload(PickleValue text)
    {
        // Two bytes of UTF-8 at most for each character.
        byte[] head = Encoding.Latin1.GetBytes(GetText(text, 2 * PicklePreview.Head, out long length));
        return head.Length >= ShortestPickle && LooksLikeFile(head, length);
    }

    /// <summary>Whether a constant is written with escapes, so that its bytes are not those of the stream.</summary>
    public bool ReadsEscapes(PickleValue constant) => ReadLeaf(constant.Payload, 1, 1) is [(byte)Op.STRING];

    private void LoadString(long offset)
    {
        ReadOnlySpan<byte> text = _reader.PayloadInWindow();
        NoteString(text, text.Length == _reader.PayloadLength);
        LoadBytes(PickleKind.PyString, offset);
    }

    /// <summary>
    /// Whether bytes begin as a pickle with a header or as an archive does, or as a pickle that does something; the reader of the payload
    /// decides.
    /// </summary>
    private static bool LooksLikeFile(ReadOnlySpan<byte> head, long length) =>
        (length >= 3 && head[0] == 0x80 && head[1] is >= 2 and <= 5 && OpcodeTable.IsOpcode(head[2]))
        || head.StartsWith("PK\x03\x04"u8)
        || (length >= PayloadProbe && LooksEncoded(head))
        || PicklePreview.MayAct(head, length);

    private void LoadIntText(long offset, bool isLong)
    {
        if (MissingNewline())
        {
            return;
        }

        // No line of more than a limit is kept; that it is a number is taken for granted, as it is for those who go on.
        NumberText text = IsLongLine ? NumberText.Odd : NumberTexts.ClassifyInt(Line(), isLong);
        if (text != NumberText.Plain)
        {
            bool differs = text is NumberText.COnly or NumberText.PythonOnly;
            if (text == NumberText.Invalid || (differs && InPython() != (text == NumberText.PythonOnly)))
            {
                End(PickleEnding.BadArgument, $"The argument of {OpcodeTable.Name(_reader.Opcode)} is no number.");
                return;
            }

            Odd("pickle.int-base", $"Parsers read the number of {OpcodeTable.Name(_reader.Opcode)} in different ways, or refuse it.");
        }

        NoteMoved(offset);
        Push(new PickleValue(PickleKind.Int, offset));
    }

    private void LoadFloatText(long offset)
    {
        if (MissingNewline())
        {
            return;
        }

        NumberText text = IsLongLine ? NumberText.Plain : NumberTexts.ClassifyFloat(Line());
        if (text != NumberText.Plain)
        {
            bool differs = text is NumberText.COnly or NumberText.PythonOnly;
            if (differs)
            {
                Odd("pickle.float-text", "Unpicklers do not agree whether the argument of FLOAT is a number.");
            }

            if (text == NumberText.Invalid || (differs && InPython() != (text == NumberText.PythonOnly)))
            {
                End(PickleEnding.BadArgument, "The argument of FLOAT is no number.");
                return;
            }
        }

        NoteMoved(offset);
        Push(new PickleValue(PickleKind.Float, offset));
    }

    private void LoadStringText(long offset)
    {
        if (MissingNewline())
        {
            return;
        }

        Span<byte> quotes = stackalloc byte[2];
        if (_reader.PayloadLength < 2 || ReadSource(_reader.PayloadOffset, quotes[..1]) + ReadSource(_reader.PayloadOffset + _reader.PayloadLength - 1, quotes[1..]) < 2
            || quotes[0] != quotes[1] || quotes[0] is not ((byte)'\'' or (byte)'"'))
        {
            End(PickleEnding.BadArgument, "The argument of STRING must be quoted.");
            return;
        }

        if (IsLongLine)
        {
            NoteString(default, isWhole: false);
            NoteMoved(offset);
            Push(new PickleValue(PickleKind.PyString, offset));
            return;
        }

        ReadOnlySpan<byte> inside = Line()[1..^1];
        if (inside.IndexOf((byte)'\\') >= 0)
        {
            byte[]? unescaped = EscapedText.Bytes(inside);
            if (unescaped is null)
            {
                End(PickleEnding.BadArgument, "The argument of STRING has a broken escape.");
                return;
            }

            inside = unescaped;
        }

        NoteString(inside, isWhole: true);
        NoteMoved(offset);
        PickleValue value = new(PickleKind.PyString, offset);
        Push(value);
        if (inside.Length >= ShortestPickle && LooksLikeFile(inside[..Math.Min(inside.Length, PicklePreview.Head)], inside.Length))
        {
            _observer.OnPayload(this, value, _reader.PayloadOffset, _reader.PayloadLength);
        }
    }

    private void LoadUnicodeText(long offset)
    {
        if (MissingNewline())
        {
            return;
        }

        ReadOnlySpan<byte> text = IsLongLine ? default : Line();
        if (text.IndexOf((byte)'\\') >= 0 && EscapedText.Text(text, StringEscapes.CodePoints) is null)
        {
            End(PickleEnding.BadArgument, "The argument of UNICODE has a broken escape.");
            return;
        }

        NoteMoved(offset);
        Push(new PickleValue(PickleKind.Str, offset));
    }

    private void LoadTextGet()
    {
        if (TextIndex(out long index))
        {
            MemoGet(index);
        }
    }

    private void LoadTextPut()
    {
        if (TextIndex(out long index))
        {
            if (index < 0)
            {
                End(PickleEnding.BadArgument, "PUT needs an index that is not negative.");
                return;
            }

            MemoPut(index);
        }
    }

    private bool TextIndex(out long index)
    {
        index = 0;
        if (MissingNewline())
        {
            return false;
        }

        if (IsLongLine)
        {
            return End(PickleEnding.Limit, $"The limit line-bytes={_limits.LineBytes} is spent.");
        }

        ReadOnlySpan<byte> text = Line();
        int nul = text.IndexOf((byte)0);
        if (nul >= 0 && !InPython())
        {
            // The C unpickler reads up to the NUL.
            text = text[..nul];
        }

        return NumberTexts.TryIndex(text, out index)
            || End(PickleEnding.BadArgument, $"The argument of {OpcodeTable.Name(_reader.Opcode)} is no index.");
    }

    /// <summary>Ends the run where a line ended with the data: the C unpickler raises; the Python one cuts a character off and goes on.</summary>
    private bool MissingNewline()
    {
        if (!_reader.LineWithoutNewline || InPython())
        {
            return false;
        }

        End(PickleEnding.Truncated, $"The data ended inside the argument of {OpcodeTable.Name(_reader.Opcode)}.");
        return true;
    }

    /// <summary>Whether the line of the current opcode is longer than is looked at; what it holds can only be told in part.</summary>
    private bool IsLongLine => _reader.PayloadLength > _limits.LineBytes;

    /// <summary>The first line of the current opcode, without its newline.</summary>
    private ReadOnlySpan<byte> Line()
    {
        // Texts are decoded byte by byte.
        _budget?.SpendWork(TextWork * _reader.PayloadLength, _reader.Offset);
        ReadOnlySpan<byte> line = _reader.PayloadInWindow();
        return line.Length == _reader.PayloadLength ? line : _source.ReadUpTo(_reader.PayloadOffset, (int)_reader.PayloadLength);
    }

    /// <summary>What a value is, in a word or two, for sentences.</summary>
    private static string Describe(PickleValue value) => value.Kind switch
    {
        PickleKind.None => "None",
        PickleKind.True or PickleKind.False => "a bool",
        PickleKind.Int => "an int",
        PickleKind.Float => "a float",
        PickleKind.Str or PickleKind.PyString => "a str",
        PickleKind.Bytes => "bytes",
        PickleKind.ByteArray => "a bytearray",
        PickleKind.Tuple or PickleKind.EmptyTuple => "a tuple",
        PickleKind.List => "a list",
        PickleKind.Dict => "a dict",
        PickleKind.Set => "a set",
        PickleKind.FrozenSet => "a frozenset",
        _ => "an object",
    };
}
