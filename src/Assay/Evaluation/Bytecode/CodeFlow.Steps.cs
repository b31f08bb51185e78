// What each instruction takes from the stack and leaves there.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

internal sealed partial class CodeFlow
{
    /// <summary>The operand by which BINARY_OP takes an item, from Python 3.14 on.</summary>
    private const int SubscriptOperator = 26;

    /// <summary>The operand by which CALL_INTRINSIC_1 takes over all names of a module.</summary>
    private const int StarIntrinsic = 2;

    /// <summary>How a context manager is left, which calls for no telling: entering it is what tells.</summary>
    private static readonly CodeSet s_exit = CodeSet.At(".__exit__");

    private static readonly string[] s_commonConstants = ["AssertionError", "NotImplementedError", "tuple", "all", "any"];

    private bool IsThree(int minor) => !version.IsLegacy && version.Minor >= minor;

    private bool Step(CodeOp op, int argument)
    {
        switch (op.Name)
        {
            case "LOAD_CONST":
                return argument < parts.Constants.Count && Push(CodeSet.Of(CodeValue.Of(parts.Constants[argument])));
            case "RETURN_CONST":
                return argument < parts.Constants.Count;
            case "LOAD_SMALL_INT":
                return Push(CodeSet.Of(CodeValue.Of(new ValueShape(ShapeKind.Int, argument.ToString(System.Globalization.CultureInfo.InvariantCulture)))));
            case "LOAD_COMMON_CONSTANT":
                return Push(argument < s_commonConstants.Length ? CodeSet.At(s_commonConstants[argument]) : CodeSet.Unknown);
            case "LOAD_ASSERTION_ERROR":
                return Push(CodeSet.At(s_commonConstants[0]));
            case "LOAD_NAME" or "LOAD_FROM_DICT_OR_GLOBALS":
                Pop(op.Name is "LOAD_NAME" ? 0 : 1);
                return Name(argument) is { } name && Push(Global(name));
            case "LOAD_GLOBAL":
                bool hasSlot = IsThree(11) && (argument & 1) != 0;
                return Name(IsThree(11) ? argument >> 1 : argument) is { } global && (!hasSlot || IsThree(13) || Push(CodeSet.Null)) && Push(Global(global)) && (!hasSlot || !IsThree(13) || Push(CodeSet.Null));
            case "LOAD_ATTR":
                bool isMethod = IsThree(12) && (argument & 1) != 0;
                return Name(IsThree(12) ? argument >> 1 : argument) is { } attribute && Attribute(attribute, isMethod);
            case "LOAD_METHOD":
                return Name(argument) is { } method && Attribute(method, isMethod: true);
            case "LOAD_SUPER_ATTR":
                Pop(3);
                return Name(argument >> 2) is { } inherited && Push(CodeSet.At("super()." + inherited)) && ((argument & 1) == 0 || Push(CodeSet.Null));
            case "LOAD_SPECIAL":
                return Push(CodeSet.Null, Take(1)[0].Select(v => CodeSet.Of(argument is 0 or 2 ? v.Attribute("__enter__") : v.Attribute("__exit__"))));
            case "LOAD_BUILD_CLASS":
                return Push(CodeSet.At("__build_class__"));
            case "LOAD_LOCALS":
                return Push(CodeSet.At("locals()"));
            case "IMPORT_NAME":
                return Name(argument) is { } module && Import(module);
            case "IMPORT_FROM":
                return Name(argument) is { } member && Push(Read(Peek().Select(v => CodeSet.Of(v.Attribute(member)))));
            case "IMPORT_STAR":
                _stars = Take(1)[0];
                return true;
            case "LOAD_FAST" or "LOAD_FAST_CHECK" or "LOAD_FAST_AND_CLEAR" or "LOAD_FAST_BORROW":
                return Local(argument) is { } local && Push(Variable(local, argument));
            case "LOAD_DEREF" or "LOAD_CLASSDEREF" or "LOAD_CLOSURE" or "LOAD_FROM_DICT_OR_DEREF":
                Pop(op.Name is "LOAD_FROM_DICT_OR_DEREF" ? 1 : 0);
                return Cell(argument) is { } cell && Push(Shared(cell));
            case "LOAD_FAST_LOAD_FAST" or "LOAD_FAST_BORROW_LOAD_FAST_BORROW":
                return Local(argument >> 4) is { } one && Local(argument & 15) is { } two && Push(Variable(one, argument >> 4)) && Push(Variable(two, argument & 15));
            case "STORE_FAST":
                return Local(argument) is { } stored && Store(stored);
            case "STORE_DEREF":
                return Cell(argument) is { } shared && Store(shared, isShared: true);
            case "STORE_NAME" or "STORE_GLOBAL":
                return Name(argument) is { } named && Store(named, isShared: true, isGlobal: op.Name is "STORE_GLOBAL");
            case "STORE_FAST_LOAD_FAST":
                return Local(argument >> 4) is { } kept && Local(argument & 15) is { } loaded && Store(kept) && Push(Variable(loaded, argument & 15));
            case "STORE_FAST_STORE_FAST":
                return Local(argument >> 4) is { } first && Local(argument & 15) is { } second && Store(first) && Store(second);
            case "STORE_ATTR":
                return Name(argument) is { } changed && StoreAttribute(changed);
            case "STORE_SUBSCR":
                return StoreItem();
            default:
                return Call(op.Name, argument) || Container(op.Name, argument) || Other(op, argument);
        }
    }

