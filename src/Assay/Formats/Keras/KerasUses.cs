// What a configuration of Keras names and carries, each once.
using System.Text;
using Assay.Artifacts;
using Assay.Evaluation.Bytecode;
using Assay.Evaluation.Marshalled;
using Assay.Python.Names;

namespace Assay.Formats.Keras;

/// <summary>What a name of a configuration stands for.</summary>
internal enum KerasRole
{
    /// <summary>A class, of which an object is made.</summary>
    Class,

    /// <summary>A function, which an object gets and calls.</summary>
    Function,
}

/// <summary>
/// Collects what a configuration names, and says each name once. A name in another module than Keras' own is imported when the model is loaded, in the
/// versions that do so; the object that comes of it is made or called, so it is told as an argument of the loader.
/// </summary>
internal sealed class KerasUses(ReadContext context)
{
    /// <summary>The function that makes objects of configurations.</summary>
    private const string Loader = "keras.saving.deserialize_keras_object";

    /// <summary>The function that makes functions of code.</summary>
    private const string CodeLoader = "keras.utils.python_utils.func_load";

    /// <summary>The same for code whose instructions are not followed.</summary>
    private const string OldCodeLoader = "keras.utils.python_utils.func_load.old";

    private const string Lambda = "keras.layers.Lambda";
    private const int MostNames = 10_000;
    private const int MostCodes = 4096;
    private const int LongestName = 512;
    private const int CodeWork = 300;
    private readonly Dictionary<(string Module, string Name, KerasRole Role, string Registered), (long At, long Count)> _names = [];
    private static readonly System.Buffers.SearchValues<char> s_identifiers = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
    private readonly HashSet<string> _codes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mentioned = new(StringComparer.Ordinal);
    private HashSet<string>? _standard;
    private int _missed;

    /// <summary>The names that modules of Keras, and code that was written in them, use for packages.</summary>
    private static readonly ValueShape s_globals = new(ShapeKind.Dict)
    {
        Items =
        [
            new ValueShape(ShapeKind.Str, "tf"), new ValueShape(ShapeKind.Import, "tensorflow"), new ValueShape(ShapeKind.Str, "np"), new ValueShape(ShapeKind.Import, "numpy"),
            new ValueShape(ShapeKind.Str, "keras"), new ValueShape(ShapeKind.Import, "keras"), new ValueShape(ShapeKind.Str, "torch"), new ValueShape(ShapeKind.Import, "torch"),
        ],
        Count = 4,
    };

    /// <summary>Something is named.</summary>
    public void Name(string module, string name, KerasRole role, string registered, long at)
    {
        (string, string, KerasRole, string) key = (Short(module), Short(name), role, Short(registered));
        if (_names.TryGetValue(key, out (long At, long Count) known))
            _names[key] = (known.At, known.Count + 1);
        else if (_names.Count < MostNames)
            _names.Add(key, (at, 1));
        else
            _missed++;
    }

    /// <summary>
    /// A text stands where an object may take it for the name of a function. One of the standard library's is told, so that one that does harm is seen; words with a dot in them are
    /// names of layers as well.
    /// </summary>
    public void Mention(string text, long at)
    {
        int dot = text.LastIndexOf('.');
        if (dot <= 0 || text.Length > 100 || text.AsSpan().IndexOfAnyExcept(s_identifiers) >= 0 || _mentioned.Count >= MostNames || !_mentioned.Add(text))
            return;

        if (IsStandard(text))
            context.Add(Used(text, text[..dot], text[(dot + 1)..], CallableUse.Argument, at));
    }

