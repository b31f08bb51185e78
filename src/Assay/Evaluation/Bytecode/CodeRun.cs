// Follows the instructions of one code object as one version of CPython reads them.
using Assay.Artifacts;

namespace Assay.Evaluation.Bytecode;

/// <summary>Follows the instructions of one code object as one version of CPython reads them.</summary>
/// <param name="parts">The code.</param>
/// <param name="version">The version.</param>
/// <param name="uses">Where what it calls and reads is noted.</param>
/// <param name="lines">The lines of a module that is read as a whole, or null.</param>
/// <param name="stored">What an earlier run saw stored, or null: which of several values a variable has is not told by the order of the instructions.</param>
/// <param name="choice">Which of these values a variable has in this run.</param>
internal sealed class CodeRun(CodeParts parts, BytecodeVersion version, CodeUses uses, CodeLines? lines = null, VariableStores? stored = null, int choice = 0)
{
    private const int MaxStack = 1024;

    /// <summary>The operand by which BINARY_OP takes an item, from Python 3.14 on.</summary>
    private const int SubscriptOperator = 26;

    /// <summary>The number of NOP until Python 3.12.</summary>
    private const byte Nothing = 9;

    /// <summary>Builtins that run code: who looks one up in something has the table of builtins there.</summary>
    private static readonly string[] s_builtins = ["exec", "eval", "compile", "execfile"];

    /// <summary>How code names its own module.</summary>
    private static readonly string[] s_ownModule = ["__module__", "__name__", "__package__"];
    private readonly List<CodeValue> _stack = [];
    private readonly Dictionary<string, CodeValue?> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, CodeValue> _fields = new(StringComparer.Ordinal);

    /// <summary>What was stored in variables.</summary>
    public VariableStores Stored { get; } = new();

    /// <summary>Whether there is something in places that instructions keep for the interpreter's own use: code that only a jump leads to.</summary>
    public bool HasHidden { get; private set; }

    /// <summary>Follows the code; false where it is none of this version.</summary>
    public bool Run()
    {
        byte[] code = parts.Code;
        long argument = 0;
        for (int at = 0; at < code.Length;)
        {
            if (version.Op(code[at]) is not { } op)
                return false;

            uses.Line = lines?.Of(at);
            int taken = version.IsLegacy ? (BytecodeVersion.HasArgument(code[at]) ? 3 : 1) : 2;
            if (at + taken > code.Length)
                return false;

            long own = taken switch { 3 => code[at + 1] | (code[at + 2] << 8), 2 => code[at + 1], _ => 0 };
            argument = (argument << (version.IsLegacy ? 16 : 8)) | own;
            int next = at + taken + (2 * op.Caches);
            HasHidden |= IsHidden(code.AsSpan(Math.Min(at + taken, code.Length)..Math.Min(next, code.Length)));
            at = next;
            if (op.Name is "EXTENDED_ARG")
            {
                if (argument > 1 << 24)
                    return false;

                continue;
            }

            if (argument > int.MaxValue || !Step(op, (int)argument))
                return false;

            argument = 0;
        }

        return true;
    }

    // Whoever writes code that several versions take for theirs fills the places with instructions that do nothing.
    private static bool IsHidden(ReadOnlySpan<byte> kept)
    {
        for (int i = 0; i + 1 < kept.Length; i += 2)
        {
            if (kept[i + 1] != 0 || kept[i] is not (0 or Nothing))
                return true;
        }

        return false;
    }

