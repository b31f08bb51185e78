// What lies behind the break of a pickle: it does not run, and was put there on purpose.
using Assay.Bytes;

namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>A line of a name; longer ones are none.</summary>
    private const int LineBehind = 1024;

    /// <summary>
    /// Goes on behind the break as if each opcode that breaks were not there, and tells <paramref name="observer"/> what it comes to. No
    /// unpickler does so: what is seen is what the bytes hold and no unpickler runs. It looks at <paramref name="bytes"/> bytes and gives up
    /// after <paramref name="breaks"/> further breaks. Ending and position stay those of the run.
    /// </summary>
    public void RunBehind(PickleObserver observer, long bytes = 1 << 20, int breaks = 1 << 14)
    {
        if (!_ended || Ending is PickleEnding.Stop or PickleEnding.Suspended or PickleEnding.Limit or PickleEnding.EndOfData)
        {
            return;
        }

        (PickleEnding ending, long offset, string detail, PickleReader reader) = (Ending, EndingOffset, EndingDetail, _reader);
        _observer = observer;
        _arrays = null;
        _dialect = PickleDialect.C;
        _frameEnd = long.MaxValue;
        long from = Resume();
        long end = Math.Min(_end, from + bytes);
        try
        {
            while (from < end && breaks-- > 0)
            {
                _reader = new PickleReader(_source, from, end, _window, LineBehind, LineBehind);
                _ended = false;
                _halt = false;
                Encodings = PickleEncodings.All;
                while (!_halt)
                {
                    _budget?.SpendOpcodes(RunBatch(Batch), _reader.Position);
                }

                from = Resume();
            }
        }
        catch (ScanStopException stop) when (stop.Reason == StopReason.Limit)
        {
            // The run itself was within its limits; what lies behind it is a courtesy.
        }

        (Ending, EndingOffset, EndingDetail, _reader) = (ending, offset, detail, reader);
        _ended = true;
        _halt = true;
        _observer = s_silent;
    }

    /// <summary>Behind the opcode that broke; where its argument could not be read, behind its code.</summary>
    private long Resume() => _reader.Error == PickleEnding.Stop ? Math.Max(_reader.Position, EndingOffset + 1) : EndingOffset + 1;
}