    /// <summary>Instructions that build containers, put something into them or take it out.</summary>
    private bool Container(string name, int argument)
    {
        int count = Math.Min(argument, MaxStack);
        switch (name)
        {
            case "BUILD_TUPLE" or "BUILD_LIST" or "BUILD_SET":
                return Push(Built(name switch { "BUILD_LIST" => ShapeKind.List, "BUILD_SET" => ShapeKind.Set, _ => ShapeKind.Tuple }, Take(count)));
            case "BUILD_MAP":
                return Push(Built(ShapeKind.Dict, Take(version.IsLegacy ? 0 : Math.Min(2 * count, MaxStack))));
            case "BUILD_CONST_KEY_MAP":
                CodeSet[] values = Take(count + 1);
                IReadOnlyList<ValueShape> keys = values[^1].Values is [{ Constant.Items: var items }] ? items : [];
                return Push(Built(ShapeKind.Dict, [.. values[..^1].SelectMany((v, i) => new[] { i < keys.Count ? CodeSet.Of(CodeValue.Of(keys[i])) : CodeSet.Unknown, v })]));
            case "BUILD_LIST_UNPACK" or "BUILD_TUPLE_UNPACK" or "BUILD_SET_UNPACK" or "BUILD_TUPLE_UNPACK_WITH_CALL" or "BUILD_MAP_UNPACK" or "BUILD_MAP_UNPACK_WITH_CALL":
                CodeSet unpacked = Built(name.StartsWith("BUILD_MAP", StringComparison.Ordinal) ? ShapeKind.Dict : ShapeKind.List, []);
                foreach (CodeSet part in Take(count))
                    Added(unpacked, Items(part));

                return Push(unpacked);
            case "LIST_APPEND" or "SET_ADD":
                CodeSet appended = Take(1)[0];
                Added(Below(argument), appended);
                return true;
            case "LIST_EXTEND" or "SET_UPDATE" or "DICT_UPDATE" or "DICT_MERGE":
                CodeSet more = Items(Take(1)[0]);
                Added(Below(argument), more);
                return true;
            case "MAP_ADD":
                // The value stood below the key before 3.8; both may be anything that is called.
                CodeSet[] pair = Take(2);
                Added(Below(argument), pair[0]);
                Added(Below(argument), pair[1]);
                return true;
            case "STORE_MAP":
                CodeSet[] entry = Take(2);
                Added(Peek(), entry[0]);
                return true;
            case "UNPACK_SEQUENCE" or "UNPACK_EX":
                return Unpack(name is "UNPACK_EX" ? (argument & 0xFF) + 1 + (argument >> 8) : argument, inOrder: name is "UNPACK_SEQUENCE");
            case "GET_ITER" or "GET_YIELD_FROM_ITER" or "LIST_TO_TUPLE" or "TO_BOOL" or "CALL_INTRINSIC_1":
                if (name is "CALL_INTRINSIC_1" && argument == StarIntrinsic)
                    _stars = Peek();

                return _stack.Count > 0 || Push(Missing());
            case "FOR_ITER":
                return Push(Items(Peek()));
            case "BINARY_SUBSCR":
            case "BINARY_OP" when argument == SubscriptOperator:
                CodeSet[] taken = Take(2);
                return Push(Read(Item(taken[0], taken[1])));
            case "BINARY_SLICE" or "SLICE+3":
                return Push(Take(3)[0]);
            case "SLICE+0":
                return true;
            case "SLICE+1" or "SLICE+2":
                return Push(Take(2)[0]);
            default:
                return false;
        }
    }

    private bool Unpack(int count, bool inOrder)
    {
        CodeSet unpacked = Take(1)[0];
        count = Math.Min(count, MaxStack);
        for (int i = count - 1; i >= 0; i--)
        {
            int place = i;
            if (!Push(inOrder ? unpacked.Select(v => Place(v, place)) : Items(unpacked)))
                return false;
        }

        return true;
    }