    private bool Step(CodeOp op, int argument)
    {
        switch (op.Name)
        {
            case "LOAD_CONST" or "RETURN_CONST":
                return argument < parts.Constants.Count && Push(CodeValue.Of(parts.Constants[argument]), op.Name[0] == 'L');
            case "LOAD_NAME" or "LOAD_FROM_DICT_OR_GLOBALS":
                Pop(op.Name is "LOAD_NAME" ? 0 : 1);
                return Name(argument) is { } name && Push(Global(name));
            case "LOAD_GLOBAL":
                return Name(version.Minor >= 11 && !version.IsLegacy ? argument >> 1 : argument) is { } global
                    && (version.IsLegacy || version.Minor < 11 || (argument & 1) == 0 || Push(CodeValue.Null, version.Minor < 13)) && Push(Global(global))
                    && (version.IsLegacy || version.Minor < 13 || (argument & 1) == 0 || Push(CodeValue.Null));
            case "LOAD_ATTR":
                bool isMethod = !version.IsLegacy && version.Minor >= 12 && (argument & 1) != 0;
                return Name(!version.IsLegacy && version.Minor >= 12 ? argument >> 1 : argument) is { } attribute && Attribute(attribute, isMethod);
            case "LOAD_METHOD":
                return Name(argument) is { } method && Attribute(method, isMethod: true);
            case "LOAD_SUPER_ATTR":
                Pop(3);
                return Push(CodeValue.Unknown) && ((argument & 1) == 0 || Push(CodeValue.Null));
            case "LOAD_BUILD_CLASS":
                return Push(lines is null ? CodeValue.Unknown : CodeValue.At("__build_class__"));
            case "IMPORT_NAME":
                Pop(2);
                return Name(argument) is { } module && Import(module);
            case "IMPORT_FROM":
                return Name(argument) is { } member && ImportFrom(member);
            case "LOAD_FAST" or "LOAD_FAST_CHECK" or "LOAD_FAST_AND_CLEAR" or "LOAD_FAST_BORROW":
                return Local(argument) is { } local && Push(Variable(local));
            case "LOAD_DEREF" or "LOAD_CLASSDEREF" or "LOAD_CLOSURE":
                return Cell(argument) is { } cell && Push(Shared(cell));
            case "LOAD_FAST_LOAD_FAST" or "LOAD_FAST_BORROW_LOAD_FAST_BORROW":
                return Local(argument >> 4) is { } one && Local(argument & 15) is { } two && Push(Variable(one)) && Push(Variable(two));
            case "STORE_FAST":
                return Local(argument) is { } stored && Store(stored);
            case "STORE_DEREF":
                return Cell(argument) is { } shared && Store(shared);
            case "STORE_NAME" or "STORE_GLOBAL":
                return Name(argument) is { } named && (op.Name is "STORE_NAME" || HandOver()) && Store(named);
            case "STORE_ATTR":
                return Name(argument) is { } field && StoreAttribute(field);
            case "STORE_SUBSCR":
                StoreItem();
                return true;
            case "STORE_FAST_LOAD_FAST":
                return Local(argument >> 4) is { } kept && Local(argument & 15) is { } loaded && Store(kept) && Push(Variable(loaded));
            case "STORE_FAST_STORE_FAST":
                return Local(argument >> 4) is { } first && Local(argument & 15) is { } second && Store(first) && Store(second);
            default:
                return Call(op.Name, argument) || Other(op, argument);
        }
    }

    private bool Call(string name, int argument)
    {
        switch (name)
        {
            case "CALL_FUNCTION" when version.IsLegacy:
                Call((argument & 0xFF) + (2 * (argument >> 8)), 1);
                return true;
            case "CALL_FUNCTION":
                Call(argument, 1);
                return true;
            case "CALL_FUNCTION_KW" when !version.IsLegacy:
                Pop(1);
                Call(argument, 1);
                return true;
            case "CALL_METHOD" or "CALL":
                Call(argument, 2);
                return true;
            case "CALL_KW":
                Pop(1);
                Call(argument, 2);
                return true;
            case "CALL_FUNCTION_EX":
                // From Python 3.14 on the place of the keywords is always there, empty or not.
                Call(version is { IsLegacy: false, Minor: >= 14 } ? 2 : 1 + (argument & 1), version is { IsLegacy: false, Minor: >= 11 } ? 2 : 1);
                return true;
            case "CALL_FUNCTION_VAR" or "CALL_FUNCTION_VAR_KW" or "CALL_FUNCTION_KW":
                Call((argument & 0xFF) + (2 * (argument >> 8)) + (name is "CALL_FUNCTION_VAR_KW" ? 2 : 1), 1);
                return true;
            case "EXEC_STMT":
                CodeValue code = Take(3)[0];
                uses.Call(CodeValue.At("exec"), [code]);
                return true;
            case "PRECALL" or "KW_NAMES":
                return true;
            default:
                return false;
        }
    }

