// Strings of Python 2: which loaders can decode them.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private const PickleEncodings Strict = PickleEncodings.Ascii | PickleEncodings.Utf8;

    /// <summary>
    /// The encodings, of which a loader asks for one, in which the run has come as far as it has: strings of Python 2 end it in
    /// those that cannot decode them. The run itself goes on as long as there is one.
    /// </summary>
    public PickleEncodings Encodings { get; private set; } = PickleEncodings.All;

    /// <summary>
    /// Leaves the encodings behind in which <paramref name="text"/>, the string of the current opcode, or its payload where it is not at
    /// hand, does not decode.
    /// </summary>
    private void NoteString(ReadOnlySpan<byte> text, bool isWhole)
    {
        if ((Encodings & Strict) == 0)
        {
            return;
        }

        (bool ascii, bool utf8) = isWhole
            ? (System.Text.Ascii.IsValid(text), System.Text.Unicode.Utf8.IsValid(text))
            : SurveyPayload();
        if (!ascii)
        {
            Leave(utf8 ? PickleEncodings.Ascii : Strict, "A string of Python 2 holds characters outside ASCII.");
        }
    }

    /// <summary>Whether a payload that does not lie in the window is ASCII, and whether it is UTF-8: read once, in pieces.</summary>
    private (bool Ascii, bool Utf8) SurveyPayload()
    {
        byte[] piece = System.Buffers.ArrayPool<byte>.Shared.Rent(LargeWindow);
        try
        {
            bool ascii = true;
            long at = _reader.PayloadOffset;
            long end = at + _reader.PayloadLength;
            while (at < end)
            {
                int got = _source.ReadAt(at, piece.AsSpan(0, (int)Math.Min(piece.Length, end - at)));
                ReadOnlySpan<byte> bytes = piece.AsSpan(0, got);
                if (got == 0)
                {
                    break;
                }

                if (ascii && System.Text.Ascii.IsValid(bytes))
                {
                    at += got;
                    continue;
                }

                ascii = false;
                if (at + got < end)
                {
                    // A character that the piece cuts through begins the next one.
                    int keep = got;
                    while (keep > got - 4 && keep > 1 && (bytes[keep - 1] & 0xC0) == 0x80)
                    {
                        keep--;
                    }

                    bytes = bytes[..(keep > 1 ? keep - 1 : got)];
                }

                if (!System.Text.Unicode.Utf8.IsValid(bytes))
                {
                    return (false, false);
                }

                at += bytes.Length;
            }

            return (ascii, true);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(piece);
        }
    }

    /// <summary>Some encodings end here; true, with the run ended, where none is left.</summary>
    private bool Leave(PickleEncodings encodings, string why)
    {
        if ((Encodings & encodings) != 0)
        {
            Odd("pickle.string-encoding", $"{why} Loaders differ in whether they go on.");
            Encodings &= ~encodings;
        }

        return Encodings == PickleEncodings.None && !End(PickleEnding.BadArgument, why);
    }
}
