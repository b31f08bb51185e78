// Writes the values of a pickle as expressions.
using System.Globalization;
using Assay.Pickle;

namespace Assay.Evaluation.Decompiler;

/// <summary>
/// Writes values as expressions. What was made by a call is a variable; plain containers are written in place, or named where they are
/// used twice or filled later. Recursion is bounded by <see cref="DecompilerLimits.Depth"/>, and size by a budget per statement.
/// </summary>
internal sealed class ValueWriter(CodeText text, CodeNames names)
{
    private const int LateItems = 16;
    private const int Remembered = 1 << 20;
    private readonly DecompilerLimits _limits = text.Limits;
    private readonly ConstantWriter _constants = new(text);
    private readonly HashSet<PickleValue> _open = [];
    private int _values;
    private long _work = text.Limits.Work;

    /// <summary>Begins a statement: its budget is whole again.</summary>
    public void Begin()
    {
        _values = _limits.Values;
        _constants.Begin();
    }

    /// <summary>The expression for a value; depth 0 is an argument or a state.</summary>
    public CodeNode Write(StreamFrame frame, PickleValue value, int depth = 0)
    {
        _values--;
        PickleMachine machine = frame.Machine;
        switch (value.Kind)
        {
            case PickleKind.None: return CodeNode.Text("None", CodeInk.Keyword);
            case PickleKind.True: return CodeNode.Text("True", CodeInk.Keyword);
            case PickleKind.False: return CodeNode.Text("False", CodeInk.Keyword);
            case PickleKind.Int: return CodeNode.Text(PythonLiteral.Int(machine.GetNumber(value)));
            case PickleKind.Float: return CodeNode.Text(PythonLiteral.Float(machine.GetNumber(value)));
            case PickleKind.Str or PickleKind.PyString or PickleKind.Bytes or PickleKind.ByteArray: return _constants.Write(machine, value, depth == 0);
            case PickleKind.EmptyTuple: return CodeNode.Text("()");
            case PickleKind.Tuple or PickleKind.FrozenSet: return Inline(frame, value, depth, 0);
            case PickleKind.List or PickleKind.Dict or PickleKind.Set: return Container(frame, value, depth);
            case PickleKind.Import: return Import(frame, value);
            case PickleKind.Buffer: return CodeNode.Text("next(buffers)");
            case PickleKind.Empty: return CodeNode.Text("<nothing>");
            default: return Made(frame, value);
        }
    }

    /// <summary>The arguments of a call, with a star where they are not a tuple that the stream made.</summary>
    public List<CodeNode> Arguments(StreamFrame frame, PickleValue arguments)
    {
        if (arguments.Kind is not (PickleKind.Tuple or PickleKind.EmptyTuple))
        {
            return [Write(frame, arguments).Behind(new CodePiece("*"))];
        }

        List<CodeNode> items = [];
        Items(frame, arguments, -1, 0, _limits.Arguments, items);
        return items;
    }

    /// <summary>Values in order, as many as a statement takes.</summary>
    public List<CodeNode> Operands(StreamFrame frame, ReadOnlySpan<PickleValue> operands)
    {
        List<CodeNode> items = [];
        int shown = Math.Min(operands.Length, _limits.Arguments);
        foreach (PickleValue operand in operands[..shown])
        {
            items.Add(Write(frame, operand, 1));
        }

        if (shown < operands.Length)
        {
            items.Add(More(operands.Length - shown, ""));
        }

        return items;
    }

    /// <summary>At the end of a pickle: containers that were filled after they were written.</summary>
    public void Finish(StreamFrame frame)
    {
        foreach ((PickleValue container, long written) in frame.Written.ToArray())
        {
            if (frame.Machine.CountOf(container) <= written)
            {
                continue;
            }

            if (text.IsDry)
            {
                frame.Uses.Grow(container);
            }
            else if (frame.Variables.TryGetValue(container, out string? name))
            {
                Begin();
                Grow(frame, container, name, 0);
            }
        }
    }

    private CodeNode Import(StreamFrame frame, PickleValue value)
    {
        ImportRow row = frame.Machine.Import(value);
        return names.Import(row, out _, out _) is { } name ? CodeNode.Text(name)
            : frame.Variables.TryGetValue(value, out string? variable) ? CodeNode.Text(variable)
            : CodeNode.Text("find_class(...)");
    }

    private CodeNode Made(StreamFrame frame, PickleValue value)
    {
        if (text.IsDry)
        {
            frame.Uses.Use(value);
        }

        if (frame.Variables.TryGetValue(value, out string? name))
        {
            return CodeNode.Text(name);
        }

        // The statement that made it was left out.
        if (value.Kind is PickleKind.Persistent or PickleKind.Extension)
        {
            return CodeNode.Text(value.Kind == PickleKind.Persistent ? "persistent_load(...)" : "get_extension(...)");
        }

        PickleValue callee = frame.Machine.Call(value).Callee;
        string made = value.Kind == PickleKind.Result ? "(...)" : ".__new__(...)";
        return callee.Kind == PickleKind.Import ? CodeNode.Text(made).Behind(Import(frame, callee)) : CodeNode.Text("<result of a call>");
    }