    /// <summary>A call of what lies below its arguments; a method leaves an empty slot or its object beside it.</summary>
    private void Call(int count, int slots)
    {
        CodeValue[] arguments = Take(Math.Min(count, MaxStack));
        CodeValue[] below = Take(slots);
        CodeValue callee = Array.Find(below, v => v is { IsNull: false } && (v.Path is not null || v.Constant is not null));

        // Where neither slot is empty the second one is the first argument.
        if (slots == 2 && !below[0].IsNull && !below[1].IsNull && below[0].Path is not null)
        {
            callee = below[0];
            arguments = [below[1], .. arguments];
        }

        uses.Call(callee, arguments);
        if (callee.Path is { Length: > 1 } called && called[0] == '.' && _fields.TryGetValue(called[(called.LastIndexOf('.') + 1)..], out CodeValue kept))
            uses.Call(kept, arguments);

        // methodcaller(name)(object) and attrgetter(name)(object): the name is kept beside the path.
        CodeValue found = callee is { Path: "operator.methodcaller()" or "operator.attrgetter()", Constant: { } member } && arguments is [var owner, ..] ? owner.Attribute(member.Text) : default;
        if (found.Path is not null)
            uses.Read(found);

        _ = Push(found.Path is not null && callee.Path is "operator.attrgetter()" ? found : Returned(callee, arguments));
    }

    /// <summary>What calls give back whose meaning is plain: attributes and modules by constant names.</summary>
    private static CodeValue Returned(CodeValue callee, CodeValue[] arguments) => (callee.Path, arguments) switch
    {
        ("getattr", [var owner, { Constant: { Kind: ShapeKind.Str } name }, ..]) => owner.Attribute(name.Text),
        ("__import__" or "importlib.import_module", [{ Constant: { Kind: ShapeKind.Str } module }, ..]) => CodeValue.At(module.Text, isImported: true),
        ({ Length: > 0 } finder, [{ Constant: { Kind: ShapeKind.Str } sought }, ..]) when finder is "operator.methodcaller" or "operator.attrgetter" => new CodeValue(finder + "()", callee.IsImported, sought, false),
        ("vars", [{ Path: { Length: > 0 } } owner]) => owner.Attribute("__dict__"),
        ({ Length: > 0 } path, _) => path[0] == '.' ? CodeValue.At(".result") : CodeValue.At(path + "()", callee.IsImported),
        _ => CodeValue.Unknown,
    };

    private bool Other(CodeOp op, int argument)
    {
        switch (op.Name)
        {
            case "DUP_TOP":
                return Push(Peek());
            case "COPY":
                return argument > 0 && Push(argument <= _stack.Count ? _stack[^argument] : CodeValue.Unknown);
            case "PUSH_NULL":
                return Push(CodeValue.Null);
            case "SWAP" or "ROT_TWO":
                int with = op.Name is "SWAP" ? argument : 2;
                if (with > 1 && with <= _stack.Count)
                    (_stack[^1], _stack[^with]) = (_stack[^with], _stack[^1]);

                return true;
            case "MAKE_FUNCTION" when !version.IsLegacy && version.Minor < 13:
                Pop((version.Minor < 11 ? 2 : 1) + int.PopCount(argument & 15));
                return Push(CodeValue.Unknown);
            case "BINARY_SUBSCR":
            case "BINARY_OP" when argument == SubscriptOperator:
                return Subscript();
            case "BUILD_SLICE":
                Pop(argument == 3 ? 3 : 2);
                return Push(CodeValue.Unknown);
            case "BUILD_TUPLE" or "BUILD_LIST":
                ValueShape[] items = [.. Take(Math.Min(argument, MaxStack)).Select(v => v.Shape)];
                return Push(CodeValue.Of(new ValueShape(op.Name is "BUILD_LIST" ? ShapeKind.List : ShapeKind.Tuple) { Items = items, Count = items.Length }));
            case "BUILD_MAP" when version is { IsLegacy: false }:
                ValueShape[] pairs = [.. Take(Math.Min(2 * argument, MaxStack)).Select(v => v.Shape)];
                return Push(CodeValue.Of(new ValueShape(ShapeKind.Dict) { Items = pairs, Count = pairs.Length }));
            case "BUILD_CONST_KEY_MAP":
                return ConstantMap(argument);
            case "NOP" or "NOT_TAKEN" or "RESUME" or "CACHE" or "MAKE_CELL" or "COPY_FREE_VARS" or "POP_BLOCK" or "SETUP_LOOP" or "SETUP_ANNOTATIONS" or "GEN_START" or "LIST_TO_TUPLE" or "TO_BOOL":
                return true;
            default:
                return Change(op, op.Effect + (op.Slope * argument));
        }
    }

