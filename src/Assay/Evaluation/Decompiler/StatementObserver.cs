// Writes what a pickle makes a loader do, one statement after the other.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>Turns the events of the machine into statements.</summary>
internal sealed class StatementObserver(CodeText text, CodeNames names, ValueWriter values, FoldedNoteWriter notes, string reader) : PickleObserver
{
    private const int OriginSteps = 8;
    private const int Oddities = 20;
    private const int NoteLength = 120;
    private readonly Dictionary<string, int> _oddities = [];
    private readonly HashSet<string> _explained = [];
    private readonly Stack<StreamFrame> _frames = new();
    private List<StreamUses> _uses = [];
    private int _entered;

    /// <summary>Whether the walk met an import.</summary>
    public bool HasImports { get; private set; }

    /// <summary>The pickle that is being walked.</summary>
    private StreamFrame Frame => _frames.Peek();

    /// <summary>A walk over the pickle that <paramref name="machine"/> runs begins; the first walk over it is a dry one.</summary>
    public void Begin(PickleMachine machine)
    {
        if (text.IsDry)
        {
            _uses = [];
            HasImports = false;
        }

        _entered = 0;
        _frames.Clear();
        Enter(machine);
    }

    /// <summary>Writes how the pickle ends.</summary>
    public void End() => Leave("return ", CodeInk.Keyword);

    public override PickleObserver OnNested(PickleMachine nested)
    {
        Enter(nested);
        return this;
    }

    public override void OnNestedEnd(PickleMachine nested) => Leave("array = ", CodeInk.Plain);

    public override void OnArray(PickleMachine machine, PickleValue target, PickleArray array)
    {
        string what = array switch
        {
            { Error: { } error } => error,
            { IsPickle: true } => $"{reader} reads an array of objects here: a pickle of its own",
            _ => string.Create(CultureInfo.InvariantCulture, $"{reader} reads an array here: {array.Declared:N0} bytes{(array.Missing > 0 ? ", more than are left" : "")}"),
        };
        string who = Frame.Variables.TryGetValue(target, out string? name) ? $"; {name} becomes it" : "";
        text.Comment(string.Create(CultureInfo.InvariantCulture, $"{array.At}: {what}{who}"));
    }

    public override void OnArrayRead(PickleMachine machine, PickleValue target, PickleValue value, PickleArray array)
    {
        if (Frame.Variables.TryGetValue(target, out string? name))
        {
            Frame.Variables.TryAdd(value, name);
        }
    }

    public override void OnImport(PickleMachine machine, PickleValue import, long offset, Op opcode)
    {
        HasImports = true;
        if (Frame.Imported.Contains(import.Row) || !text.Admit(0, Op.GLOBAL, offset, () => "imports"))
        {
            return;
        }

        Frame.Imported.Add(import.Row);
        ImportRow row = machine.Import(import);
        if (names.Import(row, out string first, out string local) is { } name)
        {
            string note = row.Written != row.Resolved ? "written as " + Cut(row.Written) : "";
            if (name != local)
            {
                note += (note.Length > 0 ? "; " : "") + "the loader walks on to " + name;
            }

            text.Statement(
                CodeNode.Text(new CodePiece("from ", CodeInk.Keyword), new CodePiece(row.ResolvedModule), new CodePiece(" import ", CodeInk.Keyword),
                    new CodePiece(first), new CodePiece(local == first ? "" : " as ", CodeInk.Keyword), new CodePiece(local == first ? "" : local)),
                offset, note);
            return;
        }

        values.Begin();
        CodeNode module = row.IsComputed ? values.Write(Frame, row.ModuleValue, 1) : Literal(row.ResolvedModule);
        CodeNode item = row.IsComputed ? values.Write(Frame, row.NameValue, 1) : Literal(row.ResolvedName);
        Make(import, CodeNode.Group("find_class(", [module, item], ")"), offset, row.IsComputed ? "the name is computed" : "");
    }