    private CodeNode Container(StreamFrame frame, PickleValue value, int depth)
    {
        if (text.IsDry)
        {
            frame.Uses.Use(value);
            long from = frame.Written.GetValueOrDefault(value);
            long total = frame.Machine.CountOf(value);
            if (frame.Written.Count < Remembered)
            {
                frame.Written[value] = total;
            }

            if (!_open.Add(value))
            {
                frame.Uses.Close(value);
                return CodeNode.Text("");
            }

            CodeNode written = from > 0 && total <= from ? CodeNode.Text("") : Inline(frame, value, depth, from);
            _open.Remove(value);
            return written;
        }

        if (frame.Variables.TryGetValue(value, out string? name))
        {
            Grow(frame, value, name, depth);
            return CodeNode.Text(name);
        }

        if (!frame.Uses.NeedsName(value))
        {
            return Inline(frame, value, depth, 0);
        }

        name = names.NextVariable();
        frame.Variables.Add(value, name);
        if (frame.Uses.IsCyclic(value))
        {
            frame.Written[value] = 0;
            string empty = value.Kind switch { PickleKind.List => "[]", PickleKind.Dict => "{}", _ => "set()" };
            text.Statement(CodeNode.Text(name + " = " + empty), -1);
            Grow(frame, value, name, depth);
            return CodeNode.Text(name);
        }

        frame.Written[value] = frame.Machine.CountOf(value);
        text.Statement(Inline(frame, value, depth, 0).Behind(new CodePiece(name + " = ")), -1);
        return CodeNode.Text(name);
    }

    /// <summary>Says what a named container has got since it was last written.</summary>
    private void Grow(StreamFrame frame, PickleValue value, string name, int depth)
    {
        long from = frame.Written.GetValueOrDefault(value);
        long total = frame.Machine.CountOf(value);
        if (total > from)
        {
            frame.Written[value] = total;
            CodeNode added = Inline(frame, value, depth, from);
            text.Statement(CodeNode.Text(")").Behind(added.Behind(new CodePiece(name + (value.Kind == PickleKind.List ? ".extend(" : ".update(")))), -1);
        }
    }

    /// <summary>A container from its child number <paramref name="from"/> on; keys and values of a dict count apart.</summary>
    private CodeNode Inline(StreamFrame frame, PickleValue value, int depth, long from)
    {
        List<CodeNode> items = [];
        Items(frame, value, depth, from, depth == 0 ? _limits.Arguments : _limits.Items, items);
        return value.Kind switch
        {
            PickleKind.Tuple => CodeNode.Group("(", items, ")", lonelyComma: true),
            PickleKind.List => CodeNode.Group("[", items, "]"),
            PickleKind.FrozenSet => items.Count == 0 ? CodeNode.Text("frozenset()") : CodeNode.Group("frozenset({", items, "})"),
            PickleKind.Set => items.Count == 0 ? CodeNode.Text("set()") : CodeNode.Group("{", items, "}"),
            _ => CodeNode.Group("{", items, "}"),
        };
    }

    private void Items(StreamFrame frame, PickleValue value, int depth, long from, int max, List<CodeNode> items)
    {
        PickleMachine machine = frame.Machine;
        int step = value.Kind == PickleKind.Dict ? 2 : 1;
        long total = machine.CountOf(value);
        if (total < 0)
        {
            items.Add(CodeNode.Text("<items not kept>"));
            return;
        }

        if (total <= from)
        {
            return;
        }

        if (depth >= DecompilerLimits.Depth || _values <= 0 || from > int.MaxValue / 2 || _work < total)
        {
            items.Add(Count((total - from) / step, ""));
            return;
        }

        _work -= Math.Max(1, total > max * step ? total : 0);
        int end = (int)from + (max * step);
        List<PickleValue> children = machine.Children(value, end, out _);
        int at = (int)from;
        for (; at + step <= Math.Min(end, children.Count) && _values > 0; at += step)
        {
            items.Add(step == 2 ? Pair(frame, children[at], children[at + 1], depth + 1) : Write(frame, children[at], depth + 1));
        }

        if (at >= total)
        {
            return;
        }

        // Nothing may hide behind a long list: what is more than plain is written even after the cut.
        List<PickleValue> late = children.Skip(Math.Max(at, 0)).Where(machine.IsTainted).Take(LateItems).ToList();
        string rest = late.Count > 0 ? ", among them" : "";
        items.Add(at == from ? Count((total - from) / step, ", not kept" + rest) : More((total - at) / step, rest));
        foreach (PickleValue item in late)
        {
            items.Add(Write(frame, item, depth + 1));
        }
    }

    private CodeNode Pair(StreamFrame frame, PickleValue key, PickleValue item, int depth)
    {
        CodeNode written = Write(frame, key, depth);
        return Write(frame, item, depth).Behind(written, ": ");
    }

    private static CodeNode More(long count, string rest) =>
        CodeNode.Text(string.Create(CultureInfo.InvariantCulture, $"<{count:N0} more {(count == 1 ? "item" : "items")}{rest}>"), CodeInk.Comment);

    private static CodeNode Count(long count, string rest) =>
        CodeNode.Text(string.Create(CultureInfo.InvariantCulture, $"<{count:N0} {(count == 1 ? "item" : "items")}{rest}>"), CodeInk.Comment);
}
