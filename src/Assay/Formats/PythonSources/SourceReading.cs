// Finds what Python source calls that reaches beyond it, and when.
using System.Text;
using Assay.Artifacts;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Payloads;
using Assay.Evaluation.Sources;
using Assay.Evaluation.Values;
using Assay.Python.Names;
using Assay.Python.Syntax;

namespace Assay.Formats.PythonSources;

/// <summary>
/// Reads a module: its expressions are folded, so names that are put together and texts that are unpacked are known, and each call of something that reaches out is told with when it
/// happens. Nothing is run.
/// </summary>
internal sealed class SourceReading
{
    /// <summary>Calls that are kept of one source.</summary>
    public const int MostUses = 400;

    /// <summary>What the names of functions of native libraries begin with.</summary>
    public const string NativeCall = "ctypes.CDLL.";

    /// <summary>What the whole of the environment is called, where it is handed on.</summary>
    public const string WholeEnvironment = "os.environ.copy";

    /// <summary>What the walk from a value to all classes is called.</summary>
    public const string ClassWalk = "builtins.object.__subclasses__";

    /// <summary>What asking for the address of a machine is called whose name is put together.</summary>
    public const string NameLeak = "socket.gethostbyname()";

    private const int MostArguments = 6;
    private const int MostSame = 4;
    private const int MostAlike = 8;
    private const int LongestCall = 400;
    private const int MostAsked = 4;
    private const int MostAskers = 256;
    private const int LongestAsked = 160;
    private readonly SyntaxTree _tree;
    private readonly SourceText _text;
    private readonly CallTimes _times;
    private readonly string _source;
    private readonly string _outermost;
    private readonly Dictionary<string, int> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Callee, int At), List<int>> _at = [];
    private readonly Func<int, int> _line;
    private readonly GivenText _given;
    private readonly Dictionary<string, int> _asked = new(StringComparer.Ordinal);

    private SourceReading(SyntaxTree tree, string source, ScanBudget budget, SourceSetting setting)
    {
        _outermost = setting.Outermost;
        _line = setting.Line;
        _tree = tree;
        _text = tree.Text;
        _source = source;
        _given = new GivenText(tree, source, budget);
        _times = new CallTimes(tree, budget, setting.Role);
    }

    /// <summary>What is called, in the order in which it is met.</summary>
    public List<SourceUse> Uses { get; } = [];

    /// <summary>Whether there were more than are kept.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Texts that something would run: commands, source.</summary>
    public IReadOnlyList<RecoveredText> Texts { get; private set; } = [];

    /// <summary>Bytes that something would load.</summary>
    public IReadOnlyList<RecoveredBytes> Bytes { get; private set; } = [];

    /// <summary>Whether following what it computes was given up.</summary>
    public bool Exceeded { get; private set; }

    /// <summary>The functions that lead to what is called, or out of the file.</summary>
    public IReadOnlyList<SourceFunction> Functions => _times.Functions(Uses.Select(u => u.Function).ToHashSet(StringComparer.Ordinal));

    /// <summary>Nobody imports the source: what stands outside of functions runs when somebody runs the file.</summary>
    public void Asked()
    {
        for (int i = 0; i < Uses.Count; i++)
        {
            Uses[i] = Uses[i].Phase is "import" || (Uses[i].Phase is "load" or "infer" && !Uses[i].Function.Contains('.', StringComparison.Ordinal)) ? Uses[i] with { Phase = "use" } : Uses[i];
        }
    }

    /// <summary>Nobody imports a notebook: its functions and classes do what they do when somebody runs its cells.</summary>
    public void OfCells()
    {
        for (int i = 0; i < Uses.Count; i++)
        {
            Uses[i] = Uses[i].Phase is "load" or "infer" ? Uses[i] with { Phase = "cell" } : Uses[i];
        }
    }

    /// <summary>When what stands at a place of the source runs.</summary>
    public string PhaseAt(int at) => _times.Of(at).Phase;

    /// <summary>The functions of a script: none of them runs by itself, but a pickle beside it may name it as a module.</summary>
    public IReadOnlyList<SourceFunction> FunctionsAsked
    {
        get
        {
            IReadOnlyList<SourceFunction> all = Functions;
            SourceFunction module = all.FirstOrDefault(f => f.Name.Length == 0) ?? new SourceFunction();
            string[] called = [.. all.Where(f => f.Phase is "import" && f.Name.Length > 0 && f.Role is not "class").Select(f => f.Name)];
            return [.. all.Where(f => f.Name.Length > 0).Select(f => f with { Phase = "call" }), module with { Phase = "call", Calls = called }];
        }
    }

    /// <summary>An installation runs the file: as a script, or by functions that its tool knows.</summary>
    public void Installed()
    {
        for (int i = 0; i < Uses.Count; i++)
        {
            Uses[i] = Uses[i].Phase is "import" or "call" or "use" ? Uses[i] with { Phase = "install" } : Uses[i];
        }
    }

    /// <summary>Reads a module.</summary>
    public static SourceReading Of(SyntaxTree tree, string source, long start, ScanBudget budget, HeldMemory held, SourceSetting setting)
    {
        SourceReading reading = new(tree, source, budget, setting);
        Folder folder = new(budget, held) { Beside = setting.Beside, Interest = new SourceInterest(budget), PhaseAt = at => reading._times.Of(at).Phase };
        PayloadFollower follower = new(budget, budget.Limits.TextBytes, held);
        folder.OnReached = (name, arguments) =>
        {
            string callee = folder.Canonical(name);
            // A user who names a file of code on the command line wants it to run.
            bool isKept = SourceNames.IsKept(callee);
            if ((!isKept && !reading.IsTelling(callee, arguments, folder)) || (callee is "builtins.exec" or "builtins.eval" && arguments is [FoldedInstance { IsTyped: true }, ..]))
            {
                return;
            }

            folder.Told++;
            int at = reading.Carrier(callee, folder);
            if (reading.Add(callee, arguments, at, start, folder.Phase, folder, isKept) && isKept)
            {
                follower.Follow(callee, CallableSinks.Of(callee), arguments, start + at);
            }
        };
        SourceFolder.RunModule(tree, folder);
        reading.Native(start);
        reading.Environment(start);
        reading.Texts = follower.Texts;
        reading.Bytes = follower.Bytes;
        reading.Exceeded = folder.Budget.Exceeded || follower.Exceeded;
        return reading;
    }

    /// <summary>Functions of native libraries that start programs: <c>ctypes.CDLL(None).system(...)</c>, also by a name that the library was given.</summary>
    private void Native(long start)
    {
        HashSet<string> libraries = new(StringComparer.Ordinal) { "cdll", "windll", "oledll", "pydll" };
        for (int number = 1; number < _tree.Count; number++)
        {
            if (_tree[number] is { Kind: SyntaxKind.Assign } node && IsLibrary(node[SyntaxField.Value]))
            {
                foreach (SyntaxNode target in node.List(SyntaxField.Targets))
                {
                    libraries.Add(target.Kind is SyntaxKind.Name ? target.Name(SyntaxField.Id) ?? "" : "");
                }
            }
        }

        for (int number = 1; number < _tree.Count; number++)
        {
            if (_tree[number] is { Kind: SyntaxKind.Call } call && call[SyntaxField.Func] is { Kind: SyntaxKind.Attribute } function && function.Name(SyntaxField.Attr) is { } name && SourceNames.IsNative(name))
            {
                SyntaxNode library = function[SyntaxField.Value];
                library = library.Kind is SyntaxKind.Attribute ? library[SyntaxField.Value] : library;
                string? given = library.Kind is SyntaxKind.Name ? library.Name(SyntaxField.Id) : library.Kind is SyntaxKind.Attribute ? library.Name(SyntaxField.Attr) : null;
                if (IsLibrary(library) || (given is not null && libraries.Contains(given)))
                {
                    Add(NativeCall + name, [], call.Start, start, "call");
                }
            }
        }
    }

    /// <summary>The environment as a whole, and the walk from a value to every class: neither is a call of a name.</summary>
    private void Environment(long start)
    {
        for (int number = 1; number < _tree.Count; number++)
        {
            SyntaxNode node = _tree[number];
            switch (node.Kind)
            {
                case SyntaxKind.Call:
                    foreach (SyntaxNode argument in node.List(SyntaxField.Args))
                    {
                        if (IsEnvironment(argument))
                        {
                            Add(WholeEnvironment, [], argument.Start, start, "call");
                        }
                    }

                    if (node[SyntaxField.Func] is { Kind: SyntaxKind.Attribute } method)
                    {
                        if (method.Name(SyntaxField.Attr) is "gethostbyname" or "gethostbyname_ex" or "getaddrinfo" && node.List(SyntaxField.Args) is { Count: > 0 } asked && IsPutTogether(asked[0]))
                        {
                            Add(NameLeak, [], node.Start, start, "call");
                        }

                        if (method.Name(SyntaxField.Attr) is "items" or "copy" or "values" && IsEnvironment(method[SyntaxField.Value]))
                        {
                            Add(WholeEnvironment, [], node.Start, start, "call");
                        }
                        else if (method.Name(SyntaxField.Attr) is "__subclasses__" && IsWalk(method[SyntaxField.Value]))
                        {
                            Add(ClassWalk, [], node.Start, start, "call");
                        }
                    }

                    break;
                case SyntaxKind.Dict:
                    foreach (SyntaxNode value in node.List(SyntaxField.Values))
                    {
                        if (IsEnvironment(value))
                        {
                            Add(WholeEnvironment, [], value.Start, start, "call");
                        }
                    }

                    break;
            }
        }
    }

    /// <summary>Whether the name of a machine ends in a domain that is written out, behind something that is computed.</summary>
    private static bool IsPutTogether(SyntaxNode node)
    {
        SyntaxNode last = node.Kind switch
        {
            SyntaxKind.BinOp when node.Operator is SyntaxOperator.Add => node[SyntaxField.Right],
            SyntaxKind.BinOp when node.Operator is SyntaxOperator.Mod => node[SyntaxField.Left],
            SyntaxKind.JoinedStr when node.List(SyntaxField.Values) is { Count: > 1 } parts => parts[parts.Count - 1],
            SyntaxKind.Call when node[SyntaxField.Func] is { Kind: SyntaxKind.Attribute } method && method.Name(SyntaxField.Attr) is "format" => method[SyntaxField.Value],
            _ => default,
        };
        return last is { IsNone: false, Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } && ConstantValue.Text(last).TrimEnd('.') is var domain && domain.LastIndexOf('.') is >= 0 and int dot && domain.Length - dot > 2 && domain[(dot + 1)..].All(char.IsAsciiLetter) && domain[(dot + 1)..] is not ("local" or "localdomain" or "internal" or "lan" or "svc");
    }

    private static bool IsEnvironment(SyntaxNode node) =>
        node.Kind is SyntaxKind.Attribute && node.Name(SyntaxField.Attr) is "environ" or "environb" && node[SyntaxField.Value] is { Kind: SyntaxKind.Name } module && module.Name(SyntaxField.Id) is "os" or "posix" or "_os";

    /// <summary>Whether an expression leads from a value to <c>object</c>: by its class and its bases.</summary>
    private static bool IsWalk(SyntaxNode node)
    {
        node = node.Kind is SyntaxKind.Subscript ? node[SyntaxField.Value] : node;
        return (node.Kind is SyntaxKind.Attribute && node.Name(SyntaxField.Attr) is "__base__" or "__bases__" or "__mro__") || (node.Kind is SyntaxKind.Name && node.Name(SyntaxField.Id) is "object")
            || (node.Kind is SyntaxKind.Call && node[SyntaxField.Func] is { Kind: SyntaxKind.Attribute } called && called.Name(SyntaxField.Attr) is "mro");
    }

    private static bool IsLibrary(SyntaxNode node) =>
        node.Kind is SyntaxKind.Call && node[SyntaxField.Func] is var made && (made.Kind is SyntaxKind.Name ? made.Name(SyntaxField.Id) : made.Kind is SyntaxKind.Attribute ? made.Name(SyntaxField.Attr) : null) is "CDLL" or "PyDLL" or "WinDLL" or "OleDLL" or "LoadLibrary" or "dlopen";

    /// <summary>
    /// Where a call is to be looked for: where it stands; but where a function calls what it was handed, at the place that hands it over and names it.
    /// </summary>
    private int Carrier(string callee, Folder folder)
    {
        int at = folder.Site;
        if (folder.Callers.Count == 0)
        {
            return at;
        }

        ReadOnlySpan<char> name = callee.AsSpan(callee.LastIndexOf('.') + 1);
        if (Names(at, name))
        {
            return at;
        }

        for (int i = folder.Callers.Count - 1; i >= 0; i--)
        {
            if (Names(folder.Callers[i], name))
            {
                return folder.Callers[i];
            }
        }

        return at;
    }

    /// <summary>Whether the statement that begins at a place has a name in it, within a few lines.</summary>
    private bool Names(int at, ReadOnlySpan<char> name)
    {
        int end = Math.Min(_text.End, at + LongestCall);
        ReadOnlySpan<byte> line = _text.Slice(at, end);
        int stop = line.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(stop < 0 ? line : line[..stop]).AsSpan().Contains(name, StringComparison.Ordinal);
    }

    /// <summary>
    /// Whether a call of a package of others is kept whatever it is called: it gets a secret, the whole environment or what lies in a home, or asks for something by an address or by the name of a repository.
    /// What it does with it is known where it is judged.
    /// </summary>
    private bool IsTelling(string callee, IReadOnlyList<FoldedValue> arguments, Folder folder)
    {
        int dot = callee.IndexOf('.', StringComparison.Ordinal);
        string root = dot < 0 ? callee : callee[..dot];
        if (root is "builtins" or "?" || callee.EndsWith('=') || KnownModules.IsStandard(root) || folder.Interest is not { } interest)
        {
            return false;
        }

        return interest.Carries(arguments) || (!KnownModules.Has(root) && arguments.Take(2).Any(a => a is FoldedText { Value: { Length: > 3 and < LongestAsked } text } && IsAsked(text)) && Asks(callee));
    }

    /// <summary>Counts who asks for something: of each the first few calls are kept, and that there are more of them than are kept is said.</summary>
    private bool Asks(string callee)
    {
        int often = _asked.GetValueOrDefault(callee);
        if (often == 0 && _asked.Count >= MostAskers)
        {
            IsCut = true;
            return false;
        }

        _asked[callee] = often + 1;
        return often < MostAsked;
    }

    /// <summary>Whether a text is an address, or the name of a repository behind that of its owner.</summary>
    private static bool IsAsked(string text) => text.Contains("://", StringComparison.Ordinal) || (text.IndexOf('/', StringComparison.Ordinal) is > 0 and int slash && text.IndexOf('/', slash + 1) < 0 && text[0] is not ('.' or '~') && !text.Contains(' ', StringComparison.Ordinal));

    /// <summary>Notes a call; false where it was known already.</summary>
    private bool Add(string callee, IReadOnlyList<FoldedValue> arguments, int at, long start, string driven, Folder? folder = null, bool isKept = true)
    {
        IReadOnlyList<string> from = folder is null ? [] : SourceFlow.From(arguments, folder.Named, folder.Interest!.IsPlace);
        from = isKept ? from : [.. from, SourceFlow.Asked];
        IReadOnlyList<string> runs = SourceFlow.Runs(callee, arguments, folder?.Source is { } host ? host.Named : null);
        (string phase, string function) = _times.Of(at);
        phase = CallTimes.Rank(driven) > CallTimes.Rank(phase) ? driven : phase;
        if (callee is "builtins.eval" && from.Count == 0 && runs.Count == 0 && arguments is [{ IsData: false, Layers.Count: 0 }] && phase is "load" or "import" && _given.Is(at, isLoaded: phase is "load"))
        {
            runs = ["given"];
        }

        phase = phase is "import" ? _outermost : phase;
        List<ValueShape> shapes = [.. arguments.Take(MostArguments).Select(FoldedShape.Of)];
        string given = string.Join(',', shapes.Select(s => s.Text));
        if (_at.TryGetValue((callee, at), out List<int>? same))
        {
            bool isKnown = false;
            foreach (int known in same)
            {
                Uses[known] = CallTimes.Rank(phase) > CallTimes.Rank(Uses[known].Phase) ? Uses[known] with { Phase = phase } : Uses[known];
                isKnown |= string.Join(',', Uses[known].Arguments.Select(s => s.Text)) == given && from.Count == 0 && runs.Count == 0;
            }

            // What is not known adds nothing to what is.
            if (isKnown || same.Count >= MostSame || (from.Count == 0 && runs.Count == 0 && (shapes.TrueForAll(s => s.Kind is ShapeKind.Unknown) || (shapes is [{ Kind: ShapeKind.Unknown }, ..] && callee is "builtins.exec" or "builtins.eval"))))
            {
                return false;
            }
        }
        else
        {
            _at.Add((callee, at), same = []);
        }

        string key = $"{callee} {phase} {given} {string.Join(',', from)} {string.Join(',', runs)}";
        if (_seen.TryGetValue(key, out int often) && often >= MostAlike)
        {
            return false;
        }

        _seen[key] = often + 1;
        if (Uses.Count >= MostUses)
        {
            IsCut = true;
            return false;
        }

        string name = callee[(callee.LastIndexOf('.') + 1)..];
        same.Add(Uses.Count);
        Uses.Add(new SourceUse
        {
            Callee = callee,
            Phase = phase,
            Function = function,
            Line = _line(_text.Position(at).Line),
            Offset = start + at,
            Arguments = shapes,
            From = from,
            Runs = runs,
            Layers = [.. arguments.SelectMany(a => a.Layers).Distinct().Take(8)],
            IsHidden = !_source.Contains(name, StringComparison.Ordinal) || (callee is "builtins.exec" or "builtins.eval" && shapes is [{ Kind: ShapeKind.Str } text, ..] && IsBuilt(text.Text)),
        });
        return true;
    }

    /// <summary>Whether a text that runs was put together: its longest plain stretch does not stand in the source.</summary>
    private bool IsBuilt(string text)
    {
        ReadOnlySpan<char> longest = [];
        int start = 0;
        string head = text.Length > 256 ? text[..256] : text;
        for (int i = 0; i <= head.Length; i++)
        {
            if (i == head.Length || !(char.IsAsciiLetterOrDigit(head[i]) || head[i] is '_' or '.' or '(' or ' '))
            {
                longest = i - start > longest.Length ? head.AsSpan(start, i - start) : longest;
                start = i + 1;
            }
        }

        return longest.Trim() is { Length: > 4 } plain && !_source.AsSpan().Contains(plain, StringComparison.Ordinal);
    }
}