    private bool ConstantMap(int count)
    {
        CodeValue[] taken = Take(Math.Min(count + 1, MaxStack));
        if (taken[^1].Constant is not { Kind: ShapeKind.Tuple } keys || keys.Items.Count != taken.Length - 1)
            return Push(CodeValue.Unknown);

        ValueShape[] pairs = [.. keys.Items.SelectMany((k, i) => new[] { k, taken[i].Shape })];
        return Push(CodeValue.Of(new ValueShape(ShapeKind.Dict) { Items = pairs, Count = pairs.Length }));
    }

    /// <summary>All other instructions: what they leave on the stack is not known, but for those that only take.</summary>
    private bool Change(CodeOp op, int effect)
    {
        bool onlyTakes = op.Name.StartsWith("POP_", StringComparison.Ordinal) || op.Name.StartsWith("STORE_", StringComparison.Ordinal) || op.Name.StartsWith("DELETE_", StringComparison.Ordinal)
            || op.Name.Contains("JUMP", StringComparison.Ordinal) || op.Name.StartsWith("RETURN_", StringComparison.Ordinal) || op.Name is "LIST_APPEND" or "SET_ADD" or "MAP_ADD" or "LIST_EXTEND" or "DICT_MERGE" or "DICT_UPDATE" or "SET_UPDATE";
        if (effect <= 0)
        {
            Pop(Math.Min(-effect, MaxStack));
            if (!onlyTakes && _stack.Count > 0)
                _stack[^1] = CodeValue.Unknown;

            return true;
        }

        for (int i = 0; i < Math.Min(effect, MaxStack); i++)
        {
            if (!Push(CodeValue.Unknown))
                return false;
        }

        return true;
    }

    /// <summary>An item of what holds the names of a module, or of the table of modules, is that name.</summary>
    private bool Subscript()
    {
        CodeValue[] taken = Take(2);
        CodeValue found = (taken[0].Path, taken[1].Constant) switch
        {
            ({ } table, { Kind: ShapeKind.Str, Text: var module }) when IsModuleTable(table) => CodeValue.At(module, isImported: true),
            ({ } path, { Kind: ShapeKind.Str, Text: var name }) when path.EndsWith(".__dict__", StringComparison.Ordinal) => CodeValue.At($"{path[..^9]}.{name}", taken[0].IsImported),

            // A special name that is looked up in something is as telling as the attribute.
            (_, { Kind: ShapeKind.Str, Text: var name }) when name.StartsWith("__", StringComparison.Ordinal) || s_builtins.Contains(name) => CodeValue.At($".{name}"),
            _ when taken[0].Constant is { Kind: ShapeKind.Dict } dict && taken[1].Constant is { } key && Entry(dict, key) is { } entry => entry.Kind is ShapeKind.Import ? CodeValue.At(entry.Text) : CodeValue.Of(entry),
            _ when taken[0].Constant is { Kind: ShapeKind.Tuple or ShapeKind.List } items && taken[1].Constant is { Kind: ShapeKind.Int } index && int.TryParse(index.Text, out int at) && at >= 0 && at < items.Items.Count
                && items.Items[at] is { Kind: ShapeKind.Import } named => CodeValue.At(named.Text),
            _ => CodeValue.Unknown,
        };
        uses.Read(found);

        // Under a computed name there may be anything that a module has, and any module.
        if (taken[1].Constant is null && taken[0].Path is { Length: > 0 } owner && owner[0] != '.')
        {
            if (owner.EndsWith(".__dict__", StringComparison.Ordinal))
                uses.Call(CodeValue.At("getattr"), [CodeValue.At(owner[..^9], taken[0].IsImported), CodeValue.Unknown]);
            else if (IsModuleTable(owner) && !(taken[1].Path is { } key && s_ownModule.Any(n => key.EndsWith(n, StringComparison.Ordinal))))
                uses.Call(CodeValue.At("importlib.import_module", isImported: true), [CodeValue.Unknown]);
        }

        return Push(found);
    }

    private static ValueShape? Entry(ValueShape dict, ValueShape key)
    {
        for (int i = dict.Items.Count - 2; i >= 0; i -= 2)
        {
            if (dict.Items[i].Kind == key.Kind && dict.Items[i].Text == key.Text)
                return dict.Items[i + 1];
        }

        return null;
    }