    public override void OnCall(PickleMachine machine, PickleValue result, long offset, Op opcode)
    {
        CallRow row = machine.Call(result);
        bool isWritten = text.Admit(RootOf(machine, row.Callee), opcode, offset, () => $"calls of {Cut(Origin(machine, row.Callee))}");
        List<FoldedNote> folded = text.IsDry ? [] : Frame.Folding.Observe(result, offset, isWritten);
        if (!isWritten)
        {
            return;
        }

        values.Begin();
        CodeNode callee = values.Write(Frame, row.Callee, 1);
        List<CodeNode> arguments = values.Arguments(Frame, row.Arguments);
        string note = "";
        if (result.Kind == PickleKind.Instance)
        {
            if (opcode is Op.INST or Op.OBJ)
            {
                note = Once("inst", "or called, where it is no class");
            }

            arguments.Insert(0, callee);
            callee = CodeNode.Text(".__new__").Behind(callee);
        }

        if (!row.Keywords.IsEmpty)
        {
            arguments.Add(values.Write(Frame, row.Keywords).Behind(new CodePiece("**")));
        }

        Make(result, CodeNode.Group("(", arguments, ")").Behind(callee), offset, note);
        folded.ForEach(notes.Write);
    }

    public override void OnState(PickleMachine machine, PickleValue target, PickleValue state, long offset)
    {
        if (text.Admit(RootOf(machine, target), Op.BUILD, offset, () => $"states of {Cut(Origin(machine, target))}"))
        {
            values.Begin();
            CodeNode into = values.Write(Frame, target, 1);
            CodeNode written = values.Write(Frame, state);
            string note = state.Kind switch
            {
                PickleKind.Dict => Once("dict", "state: or __dict__.update, without a __setstate__"),
                PickleKind.Tuple when machine.CountOf(state) == 2 => Once("pair", "state: or __dict__.update and setattr, without a __setstate__"),
                _ => "",
            };
            text.Statement(CodeNode.Group("(", [written], ")").Behind(into, ".__setstate__"), offset, note);
        }
    }

    public override void OnMethod(PickleMachine machine, PickleValue target, string method, ReadOnlySpan<PickleValue> operands, long offset, Op opcode)
    {
        if (!text.IsDry)
        {
            Frame.Folding.Poison(target);
        }

        if (!text.Admit(RootOf(machine, target), opcode, offset, () => $"calls of {Cut(Origin(machine, target))}.{method}"))
        {
            return;
        }

        values.Begin();
        CodeNode into = values.Write(Frame, target, 1);
        if (method is not ("__setitem__" or "add"))
        {
            CodeNode list = CodeNode.Group("[", values.Operands(Frame, operands), "]");
            text.Statement(CodeNode.Group("(", [list], ")").Behind(into, "." + method), offset, Once("extend", "or append of each"));
            return;
        }

        int step = method == "add" ? 1 : 2;
        int shown = Math.Min(operands.Length, text.Limits.Repeats * step);
        for (int i = 0; i + step <= shown; i += step)
        {
            values.Begin();
            CodeNode operand = values.Write(Frame, operands[i], 1);
            text.Statement(
                step == 1
                    ? CodeNode.Group("(", [operand], ")").Behind(into, ".add")
                    : values.Write(Frame, operands[i + 1]).Behind(CodeNode.Group("[", [operand], "] = ").Behind(into)),
                offset);
        }

        if (shown < operands.Length)
        {
            text.Comment(string.Create(CultureInfo.InvariantCulture, $"{offset}: {(operands.Length - shown) / step:N0} more items"));
        }
    }

    public override void OnPersistent(PickleMachine machine, PickleValue persistent, long offset, Op opcode)
    {
        if (text.Admit(0, Op.BINPERSID, offset, () => "persistent ids"))
        {
            values.Begin();
            Make(persistent, CodeNode.Group("persistent_load(", [values.Write(Frame, machine.Call(persistent).Callee)], ")"), offset, "");
        }
    }

    public override void OnExtension(PickleMachine machine, PickleValue extension, long offset, Op opcode)
    {
        if (!Frame.Variables.ContainsKey(extension) && text.Admit(0, Op.EXT1, offset, () => "extension codes"))
        {
            CodeNode code = CodeNode.Text(extension.Payload.ToString(CultureInfo.InvariantCulture));
            Make(extension, CodeNode.Group("get_extension(", [code], ")"), offset, "");
        }
    }

