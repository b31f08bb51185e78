// What reading source wants to be told of, as those ask who fold it.
using System.Buffers;
using Assay.Bytes;
using Assay.Evaluation;
using Assay.Evaluation.Values;
using Assay.Formats.Shell;
using Assay.Python.Names;

namespace Assay.Formats.PythonSources;

/// <summary>The names by which calls are kept and origins are told, for whoever folds source.</summary>
internal sealed class SourceInterest(ScanBudget budget) : ISourceInterest
{
    private const int LongestLine = 4096;
    private const int MostLines = 256;
    private const int MostTexts = 8;
    private const int LongestPath = 256;
    private readonly Dictionary<string, bool> _lines = new(StringComparer.Ordinal);
    private static readonly SearchValues<string> s_line = SearchValues.Create(["|", "curl", "wget", "/dev/tcp", "base64", "&&", ";", "bash", "powershell"], StringComparison.Ordinal);
    private static readonly SearchValues<char> s_stars = SearchValues.Create("*?");

    public bool MayTell(FoldedName name) => SourceNames.MayReach(CanonicalName.Of(name.Path));

    // Modules have others among their attributes, also under names of their own: random._os.
    public bool IsWord(string name) => SourceNames.IsLeading(name) || IsStarting(name) || (name.TrimStart('_') is { Length: > 0 } module && KnownModules.IsStandard(module) && SourceNames.MayReach(module));

    public bool IsCode(string? callee, string text)
    {
        if (text.Length is < 8 or > LongestLine || !text.Contains('(', StringComparison.Ordinal) || !SourceNames.Any("code-word", text))
        {
            return false;
        }

        if (callee is null)
        {
            return true;
        }

        int dot = callee.IndexOf('.', StringComparison.Ordinal);
        return !KnownModules.IsStandard(dot < 0 ? "" : callee[..dot]) && (SourceNames.Has("evaluating", callee[(callee.LastIndexOf('.') + 1)..]) || CallableSinks.Of(callee)?.Kind is "python-source");
    }

    public bool IsPlace(string text) => text.Length is > 4 and < LongestPath && text.AsSpan().IndexOfAny('.', '/', '_') >= 0 && !text.Contains(' ', StringComparison.Ordinal) && SourceNames.Any("secret-place", text.Contains('\\', StringComparison.Ordinal) ? text.Replace('\\', '/') : text.EndsWith('/') || text.Contains('*', StringComparison.Ordinal) ? text : text + "/");

    public bool IsSecretName(string name) => SourceNames.Any("secret-name", name) || name is "KEY" or "key" or "PASS";

    public bool Carries(IReadOnlyList<FoldedValue> arguments)
    {
        if ((Origins.Of(arguments) & (ValueOrigins.Store | ValueOrigins.Environment | ValueOrigins.Files)) != 0)
        {
            return true;
        }

        for (int i = 0; i < arguments.Count && i < MostTexts; i++)
        {
            if (arguments[i] is FoldedText { Value: { } text } && IsPlace(text))
            {
                return true;
            }
        }

        return false;
    }

    public bool IsStarting(string method) => SourceNames.Has("starting-method", method);

    public bool IsCommand(string? method, string text)
    {
        if (text.Length > LongestLine || (method is not null && !IsStarting(method)))
        {
            return false;
        }

        string first = text.AsSpan().TrimStart() is var line && line.IndexOf(' ') is > 0 and int end ? line[..end].ToString() : line.ToString();
        return (method is not null && (first.StartsWith('/') || first.StartsWith("./", StringComparison.Ordinal) || Array.Exists(s_programs, k => ShellWords.Table(k).Contains(first))))
            || (text.AsSpan().ContainsAny(s_line) && Acts(text));
    }

    /// <summary>Whether a line for a shell does what only an attack does; a loop asks for the same one again.</summary>
    private bool Acts(string line)
    {
        if (!_lines.TryGetValue(line, out bool acts))
        {
            acts = ShellLines.Read(line, budget).Exists(u => u.Code is not "shell.known-installer");
            if (_lines.Count < MostLines)
            {
                _lines.Add(line, acts);
            }
        }

        return acts;
    }

    private static readonly string[] s_programs = ["shell", "fetcher", "decoder", "prefix"];

