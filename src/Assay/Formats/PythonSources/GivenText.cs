// Tells a text that whoever calls hands over, and source evaluates, from one that the source makes itself.
using System.Buffers;
using Assay.Bytes;
using Assay.Python.Syntax;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Networks are built of the names that a configuration holds: <c>eval(config.model.type)</c>, <c>eval(m) if isinstance(m, str) else m</c>. What is evaluated is then reached from a parameter of the function, or from a variable
/// of the environment, by attributes, keys and loops alone. What is computed on the way, of a file, of another machine or of parts, is none, and in a source that undoes encodings anywhere nothing is.
/// </summary>
internal sealed class GivenText(SyntaxTree tree, string source, ScanBudget budget)
{
    private const int MostSteps = 4096;
    private const int MostAsked = 64;
    private const int MostNames = 16;
    private static readonly SearchValues<string> s_making = SearchValues.Create(["b64decode", "b85decode", "b32decode", "fromhex", "unhexlify", "decompress", "marshal", "chr(", "bytearray(", "rot13", "rot_13", "to_bytes("], StringComparison.Ordinal);
    private static readonly SearchValues<char> s_name = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");
    private const int WorkPerNode = 20;
    private SourceIndex? _index;
    private bool? _makes;
    private int _asked;

    /// <summary>What is asked of a source again and again.</summary>
    /// <param name="Calls">The calls of <c>eval</c>, by where they begin.</param>
    /// <param name="Functions">The functions.</param>
    /// <param name="Bound">Where names are bound, and by what.</param>
    private sealed record SourceIndex(Dictionary<int, SyntaxNode> Calls, List<SyntaxNode> Functions, Dictionary<string, List<(SyntaxNode Node, int Start)>> Bound);

    /// <summary>Whether the call of <c>eval</c> that begins at a place gets such a text.</summary>
    /// <param name="at">The place.</param>
    /// <param name="isLoaded">Whether a loader gets there: then parameters are what it read of settings. What a server or a parser hands over is what somebody else writes.</param>
    public bool Is(int at, bool isLoaded)
    {
        if (_asked++ >= MostAsked || (_makes ??= source.AsSpan().ContainsAny(s_making)))
        {
            return false;
        }

        SourceIndex known = _index ??= Index();
        if (!known.Calls.TryGetValue(at, out SyntaxNode call) || call.List(SyntaxField.Args) is not { Count: > 0 } arguments)
        {
            return false;
        }

        HashSet<string> parameters = new(StringComparer.Ordinal);
        (int from, int to) = (0, int.MaxValue);
        budget.SpendWork(known.Functions.Count);
        foreach (SyntaxNode node in known.Functions)
        {
            if (node.Start <= at && at < node.End)
            {
                (from, to) = to == int.MaxValue || node.Start < from ? (node.Start, node.End) : (from, to);
                budget.SpendWork(node[SyntaxField.Args].IsNone ? 0 : node[SyntaxField.Args].End - node[SyntaxField.Args].Start);
                parameters.UnionWith(!isLoaded ? [] : SyntaxWalk.Of(node[SyntaxField.Args]).Where(n => n.Kind is SyntaxKind.Arg).Select(n => n.Name(SyntaxField.Arg) ?? ""));
            }
        }

        return IsReached(arguments[0], parameters, (from, to, at));
    }

    /// <summary>Looks through the source once, when something is asked.</summary>
    private SourceIndex Index()
    {
        budget.SpendWork(WorkPerNode * (long)tree.Count);
        SourceIndex index = new([], [], new(StringComparer.Ordinal));
        for (int number = 1; number < tree.Count; number++)
        {
            SyntaxNode node = tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.Call when node[SyntaxField.Func] is { Kind: SyntaxKind.Name } named && named.Name(SyntaxField.Id) is "eval":
                    index.Calls.TryAdd(node.Start, node);
                    break;
                case SyntaxKind.FunctionDef or SyntaxKind.AsyncFunctionDef or SyntaxKind.Lambda:
                    index.Functions.Add(node);
                    break;
                case SyntaxKind.Assign:
                    foreach (SyntaxNode target in node.List(SyntaxField.Targets))
                    {
                        Bind(index, node, node.Start, target.Kind is SyntaxKind.Name or SyntaxKind.Tuple or SyntaxKind.List ? target : default);
                    }

                    break;
                case SyntaxKind.WithItem:
                    Bind(index, node, node[SyntaxField.OptionalVars].Start, node[SyntaxField.OptionalVars]);
                    break;
                case SyntaxKind.AugAssign or SyntaxKind.AnnAssign or SyntaxKind.NamedExpr or SyntaxKind.For or SyntaxKind.AsyncFor or SyntaxKind.Comprehension:
                    // Parts of comprehensions have no place of their own.
                    Bind(index, node, node[SyntaxField.Target].Start, node[SyntaxField.Target]);
                    break;
            }
        }

