// Tells which functions of a module can lead to something that reaches beyond it, before anything of them is folded.
using Assay.Evaluation.Values;
using Assay.Python.Names;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

/// <summary>
/// What stands outside of functions has been folded when this is asked, so it is known what each name of the module stands for. A function that nobody calls is read with arguments that nobody knows: all that
/// it can call then comes from names of the module, from what it imports itself and from builtins. Functions and classes that mention none that matters, and no other function that does, are passed over.
/// </summary>
internal sealed class SourceReach
{
    private const int MostItems = 256;
    private const int LongestCode = 4096;
    private const int LongestPlace = 128;
    private readonly SyntaxTree _tree;
    private readonly SourceScope _module;
    private readonly ISourceInterest _interest;
    private readonly bool _writes;
    private readonly List<Part> _parts = [];
    private readonly Dictionary<int, Part> _byNumber = [];
    private readonly Dictionary<int, bool> _words = [];
    private readonly Dictionary<int, (bool Matters, Part[] Parts)> _names = [];

    /// <summary>A function or class that stands in no other.</summary>
    private sealed class Part(int start, int end, int number)
    {
        public int Start => start;

        public int End => end;

        public int Number => number;

        public bool Matters { get; set; }

        /// <summary>Those that mention it.</summary>
        public List<Part> Users { get; } = [];
    }

