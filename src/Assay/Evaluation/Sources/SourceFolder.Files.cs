// Files that folded source reads and writes: what it writes it may import or run afterwards.
using Assay.Evaluation.Functions;
using Assay.Evaluation.Values;
using Assay.Python.Syntax;
using static Assay.Python.Syntax.SyntaxField;

namespace Assay.Evaluation.Sources;

internal sealed partial class SourceFolder
{
    private const int MostWritten = 64;
    private const string Opened = "builtins.open().";

    /// <summary>What source has that runs or unpacks something: only then it matters what the files beside it hold.</summary>
    private static readonly string[] s_running = ["exec", "eval", "b64decode", "decompress", "marshal", "fromhex", "loads(", "getattr", "os.system", "subprocess", "import_module", "__import__"];

    /// <summary>What source has that puts a payload together: only then its loops are gone through to the end.</summary>
    private static readonly string[] s_unpacking = ["exec(", "eval(", "chr(", "fromhex", "b64decode", "decompress", "marshal", "__import__"];

    private readonly Dictionary<string, Dictionary<string, FoldedValue>?> _beside = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FoldedValue> _written = new(StringComparer.Ordinal);
    private bool _readsBeside;

    private static bool Has(ReadOnlySpan<byte> source, string[] words)
    {
        foreach (string word in words)
        {
            if (source.IndexOf(System.Text.Encoding.UTF8.GetBytes(word)) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Folds a text that runs at the place of a call.</summary>
    private static FoldedValue Pinned(Folder folder, Func<FoldedValue> fold)
    {
        bool was = folder.IsPinned;
        folder.IsPinned = true;
        try
        {
            return fold();
        }
        finally
        {
            folder.IsPinned = was;
        }
    }

    /// <summary>The text with which a module begins is its <c>__doc__</c>.</summary>
    private void Document(SyntaxTree tree)
    {
        if (tree.Root.List(Body) is { Count: > 0 } body && body[0].Kind is SyntaxKind.Expr && body[0][SyntaxField.Value] is { Kind: SyntaxKind.Constant, ConstantKind: ConstantKind.Text } text)
        {
            _scope.Set("__doc__", SourceConstant.Of(text, _folder));
        }
    }

    /// <summary><c>from .module import name</c>: what the module beside gives the name.</summary>
    private void Beside(SyntaxNode node)
    {
        string? module = node.Name(Module);
        foreach (SyntaxNode alias in node.List(Names))
        {
            if (alias.Name(Name) is not { } item || item == "*")
            {
                continue;
            }

            FoldedValue value = FoldedValue.Unknown;
            if (_readsBeside && module is { Length: <= LongestPath })
            {
                string path = string.Concat(Enumerable.Repeat("../", Math.Clamp(node.Value(Level) - 1, 0, 8))) + module.Replace('.', '/') + ".py";
                if (!_beside.TryGetValue(path, out Dictionary<string, FoldedValue>? names))
                {
                    _beside.Add(path, names = NamesOf(path));
                }

                value = names?.GetValueOrDefault(item) ?? FoldedValue.Unknown;
            }

            Bind(alias.Name(AsName) ?? item, value);
        }
    }

    private Dictionary<string, FoldedValue>? NamesOf(string path)
    {
        if (_folder.Beside!(path) is not { } bytes)
        {
            return null;
        }

        Dictionary<string, FoldedValue>? names = null;
        Folder quiet = _folder.Apart();
        string text = System.Text.Encoding.UTF8.GetString(bytes);
        Parsed(text, quiet, tree =>
        {
            SourceFolder module = new(quiet, tree);
            quiet.Source = module;
            module.Push(tree.Root, Body);
            module.Statements();
            names = module._scope.Names;
            return FoldedValue.None;
        });

        // What the other file does of itself is told with it; what it does with a function that it gets from here is told where it is handed over.
        quiet.OnReached = (name, arguments) =>
        {
            if (!text.Contains(name.Path[(name.Path.LastIndexOf('.') + 1)..], StringComparison.Ordinal))
            {
                _folder.OnReached?.Invoke(name, arguments);
            }
        };
        return names;
    }

    /// <summary>A module that is imported: one that the source itself wrote runs now.</summary>
    private FoldedValue Imported(string module, string shown) => Written(module) ?? new FoldedName(shown, "");

    private FoldedValue? Written(string module)
    {
        if (_written.Count == 0)
        {
            return null;
        }

        string file = module.Replace('.', '/');
        foreach (string end in (ReadOnlySpan<string>)[".py", "/__init__.py"])
        {
            if (_written.Keys.FirstOrDefault(k => k == file + end || k.EndsWith($"/{file}{end}", StringComparison.Ordinal)) is { } path)
            {
                Ran(_written[path]);
                return FoldedValue.Unknown;
            }
        }

        return null;
    }

    /// <summary>What the source wrote is run: a text is known, of anything else it is only known that it runs.</summary>
    private void Ran(FoldedValue content)
    {
        _folder.OnReached?.Invoke(new FoldedName("builtins", "exec"), [content]);
        if (content is FoldedText text)
        {
            Execute(text.Value);
        }
    }

    /// <summary>Calls that open, write, move and run files, and that say where they lie; null for all others.</summary>
    private FoldedValue? OfFile(string path, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        if (path.StartsWith("pathlib.", StringComparison.Ordinal))
        {
            return OfPath(path, arguments, keywords);
        }

        if (path.StartsWith(Opened, StringComparison.Ordinal))
        {
            return OfOpened(path[Opened.Length..], arguments);
        }

        if (arguments.Any(a => a is FoldedPath) || keywords.Pairs.Any(p => p.Value is FoldedPath))
        {
            return _folder.Apply(new FoldedName("", path), [.. arguments.Select(Plain)], keywords.Pairs.Count == 0 ? null : new FoldedDict([.. keywords.Pairs.Select(p => (p.Key, Plain(p.Value)))]));
        }

        switch (path)
        {
            case "builtins.open" or "io.open" or "codecs.open" when arguments.Count > 0:
                return OpenedBy(path, KeywordArguments.All(arguments, keywords));
            case "os.getenv" or "os.environ.get" when arguments.Text(0) is "HOME" or "USERPROFILE":
                return new FoldedText("~");
            case "site.getsitepackages":
                return new FoldedSequence(SequenceKind.List, [new FoldedText("site-packages")]);
            case "site.getusersitepackages" or "sysconfig.get_path":
                return new FoldedText("site-packages");
            case "sysconfig.get_paths":
                return new FoldedDict([(new FoldedText("purelib"), new FoldedText("site-packages")), (new FoldedText("platlib"), new FoldedText("site-packages"))]);
            case "tempfile.gettempdir" or "tempfile.mkdtemp":
                return new FoldedText("/tmp");
            case "importlib.import_module" or "builtins.__import__" when arguments.Text(0) is { Length: > 0 } module && Written(module) is { } own:
                return own;
            case "glob.glob" or "glob.iglob" when arguments.Text(0) is { } pattern:
                return new FoldedSequence(SequenceKind.List, [new FoldedText(pattern)]);
            case "importlib.util.find_spec" when arguments.Text(0) is { Length: > 0 } found:
                return new FoldedName(found, "");
            case "importlib.util.module_from_spec" when arguments is [FoldedName { Name: "" } spec]:
                return spec;
            case "importlib.util.spec_from_file_location" or "importlib.machinery.SourceFileLoader" or "sys.path.insert" or "sys.path.append" when (Origins.Of(arguments) & ValueOrigins.Network) != 0:
                Ran(Origins.Unknown(ValueOrigins.Network));
                return null;
            case "sys.path.insert" or "sys.path.append" or "site.addsitedir" when Fetched(arguments):
                Ran(Origins.Unknown((Origins.Of(arguments) & ValueOrigins.Library) | (arguments.Any(a => PathObject.Text(a) is { } fetched && Named(fetched) != ValueOrigins.None) ? ValueOrigins.Fetched : ValueOrigins.None)));
                return null;
            case "sys.path.insert" or "sys.path.append" when arguments.Any(a => PathObject.Text(a) is { } archive && (archive.EndsWith(".zip", StringComparison.Ordinal) || archive.EndsWith(".whl", StringComparison.Ordinal) || archive.EndsWith(".egg", StringComparison.Ordinal) || archive.EndsWith(".bin", StringComparison.Ordinal) || archive.EndsWith(".dat", StringComparison.Ordinal))):
                // Python imports out of archives, whatever they are called.
                Ran(FoldedValue.Unknown);
                return null;
            case "zipimport.zipimporter" or "ctypes.CDLL" or "ctypes.cdll.LoadLibrary" or "torch.ops.load_library" when arguments.Text(0) is { } library && _written.ContainsKey(library):
                Ran(_written[library]);
                return null;
            case "runpy.run_path" or "importlib.util.spec_from_file_location" or "importlib.machinery.SourceFileLoader" when arguments.Select(a => (a as FoldedText)?.Value).FirstOrDefault(t => t is not null && _written.ContainsKey(t)) is { } file:
                Ran(_written[file]);
                return null;
            case "shutil.copy" or "shutil.copyfile" or "shutil.copy2" or "shutil.move" or "os.rename" or "os.replace" or "os.link" or "os.symlink" when arguments is [FoldedText from, FoldedText to, ..]:
                Write(to.Value, _written.GetValueOrDefault(from.Value) ?? FoldedValue.Unknown);
                return null;
            default:
                return null;
        }

        static FoldedValue Plain(FoldedValue value) => value is FoldedPath path ? new FoldedText(path.Text) : value;
    }

    /// <summary>What a method of a path gives, or a path by its class.</summary>
    private FoldedValue? OfPath(string path, IReadOnlyList<FoldedValue> arguments, FoldedDict keywords)
    {
        switch (path)
        {
            case "pathlib.Path" or "pathlib.PosixPath" or "pathlib.PurePath" or "pathlib.PurePosixPath" or "pathlib.WindowsPath":
                return PathObject.Of(arguments);
            case "pathlib.Path.home" or "pathlib.PosixPath.home":
                return new FoldedPath("~");
            case "pathlib.Path.cwd" or "pathlib.PosixPath.cwd":
                return new FoldedPath("");
        }

        string method = path[(path.LastIndexOf('.') + 1)..];
        if (PathObject.Method(method, arguments) is { } made)
        {
            return made;
        }

        if (arguments.At(0) is not FoldedPath of)
        {
            return null;
        }

        IReadOnlyList<FoldedValue> told = [new FoldedText(of.Text) { From = of.From }, .. KeywordArguments.All(arguments, keywords).Skip(1).Select(a => a is FoldedPath other ? new FoldedText(other.Text) : a)];
        switch (method)
        {
            case "open":
                return OpenedBy("builtins.open", told);
            case "glob" or "rglob" when told.Count > 1 && PathObject.Text(told[1]) is { } stars:
                return new FoldedSequence(SequenceKind.List, [new FoldedPath(PathObject.Join(of.Text, (method is "rglob" ? "**/" : "") + stars))]);
            case "iterdir":
                return new FoldedSequence(SequenceKind.List, [new FoldedPath(PathObject.Join(of.Text, "*"))]);
            case "read_text" or "read_bytes":
                return OpenedBy("builtins.open", [told[0], new FoldedText(method is "read_bytes" ? "rb" : "r")]) is FoldedFile file ? file.Content : FoldedValue.Unknown;
            case "write_text" or "write_bytes" when told.Count > 1:
                Write(of.Text, told[1]);
                break;
            case "rename" or "replace" when told is [_, FoldedText to]:
                Write(to.Value, _written.GetValueOrDefault(of.Text) ?? FoldedValue.Unknown);
                break;
        }

        _folder.OnReached?.Invoke(new FoldedName("pathlib", "Path." + method), told);
        return FoldedValue.Unknown;
    }

    private FoldedValue OpenedBy(string path, IReadOnlyList<FoldedValue> arguments)
    {
        _folder.OnReached?.Invoke(new FoldedName("", path), arguments);
        if (PathObject.Text(arguments[0]) is not { Length: < LongestPath } file)
        {
            return new FoldedOpened(arguments[0] is FoldedInstance { IsTyped: true } ? FoldedInstance.CommandLine : "");
        }

        string mode = arguments.Text(1) ?? "r";
        if (mode.Length < 5 && mode.AsSpan().IndexOfAny('w', 'a', 'x') >= 0)
        {
            Write(file, new FoldedText(""));
            return new FoldedOpened(file);
        }

        // What lies below a folder that was copied, or that holds what was fetched, stems from there.
        ValueOrigins under = Named(file) & (ValueOrigins.Store | ValueOrigins.Environment | ValueOrigins.Fetched);
        return _written.GetValueOrDefault(file) is { } content ? new FoldedFile(content)
            : under != ValueOrigins.None ? new FoldedOpened(file) { From = under }
            : _folder.Beside is not null && BesideFiles.Open(_folder, file, arguments) is { IsUnknown: false } found ? found : new FoldedOpened(file);
    }

    private FoldedValue OfOpened(string method, IReadOnlyList<FoldedValue> arguments)
    {
        if (arguments is [FoldedOpened file, var text, ..] && method is "write" && file.Path.Length > 0)
        {
            Write(file.Path, _loops == 0 && _written.GetValueOrDefault(file.Path) is FoldedText { Value.Length: < MaxText } before && text is FoldedText { Value.Length: < MaxText } more ? new FoldedText(before.Value + more.Value) { Layers = more.Layers } : text is FoldedBytes ? text : Origins.Unknown(Origins.Of(text)));
        }

        return arguments is [FoldedOpened { Path: FoldedInstance.CommandLine }, ..] && method is "read" ? new FoldedInstance(new FoldedName("sys", "argv")) : FoldedValue.Unknown;
    }

    private void Write(string path, FoldedValue content)
    {
        if (_written.Count < MostWritten || _written.ContainsKey(path))
        {
            _written[path] = content is not FoldedBytes bytes ? content
                : System.Text.Unicode.Utf8.IsValid(bytes.Value) ? new FoldedText(System.Text.Encoding.UTF8.GetString(bytes.Value)) { Layers = bytes.Layers } : FoldedValue.Unknown;
        }
    }

    /// <summary>Where what stands in a file stems from that the source wrote and a text names.</summary>
    public ValueOrigins Named(string text)
    {
        ValueOrigins from = ValueOrigins.None;
        foreach ((string file, FoldedValue content) in _written)
        {
            from |= file.Length > 2 && content.From != ValueOrigins.None && text.Contains(file, StringComparison.Ordinal) ? content.From : ValueOrigins.None;
        }

        from = (from & ValueOrigins.Network) != 0 ? (from & ~ValueOrigins.Network) | ValueOrigins.Fetched : from;

        return from;
    }
}
