// Arrays that lie in the middle of a pickle: where they begin, and how the machine goes on behind them.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private PickleArrays? _arrays;
    private PickleReading? _reading;
    private (PickleValue Target, PickleValue State) _array;

    /// <summary>Whether the run stopped because a loader reads an array here.</summary>
    public bool IsAtArray => !_array.Target.IsEmpty;

    /// <summary>
    /// Where the file that is read stands: behind the frame in which opcodes are read, where the dialect reads frames whole.
    /// </summary>
    public long FilePosition => IsAhead ? _reader.FrameNext : _reader.Position;

    private bool IsAhead => _dialect == PickleDialect.Joblib && _reader.InFrame;

    /// <summary>
    /// Notices the arrays that <paramref name="arrays"/> knows, from <see cref="Open"/> on, and stops at those in the stream where the
    /// <paramref name="reading"/> does.
    /// </summary>
    public void Watch(PickleArrays? arrays, PickleReading reading)
    {
        _arrays = arrays;
        _reading = reading;
    }

    /// <summary>Loaders may not agree about the array at which the run stopped.</summary>
    public void NoteDispute() => Differentials |= Differential.Disputed;

    /// <summary>The object that stands for the array at which the run stopped, and its state.</summary>
    public (PickleValue Target, PickleValue State) TakeArray()
    {
        (PickleValue, PickleValue) array = _array;
        _array = default;
        if (_reader.InFrame || (_frameEnd != long.MaxValue && _reader.Position < _frameEnd))
        {
            // A loader reads from the file itself: in the middle of a frame that is not where the opcodes go on.
            Differentials |= Differential.Python;
        }

        return array;
    }

    /// <summary>The array was read, up to <paramref name="offset"/>; a frame that was read before is finished first.</summary>
    public void SeekFile(long offset)
    {
        if (IsAhead)
        {
            _reader.FrameNext = offset;
        }
        else
        {
            _reader.FrameEnd = long.MaxValue;
            _reader.Seek(offset);
        }
    }

    /// <summary>
    /// An array takes the place of the object on top of the stack: what the memo holds of it stays as it was, and what is on the stack is
    /// another object of the same origin, which is returned.
    /// </summary>
    public PickleValue ReplaceTop()
    {
        if (_top <= _fence || _stack[_top - 1] is not { Kind: PickleKind.Result or PickleKind.Instance } value)
        {
            return default;
        }

        SpendNode();
        CallRow row = _calls[value.Row];
        row.IsReplaced = true;
        return _stack[_top - 1] = new PickleValue(value.Kind, _calls.Add(row), tainted: true);
    }

    /// <summary>A state was put into an object, which may stand for an array.</summary>
    private void NoteArray(PickleValue target, PickleValue state, long offset)
    {
        ArrayPlace place = _arrays!.After(this, target);
        if (place == ArrayPlace.InFile)
        {
            _observer.OnArrayFile(this, target, state, offset);
        }
        else if (place != ArrayPlace.None)
        {
            bool isSure = place == ArrayPlace.InStream;
            Differentials |= isSure ? Differential.Arrays : Differential.Arrays | Differential.Disputed;
            if (_reading is { StepsOverArrays: true } && (isSure || !_reading.TurnsDisputes))
            {
                _array = (target, state);
                _halt = true;
            }
        }
    }
}