    /// <summary>Looks through a module whose statements outside of functions have been folded.</summary>
    public SourceReach(SyntaxTree tree, SourceScope module, ISourceInterest interest, bool writes)
    {
        (_tree, _module, _interest, _writes) = (tree, module, interest, writes);
        List<Part> all = [];
        for (int number = 1; number < tree.Count; number++)
        {
            if (tree[number] is { Kind: SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.ClassDef } node)
            {
                all.Add(new Part(node.Start, node.End, number));
            }
        }

        all.Sort((a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : b.End.CompareTo(a.End));
        int end = -1;
        foreach (Part part in all)
        {
            if (part.Start >= end)
            {
                _parts.Add(part);
                _byNumber.Add(part.Number, part);
                end = part.End;
            }
        }

        Queue<Part> open = new();
        foreach (Part part in _parts)
        {
            part.Matters = IsDirect(part);
            if (part.Matters)
            {
                open.Enqueue(part);
            }
        }

        while (open.TryDequeue(out Part? next))
        {
            foreach (Part user in next.Users)
            {
                if (!user.Matters)
                {
                    user.Matters = true;
                    open.Enqueue(user);
                }
            }
        }
    }

    /// <summary>Whether something in a function can lead to what is told.</summary>
    public bool Matters(SyntaxNode function) => function.Tree != _tree || Around(function.Start)?.Matters != false;

    private Part? Around(int at)
    {
        int low = 0, high = _parts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _parts[middle].Start <= at ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && at < _parts[low - 1].End ? _parts[low - 1] : null;
    }

    private bool IsDirect(Part part)
    {
        foreach (SyntaxNode node in SyntaxWalk.Of(_tree[part.Number]))
        {
            switch (node.Kind)
            {
                case SyntaxKind.Name:
                    (bool matters, Part[] parts) = OfName(node.NameNumber(Id));
                    if (matters)
                    {
                        return true;
                    }

                    foreach (Part mentioned in parts)
                    {
                        if (mentioned != part && (mentioned.Users.Count == 0 || mentioned.Users[^1] != part))
                        {
                            mentioned.Users.Add(part);
                        }
                    }

                    break;
                case SyntaxKind.Attribute when IsWord(node.NameNumber(Attr)):
                case SyntaxKind.Keyword when node.Name(Arg) is "trust_remote_code":
                case SyntaxKind.Global:
                case SyntaxKind.Constant when node.End - node.Start is 4 or 5 && node.Source[1..^1] is [(byte)'-', .., (byte)'c']:
                    return true;
                case SyntaxKind.Constant when node.ConstantKind is ConstantKind.Text && node.End - node.Start is > 8 and < LongestCode && node.Source.Contains((byte)'(') && _interest.IsCode(null, System.Text.Encoding.UTF8.GetString(node.Source)):
                    return true;
                case SyntaxKind.Constant when node.ConstantKind is ConstantKind.Text && node.End - node.Start is > 4 and < LongestPlace && _interest.IsPlace(System.Text.Encoding.UTF8.GetString(node.Source)):
                    return true;
                case SyntaxKind.Import or SyntaxKind.ImportFrom when IsTold(node):
                    return true;
            }
        }

        return false;
    }

    /// <summary>Whether what a function imports itself is worth telling, or may be what the module wrote.</summary>
    private bool IsTold(SyntaxNode node)
    {
        string module = node.Kind is SyntaxKind.ImportFrom ? node.Name(Module) ?? "" : "";
        if (node.Kind is SyntaxKind.ImportFrom && node.Value(Level) > 0)
        {
            return true;
        }

        foreach (SyntaxNode alias in node.List(SyntaxField.Names))
        {
            string name = alias.Name(SyntaxField.Name) ?? "";
            if (name is "*" || (_writes && !KnownModules.Has(module.Length > 0 ? module : name)) || _interest.MayTell(module.Length > 0 ? new FoldedName(module, name) : new FoldedName(name, "")))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsWord(int number)
    {
        if (!_words.TryGetValue(number, out bool known))
        {
            _words.Add(number, known = _interest.IsWord(_tree.Names[number]));
        }

        return known;
    }

    private (bool Matters, Part[] Parts) OfName(int number)
    {
        if (!_names.TryGetValue(number, out (bool Matters, Part[] Parts) known))
        {
            string name = _tree.Names[number];
            List<Part> parts = [];
            bool matters = _module.Names.TryGetValue(name, out FoldedValue? value) ? Of(value, parts)
                : _interest.IsWord(name) || _interest.MayTell(KnownModules.Has(name) ? new FoldedName(name, "") : new FoldedName("builtins", name)) || _module.Stars.Exists(m => _interest.MayTell(new FoldedName(m, name)));
            _names.Add(number, known = (matters, [.. parts.Distinct()]));
        }

        return known;
    }

    /// <summary>Whether a value leads to what is told; functions and classes of the module that it leads to are noted.</summary>
    private bool Of(FoldedValue given, List<Part> parts)
    {
        Stack<FoldedValue> open = new([given]);
        HashSet<FoldedValue> seen = new(ReferenceEqualityComparer.Instance);
        while (open.TryPop(out FoldedValue? value))
        {
            if (value.IsData || value.IsUnknown || !seen.Add(value))
            {
                continue;
            }

            if (seen.Count > MostItems)
            {
                return true;
            }

            switch (value)
            {
                case FoldedName name when _interest.MayTell(name):
                case FoldedInstance instance when _interest.MayTell(instance.Class):
                case FoldedInstanceMethod method when _interest.MayTell(method.Class):
                    return true;
                case FoldedName or FoldedInstance or FoldedInstanceMethod or FoldedSlice or FoldedGetter:
                    break;
                case FoldedDict dict:
                    FoldedParts.Push(dict.Pairs.Select(p => p.Value), MostItems + 1, open);
                    break;
                case FoldedSequence or FoldedChoice or FoldedPartial or FoldedMethod:
                    FoldedParts.Push(value, MostItems + 1, open);
                    break;
                case FoldedThunk thunk:
                    open.Push(thunk.Value);
                    break;
                case DefinedFunction function when function.Node.Tree == _tree && function.Node.Kind is not SyntaxKind.Lambda && Around(function.Node.Start) is { } part:
                    parts.Add(part);
                    break;
                case DefinedObject made:
                    open.Push(made.Class);
                    FoldedParts.Push(made.Fields.Values, MostItems + 1, open);
                    break;
                case DefinedClass kind:
                    FoldedParts.Push(kind.Members.Names.Values, MostItems + 1, open);
                    FoldedParts.Push(kind.Bases, MostItems + 1, open);
                    open.Push(kind.Meta);
                    break;
                default:
                    return true;
            }
        }

        return false;
    }
}
