// The last opcode of the pickle machine, for listings.
using System.Globalization;
using System.Text;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>Name and decoded argument of the opcode executed last, and what it did to the memo.</summary>
    public (string Name, string Argument, string Note) DescribeLast(int limit)
    {
        Op opcode = _reader.Opcode;
        PickleValue leaf = new(PickleKind.Empty, _reader.Offset);
        string argument = opcode switch
        {
            Op.BININT or Op.BININT1 or Op.BININT2 or Op.BINFLOAT or Op.LONG1 or Op.LONG4 => GetNumber(leaf),
            Op.SHORT_BINUNICODE or Op.BINUNICODE or Op.BINUNICODE8 or Op.UNICODE => Quote(new PickleValue(PickleKind.Str, leaf.Payload), limit),
            Op.SHORT_BINBYTES or Op.BINBYTES or Op.BINBYTES8 or Op.BYTEARRAY8 => "b" + Quote(new PickleValue(PickleKind.Bytes, leaf.Payload), limit),
            Op.SHORT_BINSTRING or Op.BINSTRING or Op.STRING => Quote(new PickleValue(PickleKind.PyString, leaf.Payload), limit),
            Op.GLOBAL or Op.INST => Encoding.UTF8.GetString(ReadLeaf(_reader.PayloadOffset, _reader.SecondLine.End - _reader.PayloadOffset, limit)).Replace('\n', ' '),
            Op.INT or Op.LONG or Op.FLOAT or Op.GET or Op.PUT or Op.PERSID => Encoding.Latin1.GetString(ReadLeaf(_reader.PayloadOffset, _reader.PayloadLength, limit)),
            Op.EXT4 => ((int)(uint)_reader.Number).ToString(CultureInfo.InvariantCulture),
            Op.PROTO or Op.FRAME or Op.BINGET or Op.LONG_BINGET or Op.BINPUT or Op.LONG_BINPUT or Op.EXT1 or Op.EXT2
                => _reader.Number.ToString(CultureInfo.InvariantCulture),
            _ => "",
        };
        string note = opcode switch
        {
            Op.MEMOIZE => string.Create(CultureInfo.InvariantCulture, $"memo {_memo.Count - 1}"),
            Op.BINPUT or Op.LONG_BINPUT or Op.PUT or Op.BINGET or Op.LONG_BINGET or Op.GET => $"memo {argument}",
            _ => "",
        };
        return (OpcodeTable.Name(opcode), argument, note);
    }

    private string Quote(PickleValue leaf, int limit)
    {
        string text = GetText(leaf, limit, out long length);
        return length > limit ? $"'{text}'... ({length} bytes)" : $"'{text}'";
    }
}
