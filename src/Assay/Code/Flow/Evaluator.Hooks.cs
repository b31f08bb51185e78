// Operators, iteration and builtins on objects of classes with source: they run special methods.
using Assay.Code.Scopes;
using Assay.Code.Values;
using Assay.Python.Syntax;

namespace Assay.Code.Flow;

internal sealed partial class Evaluator
{
    private static readonly Dictionary<string, string[]> s_builtins = new(StringComparer.Ordinal)
    {
        ["builtins.len"] = ["__len__"], ["builtins.iter"] = ["__iter__", "__getitem__"], ["builtins.next"] = ["__next__"], ["builtins.str"] = ["__str__", "__repr__"],
        ["builtins.repr"] = ["__repr__"], ["builtins.format"] = ["__format__", "__str__"], ["builtins.print"] = ["__str__", "__repr__"], ["builtins.hash"] = ["__hash__"],
        ["builtins.bool"] = ["__bool__", "__len__"], ["builtins.int"] = ["__int__", "__index__", "__trunc__"], ["builtins.float"] = ["__float__", "__index__"],
        ["builtins.complex"] = ["__complex__"], ["builtins.bytes"] = ["__bytes__", "__iter__"], ["builtins.abs"] = ["__abs__"], ["builtins.round"] = ["__round__"],
        ["builtins.reversed"] = ["__reversed__", "__getitem__"], ["builtins.dir"] = ["__dir__"], ["builtins.hex"] = ["__index__"], ["builtins.range"] = ["__index__"],
        ["builtins.list"] = ["__iter__", "__next__"], ["builtins.tuple"] = ["__iter__", "__next__"], ["builtins.set"] = ["__iter__", "__next__", "__hash__", "__eq__"],
        ["builtins.frozenset"] = ["__iter__", "__next__", "__hash__", "__eq__"], ["builtins.dict"] = ["keys", "__iter__", "__getitem__"], ["builtins.sorted"] = ["__iter__", "__next__", "__lt__"],
        ["builtins.sum"] = ["__iter__", "__next__", "__add__", "__radd__"], ["builtins.min"] = ["__iter__", "__next__", "__lt__"], ["builtins.max"] = ["__iter__", "__next__", "__gt__"],
        ["builtins.any"] = ["__iter__", "__next__"], ["builtins.all"] = ["__iter__", "__next__"], ["builtins.enumerate"] = ["__iter__", "__next__"], ["builtins.zip"] = ["__iter__", "__next__"],
        ["builtins.map"] = ["__iter__", "__next__"], ["builtins.filter"] = ["__iter__", "__next__"], ["builtins.divmod"] = ["__divmod__", "__rdivmod__"], ["builtins.pow"] = ["__pow__", "__rpow__"],
        ["os.fspath"] = ["__fspath__"], ["copy.copy"] = ["__copy__", "__reduce_ex__", "__reduce__", "__setstate__"], ["copy.deepcopy"] = ["__deepcopy__", "__reduce_ex__", "__reduce__", "__setstate__"],
    };

    private static bool IsObject(Atom atom) => atom.Kind is AtomKind.Instance or AtomKind.Self;

    private static bool HasObject(Value value) => value.Has(AtomKind.Instance) || value.Has(AtomKind.Self);

    /// <summary>Runs the special methods of the objects in a value that have one of these names.</summary>
    private Value Hooks(Value value, Arguments arguments, params ReadOnlySpan<string> names)
    {
        Value all = Value.None;
        if (_depth >= MostDepth || !analysis.Classes.IsSettled || !HasObject(value))
            return all;

        _depth++;
        foreach (Atom atom in value.Atoms)
        {
            foreach (string name in IsObject(atom) ? names : [])
            {
                // What a special method does with its own object is seen when it is analysed itself.
                if (_function?.Name != name || atom.Kind is not AtomKind.Self)
                    all = all.Union(CallHook(atom, value.Where(a => a == atom || a.IsOrigin), name, arguments));
            }
        }

        _depth--;
        return Limited(all);
    }

    private void BuiltinHooks(string path, Arguments arguments)
    {
        if (s_builtins.TryGetValue(path, out string[]? names) && HasObject(arguments.All))
            Hooks(arguments.All, Arguments.None, names);
    }

    private Value IteratedObjects(Value value) => HasObject(value) ? Hooks(Hooks(value, Arguments.None, "__iter__", "__aiter__", "__getitem__").Union(value), Arguments.None, "__next__", "__anext__") : Value.None;

    private Value Operated(SyntaxNode node, Value left, Value right)
    {
        if (!HasObject(left) && !HasObject(right))
            return Value.None;

        string name = node.Operator switch
        {
            SyntaxOperator.Add => "add",
            SyntaxOperator.Sub => "sub",
            SyntaxOperator.Mult => "mul",
            SyntaxOperator.MatMult => "matmul",
            SyntaxOperator.Div => "truediv",
            SyntaxOperator.Mod => "mod",
            SyntaxOperator.Pow => "pow",
            SyntaxOperator.LShift => "lshift",
            SyntaxOperator.RShift => "rshift",
            SyntaxOperator.BitOr => "or",
            SyntaxOperator.BitXor => "xor",
            SyntaxOperator.BitAnd => "and",
            _ => "floordiv",
        };
        return Hooks(left, new Arguments([right], [], Value.None, Value.None), $"__{name}__", $"__i{name}__").Union(Hooks(right, new Arguments([left], [], Value.None, Value.None), $"__r{name}__"));
    }

    private void Compared(SyntaxNode node)
    {
        Value all = At(node, SyntaxField.Left).Union(Union(node.List(SyntaxField.Comparators)));
        if (HasObject(all))
            Hooks(all, Arguments.Loose(all.Where(a => !IsObject(a))), "__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__");
    }
}
