// Tells of a call where what it gets stems from, and what of that it runs.
using Assay.Evaluation;
using Assay.Evaluation.Values;
using Assay.Formats.Shell;
using Assay.Python.Names;

namespace Assay.Formats.PythonSources;

/// <summary>Writes the origins of arguments down: for anything that a call gets, and for that which it runs.</summary>
internal static class SourceFlow
{
    private static readonly (ValueOrigins Origin, string Name)[] s_names =
        [(ValueOrigins.Network, "network"), (ValueOrigins.Secret, "secret"), (ValueOrigins.Store, "store"), (ValueOrigins.Request, "request"), (ValueOrigins.Files, "files"), (ValueOrigins.Fetched, "fetched"), (ValueOrigins.Data, "data"), (ValueOrigins.Environment, "environment"), (ValueOrigins.Library, "library")];

    /// <summary>What stands for a place where secrets lie, of which a call gets the name.</summary>
    private const string Place = "place";

    /// <summary>What marks a call that is told for what it gets and for nothing else: what is called does not say by its name that it reaches out.</summary>
    public const string Asked = "asked";

    /// <summary>Where what a call gets stems from; what it gets by a keyword that says who asks is its own.</summary>
    public static IReadOnlyList<string> From(IReadOnlyList<FoldedValue> arguments, FoldedDict named, Func<string, bool> isPlace)
    {
        ValueOrigins from = ValueOrigins.None;
        bool names = false;
        HashSet<FoldedValue>? own = named.Pairs.Count == 0 ? null : new(named.Pairs.Where(p => p.Key is FoldedText key && Origins.IsOwnUse(key.Value)).Select(p => p.Value), ReferenceEqualityComparer.Instance);
        foreach (FoldedValue argument in arguments)
        {
            if (own?.Contains(argument) is true)
            {
                continue;
            }

            from |= Origins.Of(argument);
            names = names || (argument is FoldedText text && isPlace(text.Value)) || (argument is FoldedPath path && isPlace(path.Text));
        }

        IReadOnlyList<string> all = Names(from & ~ValueOrigins.Library);
        return names ? [.. all, Place] : all;
    }

    /// <summary>Where that stems from which a call runs: code, a command, a library, a stream that makes objects.</summary>
    public static IReadOnlyList<string> Runs(string callee, IReadOnlyList<FoldedValue> arguments, Func<string, ValueOrigins>? written)
    {
        if (arguments.Count == 0)
        {
            return [];
        }

        Sink? sink = CallableSinks.Of(callee);
        bool isProgram = sink?.Kind is "shell-command" || callee.StartsWith("?.", StringComparison.Ordinal);
        if (isProgram)
        {
            return Names(Program(arguments, written));
        }

        if (sink?.Kind is not ("python-source" or "pickle" or "model" or "native-library" or "python-name" or "decoded") && callee is not ("builtins.exec" or "builtins.eval" or "runpy.run_path"))
        {
            return [];
        }

        FoldedValue what = arguments[Math.Clamp(sink?.Argument ?? 0, 0, arguments.Count - 1)];
        return Names(Origins.Of(what) | (what is FoldedText text && callee is not ("builtins.exec" or "builtins.eval") && written is not null ? written(text.Value) : ValueOrigins.None));
    }

    /// <summary>What is started is what comes first, or anything of what a shell or an interpreter gets.</summary>
    private static ValueOrigins Program(IReadOnlyList<FoldedValue> arguments, Func<string, ValueOrigins>? written)
    {
        IReadOnlyList<FoldedValue> words = arguments[0] is FoldedSequence list ? list.Items : [arguments[0]];
        if (words.Count == 0)
        {
            return ValueOrigins.None;
        }

        ValueOrigins from = ValueOrigins.None;
        bool runsAll = words[0] is FoldedText { Value: var program } && IsInterpreter(program);
        int last = runsAll ? Arguments(words) : words.Count;
        for (int i = 0; i < last; i++)
        {
            switch (words[i])
            {
                case FoldedUnknown { Head.Length: > 0 } unknown when !IsInterpreter(unknown.Head.Split(' ')[0]):
                    break;
                case FoldedText text when written is not null && (runsAll || i == 0):
                    from |= written(text.Value);
                    break;
                case var value when i == 0 || runsAll:
                    from |= Origins.Of(value);
                    break;
            }
        }

        return from;
    }

    /// <summary>Where the arguments of a module begin that an interpreter runs by its name; what such a module gets is its data, unless it is one of Python's own, of which some run what they get.</summary>
    private static int Arguments(IReadOnlyList<FoldedValue> words)
    {
        int at = words.Count > 1 && words[1] is FoldedText { Value: "-u" } ? 2 : 1;
        return words[0] is FoldedText { Value: var program } && program.Contains("python", StringComparison.Ordinal) && at + 1 < words.Count && words[at] is FoldedText { Value: "-m" } && words[at + 1] is FoldedText { Value: var module }
            && !KnownModules.IsStandard(module.Split('.')[0]) && module is not "pip" ? at + 2 : words.Count;
    }

    private static bool IsInterpreter(string program)
    {
        string name = program.Trim();
        name = name[(name.LastIndexOf('/') + 1)..];
        return ShellWords.Table("shell").Contains(name) || name.StartsWith("python3.", StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Names(ValueOrigins from) => from is ValueOrigins.None ? [] : [.. s_names.Where(n => (from & n.Origin) != 0).Select(n => n.Name)];
}
