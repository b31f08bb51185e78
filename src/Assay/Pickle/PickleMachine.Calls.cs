// What the pickle machine sees a loader call, construct and fill with state.
namespace Assay.Pickle;

internal sealed partial class PickleMachine
{
    private readonly PickleCalls _calls;

    /// <summary>The row behind a result, an instance or a persistent object.</summary>
    public CallRow Call(PickleValue value) => _calls[value.Row];

    private PickleValue AddCall(PickleKind kind, PickleValue callee, PickleValue arguments, PickleValue keywords, long offset)
    {
        SpendNode();
        int row = _calls.Add(callee, arguments, keywords, offset, _reader.Opcode);
        Actions++;
        return new PickleValue(kind, row, tainted: true);
    }

    /// <summary>Whether calling the value always raises: constants and plain containers are not callable.</summary>
    private bool IsNotCallable(PickleValue callee)
    {
        if (callee.Kind >= PickleKind.Import)
        {
            return IsRefused(callee.Kind != PickleKind.Import, "torch.load(weights_only=True) calls nothing that was not named.");
        }

        End(PickleEnding.BadOperand, $"{Describe(callee)} cannot be called.");
        return true;
    }

    /// <summary>Whether the value can be the arguments of a call: a tuple, and in Python anything that can be iterated over.</summary>
    private bool MayBeArguments(PickleValue arguments)
    {
        if (arguments.Kind is PickleKind.Tuple or PickleKind.EmptyTuple or >= PickleKind.Import)
        {
            return true;
        }

        return arguments.Kind is not (PickleKind.None or PickleKind.True or PickleKind.False or PickleKind.Int or PickleKind.Float) && InPython();
    }

    private void LoadReduce(long offset)
    {
        if (!Pop(out PickleValue arguments) || !Pop(out PickleValue callee))
        {
            return;
        }

        if (!MayBeArguments(arguments))
        {
            End(PickleEnding.BadOperand, $"REDUCE needs a tuple of arguments and finds {Describe(arguments)}.");
            return;
        }

        if (IsNotCallable(callee))
        {
            return;
        }

        PickleValue result = AddCall(PickleKind.Result, callee, arguments, default, offset);
        NoteCall(result, arguments);
        Push(result);
        _observer.OnCall(this, result, offset, Op.REDUCE);
    }

    private void LoadNewObject(long offset, bool withKeywords)
    {
        PickleValue keywords = default;
        if ((withKeywords && !Pop(out keywords)) || !Pop(out PickleValue arguments) || !Pop(out PickleValue callee))
        {
            return;
        }

        if (IsNotCallable(callee))
        {
            return;
        }

        if (!MayBeArguments(arguments))
        {
            End(PickleEnding.BadOperand, $"NEWOBJ needs a tuple of arguments and finds {Describe(arguments)}.");
            return;
        }

        if (withKeywords && keywords.Kind is not (PickleKind.Dict or >= PickleKind.Import))
        {
            End(PickleEnding.BadOperand, $"NEWOBJ_EX needs a dict of keyword arguments and finds {Describe(keywords)}.");
            return;
        }

        PickleValue result = AddCall(PickleKind.Instance, callee, arguments, keywords, offset);
        NoteCall(result, arguments);
        Push(result);
        _observer.OnCall(this, result, offset, _reader.Opcode);
    }

    private void LoadInst(long offset)
    {
        if (_markCount == 0 && !InPython())
        {
            PopMark();
            return;
        }

        if (!ReadNamePair(ascii: true, out PickleValue callee))
        {
            return;
        }

        _observer.OnImport(this, callee, offset, Op.INST);
        int position = PopMark();
        if (position >= 0)
        {
            Instantiate(callee, position, position, offset);
        }
    }

    private void LoadObj(long offset)
    {
        int position = PopMark();
        if (position < 0)
        {
            return;
        }

        if (_top - position < 1)
        {
            Underflow();
            return;
        }

        PickleValue callee = _stack[position];
        if (!IsNotCallable(callee))
        {
            Instantiate(callee, position, position + 1, offset);
        }
    }