    public ValueOrigins OriginsOf(string callee, IReadOnlyList<FoldedValue> arguments)
    {
        ValueOrigins from = ValueOrigins.None;
        string last = callee[(callee.LastIndexOf('.') + 1)..];
        string? text = Text(arguments);
        if (CallableSinks.Of(callee)?.Kind is "url" or "network-address" || CallableSinks.IsDownload(callee + "()"))
        {
            from |= IsHere(arguments) ? ValueOrigins.None : ValueOrigins.Network;
            from |= text is not null && SourceNames.Any("machine-credentials", text) ? ValueOrigins.Store : ValueOrigins.None;
        }

        if (SourceNames.Has("personal", callee[..Math.Max(0, callee.IndexOf('.', StringComparison.Ordinal))]))
        {
            from |= ValueOrigins.Store;
        }
        else if (SourceNames.Has("secret-getter", last))
        {
            from |= ValueOrigins.Secret;
        }

        string root = callee[..Math.Max(0, callee.IndexOf('.', StringComparison.Ordinal))];
        if (text is { Length: < LongestPath } && text.Contains('/', StringComparison.Ordinal) && !text.Contains(' ', StringComparison.Ordinal) && root.Length > 0 && !KnownModules.Has(root))
        {
            from |= text.Contains("://", StringComparison.Ordinal) || text.StartsWith("git@", StringComparison.Ordinal) ? IsHere(arguments) ? ValueOrigins.None : ValueOrigins.Network : ValueOrigins.Library;
        }

        if (callee is "os.environ.copy" or "os.environ.items" or "os.environ.values" or "os.environ.keys")
        {
            from |= ValueOrigins.Environment;
        }

        // What comes in at a place where somebody waits for others.
        if (last is "accept" or "recv" or "recvfrom" or "recv_pyobj" or "recv_json" or "recv_multipart" or "recv_string")
        {
            from |= ValueOrigins.Request | ValueOrigins.Received;
        }

        if (SourceNames.IsReader(callee))
        {
            from |= ValueOrigins.Data;
        }

        if (callee is "os.getenv" or "os.environ.get" or "os.environ.pop" or "os.environ.__getitem__" && text is not null && SourceNames.Any("secret-name", text))
        {
            from |= ValueOrigins.Secret;
        }

        if (text is not null && last is "open" or "read_text" or "read_bytes" or "parse" or "connect" or "read" or "walk" or "scandir" or "listdir" or "glob" or "iglob" or "rglob" or "iterdir" && IsPlace(text))
        {
            from |= ValueOrigins.Store;
        }

        if (last is "walk" or "scandir" or "listdir" or "glob" or "iglob" or "rglob" && text is not null && IsWholeHome(text))
        {
            from |= ValueOrigins.Files;
        }

        // flask.request.args.get, bottle.request.forms.get
        if (callee.Contains(".request.", StringComparison.Ordinal) && !KnownModules.IsStandard(callee[..callee.IndexOf('.', StringComparison.Ordinal)]))
        {
            from |= ValueOrigins.Request;
        }

        return from;
    }

    /// <summary>Whether a path, perhaps with stars, is all that a user has, and not one folder of a program's own.</summary>
    public static bool IsWholeHome(string path)
    {
        int star = path.AsSpan().IndexOfAny(s_stars);
        string plain = (star < 0 ? path : path[..star]).TrimEnd('/', '\\');
        string under = plain.StartsWith('~') ? plain[1..] : plain.StartsWith("$HOME", StringComparison.Ordinal) ? plain[5..] : "-";
        return under.Length == 0 || plain is "/home" or "/root" or "/Users" or "C:" or "C:/Users" || (plain.Length == 0 && path.StartsWith('/')) || SourceNames.Has("own-folder", under.TrimStart('/'));
    }

    private static bool IsHere(IReadOnlyList<FoldedValue> arguments) => Text(arguments) is { } address && SourceNames.Any("loopback", address);

    private static string? Text(IReadOnlyList<FoldedValue> arguments)
    {
        for (int i = 0; i < arguments.Count && i < 4; i++)
        {
            switch (arguments[i])
            {
                case FoldedText text:
                    return text.Value;
                case FoldedPath path:
                    return path.Text;
                case FoldedUnknown { Head.Length: > 0 } unknown:
                    return unknown.Head;
                case FoldedSequence { Items: [FoldedText host, ..] }:
                    return host.Value;
            }
        }

        return null;
    }
}