        return index;
    }

    private static void Bind(SourceIndex index, SyntaxNode node, int start, SyntaxNode target)
    {
        if (target.Tree is null || target.IsNone)
        {
            return;
        }

        foreach (SyntaxNode name in SyntaxWalk.Of(target))
        {
            if (name.Kind is SyntaxKind.Name)
            {
                string id = name.Name(SyntaxField.Id) ?? "";
                if (!index.Bound.TryGetValue(id, out List<(SyntaxNode Node, int Start)>? places))
                {
                    index.Bound.Add(id, places = []);
                }

                places.Add((node, start));
            }
        }
    }

    /// <summary>Whether all that a value is made of is handed over, or is written out and calls nothing.</summary>
    private bool IsReached(SyntaxNode value, HashSet<string> parameters, (int From, int To, int At) place)
    {
        Stack<SyntaxNode> open = new([value]);
        HashSet<string> known = new(StringComparer.Ordinal);
        bool isGiven = false;
        for (int steps = 0; open.TryPop(out SyntaxNode node); steps++)
        {
            if (steps >= MostSteps || known.Count > MostNames)
            {
                return false;
            }

            switch (node.Kind)
            {
                case SyntaxKind.Name:
                    string name = node.Name(SyntaxField.Id) ?? "";
                    bool isParameter = parameters.Contains(name);
                    isGiven |= isParameter;
                    if (known.Add(name) && !Bound(name, place, open) && !isParameter)
                    {
                        return false;
                    }

                    break;
                case SyntaxKind.Attribute:
                    open.Push(node[SyntaxField.Value]);
                    break;
                case SyntaxKind.Subscript when node[SyntaxField.Slice].Kind is not SyntaxKind.Slice:
                    open.Push(node[SyntaxField.Value]);
                    break;
                case SyntaxKind.JoinedStr or SyntaxKind.BoolOp:
                    Push(node.List(SyntaxField.Values), open);
                    break;
                case SyntaxKind.List or SyntaxKind.Tuple:
                    Push(node.List(SyntaxField.Elts), open);
                    break;
                case SyntaxKind.FormattedValue or SyntaxKind.Starred:
                    open.Push(node[SyntaxField.Value]);
                    break;
                case SyntaxKind.IfExp:
                    open.Push(node[SyntaxField.Body]);
                    open.Push(node[SyntaxField.OrElse]);
                    break;
                case SyntaxKind.BinOp when node.Operator is SyntaxOperator.Add:
                    open.Push(node[SyntaxField.Left]);
                    open.Push(node[SyntaxField.Right]);
                    break;
                case SyntaxKind.Constant when node.ConstantKind is not ConstantKind.Text || ConstantValue.Text(node).AsSpan().IndexOfAnyExcept(s_name) < 0:
                    break;
                case SyntaxKind.Call when IsEnvironment(node):
                    isGiven = true;
                    break;
                case SyntaxKind.Call when Handed(node) is { } handed:
                    if (!handed.IsNone)
                    {
                        open.Push(handed);
                    }

                    Push(node.List(SyntaxField.Args), open);
                    break;
                default:
                    return false;
            }
        }

        return isGiven;
    }

    private static void Push(SyntaxNodeList nodes, Stack<SyntaxNode> open)
    {
        foreach (SyntaxNode node in nodes)
        {
            open.Push(node);
        }
    }

    /// <summary>The object whose method is asked for a part of it, or nothing for a function that only goes through what it gets; null for any other call.</summary>
    private static SyntaxNode? Handed(SyntaxNode call)
    {
        SyntaxNode function = call[SyntaxField.Func];
        return function.Kind switch
        {
            SyntaxKind.Name when function.Name(SyntaxField.Id) is "enumerate" or "zip" or "list" or "tuple" or "str" or "reversed" or "sorted" or "getattr" or "deepcopy" or "eval" => default(SyntaxNode),
            SyntaxKind.Attribute when function.Name(SyntaxField.Attr) is "get" or "items" or "values" or "keys" or "copy" or "strip" => function[SyntaxField.Value],
            SyntaxKind.Attribute when function.Name(SyntaxField.Attr) is "format" && function[SyntaxField.Value] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } => default(SyntaxNode),
            _ => null,
        };
    }

    /// <summary>Whether a variable of the environment is asked for by a name that is written out: who starts the program says what stands there.</summary>
    private static bool IsEnvironment(SyntaxNode call) =>
        call.List(SyntaxField.Args) is { Count: > 0 } given && given[0] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } && (given.Count == 1 || given[1] is { Kind: SyntaxKind.Constant } preset && (preset.ConstantKind is not ConstantKind.Text || ConstantValue.Text(preset).AsSpan().IndexOfAnyExcept(s_name) < 0))
        && call[SyntaxField.Func] is { Kind: SyntaxKind.Attribute } method && method[SyntaxField.Value] is var of
        && ((method.Name(SyntaxField.Attr) is "getenv" && of is { Kind: SyntaxKind.Name } && of.Name(SyntaxField.Id) is "os") || (method.Name(SyntaxField.Attr) is "get" && of is { Kind: SyntaxKind.Attribute } && of.Name(SyntaxField.Attr) is "environ"));

    /// <summary>
    /// Whether a name is bound in a stretch of the source, and what to; what is bound in a way that is not followed is pushed as what it is, and refused there. A loop around the place binds its names anew in each round: what
    /// they are bound to behind it does not come back.
    /// </summary>
    private bool Bound(string name, (int From, int To, int At) place, Stack<SyntaxNode> open)
    {
        List<(SyntaxNode Node, int Start)> all = _index!.Bound.GetValueOrDefault(name) ?? [];
        budget.SpendWork(all.Count);
        List<(SyntaxNode Node, int Start)> binding = [.. all.Where(b => b.Start >= place.From && b.Start < place.To)];
        bool isOfLoop = binding.Exists(b => b.Node.Kind is SyntaxKind.For or SyntaxKind.AsyncFor && b.Node.Start <= place.At && place.At < b.Node.End);
        foreach ((SyntaxNode node, _) in binding.Where(b => !isOfLoop || b.Start <= place.At))
        {
            open.Push(node.Kind is SyntaxKind.Assign or SyntaxKind.AnnAssign or SyntaxKind.NamedExpr ? node[SyntaxField.Value] : node.Kind is SyntaxKind.For or SyntaxKind.AsyncFor or SyntaxKind.Comprehension ? node[SyntaxField.Iter] : node);
        }

        return binding.Count > 0;
    }
}