    private static bool IsModuleTable(string path) => path is "sys.modules" || path.EndsWith(".sys.modules", StringComparison.Ordinal);

    private bool Import(string module)
    {
        CodeValue value = CodeValue.At(module, isImported: true);

        // What runs as a program runs when it is imported.
        if (module.EndsWith(".__main__", StringComparison.Ordinal))
            uses.Read(value);

        return Push(value);
    }

    private bool ImportFrom(string member)
    {
        CodeValue value = Peek().Attribute(member);
        uses.Read(value);
        return Push(value);
    }

    /// <summary>What goes into a global of the module may be called by every other function.</summary>
    private bool HandOver()
    {
        if (lines is null && Peek() is { Path: { Length: > 0 } path, IsImported: false } value && path[0] != '.' && !path.Contains('(', StringComparison.Ordinal))
            uses.Call(value, [CodeValue.Unknown]);

        return true;
    }

    private bool StoreAttribute(string name)
    {
        CodeValue[] taken = Take(2);
        if (taken[0].Path is { Length: > 0 } path && path[0] != '.')
            _fields[name] = taken[0];

        // Setting a name of a module changes it for the whole process.
        if (lines is null && taken[1] is { IsImported: true, Path: { Length: > 0 } owner } && !owner.Contains('(', StringComparison.Ordinal))
            uses.Call(CodeValue.At("setattr"), [taken[1], CodeValue.Of(new ValueShape(ShapeKind.Str, name)), taken[0]]);

        return true;
    }

    private void StoreItem()
    {
        CodeValue[] taken = Take(3);
        string path = taken[1].Path ?? "";
        if (lines is null && path.Length > 0 && path[0] != '.' && (IsModuleTable(path) || path.EndsWith(".__dict__", StringComparison.Ordinal) || path is "__builtins__"))
            uses.Call(CodeValue.At("setattr"), [CodeValue.At(path.EndsWith(".__dict__", StringComparison.Ordinal) ? path[..^9] : IsModuleTable(path) ? "sys" : path, true), taken[2], taken[0]]);
    }

    private bool Attribute(string name, bool isMethod)
    {
        CodeValue value = Take(1)[0].Attribute(name);
        uses.Read(value);
        return (!isMethod || Push(CodeValue.Null)) && Push(value);
    }

    private CodeValue Global(string name)
    {
        // A function of the module that is read as a whole goes by its name.
        CodeValue value = _variables.GetValueOrDefault(name) is { } known && !(lines is not null && known is { Path: null, Constant: null }) ? known : CodeValue.At(name);
        uses.Read(value);
        return value;
    }

    private CodeValue Variable(string name) => stored?.Of(name, choice) ?? _variables.GetValueOrDefault(name) ?? CodeValue.At("." + name);

    /// <summary>A variable of a function around this one goes by its name, as a global does: a module that was imported there.</summary>
    private CodeValue Shared(string name) => stored?.Of(name, choice) ?? _variables.GetValueOrDefault(name) ?? CodeValue.At(name);

    private bool Store(string name)
    {
        CodeValue value = Take(1)[0];
        _variables[name] = value;
        Stored.Add(name, value);
        return true;
    }

    private string? Name(int index) => index < parts.Names.Count ? parts.Names[index] : null;

    private string? Local(int index) => index < parts.Locals.Count ? parts.Locals[index] : null;

    private string? Cell(int index) => version is { IsLegacy: false, Minor: >= 11 } ? Local(index) : index < parts.Cells.Count ? parts.Cells[index] : null;

    private CodeValue Peek() => _stack.Count > 0 ? _stack[^1] : CodeValue.Unknown;

    private bool Push(CodeValue value, bool really = true)
    {
        if (really)
            _stack.Add(value);

        return _stack.Count <= MaxStack;
    }

    private void Pop(int count) => _stack.RemoveRange(Math.Max(0, _stack.Count - count), Math.Min(count, _stack.Count));

    private CodeValue[] Take(int count)
    {
        CodeValue[] taken = new CodeValue[count];
        int kept = Math.Min(count, _stack.Count);
        _stack.CopyTo(_stack.Count - kept, taken, count - kept, kept);
        Pop(kept);
        return taken;
    }
}