    /// <summary>Marshalled code stands somewhere.</summary>
    public void Code(byte[] code, long at)
    {
        string text = Encoding.Latin1.GetString(code);
        if (_codes.Contains(text))
            return;

        if (_codes.Count == MostCodes)
        {
            _missed++;
            return;
        }

        _codes.Add(text);
        context.Held.Add(2L * text.Length);
        context.Budget.SpendWork((long)(MarshalReader.WorkPerByte + CodeWork) * code.Length, at);
        ValueShape bytes = new(ShapeKind.Bytes, text) { Count = code.Length };
        CarriedCode read = CodeReader.ReadMarshalled([code]);
        if (!read.IsWhole && MarshalReader.TryRead(code) is { } summary)
        {
            // Instructions of a version that is not followed: its names and texts say what it can do.
            context.Add(Called(OldCodeLoader, [new ValueShape(ShapeKind.Bytes), Tuple(summary.Texts), Tuple(summary.Names), Tuple([])], at));
            return;
        }

        context.Add(Called(CodeLoader, [bytes, s_globals], at) with { Code = read });
        context.Add(Called(Lambda, [new ValueShape(ShapeKind.Result, CodeLoader) { Items = [bytes] }], at));
    }

    /// <summary>Says what was collected.</summary>
    public void Tell()
    {
        HashSet<string> told = new(StringComparer.Ordinal);
        foreach (((string module, string name, KerasRole role, string registered), (long at, long count)) in _names)
        {
            if (role is KerasRole.Class)
            {
                context.Add(new OperatorFact
                {
                    Path = context.Artifact.Path, Offset = at, Domain = module, Name = name, Count = count,
                    Attributes = registered.Length > 0 && registered != name ? [new OperatorAttribute("registered", registered)] : [],
                });
            }

            // A registered name is looked up among what the program has registered, and nothing is imported for it alone.
            if (module.Length == 0 && registered.Contains('>', StringComparison.Ordinal))
                continue;

            // Without a module a dotted name can only be meant to have it in front.
            int split = name.LastIndexOf('.');
            string root = module.Length == 0 && split > 0 && IsStandard(name) ? name[..split] : KerasNames.Canonical(module);
            string own = module.Length == 0 && split > 0 && root == name[..split] ? name[(split + 1)..] : name;
            string full = $"{root}.{own}";
            if (name.Length == 0 || !told.Add(full))
                continue;

            bool isKeras = root is "keras" || root.StartsWith("keras.", StringComparison.Ordinal);
            if (!isKeras && root is not ("builtins" or "__main__" or "tensorflow"))
            {
                context.Add(Used(full, root, own, CallableUse.Imported, at));
                if (IsStandard(root))
                    context.Anomaly("keras.standard-module", at, 0, $"The configuration names {full}, which is of Python's standard library.");
                else if (module.Length > 0 && registered.Length == 0 && role is KerasRole.Class && !root.StartsWith("tensorflow.", StringComparison.Ordinal))
                    context.Anomaly("keras.unregistered-module", at, 0, $"The configuration names {full} and no name under which it is registered.");
            }

            context.Add(Used(full, root, own, CallableUse.Argument, at));
        }

        if (_missed > 0)
            context.Unread(UnreadCause.Limit, 0, 0, $"{_missed} names or codes were not told: there are more than {MostNames} different ones.");
    }

    private bool IsStandard(string path) => (_standard ??= [.. KnownModules.OfStandardLibrary]).Contains(path.Split('.')[0]);

    private CallableFact Used(string full, string module, string name, CallableUse use, long at) => new()
    {
        Path = context.Artifact.Path, Offset = at, Callee = full, Resolved = full, Module = module, Name = name, Use = use, Carrier = use is CallableUse.Argument ? Loader : "",
    };

    private CallableFact Called(string callee, IReadOnlyList<ValueShape> arguments, long at)
    {
        int dot = callee.LastIndexOf('.');
        return new CallableFact
        {
            Path = context.Artifact.Path, Offset = at, Callee = callee, Resolved = callee, Module = callee[..dot], Name = callee[(dot + 1)..], Use = CallableUse.Called, Arguments = arguments,
        };
    }

    private static ValueShape Tuple(IReadOnlyList<string> texts) => new(ShapeKind.Tuple) { Items = [.. texts.Select(t => new ValueShape(ShapeKind.Str, t))], Count = texts.Count };

    private static string Short(string text) => text.Length > LongestName ? text[..LongestName] : text;
}
