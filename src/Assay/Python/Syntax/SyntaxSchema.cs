// Which fields each kind of node has, after CPython's Python.asdl.
using static Assay.Python.Syntax.SyntaxField;
using static Assay.Python.Syntax.SyntaxFieldType;

namespace Assay.Python.Syntax;

/// <summary>
/// The fields of each kind, in the order in which <c>ast</c> has them. Fields that <c>ast</c> has for historical reasons only
/// (<c>type_comment</c>, <c>type_ignores</c>) are left out; operators, <c>ctx</c>, <c>simple</c>, <c>is_async</c> and <c>conversion</c> are the node's detail.
/// </summary>
internal static class SyntaxSchema
{
    private const int Kinds = (int)SyntaxKind.TypeVarTuple + 1;
    private const int Fields = (int)Pieces + 1;
    private const byte Absent = byte.MaxValue;

    private static readonly (SyntaxField Field, SyntaxFieldType Type)[][] s_fields = Describe();
    private static readonly byte[] s_slots = Slots();

    /// <summary>The fields of a kind.</summary>
    public static ReadOnlySpan<(SyntaxField Field, SyntaxFieldType Type)> Of(SyntaxKind kind) => s_fields[(int)kind];

    /// <summary>Whether a kind has a field.</summary>
    public static bool Has(SyntaxKind kind, SyntaxField field) => s_slots[((int)kind * Fields) + (int)field] != Absent;

    /// <summary>The place of a field among those of its kind.</summary>
    internal static int Slot(SyntaxKind kind, SyntaxField field)
    {
        byte slot = s_slots[((int)kind * Fields) + (int)field];
        return slot != Absent ? slot : throw new ArgumentException($"A {kind} has no {field}.", nameof(field));
    }

    /// <summary>Whether a kind has one field only, which is then stored in the node itself.</summary>
    internal static bool IsInline(SyntaxKind kind) => s_fields[(int)kind].Length == 1;

    private static byte[] Slots()
    {
        byte[] slots = new byte[Kinds * Fields];
        Array.Fill(slots, Absent);
        for (int kind = 0; kind < Kinds; kind++)
        {
            for (int slot = 0; slot < s_fields[kind].Length; slot++)
            {
                slots[(kind * Fields) + (int)s_fields[kind][slot].Field] = (byte)slot;
            }
        }

        return slots;
    }