    /// <summary>
    /// INST and OBJ: without arguments only <c>__new__</c> runs where the callable is a class, which what a call returned hardly is; otherwise
    /// the callable is called.
    /// </summary>
    private void Instantiate(PickleValue callee, int position, int firstArgument, long offset)
    {
        ReadOnlySpan<PickleValue> items = _stack.AsSpan(firstArgument, _top - firstArgument);
        PickleValue arguments = items.IsEmpty
            ? new PickleValue(PickleKind.EmptyTuple, offset)
            : MakeImmutable(PickleKind.Tuple, items, offset);
        PickleKind kind = items.IsEmpty && callee.Kind == PickleKind.Import ? PickleKind.Instance : PickleKind.Result;
        PickleValue result = AddCall(kind, callee, arguments, default, offset);
        NoteCall(result, arguments);
        _top = position;
        Push(result);
        _observer.OnCall(this, result, offset, _reader.Opcode);
    }

    private void LoadBuild(long offset)
    {
        if (_top - 2 < _fence)
        {
            Underflow();
            return;
        }

        PickleValue state = _stack[--_top];
        PickleValue target = _stack[_top - 1];
        if (target.Kind < PickleKind.Import)
        {
            if (IsRefused(true, "torch.load(weights_only=True) puts no state into plain data."))
            {
                return;
            }

            // The Python unpickler takes any state that is false for none.
            if (state.Kind is not (PickleKind.None or PickleKind.Tuple or >= PickleKind.Import) && (state.Kind == PickleKind.True || !InPython()))
            {
                End(PickleEnding.BadOperand, $"BUILD cannot put a state into {Describe(target)}.");
            }

            return;
        }

        Actions++;
        if (target.Kind is PickleKind.Result or PickleKind.Instance)
        {
            _calls.Build(target.Row, state);
        }

        _observer.OnState(this, target, state, offset);
        if (_arrays is not null)
        {
            NoteArray(target, state, offset);
        }
    }

    private void LoadBinPersistent(long offset)
    {
        if (Pop(out PickleValue id) && !IsRefused(_dialect == PickleDialect.WeightsOnly && IsNoStorage(id), "torch.load(weights_only=True) resolves ids of storages alone."))
        {
            PushPersistent(id, offset);
        }
    }

    private void LoadTextPersistent(long offset)
    {
        if (MissingNewline())
        {
            return;
        }

        // Without a newline the last character is cut before anything looks at the text.
        ReadOnlySpan<byte> text = IsLongLine ? default : Line();
        text = _reader.LineWithoutNewline && text.Length > 0 ? text[..^1] : text;
        if (text.IndexOfAnyExceptInRange((byte)0, (byte)127) >= 0)
        {
            End(PickleEnding.BadArgument, "A persistent id of protocol 0 must be ASCII.");
            return;
        }

        NoteMoved(offset);
        PushPersistent(new PickleValue(PickleKind.Str, offset), offset);
    }

    private void PushPersistent(PickleValue id, long offset)
    {
        PickleValue persistent = AddCall(PickleKind.Persistent, id, default, default, offset);
        Actions--;
        Push(persistent);
        _observer.OnPersistent(this, persistent, offset, _reader.Opcode);
    }

    private void LoadExtension(long offset)
    {
        long code = _reader.Opcode == Op.EXT4 ? (int)(uint)_reader.Number : (long)_reader.Number;
        if (code <= 0)
        {
            End(PickleEnding.BadArgument, $"The extension code {code} is not positive.");
            return;
        }

        PickleValue extension = new(PickleKind.Extension, code, tainted: true);
        Push(extension);
        _observer.OnExtension(this, extension, offset, _reader.Opcode);
    }

    private void LoadReadOnlyBuffer()
    {
        if (_top <= _fence)
        {
            Underflow();
            return;
        }

        PickleKind kind = _stack[_top - 1].Kind;
        if (kind is not (PickleKind.Bytes or PickleKind.ByteArray or PickleKind.PyString or >= PickleKind.Import))
        {
            End(PickleEnding.BadOperand, $"READONLY_BUFFER needs a buffer and finds {Describe(_stack[_top - 1])}.");
        }
        else if (kind == PickleKind.PyString)
        {
            Leave(PickleEncodings.All & ~PickleEncodings.Bytes, "A string of Python 2 is used as a buffer.");
        }
    }
}
