// The loop of the pickle machine: one case per opcode.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    /// <summary>Executes up to <paramref name="count"/> opcodes and returns how many it executed.</summary>
    private int RunBatch(int count)
    {
        int left = count;
        while (left > 0 && !_halt)
        {
            if (left >= FewOpcodes)
            {
                left -= RunPlain(left - 1);
                if (_halt)
                {
                    break;
                }
            }

            if (!_reader.Read())
            {
                EndOfReading();
                break;
            }

            left--;
            long offset = _reader.Offset;
            Execute(_reader.Opcode, offset);
            if (_reader.Position > _frameEnd)
            {
                LeaveFrame(offset);
            }
        }

        return count - left;
    }

    /// <summary>Executes the opcode that the reader has read.</summary>
    private void Execute(Op opcode, long offset)
    {
        switch (opcode)
        {
            case Op.NONE: Push(new PickleValue(PickleKind.None, offset)); break;
            case Op.NEWTRUE: Push(new PickleValue(PickleKind.True, offset)); break;
            case Op.NEWFALSE: Push(new PickleValue(PickleKind.False, offset)); break;
            case Op.BININT or Op.BININT1 or Op.BININT2 or Op.LONG1 or Op.LONG4:
                Push(new PickleValue(PickleKind.Int, offset));
                break;
            case Op.BINFLOAT: Push(new PickleValue(PickleKind.Float, offset)); break;
            case Op.SHORT_BINUNICODE or Op.BINUNICODE or Op.BINUNICODE8: LoadUnicode(offset); break;
            case Op.SHORT_BINBYTES or Op.BINBYTES or Op.BINBYTES8: LoadBytes(PickleKind.Bytes, offset); break;
            case Op.BYTEARRAY8: LoadBytes(PickleKind.ByteArray, offset); break;
            case Op.SHORT_BINSTRING or Op.BINSTRING: LoadString(offset); break;
            case Op.MEMOIZE: MemoPut(_memo.Count); break;
            case Op.BINPUT or Op.LONG_BINPUT: MemoPut((long)_reader.Number); break;
            case Op.BINGET or Op.LONG_BINGET: MemoGet((long)_reader.Number); break;
            case Op.MARK: PushMark(); break;
            case Op.EMPTY_TUPLE: Push(new PickleValue(PickleKind.EmptyTuple, offset)); break;
            case Op.EMPTY_LIST: Push(NewContainer(PickleKind.List, offset)); break;
            case Op.EMPTY_DICT: Push(NewContainer(PickleKind.Dict, offset)); break;
            case Op.EMPTY_SET: Push(NewContainer(PickleKind.Set, offset)); break;
            case Op.TUPLE1: LoadTuple(1, offset); break;
            case Op.TUPLE2: LoadTuple(2, offset); break;
            case Op.TUPLE3: LoadTuple(3, offset); break;
            case Op.TUPLE: LoadMarked(PickleKind.Tuple, offset); break;
            case Op.LIST: LoadMarked(PickleKind.List, offset); break;
            case Op.DICT: LoadMarked(PickleKind.Dict, offset); break;
            case Op.FROZENSET: LoadMarked(PickleKind.FrozenSet, offset); break;
            case Op.SETITEMS: SetItems(PopMark()); break;
            case Op.SETITEM: SetItems(_top - 2); break;
            case Op.APPENDS: Append(PopMark()); break;
            case Op.APPEND: LoadAppend(); break;
            case Op.ADDITEMS: AddItems(PopMark()); break;
            case Op.GLOBAL: LoadGlobal(offset); break;
            case Op.STACK_GLOBAL: LoadStackGlobal(offset); break;
            case Op.REDUCE: LoadReduce(offset); break;
            case Op.BUILD: LoadBuild(offset); break;
            case Op.BINPERSID: LoadBinPersistent(offset); break;
            case Op.NEWOBJ: LoadNewObject(offset, false); break;
            case Op.NEWOBJ_EX: LoadNewObject(offset, true); break;
            case Op.INST: LoadInst(offset); break;
            case Op.OBJ: LoadObj(offset); break;
            case Op.POP: LoadPop(); break;
            case Op.POP_MARK: DropToMark(); break;
            case Op.DUP: LoadDup(); break;
            case Op.PROTO: LoadProtocol(); break;
            case Op.FRAME: LoadFrame(); break;
            case Op.EXT1 or Op.EXT2 or Op.EXT4: LoadExtension(offset); break;
            case Op.NEXT_BUFFER: Push(new PickleValue(PickleKind.Buffer, offset, tainted: true)); break;
            case Op.READONLY_BUFFER: LoadReadOnlyBuffer(); break;
            case Op.INT: LoadIntText(offset, isLong: false); break;
            case Op.LONG: LoadIntText(offset, isLong: true); break;
            case Op.FLOAT: LoadFloatText(offset); break;
            case Op.STRING: LoadStringText(offset); break;
            case Op.UNICODE: LoadUnicodeText(offset); break;
            case Op.PERSID: LoadTextPersistent(offset); break;
            case Op.GET: LoadTextGet(); break;
            case Op.PUT: LoadTextPut(); break;
            case Op.STOP: LoadStop(); break;
        }
    }

    private void EndOfReading()
    {
        string detail = _reader.Error switch
        {
            PickleEnding.EndOfData => "The data ended where an opcode was due.",
            PickleEnding.Truncated => $"The data ended inside the argument of {OpcodeTable.Name(_reader.Opcode)}.",
            PickleEnding.UnknownOpcode => $"The byte {OpcodeTable.Name(_reader.Opcode)} is no opcode.",
            PickleEnding.Limit => $"The limit line-bytes={_limits.LineBytes} is spent.",
            _ => $"The argument of {OpcodeTable.Name(_reader.Opcode)} has a negative length.",
        };
        if (_reader.Error == PickleEnding.Truncated && _reader.Number > (ulong)(_end - _reader.Offset))
        {
            Odd("pickle.declared-length", $"{OpcodeTable.Name(_reader.Opcode)} declares {_reader.Number} bytes and {_end - _reader.PayloadOffset} are left.");
        }

        if (_reader.Offset < _frameEnd && _frameEnd != long.MaxValue && _reader.Error is not (PickleEnding.UnknownOpcode or PickleEnding.EndOfData))
        {
            // The argument may cross the end of the frame: whoever drops the rest of the frame reads another one, and goes on.
            Differentials |= Differential.Frames | Differential.Python;
        }

        End(_reader.Error, detail);
    }

    private void MemoPut(long index)
    {
        if (_top <= _fence)
        {
            Underflow();
            return;
        }

        if (_memo.Count >= _limits.MemoEntries)
        {
            End(PickleEnding.Limit, $"The limit memo-entries={_limits.MemoEntries} is spent.");
            return;
        }

        if (index > HugeMemoIndex && index > 64 * (_reader.Position - Start) && !_observer.IsOldNews("pickle.huge-memo-index"))
        {
            Odd("pickle.huge-memo-index", $"The memo index {index} makes the C unpickler allocate {index * 16} bytes.");
        }

        PickleValue value = _stack[_top - 1];
        PickleValue old = _memo.Put(index, value);
        if (!old.IsEmpty && old != value && !_observer.IsOldNews("pickle.memo-overwrite"))
        {
            Odd("pickle.memo-overwrite", $"Memo entry {index} is written a second time.");
        }
    }

    private void MemoGet(long index)
    {
        PickleValue value = _memo.Get(index);
        if (value.IsEmpty)
        {
            End(PickleEnding.MemoMiss, $"Nothing was put to memo entry {index}.");
            return;
        }

        Push(value);
    }

    private void LoadPop()
    {
        if (_markCount > 0 && _marks[_markCount - 1] == _top)
        {
            // The unpickler keeps marks apart from values: POP right after MARK takes the mark.
            PopMark();
        }
        else if (Pop(out PickleValue value) && value.Kind >= PickleKind.Import)
        {
            _observer.OnDrop(this, value, _reader.Offset);
        }
    }

    private void DropToMark()
    {
        int position = PopMark();
        if (position >= 0)
        {
            while (_top > position)
            {
                PickleValue value = _stack[--_top];
                if (value.Kind >= PickleKind.Import)
                {
                    _observer.OnDrop(this, value, _reader.Offset);
                }
            }
        }
    }

    private void LoadDup()
    {
        if (_top <= _fence)
        {
            Underflow();
            return;
        }

        Push(_stack[_top - 1]);
    }

    private void LoadProtocol()
    {
        int protocol = (int)_reader.Number;
        if (protocol > 5 && _dialect != PickleDialect.WeightsOnly)
        {
            Differentials |= Differential.WeightsOnly;
            Odd("pickle.protocol-unknown", $"PROTO declares protocol {protocol}; unpicklers know 0 to 5.");
            End(PickleEnding.UnsupportedProtocol, $"Protocol {protocol} is not supported.");
            return;
        }

        if (_reader.Offset != Start && protocol != _protocol)
        {
            Odd("pickle.protocol-change", $"PROTO changes the protocol from {_protocol} to {protocol} inside the stream.");
        }

        _protocol = protocol;
    }

    private void LoadFrame()
    {
        ulong length = _reader.Number;
        long position = _reader.Position;
        if (_reader.Offset < _frameEnd && position > _frameEnd)
        {
            Differentials |= Differential.Frames | Differential.Python;
            Odd("pickle.frame-mismatch", "FRAME reaches over the end of the frame around it.");
        }

        if (length > long.MaxValue)
        {
            Odd("pickle.frame-mismatch", $"A frame declares {length} bytes.");
            End(PickleEnding.BadArgument, "A frame declares more bytes than can be.");
            return;
        }

        long frame = _dialect == PickleDialect.C ? _frameEnd : _reader.FrameEnd;
        if (frame != long.MaxValue && position < frame)
        {
            Differentials |= Differential.Frames | Differential.Python;
            Odd("pickle.frame-mismatch", "A frame begins before the frame around it ends.");
            if (FollowsPython)
            {
                End(PickleEnding.BadArgument, "A frame begins before the frame around it ends.");
                return;
            }

            if (_dialect == PickleDialect.CStream)
            {
                if (position + (long)length <= frame)
                {
                    return;
                }

                // The new frame is read from behind the old one; what was left of that is lost.
                position = frame;
                _reader.Seek(frame);
            }
        }

        if ((long)length > _end - position)
        {
            // The C unpickler refuses, the Python one takes what there is.
            Odd("pickle.frame-mismatch", $"A frame declares {length} bytes and {_end - position} are left.");
            if (!InPython())
            {
                End(PickleEnding.Truncated, "A frame declares more bytes than there are.");
                return;
            }
        }

        _frameEnd = (long)length > _end - position ? _end : position + (long)length;
        if (_dialect != PickleDialect.C)
        {
            _reader.FrameEnd = _frameEnd;
            _reader.ObeysFrames = true;
            _frameEnd = long.MaxValue;
        }
    }

    /// <summary>An opcode reached over the end of its frame; one that begins right there is as it should be.</summary>
    private void LeaveFrame(long offset)
    {
        if (offset < _frameEnd && _reader.Opcode != Op.FRAME)
        {
            Differentials |= Differential.Frames | Differential.Python;
            Odd("pickle.frame-mismatch", $"{OpcodeTable.Name(_reader.Opcode)} reaches over the end of its frame.");
        }

        _frameEnd = long.MaxValue;
    }

    private void LoadStop()
    {
        if (_top <= _fence)
        {
            Underflow();
            return;
        }

        Result = _stack[--_top];
        _ended = true;
        _halt = true;
        Ending = PickleEnding.Stop;
        EndingOffset = _reader.Offset;
    }

    /// <summary>For so few opcodes the short way is not worth it, and whoever takes single steps sees each one.</summary>
    private const int FewOpcodes = 8;

    private const long HugeMemoIndex = 16 << 20;
}