    private static (SyntaxField Field, SyntaxFieldType Type)[][] Describe()
    {
        (SyntaxField, SyntaxFieldType)[][] all = new (SyntaxField, SyntaxFieldType)[Kinds][];
        Array.Fill(all, []);
        void Has(SyntaxKind kind, params (SyntaxField, SyntaxFieldType)[] fields) => all[(int)kind] = fields;

        (SyntaxField, SyntaxFieldType)[] function =
            [(SyntaxField.Name, SyntaxFieldType.Name), (Args, Node), (Body, Nodes), (DecoratorList, Nodes), (Returns, Node), (TypeParams, Nodes)];
        (SyntaxField, SyntaxFieldType)[] loop = [(Target, Node), (Iter, Node), (Body, Nodes), (OrElse, Nodes)];
        (SyntaxField, SyntaxFieldType)[] @try = [(Body, Nodes), (Handlers, Nodes), (OrElse, Nodes), (FinalBody, Nodes)];
        (SyntaxField, SyntaxFieldType)[] comprehension = [(Elt, Node), (Generators, Nodes)];
        (SyntaxField, SyntaxFieldType)[] conditional = [(Test, Node), (Body, Nodes), (OrElse, Nodes)];

        Has(SyntaxKind.Error, (Values, Nodes), (Body, Nodes));
        Has(SyntaxKind.Module, (Body, Nodes));
        Has(SyntaxKind.FunctionDef, function);
        Has(SyntaxKind.AsyncFunctionDef, function);
        Has(SyntaxKind.ClassDef, (SyntaxField.Name, SyntaxFieldType.Name), (Bases, Nodes), (Keywords, Nodes), (Body, Nodes), (DecoratorList, Nodes), (TypeParams, Nodes));
        Has(SyntaxKind.Return, (Value, Node));
        Has(SyntaxKind.Delete, (Targets, Nodes));
        Has(SyntaxKind.Assign, (Targets, Nodes), (Value, Node));
        Has(SyntaxKind.TypeAlias, (SyntaxField.Name, Node), (TypeParams, Nodes), (Value, Node));
        Has(SyntaxKind.AugAssign, (Target, Node), (Value, Node));
        Has(SyntaxKind.AnnAssign, (Target, Node), (Annotation, Node), (Value, Node));
        Has(SyntaxKind.For, loop);
        Has(SyntaxKind.AsyncFor, loop);
        Has(SyntaxKind.While, conditional);
        Has(SyntaxKind.If, conditional);
        Has(SyntaxKind.With, (Items, Nodes), (Body, Nodes));
        Has(SyntaxKind.AsyncWith, (Items, Nodes), (Body, Nodes));
        Has(SyntaxKind.Match, (Subject, Node), (Cases, Nodes));
        Has(SyntaxKind.Raise, (Exc, Node), (Cause, Node));
        Has(SyntaxKind.Try, @try);
        Has(SyntaxKind.TryStar, @try);
        Has(SyntaxKind.Assert, (Test, Node), (Msg, Node));
        Has(SyntaxKind.Import, (SyntaxField.Names, Nodes));
        Has(SyntaxKind.ImportFrom, (Module, SyntaxFieldType.Name), (SyntaxField.Names, Nodes), (Level, Number));
        Has(SyntaxKind.Global, (SyntaxField.Names, SyntaxFieldType.Names));
        Has(SyntaxKind.Nonlocal, (SyntaxField.Names, SyntaxFieldType.Names));
        Has(SyntaxKind.Expr, (Value, Node));

        Has(SyntaxKind.BoolOp, (Values, Nodes));
        Has(SyntaxKind.NamedExpr, (Target, Node), (Value, Node));
        Has(SyntaxKind.BinOp, (Left, Node), (Right, Node));
        Has(SyntaxKind.UnaryOp, (Operand, Node));
        Has(SyntaxKind.Lambda, (Args, Node), (Body, Node));
        Has(SyntaxKind.IfExp, (Test, Node), (Body, Node), (OrElse, Node));
        Has(SyntaxKind.Dict, (Keys, Nodes), (Values, Nodes));
        Has(SyntaxKind.Set, (Elts, Nodes));
        Has(SyntaxKind.ListComp, comprehension);
        Has(SyntaxKind.SetComp, comprehension);
        Has(SyntaxKind.DictComp, (Key, Node), (Value, Node), (Generators, Nodes));
        Has(SyntaxKind.GeneratorExp, comprehension);
        Has(SyntaxKind.Await, (Value, Node));
        Has(SyntaxKind.Yield, (Value, Node));
        Has(SyntaxKind.YieldFrom, (Value, Node));
        Has(SyntaxKind.Compare, (Left, Node), (Ops, Numbers), (Comparators, Nodes));
        Has(SyntaxKind.Call, (Func, Node), (Args, Nodes), (Keywords, Nodes));
        Has(SyntaxKind.FormattedValue, (Value, Node), (FormatSpec, Node));
        Has(SyntaxKind.Interpolation, (Value, Node), (Str, Node), (FormatSpec, Node));
        Has(SyntaxKind.JoinedStr, (Values, Nodes));
        Has(SyntaxKind.TemplateStr, (Values, Nodes));
        Has(SyntaxKind.Constant, (Pieces, Numbers));
        Has(SyntaxKind.Attribute, (Value, Node), (Attr, SyntaxFieldType.Name));
        Has(SyntaxKind.Subscript, (Value, Node), (Slice, Node));
        Has(SyntaxKind.Starred, (Value, Node));
        Has(SyntaxKind.Name, (Id, SyntaxFieldType.Name));
        Has(SyntaxKind.List, (Elts, Nodes));
        Has(SyntaxKind.Tuple, (Elts, Nodes));
        Has(SyntaxKind.Slice, (Lower, Node), (Upper, Node), (Step, Node));

        Has(SyntaxKind.Comprehension, (Target, Node), (Iter, Node), (Ifs, Nodes));
        Has(SyntaxKind.ExceptHandler, (SyntaxField.Type, Node), (SyntaxField.Name, SyntaxFieldType.Name), (Body, Nodes));
        Has(SyntaxKind.Arguments, (PosOnlyArgs, Nodes), (Args, Nodes), (VarArg, Node), (KwOnlyArgs, Nodes), (KwDefaults, Nodes), (KwArg, Node), (Defaults, Nodes));
        Has(SyntaxKind.Arg, (Arg, SyntaxFieldType.Name), (Annotation, Node));
        Has(SyntaxKind.Keyword, (Arg, SyntaxFieldType.Name), (Value, Node));
        Has(SyntaxKind.Alias, (SyntaxField.Name, SyntaxFieldType.Name), (AsName, SyntaxFieldType.Name));
        Has(SyntaxKind.WithItem, (ContextExpr, Node), (OptionalVars, Node));
        Has(SyntaxKind.MatchCase, (Pattern, Node), (Guard, Node), (Body, Nodes));

        Has(SyntaxKind.MatchValue, (Value, Node));
        Has(SyntaxKind.MatchSequence, (Patterns, Nodes));
        Has(SyntaxKind.MatchMapping, (Keys, Nodes), (Patterns, Nodes), (Rest, SyntaxFieldType.Name));
        Has(SyntaxKind.MatchClass, (Cls, Node), (Patterns, Nodes), (KwdAttrs, SyntaxFieldType.Names), (KwdPatterns, Nodes));
        Has(SyntaxKind.MatchStar, (SyntaxField.Name, SyntaxFieldType.Name));
        Has(SyntaxKind.MatchAs, (Pattern, Node), (SyntaxField.Name, SyntaxFieldType.Name));
        Has(SyntaxKind.MatchOr, (Patterns, Nodes));

        Has(SyntaxKind.TypeVar, (SyntaxField.Name, SyntaxFieldType.Name), (Bound, Node), (DefaultValue, Node));
        Has(SyntaxKind.ParamSpec, (SyntaxField.Name, SyntaxFieldType.Name), (DefaultValue, Node));
        Has(SyntaxKind.TypeVarTuple, (SyntaxField.Name, SyntaxFieldType.Name), (DefaultValue, Node));
        return all;
    }
}