    private bool Other(CodeOp op, int argument)
    {
        switch (op.Name)
        {
            case "DUP_TOP":
                return Push(Peek());
            case "DUP_TOP_TWO" or "DUP_TOPX":
                int copied = Math.Min(op.Name is "DUP_TOP_TWO" ? 2 : argument, MaxStack);
                CodeSet[] top = Take(copied);
                return Push(top) && Push(top);
            case "COPY":
                return argument > 0 && Push(argument <= _stack.Count ? _stack[^argument] : Missing());
            case "PUSH_NULL":
                return Push(CodeSet.Null);
            case "SWAP" or "ROT_TWO":
                int with = op.Name is "SWAP" ? argument : 2;
                if (with > 1 && with <= _stack.Count)
                    (_stack[^1], _stack[^with]) = (_stack[^with], _stack[^1]);
                else
                    IsRegular &= with == 1;

                return true;
            case "ROT_THREE" or "ROT_FOUR" or "ROT_N":
                int turned = op.Name switch { "ROT_THREE" => 3, "ROT_FOUR" => 4, _ => Math.Min(argument, MaxStack) };
                CodeSet[] turn = Take(turned);
                return turned == 0 || (Push(turn[^1]) && Push(turn.AsSpan(0, turned - 1)));
            case "MAKE_FUNCTION" when version.IsLegacy:
                return Made(1 + argument);
            case "MAKE_CLOSURE":
                return Made(2 + argument);
            case "MAKE_FUNCTION":
                return Made(IsThree(13) ? 1 : (version.Minor < 11 ? 2 : 1) + int.PopCount(argument & 15));
            case "SET_FUNCTION_ATTRIBUTE":
                CodeSet function = Take(2)[1];
                return Push(function);
            case "FORMAT_VALUE":
                Pop((argument & 4) != 0 ? 2 : 1);
                return Push(CodeSet.Unknown);
            case "BUILD_SLICE":
                Pop(argument == 3 ? 3 : 2);
                return Push(CodeSet.Unknown);
            case "BEFORE_WITH" or "SETUP_WITH" or "BEFORE_ASYNC_WITH":
                CodeSet manager = Take(1)[0];
                _ = Read(manager.Select(v => v.Path?.StartsWith('.') is true ? CodeSet.Of(v.Attribute("__enter__")) : CodeSet.Unknown));
                return Push(s_exit, manager);
            case "SETUP_ASYNC_WITH" or "SETUP_FINALLY" or "SETUP_EXCEPT" or "SETUP_LOOP" or "CALL_FINALLY" or "GEN_START":
                return true;
            case "END_FINALLY" or "POP_FINALLY":
                Pop(Math.Min(_graph.Raised, _stack.Count));
                return true;
            case "POP_EXCEPT" when !IsThree(11):
                Pop(3);
                return true;
            case "WITH_CLEANUP_START":
                return Push(CodeSet.Unknown, CodeSet.Unknown);
            case "WITH_CLEANUP_FINISH":
                Pop(3);
                return true;
            case "WITH_CLEANUP":
                Pop(1);
                return true;
            case "RETURN_GENERATOR":
                return Push(CodeSet.Unknown);
            case "BREAK_LOOP" or "CONTINUE_LOOP":
                return true;
            case "NOP" or "NOT_TAKEN" or "RESUME" or "CACHE" or "MAKE_CELL" or "COPY_FREE_VARS" or "POP_BLOCK" or "SETUP_ANNOTATIONS":
                return true;
            default:
                return Change(op, op.Effect + (op.Slope * argument));
        }
    }

    private bool Made(int taken)
    {
        Pop(Math.Min(taken, MaxStack));
        return Push(CodeSet.At(".<function>"));
    }

    /// <summary>All other instructions: what they leave on the stack is not known, but for those that only take.</summary>
    private bool Change(CodeOp op, int effect)
    {
        bool onlyTakes = op.Name.StartsWith("POP_", StringComparison.Ordinal) || op.Name.StartsWith("STORE_", StringComparison.Ordinal) || op.Name.StartsWith("DELETE_", StringComparison.Ordinal)
            || op.Name.Contains("JUMP", StringComparison.Ordinal) || op.Name.StartsWith("RETURN_", StringComparison.Ordinal) || op.Name.StartsWith("END_", StringComparison.Ordinal) || op.Name is "RAISE_VARARGS" or "RERAISE";
        if (effect <= 0)
        {
            Pop(Math.Min(-effect, MaxStack));
            if (!onlyTakes && _stack.Count > 0)
                _stack[^1] = CodeSet.Unknown;

            return true;
        }

        for (int i = 0; i < Math.Min(effect, MaxStack); i++)
        {
            if (!Push(CodeSet.Unknown))
                return false;
        }

        return true;
    }

    private CodeSet Below(int argument) => argument > 0 && argument <= _stack.Count ? _stack[^argument] : Missing();

    private bool Push(params ReadOnlySpan<CodeSet> values)
    {
        foreach (CodeSet value in values)
            _stack.Add(value);

        return _stack.Count <= MaxStack;
    }

    private string? Name(int index) => index < parts.Names.Count ? parts.Names[index] : null;

    private string? Local(int index) => index < parts.Locals.Count ? parts.Locals[index] : null;

    private string? Cell(int index) => IsThree(11) ? Local(index) : index < parts.Cells.Count ? parts.Cells[index] : null;
}