    public override void OnDrop(PickleMachine machine, PickleValue value, long offset)
    {
        if (text.IsDry)
        {
            Frame.Uses.Drop(value);
        }
    }

    public override void OnOddity(PickleMachine machine, string code, long offset, string detail)
    {
        int seen = _oddities.GetValueOrDefault(code);
        if (!text.IsDry && seen < Oddities)
        {
            _oddities[code] = seen + 1;
            text.Comment(string.Create(CultureInfo.InvariantCulture, $"{offset}: odd: {Cut(detail)}{(seen == Oddities - 1 ? " (and so on)" : "")}"));
        }
    }

    private void Enter(PickleMachine machine)
    {
        int number = text.IsDry ? _uses.Count : _entered++;
        if (text.IsDry)
        {
            _uses.Add(new StreamUses());
        }

        _frames.Push(new StreamFrame(machine, number < _uses.Count ? _uses[number] : new StreamUses()));
    }

    private void Leave(string what, CodeInk ink)
    {
        StreamFrame frame = Frame;
        PickleMachine machine = frame.Machine;
        bool stopped = machine.Ending == PickleEnding.Stop;
        CodeNode? result = null;
        if (stopped)
        {
            values.Begin();
            result = values.Write(frame, machine.Result);
        }

        values.Finish(frame);
        if (result is not null)
        {
            text.Statement(result.Behind(new CodePiece(what, ink)), machine.EndingOffset);
        }

        if (_frames.Count == 1 && !text.IsDry)
        {
            text.Close();
        }

        if (!stopped)
        {
            string rest = machine.Ending == PickleEnding.Limit ? "A loader would go on." : "A loader raises here; what stands above has run.";
            text.Comment(string.Create(CultureInfo.InvariantCulture, $"{machine.EndingOffset}: broken: {machine.EndingDetail} {rest}"), CodeInk.Warning);
        }
        else if (machine.Leftover > 0)
        {
            text.Comment(string.Create(CultureInfo.InvariantCulture, $"{machine.EndingOffset}: {machine.Leftover:N0} {(machine.Leftover == 1 ? "value is" : "values are")} left on the stack; loaders drop what is left"));
        }

        _frames.Pop();
    }

    /// <summary>Writes a statement that makes <paramref name="value"/>; it needs no variable when the stream throws it away.</summary>
    private void Make(PickleValue value, CodeNode code, long offset, string note)
    {
        if (text.IsDry)
        {
            text.Statement(code, offset);
        }
        else if (Frame.Uses.IsDropped(value))
        {
            text.Statement(code, offset, note.Length > 0 ? note + "; the result is dropped" : "the result is dropped");
        }
        else
        {
            string name = names.NextVariable();
            Frame.Variables[value] = name;
            text.Statement(code.Behind(new CodePiece(name + " = ")), offset, note);
        }
    }

    /// <summary>Explains what a statement stands for where it is met first.</summary>
    private string Once(string key, string note) => !text.IsDry && _explained.Add(key) ? note : "";

    /// <summary>What a chain of calls starts from, as far as a bounded walk leads.</summary>
    private static PickleValue Start(PickleMachine machine, PickleValue value)
    {
        for (int step = 0; step < OriginSteps && value.Kind is PickleKind.Result or PickleKind.Instance; step++)
        {
            value = machine.Call(value).Callee;
        }

        return value;
    }

    private static ulong RootOf(PickleMachine machine, PickleValue value)
    {
        PickleValue start = Start(machine, value);
        return start.Kind is PickleKind.Import or PickleKind.Extension ? start.Bits : (ulong)start.Kind << 56;
    }

    private static string Origin(PickleMachine machine, PickleValue value)
    {
        PickleValue start = Start(machine, value);
        string name = start.Kind is PickleKind.Result or PickleKind.Instance ? "further results" : machine.Origin(start, resolved: false);
        return start == value || start.Kind is PickleKind.Result or PickleKind.Instance ? name : $"what {name} made";
    }

    private static CodeNode Literal(string name) => CodeNode.Text(PythonLiteral.Name(Cut(name)), CodeInk.Literal);

    private static string Cut(string words, int length = NoteLength) => words.Length <= length ? words : words[..length] + "...";
}
