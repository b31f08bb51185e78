// Functions that find modules, attributes and types by name, and that make code objects.
using Assay.Evaluation.Marshalled;
using Assay.Evaluation.Values;
using Assay.Pickle;
using Assay.Python.Names;

namespace Assay.Evaluation.Functions;

/// <summary>Functions that find modules, attributes and types by name, and that make code objects.</summary>
internal static class NameFunctions
{
    public static void Add(Dictionary<string, PureFunction> all)
    {
        // The default of getattr counts only where the attribute is missing, which cannot be told of most values.
        PureFunction attribute = (_, a) => a.Text(1) is { } name ? Folder.GetAttribute(a.At(0), name) : FoldedValue.Unknown;
        foreach (string name in (string[])["builtins.getattr", "inspect.getattr_static", "builtins.object.__getattribute__", "builtins.type.__getattribute__", "builtins.super.__getattribute__", "dill._dill._getattribute", "pickle._getattribute"])
        {
            all[name] = attribute;
        }

        all["builtins.vars"] = (_, a) => a.Count == 1 ? Folder.GetAttribute(a[0], "__dict__") : FoldedValue.Unknown;
        all["builtins.globals"] = (_, a) => a.Count == 0 ? new FoldedName("builtins", Folder.Globals) : FoldedValue.Unknown;
        all["builtins.locals"] = all["builtins.globals"];
        all["builtins.type"] = (_, a) => a.Count == 1 && PureFunctions.TypeName(a[0]) is { } type ? new FoldedName("builtins", type) : FoldedValue.Unknown;
        all["importlib.import_module"] = (_, a) => a.Text(0) is { Length: > 0 } name && name[0] != '.' ? new FoldedName(name, "") : FoldedValue.Unknown;
        all["cloudpickle.cloudpickle.subimport"] = all["importlib.import_module"];
        all["builtins.__import__"] = (_, a) => a.Text(0) is { Length: > 0 } name ? Import(name, a) : FoldedValue.Unknown;
        all["importlib.__import__"] = all["builtins.__import__"];
        all["pkgutil.resolve_name"] = (_, a) => a.Text(0) is { Length: > 0 } name ? Resolve(name) : FoldedValue.Unknown;
        all["pydoc.locate"] = all["pkgutil.resolve_name"];
        all["pydoc.safeimport"] = all["importlib.import_module"];
        all["unittest.mock._importer"] = all["pkgutil.resolve_name"];
        all["dill._dill._import_module"] = all["pkgutil.resolve_name"];
        all["zope.dottedname.resolve.resolve"] = all["pkgutil.resolve_name"];
        all["werkzeug.utils.import_string"] = all["pkgutil.resolve_name"];
        all["django.utils.module_loading.import_string"] = all["pkgutil.resolve_name"];
        all["hydra.utils.get_method"] = all["hydra.utils.get_class"] = all["hydra.utils.get_object"] = all["pkgutil.resolve_name"];
        all["copyreg.add_extension"] = (f, a) =>
        {
            if (a.Text(0) is { } module && a.Text(1) is { } name && a.Int(2) is { } code && code > 0 && code <= int.MaxValue)
            {
                f.Extensions[(long)code] = new FoldedName(module, name);
            }

            return FoldedValue.None;
        };
        all["types.MethodType"] = (_, a) => a.Count == 2 ? new FoldedPartial(a[0], [a[1]]) : FoldedValue.Unknown;
        all["types.FunctionType"] = (_, a) => a.At(0) is FoldedCode code ? code with { IsFunction = true } : FoldedValue.Unknown;
        all["types.LambdaType"] = all["types.FunctionType"];
        all["types.CodeType"] = (f, a) => Code(f, a);
    }

    /// <summary>A dotted name, perhaps with a colon before the attribute; a lone word is a module or a builtin.</summary>
    internal static FoldedValue Resolve(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0)
        {
            return new FoldedName(text[..colon], text[(colon + 1)..]);
        }

        int dot = text.LastIndexOf('.');
        return dot > 0 ? new FoldedName(text[..dot], text[(dot + 1)..])
            : KnownModules.Has(text) ? new FoldedName(text, "")
            : new FoldedName("builtins", text);
    }

    // Without a list of names to import, __import__ returns the package at the top.
    private static FoldedName Import(string name, IReadOnlyList<FoldedValue> a)
    {
        bool whole = a.Count > 3 && Arguments.Truth(a[3]) == true;
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        return new FoldedName(whole || dot < 0 ? name : name[..dot], "");
    }

    /// <summary>The numbers in front differ by version; the bytecode is the first bytes object, constants and names follow it.</summary>
    private static FoldedValue Code(Folder f, IReadOnlyList<FoldedValue> a)
    {
        int at = 0;
        while (at < a.Count && a[at] is not FoldedBytes)
        {
            at++;
        }

        if (at + 2 >= a.Count || a[at + 1] is not FoldedSequence constants || a[at + 2] is not FoldedSequence names)
        {
            return FoldedValue.Unknown;
        }

        // Code may hold the same code many times, at each level: what was seen is reported once.
        Kept<string> words = new(EqualityComparer<string>.Default);
        Kept<string> texts = new(EqualityComparer<string>.Default);
        Kept<byte[]> blobs = new(ReferenceEqualityComparer.Instance);
        words.Add(names.Items.Concat((a.At(at + 3) as FoldedSequence)?.Items ?? []).OfType<FoldedText>().Select(t => t.Value));
        foreach (FoldedValue constant in constants.Items)
        {
            switch (constant)
            {
                case FoldedText text:
                    texts.Add([text.Value]);
                    break;
                case FoldedBytes bytes:
                    blobs.Add([bytes.Value]);
                    break;
                case FoldedCode nested when f.Budget.Step(1 + nested.Code.Names.Count + nested.Code.Texts.Count + nested.Code.Blobs.Count):
                    words.Add(nested.Code.Names);
                    texts.Add(nested.Code.Texts);
                    blobs.Add(nested.Code.Blobs);
                    break;
            }
        }

        return new FoldedCode(new PythonCode { Name = a.Text(at + 5) ?? "", Names = words.All, Texts = texts.All, Blobs = blobs.All }, false);
    }

    /// <summary>Some thousand different things, in the order in which they came.</summary>
    private sealed class Kept<T>(IEqualityComparer<T> comparer)
        where T : class
    {
        private const int Most = 4096;
        private readonly HashSet<T> _seen = new(comparer);

        public List<T> All { get; } = [];

        public void Add(IEnumerable<T> more)
        {
            foreach (T one in more)
            {
                if (All.Count < Most && _seen.Add(one))
                {
                    All.Add(one);
                }
            }
        }
    }
}
